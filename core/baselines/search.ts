/**
 * Searching a method's grid without trying all of it.
 *
 * @module
 */
import type { BaselineParameter } from "./method.ts";

/** What a search found. */
export interface SearchResult {
  /** The grid's value with the highest score. */
  readonly value: number;
  /** The scores of the values that were tried, in the grid's order. */
  readonly tried: readonly (readonly [value: number, score: number])[];
}

/** How a grid is climbed. */
export interface SearchOptions {
  /** A direction is given up after so many values in a row that are not better. @default 2 */
  readonly patience?: number;
}

/**
 * Climbs a method's grid from its default, in both directions until two values in a row are worse
 * than the best. Quality over a regularization weight has one peak, so this finds the grid's best
 * in about 5 to 8 tries. For methods whose series costs as much as its runs; where a series is
 * shared (see `BaselineMethod.series`), trying all values at once is cheaper.
 *
 * @param score higher is better; not called twice for a value.
 *
 * @example
 * ```ts
 * import { searchGrid } from "./search.ts";
 * import assert from "node:assert/strict";
 *
 * const parameter = { name: "lambda", values: [1, 2, 4, 8, 16, 32, 64, 128], default: 4 };
 * const { value, tried } = await searchGrid(parameter, (x) => Promise.resolve(-((x - 7) ** 2)));
 * assert.equal(value, 8);
 * assert.equal(tried.length, 6);
 * ```
 *
 * @throws {RangeError} when the default is not among the values.
 */
export async function searchGrid(
  { values, default: usual }: BaselineParameter,
  score: (value: number) => Promise<number>,
  { patience = 2 }: SearchOptions = {},
): Promise<SearchResult> {
  const start = values.indexOf(usual);
  if (start < 0) throw new RangeError(`The default ${usual} is not among ${values.join(", ")}`);
  const scores = new Map<number, number>();
  let best = start;
  scores.set(start, await score(usual));
  for (const direction of [1, -1]) {
    let worse = 0;
    for (
      let index = start + direction;
      worse < patience && index >= 0 && index < values.length;
      index += direction
    ) {
      const found = await score(values[index]);
      scores.set(index, found);
      worse = found > scores.get(best)! ? 0 : worse + 1;
      if (worse === 0) best = index;
    }
  }
  const tried = [...scores].toSorted(([a], [b]) => a - b);
  return { value: values[best], tried: tried.map(([index, found]) => [values[index], found]) };
}
