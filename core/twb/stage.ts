/**
 * What a model consists of: a list of stages, each with its learned numbers.
 *
 * @module
 */
import type { Size } from "../volume.ts";

/** Kernels g = s u / ||u|| with u = v - mean(v): zero-mean, their strength apart from their form. */
export interface KernelBank {
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
}

/** What every kind of stage divides by: |K|^2 + w R, R = sum_d |G_d|^2. */
interface FilterStage extends KernelBank {
  /** w = e^alpha (sigma / 0.01)^(2 b) */
  readonly alpha: number;
  /** b: 0 for a fixed weight, 1 for one that grows with the noise variance. */
  readonly noiseExponent: number;
  /** What follows: nothing, or x = max(x, 0). */
  readonly positivity: "none" | "rectify";
}

/**
 * One trainable Wiener block (stage kind "wiener"), the first stage of every model:
 *
 *     x = conj(K) Y / ( |K|^2 + w R )
 */
export interface WienerStage extends FilterStage {
  readonly kind: "wiener";
  /** Whether b is learned with the rest. @default "fixed" */
  readonly noiseWeight?: "fixed" | "learned";
}

/**
 * A further block that corrects what the last estimate x does not explain of the stack y; M takes the
 * field of view out of a grid that is larger by the PSF:
 *
 *     x + mu F^-1[ conj(K) F M^T (y - M K x) / ( |K|^2 + w R ) ]
 */
export interface ResidualStage extends FilterStage {
  readonly kind: "residual";
  /** mu */
  readonly stepSize: number;
}

/** Kernels whose responses are weakened or strengthened, each by how strong it is. */
interface ShrinkingBank extends KernelBank {
  /** m, `[d, c, 4]`: the constant, and the heights of the steps. */
  readonly gains: Float64Array;
  /** n, `[d, c, 4]` */
  readonly gainSlopes: Float64Array;
  /** c, `[d, c]` */
  readonly thresholdLogs: Float64Array;
  /** h, `[d, c]` */
  readonly thresholdExponents: Float64Array;
}

/**
 * A further block whose kernels' responses are weakened or strengthened, each by how strong it is
 * (half-quadratic splitting, Geman & Yang 1995, with learned kernels and shrinkage, Schmidt & Roth 2014):
 *
 *     r_d = g_d * x,   v_d = (r_d / tau_d)^2,   tau_d = exp(c_d) (sigma / 0.01)^h_d
 *     z_d = r_d ( gain_d0 + sum_k gain_dk v_d / (v_d + knee_k) ),   knees 1/16, 1, 16
 *     gain = m + t n,   t = (sigma - 0.01) / (sigma + 0.01)
 *     y'  = y in the field of view, K x beyond it
 *     s   = F^-1[ ( conj(K) F y' + w ( sum_d conj(G_d) F z_d + a^2 F (x - o) ) ) / ( |K|^2 + w (R + a^2) ) ]
 *     x + p (s - x) + k o
 *
 * x is the last estimate after its positivity and o <= 0 what positivity took away, so that a, p
 * and k make of the stages steps of the alternating direction method of multipliers, o being the
 * multiplier of x >= 0 (over-relaxed: Eckstein & Bertsekas 1992; learned: Yang et al., ADMM-Net, 2016).
 * With a = 0, p = 1, k = 0 nothing is left of that.
 */
export interface ShrinkageStage extends FilterStage, ShrinkingBank {
  readonly kind: "shrinkage";
  /** a: how firmly the solution is held to the last estimate. */
  readonly anchor: number;
  /** p: the part of the way to the solution that is gone, more than 1 for over-relaxation. */
  readonly relaxation: number;
  /** k: the part that is remembered of what positivity took away. */
  readonly memory: number;
}

/**
 * A step on a coarser scale, for errors that small kernels do not see: what responses of the means
 * around every few voxels say of them is taken away, each changed by how strong it is as in a
 * shrinkage stage. There is no filter, for a PSF leaves such means as they are.
 *
 *     m(j) = sum_n t_f(n - f j) x(n),   t_f(n) = (f - |n|) / f^2 for |n| < f, a product over the axes
 *     r_d = g_d * m,   z_d = r_d gain_d(r_d),   gain = (m + t n) (sigma / (sigma + 0.01))^2
 *     x - U sum_d g_d^T z_d,   U linear between the nodes f j
 *
 * x is the last estimate in the field of view, mirrored at its borders.
 */
export interface CoarseStage extends ShrinkingBank {
  readonly kind: "coarse";
  /** f: voxels from node to node, `[z, y, x]`. */
  readonly factor: Size;
  /** What follows: nothing, or x = max(x, 0). */
  readonly positivity: "none" | "rectify";
}

/** A stage with a filter. */
export type RegularizedStage = WienerStage | ResidualStage | ShrinkageStage;

/** A stage of any kind. */
export type Stage = RegularizedStage | CoarseStage;

/** Kinds of the stages behind the first that `--stages` counts. */
export type LaterStageKind = "residual" | "shrinkage";

/** Whether a stage changes its kernels' responses by how strong they are. */
export function isShrinking(stage: Stage): stage is ShrinkageStage | CoarseStage {
  return stage.kind === "shrinkage" || stage.kind === "coarse";
}

/** The noise level, as a part of the peak, at which the noise-adaptive weight is e^alpha. */
export const REFERENCE_SIGMA = 0.01;

/**
 * The least noise level that a noise-adaptive weight distinguishes: below it (and in stacks whose
 * noise cannot be seen, 0) rounding of the stored voxels is the noise.
 */
export const LEAST_SIGMA = 1e-4;

/** What kernels with changed responses learn. */
const SHRINKING = [
  "kernels",
  "scales",
  "gains",
  "gainSlopes",
  "thresholdLogs",
  "thresholdExponents",
];

/** The names of what a stage learns, in the order of `flattenStages`. */
function learnedNames(stage: Stage): readonly string[] {
  switch (stage.kind) {
    case "wiener":
      return stage.noiseWeight === "learned"
        ? ["kernels", "scales", "alpha", "noiseExponent"]
        : ["kernels", "scales", "alpha"];
    case "residual":
      return ["kernels", "scales", "alpha", "noiseExponent", "stepSize"];
    case "shrinkage":
      return [...SHRINKING, "alpha", "noiseExponent", "anchor", "relaxation", "memory"];
    case "coarse":
      return SHRINKING;
  }
}

/** What a stage learns, or a gradient of it, as one vector; `values` has it by name. */
export function flattenByName(
  stage: Stage,
  values: Readonly<Record<string, unknown>>,
): Float64Array {
  const parts = learnedNames(stage).map((name) => values[name] as number | Float64Array);
  return Float64Array.from(
    parts.flatMap((part) => typeof part === "number" ? [part] : Array.from(part)),
  );
}

/** The learned numbers of stages as one vector, stage after stage. */
export function flattenStages(stages: readonly Stage[]): Float64Array {
  return joinVectors(stages.map((stage) => flattenByName(stage, { ...stage })));
}

/** Vectors one after the other. */
export function joinVectors(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The stages with other learned numbers, in the order of `flattenStages`. */
export function withParameters<T extends Stage>(
  stages: readonly T[],
  parameters: Float64Array,
): readonly T[] {
  let at = 0;
  return stages.map((stage) => {
    const learned: Record<string, unknown> = {};
    for (const name of learnedNames(stage)) {
      const value = (stage as unknown as Record<string, number | Float64Array>)[name];
      const length = typeof value === "number" ? 1 : value.length;
      learned[name] = typeof value === "number"
        ? parameters[at]
        : parameters.slice(at, at + length);
      at += length;
    }
    return { ...stage, ...learned };
  });
}

/**
 * How many numbers a stage learns: D C (kx ky kz + 1) + 1 for a Wiener block, one more if b is
 * learned; three instead of one for a residual block; D C (kx ky kz + 11) + 5 with shrinkage, without
 * the 5 on a coarser scale.
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
  return flattenByName(stage, { ...stage }).length;
}

/** ln( max(sigma, 1e-4) / 0.01 ): what noise-adaptive numbers are multiplied with. */
export function logNoise(sigma: number): number {
  return Math.log(Math.max(sigma, LEAST_SIGMA) / REFERENCE_SIGMA);
}

/** t in -1..1, 0 at 1 %: what numbers that change with the noise, but never without bound, change with. */
export function noiseBalance(sigma: number): number {
  return (sigma - REFERENCE_SIGMA) / (sigma + REFERENCE_SIGMA);
}

/** (1 + t) / 2, in 0..1: sigma / (sigma + 0.01) */
export function noiseShare(sigma: number): number {
  return sigma / (sigma + REFERENCE_SIGMA);
}

/** Whether a stage depends on the noise level, which then has to be given or estimated. */
export function isNoiseAdaptive(stage: Stage): boolean {
  return isShrinking(stage) || stage.noiseExponent !== 0 ||
    (stage.kind === "wiener" && stage.noiseWeight === "learned");
}

/** Weight of the regularizer: e^alpha (max(sigma, 1e-4) / 0.01)^(2 b). */
export function weightOf({ alpha, noiseExponent }: RegularizedStage, sigma: number): number {
  return Math.exp(alpha + (noiseExponent && 2 * noiseExponent * logNoise(sigma)));
}
