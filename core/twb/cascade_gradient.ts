/**
 * The way back through the stages: the gradients of what they learn, for one channel of one image.
 * Whatever the way there did not keep is computed again from the stages' estimates.
 *
 * @module
 */
import type { Engine, Field } from "../compute/engine.ts";
import { backwardTwb } from "./block.ts";
import { type Cascade, enterStage, type Passage, stageAt } from "./cascade.ts";
import { shrinkageOf } from "./shrinkage.ts";
import type { ResidualStage, ShrinkageStage } from "./stage.ts";
import { addLagGradients, addShrinkageGradients, type StageGradients } from "./stage_gradients.ts";

/** What the way back needs beside the cascade; a single block needs nothing of it. */
export interface GradientWorkspace {
  readonly engine: Engine;
  /** dL/dx of the stage at hand, on the grid. */
  readonly gradient: Field;
  /** dL/dq, on the grid. */
  readonly adjoint: Field;
  /** Zeros of the stack's size. */
  readonly zeros: Field;
}

/** Allocates it; `freeGradientWorkspace` gives it back. */
export function createGradientWorkspace(
  { engine, size, grid, later }: Cascade,
): GradientWorkspace | undefined {
  if (!later) return undefined;
  const [gradient, adjoint, zeros] = [grid, grid, size].map((n) => engine.createField(n));
  engine.combine(zeros, []);
  return { engine, gradient, adjoint, zeros };
}

/** Gives its memory back. */
export function freeGradientWorkspace(workspace: GradientWorkspace | undefined): void {
  if (!workspace) return;
  const { engine, gradient, adjoint, zeros } = workspace;
  engine.free(gradient, adjoint, zeros);
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
    const backward = stages[index].kind === "residual" ? backwardResidual : backwardShrinkage;
    enterStage(cascade, index);
    await backward(cascade, workspace!, { index, passage, gradients: gradients[index] });
    if (stages[index - 1].positivity === "rectify") {
      engine.modulate(current, [current, later!.estimates[index - 1]], { kind: "gate" });
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

/** Back through F^-1[ ( conj(K) F y' + w F q ) / L ]. */
async function backwardShrinkage(
  cascade: Cascade,
  { gradient, adjoint, zeros }: GradientWorkspace,
  { index, passage, gradients }: StageStep,
): Promise<void> {
  const { engine, size } = cascade;
  const { estimates, input, work, planes, otherPlanes } = cascade.later!;
  const { filtering, weight, stage } = stageAt(cascade, index, passage);
  const { transfer } = passage;
  engine.forwardLateral(gradient, planes, "zero");
  engine.forwardLateral(estimates[index], otherPlanes, "zero");
  const sums = await engine.regularizerGradient(planes, {
    operand: "estimate",
    planes: otherPlanes,
    extension: "zero",
    ...filtering,
  });
  addLagGradients(gradients, sums, { ...passage, weight });
  // dL/dq = w F^-1[ P / L ]
  engine.filter(planes, otherPlanes, { kind: "solve", extension: "zero", ...filtering });
  engine.inverseLateral(otherPlanes, adjoint);
  engine.combine(adjoint, [[weight, adjoint]]);
  // dL/dy' = F^-1[ K P / L ]; in the field of view y' is the stack, beyond it K x.
  engine.filter(planes, planes, { kind: "wiener-adjoint", extension: "zero", ...filtering });
  engine.inverseLateral(planes, work);
  engine.copy(work, zeros);
  engine.forwardLateral(work, planes, "zero");
  engine.filter(planes, planes, { kind: "correlate", transfer, extension: "zero" });
  engine.inverseLateral(planes, gradient);
  const shrinkage = await engine.shrinkResponsesGradient(input, gradient, {
    gradient: adjoint,
    size,
    kernels: shrinkageOf(stage as ShrinkageStage, passage),
  });
  addShrinkageGradients(gradients, shrinkage, { ...passage, weight });
}
