/**
 * Whether one method is better than another on the same stacks, or was lucky.
 *
 * @module
 */

/** A paired comparison. */
export interface PairedComparison {
  /** Mean of first - second. */
  readonly meanDifference: number;
  /** Two-sided p-value of Wilcoxon's signed-rank test; NaN with fewer than five pairs that differ. */
  readonly pValue: number;
}

/**
 * Wilcoxon's signed-rank test (Wilcoxon 1945): exact for up to 25 pairs without ties, by the normal
 * approximation with correction for ties and continuity beyond.
 *
 * @throws {RangeError} when the two have different lengths.
 *
 * @example
 * ```ts
 * import { comparePairs } from "./paired_test.ts";
 * import assert from "node:assert/strict";
 *
 * const { pValue } = comparePairs([1.1, 2.2, 3.3, 4.4, 5.5], [1, 2, 3, 4, 5]);
 * assert.equal(pValue, 2 / 32);
 * ```
 */
export function comparePairs(
  first: readonly number[],
  second: readonly number[],
): PairedComparison {
  if (first.length !== second.length) {
    throw new RangeError(
      `Pairs need lists of one length, not ${first.length} and ${second.length}`,
    );
  }
  const differences = first.map((value, i) => value - second[i]);
  const meanDifference = differences.reduce((a, b) => a + b, 0) / differences.length;
  const nonzero = differences.filter((d) => d !== 0).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const n = nonzero.length;
  if (n < 5) return { meanDifference, pValue: NaN };
  let positive = 0;
  let ties = 0;
  for (let i = 0; i < n;) {
    let j = i;
    while (j < n && Math.abs(nonzero[j]) === Math.abs(nonzero[i])) j++;
    const rank = (i + 1 + j) / 2;
    for (let k = i; k < j; k++) if (nonzero[k] > 0) positive += rank;
    ties += (j - i) ** 3 - (j - i);
    i = j;
  }
  const total = n * (n + 1) / 2;
  const smaller = Math.min(positive, total - positive);
  if (n <= 25 && ties === 0) return { meanDifference, pValue: exactPValue(n, smaller) };
  const variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
  const z = (smaller - total / 2 + 0.5) / Math.sqrt(variance);
  return { meanDifference, pValue: Math.min(1, 2 * normalTail(z)) };
}

/** 2 P(W <= w): the number of sign patterns with each rank sum, counted rank by rank. */
function exactPValue(n: number, w: number): number {
  const counts = new Float64Array(n * (n + 1) / 2 + 1);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = counts.length - 1; sum >= rank; sum--) counts[sum] += counts[sum - rank];
  }
  let below = 0;
  for (let sum = 0; sum <= w; sum++) below += counts[sum];
  return Math.min(1, 2 * below / 2 ** n);
}

/** P(Z <= z) for z <= 0: Abramowitz & Stegun 26.2.17, error below 7.5e-8. */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * polynomial;
}
