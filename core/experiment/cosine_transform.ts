/**
 * The discrete cosine transform of any length: the spectrum of samples that are mirrored at both ends,
 * so that a border is no jump and none of its power leaks into other frequencies.
 *
 * @module
 */

/** Lengths up to which the sum itself is faster than to halve it. */
const DIRECT_LENGTH = 8;

/**
 * A function that transforms a line of `length` samples in place, orthonormally: squares of the
 * coefficients sum up to the squares of the samples.
 *
 *     X[k] = s(k) sum_n x[n] cos(pi (n + 1/2) k / N),  s(0) = sqrt(1 / N), else sqrt(2 / N)
 *
 * Coefficient k has the frequency k / (2 N) per sample, k / N of Nyquist's.
 *
 * @example
 * ```ts
 * import { createCosineTransform } from "./cosine_transform.ts";
 * import assert from "node:assert/strict";
 *
 * const line = Float64Array.of(3, 3, 3, 3);
 * createCosineTransform(4)(line);
 * assert.ok(Math.abs(line[0] - 6) < 1e-12 && line.subarray(1).every((x) => Math.abs(x) < 1e-12));
 * ```
 */
export function createCosineTransform(length: number): (line: Float64Array) => void {
  const transform = createStep(length);
  const scratch = new Float64Array(length);
  const [constant, other] = [Math.sqrt(1 / length), Math.sqrt(2 / length)];
  return (line) => {
    transform(line, scratch, 0);
    line[0] *= constant;
    for (let k = 1; k < length; k++) line[k] *= other;
  };
}

/** Transforms, without the scale, the part of `line` that begins at `from`; `scratch` is as long. */
type Step = (line: Float64Array, scratch: Float64Array, from: number) => void;

/** B. G. Lee, "A new algorithm to compute the discrete cosine transform", 1984. */
function createStep(length: number): Step {
  if (length % 2 === 1 || length <= DIRECT_LENGTH) return createSum(length);
  const half = length / 2;
  const transform = createStep(half);
  const factors = Float64Array.from(
    { length: half },
    (_, n) => 0.5 / Math.cos(Math.PI * (n + 0.5) / length),
  );
  return (line, scratch, from) => {
    for (let n = 0; n < half; n++) {
      const a = line[from + n];
      const b = line[from + length - 1 - n];
      scratch[from + n] = a + b;
      scratch[from + half + n] = (a - b) * factors[n];
    }
    transform(scratch, line, from);
    transform(scratch, line, from + half);
    // X[2k] = E[k], X[2k + 1] = O[k] + O[k + 1]
    for (let k = 0; k < half; k++) {
      const next = k + 1 < half ? scratch[from + half + k + 1] : 0;
      line[from + 2 * k] = scratch[from + k];
      line[from + 2 * k + 1] = scratch[from + half + k] + next;
    }
  };
}

/** The transform as its definition says. */
function createSum(length: number): Step {
  const cosines = Float64Array.from({ length: length * length }, (_, i) => {
    const [k, n] = [Math.floor(i / length), i % length];
    // The angle within one turn, in whole numbers, for its precision.
    return Math.cos(Math.PI * ((2 * n + 1) * k % (4 * length)) / (2 * length));
  });
  return (line, scratch, from) => {
    for (let k = 0; k < length; k++) {
      let sum = 0;
      for (let n = 0; n < length; n++) sum += cosines[k * length + n] * line[from + n];
      scratch[from + k] = sum;
    }
    for (let k = 0; k < length; k++) line[from + k] = scratch[from + k];
  };
}
