/**
 * Plans of one-dimensional transforms on the device: radices, the order they leave frequencies in,
 * and the tables that a pass reads.
 *
 * @module
 */
import { taperWeights } from "../grid.ts";

/** A transform in place: see shaders/butterflies.wgsl. */
export interface LinePlan {
  readonly length: number;
  /** Per stage: radix, points of a block / radix, product of the radices before. */
  readonly stages: readonly (readonly [radix: number, m: number, s: number])[];
  /** Bit r is set where radix r occurs. */
  readonly radixMask: number;
}

/** More stages than any length below 10^10 has. */
export const MAX_STAGES = 12;

/** Relative cost of a stage a point: reading and writing the line again is most of it. */
const COSTS: readonly (readonly [radix: number, cost: number])[] = [
  [10, 1.3],
  [9, 1.25],
  [8, 1.05],
  [7, 1.3],
  [6, 1.05],
  [5, 1.05],
  [4, 0.95],
  [3, 0.95],
  [2, 0.9],
];

/**
 * The plan of a transform of `length`, a product of 2, 3, 5 and 7.
 *
 * @example
 * ```ts
 * import { planLine } from "./line_plan.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(planLine(540).stages, [[10, 54, 1], [9, 6, 10], [6, 1, 90]]);
 * ```
 *
 * @throws {RangeError} for other lengths.
 */
export function planLine(length: number): LinePlan {
  const known = plans.get(length);
  if (known) return known;
  const stages: [number, number, number][] = [];
  let left = length;
  let s = 1;
  for (const radix of chooseRadices(length)) {
    left /= radix;
    stages.push([radix, left, s]);
    s *= radix;
  }
  if (left !== 1 || stages.length > MAX_STAGES) {
    throw new RangeError(`No transform of length ${length}`);
  }
  const radixMask = stages.reduce((mask, [radix]) => mask | 1 << radix, 0);
  const plan = { length, stages, radixMask };
  plans.set(length, plan);
  return plan;
}

const plans = new Map<number, LinePlan>();

/** The cheapest radices with this product, large ones first. */
function chooseRadices(length: number): readonly number[] {
  const best = new Map<number, { cost: number; radices: readonly number[] }>([
    [1, { cost: 0, radices: [] }],
  ]);
  const solve = (n: number): { cost: number; radices: readonly number[] } => {
    const known = best.get(n);
    if (known) return known;
    let result: { cost: number; radices: readonly number[] } = { cost: Infinity, radices: [] };
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
  return solve(length).radices.toSorted((a, b) => b - a);
}

/** The frequency that every position of a transformed line holds. */
export function frequenciesOf({ length, stages }: LinePlan): Uint32Array {
  const frequencies = new Uint32Array(length);
  for (let position = 0; position < length; position++) {
    let rest = position;
    for (const [, m, s] of stages) {
      frequencies[position] += s * Math.floor(rest / m);
      rest %= m;
    }
  }
  return frequencies;
}

/** Gaps whose taper a table has the weights of. */
export interface TableGaps {
  /** Behind the samples that go in. @default 0 */
  readonly input?: number;
  /** Behind the samples that what comes out is folded into. @default 0 */
  readonly output?: number;
}

/** The table of a line as in shaders/line.wgsl: pairs, (N roots, N orders, taper weights). */
export function tableOf(plan: LinePlan, { input = 0, output = 0 }: TableGaps): Float32Array {
  const { length } = plan;
  const table = new Float32Array(2 * (2 * length + input + output));
  for (let e = 0; e < length; e++) {
    table[2 * e] = Math.cos(2 * Math.PI * e / length);
    table[2 * e + 1] = -Math.sin(2 * Math.PI * e / length);
  }
  frequenciesOf(plan).forEach((frequency, position) => {
    table[2 * (length + position)] = frequency;
    table[2 * (length + frequency) + 1] = position;
  });
  [...taperWeights(input), ...taperWeights(output)].forEach((weight, index) => {
    table[2 * (2 * length + index)] = weight;
  });
  return table;
}
