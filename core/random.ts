/**
 * Seeded randomness by counters: the n-th number of a stream is a function of (seed, stream, n), so
 * that any engine, thread or resumed run draws the same one without handing state around.
 *
 * @module
 */

/**
 * Four hashed 32-bit words of four, the function `pcg4d` of Jarzynski & Olano, "Hash Functions for
 * GPU Rendering", JCGT 9(3), 2020. Written with 32-bit operations alone, so that the wasm and WGSL
 * versions give the same bits.
 */
export function hash4(x: number, y: number, z: number, w: number, out: Uint32Array): void {
  let a = Math.imul(x, 1664525) + 1013904223 | 0;
  let b = Math.imul(y, 1664525) + 1013904223 | 0;
  let c = Math.imul(z, 1664525) + 1013904223 | 0;
  let d = Math.imul(w, 1664525) + 1013904223 | 0;
  a = a + Math.imul(b, d) | 0;
  b = b + Math.imul(c, a) | 0;
  c = c + Math.imul(a, b) | 0;
  d = d + Math.imul(b, c) | 0;
  a ^= a >>> 16;
  b ^= b >>> 16;
  c ^= c >>> 16;
  d ^= d >>> 16;
  a = a + Math.imul(b, d) | 0;
  b = b + Math.imul(c, a) | 0;
  c = c + Math.imul(a, b) | 0;
  d = d + Math.imul(b, c) | 0;
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** A stream of random numbers. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
  /** Integer in [0, n). */
  integer(n: number): number;
  /** Poisson with mean `mean` >= 0. */
  poisson(mean: number): number;
}

/**
 * The stream that belongs to `seed` and up to two labels (an epoch, a step, an item).
 *
 * @example
 * ```ts
 * import { createRandom } from "./random.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(createRandom(7).uniform(), createRandom(7).uniform());
 * assert.notEqual(createRandom(7, 1).uniform(), createRandom(7, 2).uniform());
 * ```
 */
export function createRandom(seed: number, label = 0, sublabel = 0): Random {
  const words = new Uint32Array(4);
  let counter = 0;
  let left = 0;
  const uniform = () => {
    if (left === 0) {
      hash4(counter++, seed, label, sublabel, words);
      left = 4;
    }
    return words[--left] / 4294967296;
  };
  // Box & Muller 1958; 1 - u keeps the logarithm finite.
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    integer: (n) => Math.floor(uniform() * n),
    poisson: (mean) => drawPoisson(mean, uniform),
  };
}

/** Poisson by inversion for small means, by transformed rejection (Hoermann 1993, PTRS) else. */
function drawPoisson(mean: number, uniform: () => number): number {
  if (!(mean >= 0)) throw new RangeError(`A Poisson mean must be 0 or more, not ${mean}`);
  if (mean === 0) return 0;
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let k = 0;
    for (let p = uniform(); p > limit; p *= uniform()) k++;
    return k;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const acceptance = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= acceptance) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log(v * inverseAlpha / (a / (us * us) + b));
    if (left <= k * Math.log(mean) - mean - logFactorial(k)) return k;
  }
}

/** ln k! by Stirling's series, exact to 1e-10 for k >= 10 and by a product below. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) -
    1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
}
