/**
 * The losses of training, as functions of the sum of squares that the engine reduces on its own
 * arrays: one number comes in, a value and one factor for the gradient go out.
 *
 * @module
 */

/** A loss and what its gradient needs. */
export interface LossValue {
  readonly value: number;
  /** dLoss/dx = `residualFactor` (x - target), voxel by voxel. */
  readonly residualFactor: number;
}

/** Names of the losses. */
export type LossName = "npsnr" | "mse";

/** A loss from `sumOfSquares`, sum (x - target)^2, over `count` voxels. */
export type Loss = (sumOfSquares: number, count: number) => LossValue;

/** Every loss by its name. */
export const LOSSES: Readonly<Record<LossName, Loss>> = { npsnr: npsnrLoss, mse: mseLoss };

/**
 * The negative peak signal to noise ratio in dB for peak 1, 10 log10(mean((x - target)^2)), and its
 * factor 20 / (ln 10 sum (x - target)^2). A sum that is NaN, of a training that diverged, gives NaN.
 *
 * @example
 * ```ts
 * import { npsnrLoss } from "./npsnr.ts";
 * import assert from "node:assert/strict";
 *
 * // An error of 0.1 at each of 50 voxels.
 * assert.ok(Math.abs(npsnrLoss(0.5, 50).value - -20) < 1e-12);
 * ```
 *
 * @throws {RangeError} when the sum is not above 0: an exact restoration is at minus infinity, where
 *   there is no gradient.
 */
export function npsnrLoss(sumOfSquares: number, count: number): LossValue {
  assertSum(sumOfSquares, count);
  if (sumOfSquares === 0) {
    throw new RangeError(
      "The NPSNR of an exact restoration is minus infinity; train with noise, or with the mse loss",
    );
  }
  return {
    value: 10 * Math.log10(sumOfSquares / count),
    residualFactor: 20 / (Math.LN10 * sumOfSquares),
  };
}

/**
 * The mean squared error, mean((x - target)^2), and its factor 2 / n. A sum that is NaN gives NaN.
 *
 * @example
 * ```ts
 * import { mseLoss } from "./npsnr.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(mseLoss(0.5, 50), { value: 0.01, residualFactor: 0.04 });
 * ```
 *
 * @throws {RangeError} when the sum is below 0 or the count is not a positive integer.
 */
export function mseLoss(sumOfSquares: number, count: number): LossValue {
  assertSum(sumOfSquares, count);
  return { value: sumOfSquares / count, residualFactor: 2 / count };
}

function assertSum(sumOfSquares: number, count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`A loss needs a positive number of voxels, not ${count}`);
  }
  if (sumOfSquares < 0) {
    throw new RangeError(`A sum of squares cannot be ${sumOfSquares}; it has to be 0 or more`);
  }
}
