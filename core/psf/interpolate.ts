/**
 * Band-limited interpolation of small volumes, axis by axis: what shifting, resampling and measuring
 * a PSF have in common.
 *
 * @module
 */
import type { Size } from "../volume.ts";

/** Zeros of the sinc on each side. */
const LOBES = 12;
/** Kaiser's shape: with these lobes, errors below 1e-3 up to 0.8 of the cut-off. */
const KAISER_BETA = 6.5;

/** Values at some positions of an axis as sums over its samples. */
export interface AxisWeights {
  /** Number of positions. */
  readonly count: number;
  /** Samples of the axis. */
  readonly length: number;
  /** `[position, sample]` */
  readonly weights: Float64Array;
}

/**
 * Weights that interpolate an axis of `length` samples at `positions` (in samples, fractions
 * allowed), with a sinc under a Kaiser window. `cutoff` in (0, 1] is the highest frequency kept, as a
 * part of the axis' own Nyquist frequency: below 1 where the positions lie further apart than the
 * samples. Beyond its ends the axis is continued by mirroring. Weights of a position sum to 1.
 *
 * Oppenheim & Schafer, "Discrete-Time Signal Processing", 7.5 (Kaiser's window).
 *
 * @example
 * ```ts
 * import { interpolateAxis } from "./interpolate.ts";
 * import assert from "node:assert/strict";
 *
 * const { weights } = interpolateAxis(5, [2]);
 * assert.ok([0, 0, 1, 0, 0].every((w, i) => Math.abs(weights[i] - w) < 1e-9));
 * ```
 */
export function interpolateAxis(
  length: number,
  positions: ArrayLike<number>,
  { cutoff = 1 }: { readonly cutoff?: number } = {},
): AxisWeights {
  const count = positions.length;
  const weights = new Float64Array(count * length);
  const reach = LOBES / cutoff;
  for (let i = 0; i < count; i++) {
    const row = weights.subarray(i * length, (i + 1) * length);
    const position = positions[i];
    let total = 0;
    for (let j = Math.ceil(position - reach); j <= position + reach; j++) {
      const weight = windowedSinc((position - j) * cutoff);
      row[mirrorIndex(j, length)] += weight;
      total += weight;
    }
    for (let j = 0; j < length; j++) row[j] /= total;
  }
  return { count, length, weights };
}

/** sinc(u) I0(beta sqrt(1 - (u/L)^2)) / I0(beta) */
function windowedSinc(u: number): number {
  const part = u / LOBES;
  if (Math.abs(part) >= 1) return 0;
  const sinc = u === 0 ? 1 : Math.sin(Math.PI * u) / (Math.PI * u);
  return sinc * besselI0(KAISER_BETA * Math.sqrt(1 - part * part)) / KAISER_TOP;
}

const KAISER_TOP = besselI0(KAISER_BETA);

function besselI0(x: number): number {
  // I0(x) = sum_k (x^2/4)^k / (k!)^2
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-16 * sum; k++) {
    term *= x * x / (4 * k * k);
    sum += term;
  }
  return sum;
}

/** ... 2 1 | 0 1 2 ... n-1 | n-2 ...: the samples at the ends are not repeated. */
function mirrorIndex(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const i = ((index % period) + period) % period;
  return i < length ? i : period - i;
}

/**
 * The volume `[z, y, x]` at all combinations of the positions of the three axes.
 *
 * @throws {RangeError} when an axis' weights are for another length than the volume's.
 */
export function interpolateVolume(
  data: ArrayLike<number>,
  size: Size,
  { z, y, x }: { readonly z: AxisWeights; readonly y: AxisWeights; readonly x: AxisWeights },
): Float64Array {
  const [depth, height, width] = size;
  if (z.length !== depth || y.length !== height || x.length !== width) {
    throw new RangeError(
      `Weights for ${x.length} x ${y.length} x ${z.length} do not fit ${width} x ${height} x ${depth}`,
    );
  }
  // Axes that lose most come first: a line through a volume is then as cheap as reading it.
  const axes = [z, y, x].map((weights, axis) => ({ weights, axis }))
    .sort((a, b) => a.weights.count / a.weights.length - b.weights.count / b.weights.length);
  const current = [depth, height, width];
  // One type of array throughout keeps the inner loop fast.
  let values = data instanceof Float64Array ? data : Float64Array.from(data);
  for (const { weights, axis } of axes) {
    const outer = current.slice(0, axis).reduce((product, n) => product * n, 1);
    const inner = current.slice(axis + 1).reduce((product, n) => product * n, 1);
    values = applyWeights(values, weights, { outer, inner });
    current[axis] = weights.count;
  }
  return values;
}

/** data: `[outer, length, inner]` to `[outer, count, inner]`. */
function applyWeights(
  data: Float64Array,
  { count, length, weights }: AxisWeights,
  { outer, inner }: { readonly outer: number; readonly inner: number },
): Float64Array {
  const result = new Float64Array(outer * count * inner);
  for (let i = 0; i < count; i++) {
    const row = weights.subarray(i * length, (i + 1) * length);
    const first = row.findIndex((weight) => weight !== 0);
    const last = row.findLastIndex((weight) => weight !== 0);
    if (first < 0) continue;
    for (let o = 0; o < outer; o++) {
      const target = (o * count + i) * inner;
      // result[o, i, :] = sum_j w_ij data[o, j, :]
      for (let j = first; j <= last; j++) {
        const source = (o * length + j) * inner;
        for (let n = 0; n < inner; n++) result[target + n] += row[j] * data[source + n];
      }
    }
  }
  return result;
}

/** Positions 0, 1, ... moved by `shift`: the grid of a shifted copy. */
export function shiftedPositions(length: number, shift: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i + shift);
}
