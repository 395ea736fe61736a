/**
 * How a response to a kernel is weakened or strengthened, by its strength v = r^2 / threshold^2: a
 * smooth step at each of three knees, over a constant. Any gain that changes slowly over the decades of
 * strength is near one of these. The engines take strengths beyond 1e10, where every step is full, for
 * 1e10, so that 32 bits hold its third power times any gain.
 *
 * @module
 */

/** Where the steps v / (v + knee) are, as strengths. */
export const KNEES = [1 / 16, 1, 16] as const;

/** Numbers of a gain: the constant, and the height of every step. */
export const GAIN_COUNT = 1 + KNEES.length;

/** The least square of a threshold: squares of 32-bit numbers do not vanish that are larger. */
export const LEAST_SQUARE = 1e-30;

/**
 * gain(v) = P(v) / Q(v), Q(v) = (v + 1/16) (v + 1) (v + 16): the coefficients of P for v^0 to v^3.
 *
 * @param gains the constant, and the heights of the steps.
 *
 * @example
 * ```ts
 * import { gainNumerator } from "./gain.ts";
 * import assert from "node:assert/strict";
 *
 * // A constant gain is Q / Q.
 * assert.deepEqual(gainNumerator([1, 0, 0, 0]), [1, 17.0625, 17.0625, 1]);
 * ```
 */
export function gainNumerator(gains: ArrayLike<number>): readonly number[] {
  const [a, b, c] = KNEES;
  const [constant, first, second, third] = Array.from(gains);
  const steps = [[first, b, c], [second, a, c], [third, a, b]] as const;
  return [
    constant * a * b * c,
    constant * (a * b + a * c + b * c) +
    steps.reduce((sum, [height, p, q]) => sum + height * p * q, 0),
    constant * (a + b + c) + steps.reduce((sum, [height, p, q]) => sum + height * (p + q), 0),
    constant + first + second + third,
  ];
}
