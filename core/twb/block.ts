/**
 * A trainable Wiener block at work: padding and taper, transform, Wiener quotient, back, crop; and
 * the gradients of all that. Channels go through one after the other in the same memory.
 *
 * @module
 */
import type { Engine, Field, Planes, Regularizer, Resource, Spectrum } from "../compute/engine.ts";
import type { Extension } from "../compute/grid.ts";
import type { Size } from "../volume.ts";
import {
  autocorrelateKernels,
  correlateWithLags,
  countLags,
  denormalizeGradients,
  normalizeKernels,
} from "./kernels.ts";
import type { WienerStage } from "./stage.ts";

/** What stacks of one size need on an engine. */
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
  /** For "restore" nothing is kept for a gradient, which saves half the planes. @default "train" */
  readonly purpose?: "train" | "restore";
}

/** Allocates a workspace; `freeWorkspace` gives it back. */
export function createWorkspace(engine: Engine, options: WorkspaceOptions): BlockWorkspace {
  const { size, grid, kernelSize, kernelChannels, extension = "taper" } = options;
  const observed = engine.createPlanes(grid, size[0]);
  return {
    engine,
    size,
    grid,
    extension,
    regularizers: Array.from(
      { length: kernelChannels },
      () => engine.createRegularizer(grid, kernelSize),
    ),
    observed,
    work: options.purpose === "restore" ? observed : engine.createPlanes(grid, size[0]),
  };
}

/** Gives a workspace's memory back. */
export function freeWorkspace({ engine, regularizers, observed, work }: BlockWorkspace): void {
  engine.free(...regularizers as readonly Resource[], observed);
  if (work !== observed) engine.free(work);
}

/** Puts a stage's R on the grid. */
export function loadStage(workspace: BlockWorkspace, stage: WienerStage): void {
  const { kernels } = normalizeKernels(stage);
  workspace.regularizers.forEach((regularizer, channel) =>
    workspace.engine.setRegularizer(
      regularizer,
      autocorrelateKernels(kernels, { ...stage, channel }),
    )
  );
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
  return engine.regularizerGradient(work, { observed, extension, ...options });
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

/** Sums over the images of a batch: Q(lag) = dL/dR at the lags, per channel of the kernels. */
export type LagGradients = readonly Float64Array[];

/** Zeros to add to. */
export function createLagGradients(stage: WienerStage): LagGradients {
  return Array.from(
    { length: stage.kernelChannels },
    () => new Float64Array(countLags(stage.kernelSize)),
  );
}

/** Adds one image's channel: Q += -w factor T. */
export function addLagGradients(
  gradients: LagGradients,
  sums: Float64Array,
  options: { channel: number; weight: number; factor: number },
): void {
  const target = gradients[options.channel % gradients.length];
  for (let i = 0; i < sums.length; i++) target[i] -= options.weight * options.factor * sums[i];
}

/**
 * The gradients of everything the stage learns, in the order of `flattenStage`.
 *
 *     dL/dalpha = sum_lag A(lag) Q(lag),   dL/dg_d(u) = 2 sum_lag Q(lag) g_d(u + lag)
 */
export function gradStage(stage: WienerStage, gradients: LagGradients): Float64Array {
  const { kernels } = normalizeKernels(stage);
  const gradKernels = new Float64Array(kernels.length);
  gradients.forEach((lags, channel) =>
    correlateWithLags(kernels, gradKernels, { ...stage, channel, lags })
  );
  // sum_lag A Q = sum_d < g_d, dL/dg_d > / 2, for R is quadratic in the kernels.
  let gradAlpha = 0;
  for (let i = 0; i < kernels.length; i++) gradAlpha += kernels[i] * gradKernels[i] / 2;
  const grad = denormalizeGradients(stage, gradKernels);
  const result = new Float64Array(grad.kernels.length + grad.scales.length + 1);
  result.set(grad.kernels);
  result.set(grad.scales, grad.kernels.length);
  result[result.length - 1] = gradAlpha;
  return result;
}
