/**
 * What the classical methods have in common: one parameter, a choice of boundaries, and the same call.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import type { Volume } from "../volume.ts";

/**
 * What a method takes to lie beyond the stack.
 *
 * - `replicate-taper`: the border's voxels, going over into the opposite border's: as the trainable
 *   block does it. Periodic on the larger grid.
 * - `field-of-view`: an unknown scene that the stack sees a part of. The scene is restored half a PSF
 *   beyond the stack, from what of it is blurred into the stack (Bertero & Boccacci, "A simple method
 *   for the reduction of boundary effects in the Richardson-Lucy approach to image deconvolution",
 *   Astronomy & Astrophysics 437, 2005; Almeida & Figueiredo, "Deconvolving images with unknown
 *   boundaries using the alternating direction method of multipliers", IEEE TIP 22, 2013).
 * - `periodic`: the stack itself, repeated; for figures that were published so. Its sizes have to be
 *   products of 2, 3, 5 and 7.
 */
export type Boundary = "replicate-taper" | "field-of-view" | "periodic";

/** The one number of a method that is chosen for the data. */
export interface BaselineParameter {
  /** "lambda", "iterations". */
  readonly name: string;
  /** The documented search grid, ascending; every value is within the method's range. */
  readonly values: readonly number[];
  /** What serves the `hela3d` cells at 1 % noise. */
  readonly default: number;
}

/** A stack to restore. */
export interface BaselineInput {
  /** On a scale whose peak is about 1; every channel is restored on its own. */
  readonly observed: Volume;
  /** One channel, or as many as the stack has; every channel sums to 1. */
  readonly psf: Volume;
  /** At most so many; methods with a criterion may stop before. @default the method's */
  readonly iterations?: number;
  /** @default the first of the method's boundaries */
  readonly boundary?: Boundary;
  /** After every iteration; `iterations` is how many there can be at most, of all channels. */
  onIteration?(iteration: number, iterations: number): void;
  readonly signal?: AbortSignal;
}

/** A classical method. */
export interface BaselineMethod {
  /** As typed: "wiener-laplacian". */
  readonly name: string;
  /** As in a table: "Wiener, Laplacian". */
  readonly label: string;
  readonly parameter: BaselineParameter;
  /** The boundaries that the method knows, its default first. */
  readonly boundaries: readonly Boundary[];
  /** Whether a series costs little more than its most expensive run, or as much as all of them. */
  readonly series: "shared" | "separate";
  /** The most iterations by default; undefined for a method without, or whose parameter they are. */
  readonly iterations?: number;
  /**
   * The restored stack, of the observed one's shape, voxel size and scale.
   *
   * @throws {InputError} for a parameter out of range, a boundary that the method does not know,
   * voxels that are not finite, a PSF that does not go with the stack.
   * @throws {CancelledError} when the signal aborts.
   */
  restore(
    engine: Engine,
    input: BaselineInput & { readonly parameter: number },
  ): Promise<Volume>;
  /**
   * A restored stack for each of several parameters, as `restore` returns it; what they have in
   * common is computed once. For the search of a parameter.
   */
  restoreSeries(
    engine: Engine,
    input: BaselineInput & { readonly parameters: readonly number[] },
  ): Promise<readonly Volume[]>;
}
