/**
 * The stages of a model at work, one after the other. A single block works on the stack's own voxels;
 * a cascade's estimates are on the whole grid, which is larger than the stack by the PSF, and only
 * their field of view is compared with the stack. Channels go through in the same memory.
 *
 * @module
 */
import type { Engine, Field, Planes, Regularizer, Spectrum } from "../compute/engine.ts";
import type { Extension } from "../compute/grid.ts";
import type { Size } from "../volume.ts";
import {
  type BlockWorkspace,
  createRegularizers,
  createWorkspace,
  forwardTwb,
  freeWorkspace,
  loadStage,
} from "./block.ts";
import { shrinkageOf } from "./shrinkage.ts";
import { type CoarseGrid, coarseGridOf } from "./coarse.ts";
import {
  type CoarseStage,
  type RegularizedStage,
  type ResidualStage,
  type ShrinkageStage,
  type Stage,
  weightOf,
} from "./stage.ts";

/** What stacks of one size need on an engine for all stages of a model. */
export interface Cascade {
  readonly engine: Engine;
  /** Of the stack, `[z, y, x]`. */
  readonly size: Size;
  readonly grid: Size;
  /** What the first stage sees; a field of the whole grid is put into `later.input` beforehand. */
  readonly beginning: "stack" | "grid";
  /** With R of the loaded stages. */
  readonly stages: readonly Stage[];
  /** R per stage, one per channel of its kernels; none of a coarse stage. */
  readonly regularizers: readonly (readonly Regularizer[])[];
  /** Nodes per stage; undefined but of a coarse one. */
  readonly coarse: readonly (CoarseGrid | undefined)[];
  readonly first: BlockWorkspace;
  /** What the stages behind the first need; undefined where there is none. */
  readonly later?: LaterWorkspace;
}

/** Memory of the stages behind the first. */
export interface LaterWorkspace {
  /** Of every stage, on the grid, before positivity; one for all of them where nothing is trained. */
  readonly estimates: readonly Field[];
  /** The last stage's estimate after positivity, on the grid: x. */
  readonly input: Field;
  readonly work: Field;
  /** Of the stack's size. */
  readonly part: Field;
  /** Of shrinkage stages: the stack's planes, each of the grid's size, and a field of the stack's size. */
  readonly completion?: { readonly slab: Field; readonly part: Field };
  readonly partPlanes: Planes;
  /** Of the grid's depth. */
  readonly planes: Planes;
  readonly otherPlanes: Planes;
}

/** What a cascade is made for. */
export interface CascadeOptions {
  readonly stages: readonly Stage[];
  readonly size: Size;
  readonly grid: Size;
  /** Of the stack in the first stage. @default "taper" */
  readonly extension?: Extension;
  /**
   * What the first stage sees: the stack alone, or, in a tile of a larger stack, a field of the whole
   * grid. @default "stack"
   */
  readonly beginning?: "stack" | "grid";
  /** For "restore" nothing is kept for a gradient. @default "train" */
  readonly purpose?: "train" | "restore";
}

/** One channel's way through the stages. */
export interface Passage {
  readonly transfer: Spectrum;
  readonly channel: number;
  /** Of the noise, as a part of the peak. */
  readonly sigma: number;
}

/**
 * Allocates what the stages need and puts their R on the grid; `freeCascade` gives it back.
 *
 * @throws {RangeError} unless the first stage, and only that one, is a Wiener block.
 */
export function createCascade(engine: Engine, options: CascadeOptions): Cascade {
  const { stages, size, grid, extension, purpose = "train", beginning = "stack" } = options;
  stages.forEach(({ kind }, index) => {
    if ((kind === "wiener") !== (index === 0)) {
      throw new RangeError(`A ${kind} stage cannot be stage ${index + 1} of a model`);
    }
  });
  const [{ kernelSize, kernelChannels }] = stages;
  const several = stages.length > 1;
  if (beginning === "grid" && !several) {
    throw new RangeError("A single block has no estimate of the whole grid to begin with");
  }
  const first = createWorkspace(engine, {
    size: beginning === "grid" ? grid : size,
    grid,
    kernelSize,
    kernelChannels,
    extension: beginning === "grid" ? "zero" : extension,
    purpose,
    estimateDepth: several ? grid[0] : size[0],
  });
  const regularizers = stages.map((stage, index) => {
    if (stage.kind === "coarse") return [];
    return index === 0 ? first.regularizers : createRegularizers(engine, { ...stage, grid });
  });
  const onGrid = (count: number) => Array.from({ length: count }, () => engine.createField(grid));
  const later = !several ? undefined : {
    estimates: onGrid(purpose === "train" ? stages.length : 1),
    input: engine.createField(grid),
    work: engine.createField(grid),
    part: engine.createField(size),
    completion: stages.some(({ kind }) => kind === "shrinkage")
      ? {
        slab: engine.createField([size[0], grid[1], grid[2]]),
        part: engine.createField(size),
      }
      : undefined,
    partPlanes: purpose === "train" || beginning === "grid"
      ? engine.createPlanes(grid, size[0])
      : first.observed,
    planes: purpose === "train" ? engine.createPlanes(grid, grid[0]) : first.work,
    otherPlanes: engine.createPlanes(grid, grid[0]),
  };
  const coarse = stages.map((stage) =>
    stage.kind === "coarse" ? coarseGridOf(size, stage) : undefined
  );
  const cascade = { engine, size, grid, beginning, stages, regularizers, coarse, first, later };
  loadStages(cascade);
  return cascade;
}

/** The cascade with other learned numbers in the same memory. */
export function withStages(cascade: Cascade, stages: readonly Stage[]): Cascade {
  const loaded = { ...cascade, stages };
  loadStages(loaded);
  return loaded;
}

function loadStages({ engine, stages, regularizers }: Cascade): void {
  stages.forEach((stage, index) => {
    if (stage.kind !== "coarse") loadStage({ engine, regularizers: regularizers[index] }, stage);
  });
}

/** Gives a cascade's memory back. */
export function freeCascade({ engine, regularizers, first, later }: Cascade): void {
  freeWorkspace(first);
  engine.free(...regularizers.slice(1).flat());
  if (!later) return;
  const { estimates, input, work, part, completion, partPlanes, planes, otherPlanes } = later;
  engine.free(...estimates, input, work, part, otherPlanes);
  if (completion) engine.free(completion.slab, completion.part);
  if (partPlanes !== first.observed) engine.free(partPlanes);
  if (planes !== first.work) engine.free(planes);
}

/** A stage with a filter, its regularizer and its weight for one channel. */
export function stageAt(cascade: Cascade, index: number, { transfer, channel, sigma }: Passage) {
  const stage = cascade.stages[index] as RegularizedStage;
  const regularizers = cascade.regularizers[index];
  const regularizer = regularizers[channel % regularizers.length];
  const weight = weightOf(stage, sigma);
  return { stage, weight, filtering: { transfer, regularizer, weight } };
}

/**
 * The stages' estimate of one channel, on the stack's voxels, before the last stage's positivity. A
 * single block leaves it in `observed`, which a cascade keeps.
 */
export function forwardStages(cascade: Cascade, observed: Field, passage: Passage): Field {
  const { engine, stages, first, later } = cascade;
  const estimate = later ? later.estimates[0] : observed;
  const seen = cascade.beginning === "grid" ? later!.input : observed;
  forwardTwb(first, seen, { ...stageAt(cascade, 0, passage).filtering, estimate });
  if (!later) return observed;
  for (let index = 1; index < stages.length; index++) {
    const output = later.estimates[index] ?? later.estimates[0];
    enterStage(cascade, index);
    FORWARD[stages[index].kind as LaterKind](cascade, { index, observed, output, passage });
  }
  engine.copy(later.part, later.estimates[stages.length - 1] ?? later.estimates[0]);
  return later.part;
}

/** Puts x, what the stage `index` begins with, into `input`. */
export function enterStage({ engine, stages, later }: Cascade, index: number): void {
  const { estimates, input } = later!;
  const estimate = estimates[index - 1] ?? estimates[0];
  engine.combine(input, [[1, estimate]], { positivity: stages[index - 1].positivity });
}

interface StageStep {
  readonly index: number;
  readonly observed: Field;
  readonly output: Field;
  readonly passage: Passage;
}

/** Kinds of the stages behind the first. */
export type LaterKind = Exclude<Stage["kind"], "wiener">;

const FORWARD: Record<LaterKind, (cascade: Cascade, step: StageStep) => void> = {
  residual: forwardResidual,
  shrinkage: forwardShrinkage,
  coarse: forwardCoarse,
};

/** output = x + mu F^-1[ conj(K) F M^T (y - M K x) / L ] */
function forwardResidual(cascade: Cascade, { index, observed, output, passage }: StageStep): void {
  const { engine } = cascade;
  const { input, part, partPlanes, planes } = cascade.later!;
  const { filtering, stage } = stageAt(cascade, index, passage);
  const { transfer } = passage;
  engine.forwardLateral(input, planes, "zero");
  engine.filter(planes, partPlanes, { kind: "multiply", transfer, extension: "zero" });
  engine.inverseLateral(partPlanes, part);
  engine.combine(part, [[1, observed], [-1, part]]);
  engine.forwardLateral(part, partPlanes, "zero");
  engine.filter(partPlanes, planes, { kind: "wiener", extension: "zero", ...filtering });
  engine.inverseLateral(planes, output);
  engine.combine(output, [[1, input], [(stage as ResidualStage).stepSize, output]]);
}

/** x + p (s - x) + k o, s = F^-1[ ( conj(K) F y' + w F (q + a^2 (x - o)) ) / L ] */
function forwardShrinkage(cascade: Cascade, { index, observed, output, passage }: StageStep): void {
  const { engine } = cascade;
  const { estimates, input, work, part, planes, otherPlanes } = cascade.later!;
  const { slab, part: otherPart } = cascade.later!.completion!;
  const { filtering, stage } = stageAt(cascade, index, passage);
  const { anchor, relaxation, memory } = stage as ShrinkageStage;
  const { transfer } = passage;
  // x + o, the last estimate before positivity
  const before = estimates[index - 1] ?? estimates[0];
  engine.shrinkResponses(input, part, shrinkageOf(stage as ShrinkageStage, passage));
  engine.combine(work, [[2 * anchor ** 2, input], [-(anchor ** 2), before]]);
  engine.copy(otherPart, work);
  engine.combine(part, [[1, part], [1, otherPart]]);
  engine.copy(work, part);
  engine.forwardLateral(work, otherPlanes, "zero");
  engine.forwardLateral(input, planes, "zero");
  engine.filter(planes, planes, { kind: "multiply", transfer, extension: "zero" });
  // y' is the stack in its field of view; in the planes behind it, it stays K x.
  engine.inverseLateral(planes, slab);
  engine.copy(slab, observed);
  engine.forwardLateral(slab, planes, "zero");
  const prior = otherPlanes;
  engine.filter(planes, planes, { kind: "wiener", extension: "zero", prior, ...filtering });
  engine.inverseLateral(planes, work);
  engine.combine(output, [
    [relaxation, work],
    [1 - relaxation - memory, input],
    [memory, before],
  ]);
}

/** x - U q, q of the means around the nodes. */
function forwardCoarse(cascade: Cascade, { index, output, passage }: StageStep): void {
  const { engine } = cascade;
  const { input } = cascade.later!;
  const stage = cascade.stages[index] as CoarseStage;
  const { nodes, spread } = cascade.coarse[index]!;
  const means = takeMeans(cascade, index);
  const responses = engine.createField(nodes);
  engine.shrinkResponses(means, responses, shrinkageOf(stage, passage));
  engine.combine(output, [[1, input]]);
  engine.resample(output, responses, spread, { weight: -1, mode: "add" });
  engine.free(means, responses);
}

/** The means of what the coarse stage `index` begins with, in a field of their own. */
export function takeMeans({ engine, coarse, later }: Cascade, index: number): Field {
  const { grid, means } = coarse[index]!;
  const field = engine.createField(grid);
  engine.resample(field, later!.input, means);
  return field;
}
