/**
 * Bessel functions of the first kind, orders 0, 1 and 2, to an absolute error of 1e-10: what the
 * diffraction integrals need, and no more.
 *
 * @module
 */

/** Below, the power series; above, Hankel's expansion. Both are good to 1e-11 here. */
const CROSSOVER = 12;
/** Terms of Hankel's expansion: at the crossover the 24th is the smallest. */
const HANKEL_TERMS = 24;

const hankel0 = hankelCoefficients(0);
const hankel1 = hankelCoefficients(1);

/**
 * J0 of any real argument, to an absolute error of 1e-10.
 *
 * Power series and Hankel's asymptotic expansion, Abramowitz & Stegun 1964, 9.1.10 and 9.2.5.
 *
 * @example
 * ```ts
 * import { besselJ0 } from "./bessel.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(Math.abs(besselJ0(2.404825557695773)) < 1e-10); // its first zero
 * ```
 */
export function besselJ0(x: number): number {
  const r = Math.abs(x);
  if (r >= CROSSOVER) return hankelExpansion(r, 0, hankel0);
  // J0(x) = sum_k (-x^2/4)^k / (k!)^2
  const q = -0.25 * r * r;
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 60; k++) {
    term *= q / (k * k);
    sum += term;
    if (Math.abs(term) < 1e-17) break;
  }
  return sum;
}

/**
 * J1 of any real argument, to an absolute error of 1e-10; odd. Source as for {@link besselJ0}.
 *
 * @example
 * ```ts
 * import { besselJ1 } from "./bessel.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(besselJ1(-3), -besselJ1(3));
 * ```
 */
export function besselJ1(x: number): number {
  const r = Math.abs(x);
  const sign = x < 0 ? -1 : 1;
  if (r >= CROSSOVER) return sign * hankelExpansion(r, 1, hankel1);
  // J1(x) = (x/2) sum_k (-x^2/4)^k / (k! (k+1)!)
  const q = -0.25 * r * r;
  let term = 0.5 * r;
  let sum = term;
  for (let k = 1; k < 60; k++) {
    term *= q / (k * (k + 1));
    sum += term;
    if (Math.abs(term) < 1e-17) break;
  }
  return sign * sum;
}

/**
 * J2(x) = 2 J1(x) / x - J0(x), from the two that the caller has computed already.
 *
 * @example
 * ```ts
 * import { besselJ0, besselJ1, besselJ2From } from "./bessel.ts";
 * import assert from "node:assert/strict";
 *
 * const j2 = besselJ2From(3, besselJ0(3), besselJ1(3));
 * assert.ok(Math.abs(j2 - 0.4860912605858911) < 1e-10);
 * ```
 */
export function besselJ2From(x: number, j0: number, j1: number): number {
  // Near 0 the difference cancels; there J2 = x^2/8 - x^4/96 + ...
  if (Math.abs(x) < 1e-2) return x * x / 8 * (1 - x * x / 12);
  return 2 * j1 / x - j0;
}

/** a_k(v) = prod_{m=1..k} (4 v^2 - (2m-1)^2) / (8 m), with the sign that the expansion gives it. */
function hankelCoefficients(order: number): Float64Array {
  const coefficients = new Float64Array(HANKEL_TERMS);
  let a = 1;
  for (let k = 0; k < HANKEL_TERMS; k++) {
    if (k > 0) a *= (4 * order * order - (2 * k - 1) ** 2) / (8 * k);
    coefficients[k] = (k >> 1) % 2 === 0 ? a : -a;
  }
  return coefficients;
}

function hankelExpansion(x: number, order: number, coefficients: Float64Array): number {
  // J_v(x) = sqrt(2/(pi x)) [ P cos(chi) - Q sin(chi) ],  chi = x - (v/2 + 1/4) pi
  const inverse = 1 / x;
  const square = inverse * inverse;
  let even = 0;
  let odd = 0;
  // Far out a few terms reach the same error.
  for (let k = x < 40 ? HANKEL_TERMS - 2 : 8; k >= 0; k -= 2) {
    even = even * square + coefficients[k];
    odd = odd * square + coefficients[k + 1];
  }
  const chi = x - (0.5 * order + 0.25) * Math.PI;
  return Math.sqrt(2 / Math.PI * inverse) *
    (even * Math.cos(chi) - odd * inverse * Math.sin(chi));
}
