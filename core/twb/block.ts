/**
 * A trainable Wiener block at work: padding and taper, transform, Wiener quotient, back, crop; and
 * the gradients of all that. Channels go through one after the other in the same memory.
 *
 * @module
 */
import type { Engine, Field, Planes, Regularizer, Resource, Spectrum } from "../compute/engine.ts";
import type { Extension } from "../compute/grid.ts";
import type { Size } from "../volume.ts";
import { regularizersOf } from "./regularizer.ts";
import type { RegularizedStage } from "./stage.ts";

/** What stacks of one size need on an engine for one block. */
export interface BlockWorkspace {
  readonly engine: Engine;
  /** Of the stack, `[z, y, x]`. */
  readonly size: Size;
  readonly grid: Size;
  /** "taper" as a rule; "zero" on a grid of the stack's own size makes it periodic. */
  readonly extension: Extension;
  /** One per channel of the kernels. */
  readonly regularizers: readonly Regularizer[];
  /** F y along x and y, kept for the gradient. */
  readonly observed: Planes;
  readonly work: Planes;
}

/** What a workspace is made for. */
export interface WorkspaceOptions {
  readonly size: Size;
  readonly grid: Size;
  readonly kernelSize: Size;
  readonly kernelChannels: number;
  /** @default "taper" */
  readonly extension?: Extension;
  /** Planes of the estimate: the stack's, or the grid's for an estimate of all the grid. */
  readonly estimateDepth?: number;
  /** For "restore" nothing is kept for a gradient, which saves half the planes. @default "train" */
  readonly purpose?: "train" | "restore";
}

/** Allocates a workspace; `freeWorkspace` gives it back. */
export function createWorkspace(engine: Engine, options: WorkspaceOptions): BlockWorkspace {
  const { size, grid, kernelSize, kernelChannels, extension = "taper" } = options;
  const { estimateDepth = size[0], purpose } = options;
  const observed = engine.createPlanes(grid, size[0]);
  const inPlace = purpose === "restore" && estimateDepth === size[0];
  return {
    engine,
    size,
    grid,
    extension,
    regularizers: createRegularizers(engine, { grid, kernelSize, kernelChannels }),
    observed,
    work: inPlace ? observed : engine.createPlanes(grid, estimateDepth),
  };
}

/** One regularizer per channel of the kernels. */
export function createRegularizers(
  engine: Engine,
  { grid, kernelSize, kernelChannels }: Pick<
    WorkspaceOptions,
    "grid" | "kernelSize" | "kernelChannels"
  >,
): readonly Regularizer[] {
  return Array.from(
    { length: kernelChannels },
    () => engine.createRegularizer(grid, kernelSize),
  );
}

/** Gives a workspace's memory back. */
export function freeWorkspace({ engine, regularizers, observed, work }: BlockWorkspace): void {
  engine.free(...regularizers as readonly Resource[], observed);
  if (work !== observed) engine.free(work);
}

/** Puts a stage's R on the grid, one for every channel of the kernels. */
export function loadStage(
  { engine, regularizers }: Pick<BlockWorkspace, "engine" | "regularizers">,
  stage: RegularizedStage,
): void {
  const lags = regularizersOf(stage);
  regularizers.forEach((regularizer, channel) => engine.setRegularizer(regularizer, lags[channel]));
}

/** What one channel goes through the block with. */
export interface ChannelOptions {
  readonly transfer: Spectrum;
  readonly regularizer: Regularizer;
  /** `weightOf(stage, sigma)` */
  readonly weight: number;
}

/** `estimate` = crop F^-1[ conj(K) Y / (|K|^2 + w R) ]; the two fields may be the same. */
export function forwardTwb(
  workspace: BlockWorkspace,
  observed: Field,
  options: ChannelOptions & { readonly estimate: Field },
): void {
  const { engine, extension } = workspace;
  engine.forwardLateral(observed, workspace.observed, extension);
  engine.filter(workspace.observed, workspace.work, { kind: "wiener", extension, ...options });
  engine.inverseLateral(workspace.work, options.estimate);
}

/**
 * T(lag) for one channel, of the gradient p = dL/dx^ in `gradient`: after `forwardTwb` of the same
 * channel. Times -w it is dL/dR at the lags.
 */
export function backwardTwb(
  workspace: BlockWorkspace,
  gradient: Field,
  options: ChannelOptions,
): Promise<Float64Array> {
  const { engine, extension, observed, work } = workspace;
  engine.forwardLateral(gradient, work, "zero");
  return engine.regularizerGradient(work, { planes: observed, extension, ...options });
}

/** dL/dy of one channel, of the gradient p = dL/dx^ in `gradient`; overwrites it. */
export function backwardTwbInput(
  workspace: BlockWorkspace,
  gradient: Field,
  options: ChannelOptions,
): void {
  const { engine, extension, work } = workspace;
  const restriction = extension === "taper" ? { kind: "fold" } as const : { kind: "crop" } as const;
  engine.forwardLateral(gradient, work, "zero");
  engine.filter(work, work, { ...options, kind: "wiener-adjoint", extension: "zero", restriction });
  engine.inverseLateral(work, gradient, restriction);
}
