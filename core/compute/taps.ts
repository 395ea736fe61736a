/**
 * Weighted sums along an axis: checking them, and turning them around.
 *
 * @module
 */
import type { Size } from "../volume.ts";
import type { AxisTaps, Taps } from "./engine.ts";

/** One output's inputs and their weights. */
export type TapList = readonly (readonly [index: number, weight: number])[];

/** Taps from the lists of all outputs. */
export function tapsOf(lists: readonly TapList[]): AxisTaps {
  const starts = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => starts[i + 1] = starts[i] + list.length);
  const all = lists.flat();
  return {
    starts,
    indices: Int32Array.from(all, ([index]) => index),
    weights: Float64Array.from(all, ([, weight]) => weight),
  };
}

/**
 * The adjoint: outputs become inputs.
 *
 * @param length of the axis that the sums are taken of.
 *
 * @example
 * ```ts
 * import { tapsOf, transposeTaps } from "./taps.ts";
 * import assert from "node:assert/strict";
 *
 * // The mean of two values, turned around, gives a half to each.
 * const { indices, weights } = transposeTaps(tapsOf([[[0, 0.5], [1, 0.5]]]), 2);
 * assert.deepEqual([[...indices], [...weights]], [[0, 0], [0.5, 0.5]]);
 * ```
 */
export function transposeTaps({ starts, indices, weights }: AxisTaps, length: number): AxisTaps {
  const lists = Array.from({ length }, (): [number, number][] => []);
  for (let i = 0; i < starts.length - 1; i++) {
    for (let tap = starts[i]; tap < starts[i + 1]; tap++) {
      lists[indices[tap]].push([i, weights[tap]]);
    }
  }
  return tapsOf(lists);
}

/**
 * Refuses taps for more outputs than there are, or of inputs that are not there.
 *
 * @throws {RangeError}
 */
export function assertTaps(
  taps: Taps,
  { output, input }: { readonly output: Size; readonly input: Size },
): void {
  taps.forEach(({ starts, indices }, axis) => {
    const isOutside = indices.some((index) => index < 0 || index >= input[axis]);
    if (starts.length - 1 > output[axis] || isOutside) {
      throw new RangeError(
        `Taps for ${starts.length - 1} values do not go with axis ${axis} of a field ` +
          `[${output.join(", ")}] and an input [${input.join(", ")}]`,
      );
    }
  });
}
