/**
 * What a model consists of: a list of stages, each with its learned numbers.
 *
 * @module
 */
import type { Size } from "../volume.ts";
import { voxelsOf } from "../volume.ts";

/**
 * One trainable Wiener block (stage kind "wiener"):
 *
 *     x = conj(K) Y / ( |K|^2 + e^alpha (sigma / 0.01)^(2 b) R ),   R = sum_d |G_d|^2
 *     u = v - mean(v),   g = s u / ||u||
 */
export interface WienerStage {
  readonly kind: "wiener";
  /** `[z, y, x]` */
  readonly kernelSize: Size;
  /** D */
  readonly kernelCount: number;
  /** C, or 1 where all channels share their kernels. */
  readonly kernelChannels: number;
  /** v, `[d, c, z, y, x]` */
  readonly kernels: Float64Array;
  /** s, `[d, c]` */
  readonly scales: Float64Array;
  readonly alpha: number;
  /** b: 0 for a fixed weight, 1 for one that grows with the noise variance. */
  readonly noiseExponent: number;
  /** What follows the filter: nothing, or x = max(x, 0). */
  readonly positivity: "none" | "rectify";
}

/** A stage of any kind. More kinds extend this union. */
export type Stage = WienerStage;

/** The noise level, as a part of the peak, at which the noise-adaptive weight is e^alpha. */
export const REFERENCE_SIGMA = 0.01;

/**
 * The least noise level that a noise-adaptive weight distinguishes: below it (and in stacks whose
 * noise cannot be seen, 0) rounding of the stored voxels is the noise.
 */
export const LEAST_SIGMA = 1e-4;

/** The learned numbers of a stage as one vector: kernels, scales, alpha. */
export function flattenStage({ kernels, scales, alpha }: WienerStage): Float64Array {
  const parameters = new Float64Array(kernels.length + scales.length + 1);
  parameters.set(kernels);
  parameters.set(scales, kernels.length);
  parameters[parameters.length - 1] = alpha;
  return parameters;
}

/** The stage with other learned numbers, in the order of `flattenStage`. */
export function withParameters(stage: WienerStage, parameters: Float64Array): WienerStage {
  const { kernels, scales } = stage;
  return {
    ...stage,
    kernels: parameters.slice(0, kernels.length),
    scales: parameters.slice(kernels.length, kernels.length + scales.length),
    alpha: parameters[kernels.length + scales.length],
  };
}

/**
 * How many numbers a stage learns: D C (kx ky kz + 1) + 1.
 *
 * @example
 * ```ts
 * import { countParameters } from "./stage.ts";
 * import { createStage } from "./initialize.ts";
 * import assert from "node:assert/strict";
 *
 * const stage = createStage({ kernelSize: [3, 5, 5], kernelCount: 15, kernelChannels: 3 });
 * assert.equal(countParameters(stage), 3421);
 * ```
 */
export function countParameters(stage: Stage): number {
  return stage.kernelCount * stage.kernelChannels * (voxelsOf(stage.kernelSize) + 1) + 1;
}

/** Weight of the regularizer: e^alpha (max(sigma, 1e-4) / 0.01)^(2 b). */
export function weightOf(stage: WienerStage, sigma: number): number {
  const { alpha, noiseExponent } = stage;
  if (noiseExponent === 0) return Math.exp(alpha);
  return Math.exp(alpha) * (Math.max(sigma, LEAST_SIGMA) / REFERENCE_SIGMA) ** (2 * noiseExponent);
}
