/**
 * Smoothing against noise.
 *
 * @module
 */
import type { Size } from "../volume.ts";

/**
 * The volume convolved with 1 2 1 along every axis, weights summing to 1; the ends are repeated.
 *
 * @example
 * ```ts
 * import { smoothVolume } from "./smooth.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...smoothVolume(Float32Array.of(0, 4, 0), [1, 1, 3])], [1, 2, 1]);
 * ```
 */
export function smoothVolume(data: ArrayLike<number>, size: Size): Float32Array {
  const [depth, height, width] = size;
  const smoothed = Float32Array.from(data);
  smoothAxis(smoothed, { outer: depth * height, length: width, inner: 1 });
  smoothAxis(smoothed, { outer: depth, length: height, inner: width });
  smoothAxis(smoothed, { outer: 1, length: depth, inner: height * width });
  return smoothed;
}

/** data: `[outer, length, inner]`, in place. */
function smoothAxis(
  data: Float32Array,
  { outer, length, inner }: {
    readonly outer: number;
    readonly length: number;
    readonly inner: number;
  },
): void {
  const previous = new Float32Array(inner);
  for (let o = 0; o < outer; o++) {
    const start = o * length * inner;
    previous.set(data.subarray(start, start + inner));
    // d_i = (d_{i-1} + 2 d_i + d_{i+1}) / 4
    for (let i = 0; i < length; i++) {
      const row = start + i * inner;
      const next = i + 1 < length ? row + inner : row;
      for (let n = 0; n < inner; n++) {
        const own = data[row + n];
        data[row + n] = 0.25 * (previous[n] + 2 * own + data[next + n]);
        previous[n] = own;
      }
    }
  }
}
