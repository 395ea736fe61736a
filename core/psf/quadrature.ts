/**
 * Gauss-Legendre quadrature of any order.
 *
 * @module
 */

/** Where an integrand is evaluated, and with what weight. */
export interface QuadratureRule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/**
 * The Gauss-Legendre rule with `count` nodes on `[from, to]`, exact for polynomials of degree
 * 2 count - 1. Nodes ascend.
 *
 * Newton's iteration on Legendre's recurrence from Tricomi's estimate of the roots (Abramowitz &
 * Stegun 1964, 22.16.6 and 25.4.29).
 *
 * @throws {RangeError} when `count` is not a positive integer.
 *
 * @example
 * ```ts
 * import { gaussLegendre } from "./quadrature.ts";
 * import assert from "node:assert/strict";
 *
 * const { nodes, weights } = gaussLegendre(3, { from: 0, to: 1 });
 * const integral = nodes.reduce((sum, t, i) => sum + weights[i] * t ** 5, 0);
 * assert.ok(Math.abs(integral - 1 / 6) < 1e-14);
 * ```
 */
export function gaussLegendre(
  count: number,
  { from, to }: { readonly from: number; readonly to: number },
): QuadratureRule {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`A Gauss-Legendre rule needs a positive number of nodes, not ${count}`);
  }
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  const middle = 0.5 * (from + to);
  const half = 0.5 * (to - from);
  for (let i = 0; i < Math.ceil(count / 2); i++) {
    const { root, slope } = findLegendreRoot(count, i);
    const weight = 2 / ((1 - root * root) * slope * slope);
    nodes[i] = middle - half * root;
    nodes[count - 1 - i] = middle + half * root;
    weights[i] = weights[count - 1 - i] = half * weight;
  }
  return { nodes, weights };
}

/** The i-th largest root of the Legendre polynomial of degree n, and its slope there. */
function findLegendreRoot(n: number, i: number): { root: number; slope: number } {
  let x = (1 - (n - 1) / (8 * n ** 3)) * Math.cos(Math.PI * (4 * i + 3) / (4 * n + 2));
  let slope = 0;
  for (let iteration = 0; iteration < 20; iteration++) {
    // (k+1) P_{k+1} = (2k+1) x P_k - k P_{k-1};   P_n' = n (x P_n - P_{n-1}) / (x^2 - 1)
    let previous = 1;
    let current = x;
    for (let k = 1; k < n; k++) {
      const next = ((2 * k + 1) * x * current - k * previous) / (k + 1);
      previous = current;
      current = next;
    }
    slope = n * (x * current - previous) / (x * x - 1);
    const step = current / slope;
    x -= step;
    if (Math.abs(step) < 1e-15) break;
  }
  return { root: x, slope };
}
