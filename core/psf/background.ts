/**
 * The level and the noise of the dark parts of an image.
 *
 * @module
 */

/** Of the dark parts. */
export interface Background {
  readonly level: number;
  readonly deviation: number;
}

/** More values than this do not change a median by much. */
const SAMPLES = 1 << 18;

/**
 * The background's level (the median) and standard deviation (from the spread below the median, which
 * bright objects do not reach).
 *
 * @example
 * ```ts
 * import { estimateBackground } from "./background.ts";
 * import assert from "node:assert/strict";
 *
 * const { level } = estimateBackground(Float32Array.of(100, 101, 99, 100, 5000));
 * assert.equal(level, 100);
 * ```
 */
export function estimateBackground(data: ArrayLike<number>): Background {
  const stride = Math.max(1, Math.floor(data.length / SAMPLES));
  const values = new Float32Array(Math.ceil(data.length / stride));
  for (let i = 0; i < values.length; i++) values[i] = data[i * stride];
  values.sort();
  const middle = values.length >> 1;
  const level = values[middle];
  // Below the median of a normal distribution half the values lie within 0.6745 deviations.
  const deviation = (level - values[middle >> 1]) / 0.6745;
  return { level, deviation };
}
