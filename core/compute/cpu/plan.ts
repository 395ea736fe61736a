/**
 * Plans of one-dimensional transforms: the order of radices and the twiddle factors.
 *
 * @module
 */

/** One stage: the radix, the length left behind it, and the product of the radices before. */
export interface Stage {
  readonly radix: number;
  readonly m: number;
  readonly s: number;
  /** exp(-2 pi i p t / (radix m)) for every p < m and 0 < t < radix: re, im. */
  readonly twiddles: Float32Array;
}

/** Relative cost of a stage a point, as measured: what a pass through memory saves counts. */
const COSTS: readonly (readonly [radix: number, cost: number])[] = [
  [8, 1.55],
  [6, 1.5],
  [4, 1.1],
  [5, 1.6],
  [7, 2.5],
  [3, 1.1],
  [2, 0.85],
];

/** The cheapest list of radices whose product is `length`, large ones first. */
export function chooseRadices(length: number): readonly number[] {
  const best = new Map<number, { cost: number; radices: readonly number[] }>();
  best.set(1, { cost: 0, radices: [] });
  const solve = (n: number): { cost: number; radices: readonly number[] } => {
    const known = best.get(n);
    if (known) return known;
    let result = { cost: Infinity, radices: [] as readonly number[] };
    for (const [radix, cost] of COSTS) {
      if (n % radix !== 0) continue;
      const rest = solve(n / radix);
      if (rest.cost + cost < result.cost) {
        result = { cost: rest.cost + cost, radices: [radix, ...rest.radices] };
      }
    }
    best.set(n, result);
    return result;
  };
  const { radices, cost } = solve(length);
  if (cost === Infinity) throw new RangeError(`No transform of length ${length}`);
  return radices.toSorted((a, b) => b - a);
}

/** The stages of a transform of `length`. */
export function planStages(length: number): readonly Stage[] {
  const stages: Stage[] = [];
  let left = length;
  let s = 1;
  for (const radix of chooseRadices(length)) {
    const m = left / radix;
    const twiddles = new Float32Array(m * (radix - 1) * 2);
    for (let p = 0; p < m; p++) {
      for (let t = 1; t < radix; t++) {
        const phase = -2 * Math.PI * ((p * t) % left) / left;
        const index = 2 * (p * (radix - 1) + t - 1);
        twiddles[index] = Math.cos(phase);
        twiddles[index + 1] = Math.sin(phase);
      }
    }
    stages.push({ radix, m, s, twiddles });
    left = m;
    s *= radix;
  }
  return stages;
}
