/**
 * What the engines' filters have in common.
 *
 * @module
 */
import type { FilterKind, FilterOptions } from "./engine.ts";

/** Their numbers in the kernels and shaders; from "wiener" on they divide. */
export const FILTERS: Readonly<Record<FilterKind, number>> = {
  "multiply": 0,
  "correlate": 1,
  "wiener": 2,
  "wiener-adjoint": 3,
  "solve": 4,
};

/** @throws {TypeError} for a filter that divides without a regularizer, or a prior of another than "wiener". */
export function assertFilter({ kind, regularizer, prior }: FilterOptions): void {
  if (FILTERS[kind] >= FILTERS.wiener && !regularizer) {
    throw new TypeError(`The filter "${kind}" needs a regularizer`);
  }
  if (prior && kind !== "wiener") throw new TypeError(`The filter "${kind}" has no prior`);
}
