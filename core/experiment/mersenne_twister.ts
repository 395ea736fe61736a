/**
 * The random numbers of published benchmarks whose noise was drawn by numpy's older generator.
 *
 * @module
 */

const WORDS = 624;
const MIDDLE = 397;

/**
 * A stream of normal numbers with mean 0 and variance 1: MT19937 (M. Matsumoto and T. Nishimura,
 * "Mersenne Twister", ACM Trans. Modeling and Computer Simulation 8, 1998; seeded as in their version
 * of 2002), 53-bit uniform numbers, and the polar method (G. Marsaglia and T. Bray, "A convenient
 * method for generating normal variables", SIAM Review 6, 1964), the second number of a pair first.
 * These are the draws of `numpy.random.seed(seed); numpy.random.normal(size=n)`.
 *
 * @example
 * ```ts
 * import { createMersenneNormal } from "./mersenne_twister.ts";
 * import assert from "node:assert/strict";
 *
 * const normal = createMersenneNormal(0);
 * assert.equal(normal().toFixed(8), "1.76405235");
 * ```
 */
export function createMersenneNormal(seed: number): () => number {
  const uniform = createUniform(seed);
  let kept: number | undefined;
  return () => {
    if (kept !== undefined) {
      const value = kept;
      kept = undefined;
      return value;
    }
    for (;;) {
      const a = 2 * uniform() - 1;
      const b = 2 * uniform() - 1;
      const r = a * a + b * b;
      if (r >= 1 || r === 0) continue;
      const factor = Math.sqrt(-2 * Math.log(r) / r);
      kept = factor * a;
      return factor * b;
    }
  };
}

/** Uniform in [0, 1), 53 bits of two words. */
function createUniform(seed: number): () => number {
  const state = new Uint32Array(WORDS);
  state[0] = seed;
  for (let i = 1; i < WORDS; i++) {
    const before = state[i - 1] ^ state[i - 1] >>> 30;
    state[i] = Math.imul(before, 1812433253) + i;
  }
  let position = WORDS;
  const word = () => {
    if (position === WORDS) {
      twist(state);
      position = 0;
    }
    let y = state[position++];
    y ^= y >>> 11;
    y ^= y << 7 & 0x9d2c5680;
    y ^= y << 15 & 0xefc60000;
    return (y ^ y >>> 18) >>> 0;
  };
  return () => {
    const high = word() >>> 5;
    return (high * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const y = state[i] & 0x80000000 | state[(i + 1) % WORDS] & 0x7fffffff;
    state[i] = state[(i + MIDDLE) % WORDS] ^ y >>> 1 ^ (y & 1 ? 0x9908b0df : 0);
  }
}
