/**
 * Grids on which transforms are fast, and how samples are continued onto them.
 *
 * @module
 */
import type { Size } from "../volume.ts";

/**
 * How n samples of an axis fill a grid of N >= n points. The samples come first.
 *
 * - `zero`: zeros follow.
 * - `taper`: the last sample goes over into the first by a raised cosine, so that the periodic
 *   continuation has no edge: replication from both sides, tapered.
 * - `centred`: zeros follow, and sample floor(n / 2) lies at the origin, the ones before it at the
 *   grid's end: for point spread functions.
 */
export type Extension = "zero" | "taper" | "centred";

/** The prime factors that every engine's transforms take. */
export const RADICES = [2, 3, 5, 7] as const;

/** Whether a transform of this length is available: a product of 2, 3, 5 and 7. */
export function isFastLength(n: number): boolean {
  if (!Number.isInteger(n) || n < 1) return false;
  for (const radix of RADICES) while (n % radix === 0) n /= radix;
  return n === 1;
}

/**
 * The smallest fast length that is at least `n`.
 *
 * @example
 * ```ts
 * import { fastLength } from "./grid.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fastLength(538), 540);
 * ```
 */
export function fastLength(n: number): number {
  let length = n;
  while (!isFastLength(length)) length++;
  return length;
}

/** The grid for a stack of `size`: room for half the PSF on every side, then fast lengths. */
export function gridFor(size: Size, psfSize: Size): Size {
  return size.map((n, axis) =>
    fastLength(n + 2 * Math.floor(psfSize[axis] / 2))
  ) as unknown as Size;
}

/**
 * Share of the first sample at every point of the gap behind the last one: a raised cosine from 0
 * to 1. `value = last + share (first - last)`.
 */
export function taperWeights(gap: number): Float64Array {
  const weights = new Float64Array(gap);
  for (let g = 0; g < gap; g++) weights[g] = 0.5 - 0.5 * Math.cos(Math.PI * (g + 1) / (gap + 1));
  return weights;
}

/** Throws when a grid has a length that the transforms do not take. */
export function assertFastGrid(grid: Size): void {
  for (const n of grid) {
    if (!isFastLength(n)) {
      throw new RangeError(
        `No transform of length ${n} in the grid ${grid.join(" x ")}; use a product of 2, 3, 5 ` +
          `and 7, for instance ${fastLength(Math.max(1, Math.ceil(n)))}`,
      );
    }
  }
}
