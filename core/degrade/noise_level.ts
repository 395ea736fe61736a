/**
 * Levels of a range of noise.
 *
 * @module
 */

/**
 * The level at `part` (0 to 1) of a range, evenly over its decibels: half of the levels of 0.1 % to
 * 10 % lie below 1 %. A range that begins at 0 has no decibels and is gone through evenly.
 *
 * @example
 * ```ts
 * import { noiseLevelAt } from "./noise_level.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(noiseLevelAt({ min: 0.001, max: 0.1 }, 0.5) - 0.01) < 1e-12);
 * assert.equal(noiseLevelAt({ min: 0, max: 0.1 }, 0.5), 0.05);
 * ```
 */
export function noiseLevelAt(
  { min, max }: { readonly min: number; readonly max: number },
  part: number,
): number {
  return min > 0 ? min * (max / min) ** part : max * part;
}
