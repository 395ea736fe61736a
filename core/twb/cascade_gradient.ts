/**
 * The way back through the stages: the gradients of what they learn, for one channel of one image.
 * Whatever the way there did not keep is computed again from the stages' estimates.
 *
 * @module
 */
import type { Engine, Field } from "../compute/engine.ts";
import { backwardTwb } from "./block.ts";
import {
  type Cascade,
  enterStage,
  type LaterKind,
  type Passage,
  stageAt,
  takeMeans,
} from "./cascade.ts";
import { type CoarseGrid, transposeAll } from "./coarse.ts";
import { shrinkageOf } from "./shrinkage.ts";
import type { CoarseStage, ResidualStage, ShrinkageStage } from "./stage.ts";
import {
  addLagGradients,
  addShrinkageGradients,
  addTargetGradients,
  type StageGradients,
} from "./stage_gradients.ts";

/** What the way back needs beside the cascade; a single block needs nothing of it. */
export interface GradientWorkspace {
  readonly engine: Engine;
  /** dL/dx of the stage at hand, on the grid. */
  readonly gradient: Field;
  /** dL/dq, on the grid. */
  readonly adjoint: Field;
  /** What of the stage's gradient goes around its positivity, on the grid. */
  readonly bypass: Field;
  /** Zeros of the stack's size. */
  readonly zeros: Field;
  /** The ways back from coarse stages' means and to their nodes, per stage. */
  readonly adjoints: readonly (Pick<CoarseGrid, "means" | "spread"> | undefined)[];
}

/** Allocates it; `freeGradientWorkspace` gives it back. */
export function createGradientWorkspace(
  { engine, size, grid, coarse, later }: Cascade,
): GradientWorkspace | undefined {
  if (!later) return undefined;
  const [gradient, adjoint, bypass, zeros] = [grid, grid, grid, size].map((n) =>
    engine.createField(n)
  );
  engine.combine(zeros, []);
  const adjoints = coarse.map((stage) =>
    stage && {
      means: transposeAll(stage.means, size),
      spread: transposeAll(stage.spread, stage.nodes),
    }
  );
  return { engine, gradient, adjoint, bypass, zeros, adjoints };
}

/** Gives its memory back. */
export function freeGradientWorkspace(workspace: GradientWorkspace | undefined): void {
  if (!workspace) return;
  const { engine, gradient, adjoint, bypass, zeros } = workspace;
  engine.free(gradient, adjoint, bypass, zeros);
}

/** What the way back starts from and adds to. */
export interface BackwardOptions {
  readonly workspace: GradientWorkspace | undefined;
  /** One per stage. */
  readonly gradients: readonly StageGradients[];
  /** Stages before this one stay as they are. @default 0 */
  readonly firstTrained?: number;
}

/**
 * Adds the gradients of all trained stages, of p = dL/dx behind the last stage in `gradient`, on the
 * stack's voxels, 0 where positivity clipped; after `forwardStages` of the same channel.
 */
export async function backwardStages(
  cascade: Cascade,
  gradient: Field,
  { passage, ...options }: BackwardOptions & { readonly passage: Passage },
): Promise<void> {
  const { engine, stages, first, later } = cascade;
  const { workspace, gradients, firstTrained = 0 } = options;
  let current = gradient;
  if (later) {
    current = workspace!.gradient;
    engine.combine(current, []);
    engine.copy(current, gradient);
  }
  for (let index = stages.length - 1; index >= Math.max(firstTrained, 1); index--) {
    enterStage(cascade, index);
    const step = { index, passage, gradients: gradients[index] };
    await BACKWARD[stages[index].kind as LaterKind](cascade, workspace!, step);
    if (stages[index - 1].positivity === "rectify") {
      engine.modulate(current, [current, later!.estimates[index - 1]], { kind: "gate" });
    }
    if (stages[index].kind === "shrinkage") {
      engine.combine(current, [[1, current], [1, workspace!.bypass]]);
    }
  }
  if (firstTrained > 0) return;
  const { filtering, weight } = stageAt(cascade, 0, passage);
  const sums = await backwardTwb(first, current, filtering);
  addLagGradients(gradients[0], sums, { ...passage, weight });
}

interface StageStep {
  readonly index: number;
  readonly passage: Passage;
  readonly gradients: StageGradients;
}

type Backward = (
  cascade: Cascade,
  workspace: GradientWorkspace,
  step: StageStep,
) => Promise<void>;

const BACKWARD: Record<LaterKind, Backward> = {
  residual: backwardResidual,
  shrinkage: backwardShrinkage,
  coarse: backwardCoarse,
};

/** Back through x + mu W e, e = M^T (y - M K x). */
async function backwardResidual(
  cascade: Cascade,
  { gradient }: GradientWorkspace,
  { index, passage, gradients }: StageStep,
): Promise<void> {
  const { engine } = cascade;
  const { estimates, input, work, part, partPlanes, planes, otherPlanes } = cascade.later!;
  const { filtering, stage, weight } = stageAt(cascade, index, passage);
  const { stepSize } = stage as ResidualStage;
  const { transfer } = passage;
  // W e, from what it was added to.
  engine.combine(work, [[1 / stepSize, estimates[index]], [-1 / stepSize, input]]);
  gradients.stepSize += await engine.dot(gradient, work);
  engine.forwardLateral(gradient, planes, "zero");
  engine.forwardLateral(work, otherPlanes, "zero");
  const sums = await engine.regularizerGradient(planes, {
    operand: "estimate",
    planes: otherPlanes,
    extension: "zero",
    ...filtering,
  });
  addLagGradients(gradients, sums, { ...passage, weight, factor: stepSize });
  // dL/dx = p - mu K^T M^T M W^T p
  engine.filter(planes, partPlanes, { kind: "wiener-adjoint", extension: "zero", ...filtering });
  engine.inverseLateral(partPlanes, part);
  engine.forwardLateral(part, partPlanes, "zero");
  engine.filter(partPlanes, planes, { kind: "correlate", transfer, extension: "zero" });
  engine.inverseLateral(planes, work);
  engine.combine(gradient, [[1, gradient], [-stepSize, work]]);
}

/**
 * Back through u' = x + p (s - x) + k o, s = F^-1[ ( conj(K) F y' + w F (q + a^2 (x - o)) ) / L ],
 * with o = u - x of the estimate u before its positivity. `gradient` becomes that by x, `bypass` that by
 * u.
 */
async function backwardShrinkage(
  cascade: Cascade,
  { gradient, adjoint, bypass, zeros }: GradientWorkspace,
  { index, passage, gradients }: StageStep,
): Promise<void> {
  const { engine, size } = cascade;
  const { estimates, input, work, planes, otherPlanes } = cascade.later!;
  const { slab } = cascade.later!.completion!;
  const { filtering, weight, stage } = stageAt(cascade, index, passage);
  const { anchor, relaxation, memory } = stage as ShrinkageStage;
  const { transfer } = passage;
  const before = estimates[index - 1];
  // o and s - x, from what they were added to.
  engine.combine(bypass, [[1, before], [-1, input]]);
  gradients.memory += await engine.dot(gradient, bypass);
  engine.combine(work, [
    [1 / relaxation, estimates[index]],
    [-1 / relaxation, input],
    [-memory / relaxation, bypass],
  ]);
  gradients.relaxation += await engine.dot(gradient, work);
  engine.combine(work, [[1, work], [1, input]]);
  engine.forwardLateral(gradient, planes, "zero");
  engine.forwardLateral(work, otherPlanes, "zero");
  const sums = await engine.regularizerGradient(planes, {
    operand: "estimate",
    planes: otherPlanes,
    extension: "zero",
    ...filtering,
  });
  addLagGradients(gradients, sums, { ...passage, weight, factor: relaxation });
  // dL/dq = w F^-1[ P / L ], P of p dL/du'
  engine.filter(planes, otherPlanes, { kind: "solve", extension: "zero", ...filtering });
  engine.inverseLateral(otherPlanes, adjoint);
  engine.combine(adjoint, [[relaxation * weight, adjoint]]);
  engine.combine(bypass, [[1, input], [-1, bypass]]);
  const pull = await engine.dot(adjoint, bypass);
  // dL/dy' = F^-1[ K P / L ]; in the field of view y' is the stack, beyond it K x.
  engine.filter(planes, planes, { kind: "wiener-adjoint", extension: "zero", ...filtering });
  engine.inverseLateral(planes, slab);
  engine.copy(slab, zeros);
  engine.forwardLateral(slab, planes, "zero");
  engine.filter(planes, planes, { kind: "correlate", transfer, extension: "zero" });
  engine.inverseLateral(planes, work);
  engine.combine(bypass, [[memory, gradient], [-(anchor ** 2), adjoint]]);
  engine.combine(gradient, [
    [1 - relaxation - memory, gradient],
    [2 * anchor ** 2, adjoint],
    [relaxation, work],
  ]);
  const shrinkage = await engine.shrinkResponsesGradient(input, gradient, {
    gradient: adjoint,
    size,
    kernels: shrinkageOf(stage as ShrinkageStage, passage),
  });
  addShrinkageGradients(gradients, shrinkage, passage);
  addTargetGradients(gradients, { ...shrinkage, pull }, passage);
}

/** Back through x - U q, q of the means m = M x: dL/dx = p + M^T dL/dm, dL/dq = -U^T p. */
async function backwardCoarse(
  cascade: Cascade,
  { gradient, adjoints }: GradientWorkspace,
  { index, passage, gradients }: StageStep,
): Promise<void> {
  const { engine } = cascade;
  const stage = cascade.stages[index] as CoarseStage;
  const { nodes, grid } = cascade.coarse[index]!;
  const back = adjoints[index]!;
  const means = takeMeans(cascade, index);
  const [byResponses, byMeans] = [means, means].map(() => {
    const field = engine.createField(grid);
    engine.combine(field, []);
    return field;
  });
  engine.resample(byResponses, gradient, back.spread, { weight: -1 });
  const shrinkage = await engine.shrinkResponsesGradient(means, byMeans, {
    gradient: byResponses,
    size: nodes,
    kernels: shrinkageOf(stage, passage),
  });
  addShrinkageGradients(gradients, shrinkage, passage);
  engine.resample(gradient, byMeans, back.means, { mode: "add" });
  engine.free(means, byResponses, byMeans);
}
