/**
 * Linear least squares with a handful of unknowns.
 *
 * @module
 */

/**
 * The coefficients of `columns` whose sum is nearest to `target`, by the normal equations. A column
 * that the others already span gets the coefficient 0.
 *
 * @example
 * ```ts
 * import { fitColumns } from "./least_squares.ts";
 * import assert from "node:assert/strict";
 *
 * const [slope, offset] = fitColumns([[0, 1, 2], [1, 1, 1]], [5, 7, 9]);
 * assert.ok(Math.abs(slope - 2) < 1e-12 && Math.abs(offset - 5) < 1e-12);
 * ```
 */
export function fitColumns(
  columns: readonly ArrayLike<number>[],
  target: ArrayLike<number>,
): number[] {
  const n = columns.length;
  // (A^T A | A^T b)
  const rows = columns.map((a) => [...columns.map((b) => dot(a, b)), dot(a, target)]);
  const scales = rows.map((row, i) => row[i]);
  const solved: boolean[] = [];
  for (let i = 0; i < n; i++) {
    solved[i] = rows[i][i] > 1e-12 * scales[i];
    if (!solved[i]) continue;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const factor = rows[j][i] / rows[i][i];
      for (let k = 0; k <= n; k++) rows[j][k] -= factor * rows[i][k];
    }
  }
  return rows.map((row, i) => solved[i] ? row[n] / row[i] : 0);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
