/**
 * Orthonormal wavelets on a periodic grid as their definition says, in float64 (Mallat, "A theory
 * for multiresolution signal decomposition: the wavelet representation", IEEE Trans. PAMI 1989).
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import { voxelsOf } from "../../volume.ts";
import type { WaveletOptions } from "../engine.ts";

/** Analysis, soft threshold of everything but the last averages, synthesis; in place. */
export function shrinkWavelet(
  data: Float64Array,
  options: WaveletOptions & { readonly size: Size },
): void {
  const { size, threshold } = options;
  const shifted = shiftBy(data, size, options.shift);
  transformWavelet(shifted, { ...options, direction: "analysis" });
  const box = boxOf(size, options.levels, Math.max(...options.levels));
  forEachVoxel(size, (i, z, y, x) => {
    if (z < box[0] && y < box[1] && x < box[2]) return;
    const c = shifted[i];
    shifted[i] = Math.sign(c) * Math.max(Math.abs(c) - threshold, 0);
  });
  transformWavelet(shifted, { ...options, direction: "synthesis" });
  const back = options.shift.map((n) => -n) as unknown as Size;
  data.set(shiftBy(shifted, size, back));
}

/** The wavelet transform without a shift, or its inverse, in place. */
export function transformWavelet(
  data: Float64Array,
  options: Pick<WaveletOptions, "lowpass" | "origin" | "levels"> & {
    readonly size: Size;
    readonly direction: "analysis" | "synthesis";
  },
): void {
  const { size, levels, direction } = options;
  assertDivisible(size, levels);
  const deepest = Math.max(...levels);
  const forward = direction === "analysis";
  for (let step = 0; step < deepest; step++) {
    const level = forward ? step : deepest - 1 - step;
    const box = boxOf(size, levels, level);
    for (const axis of forward ? [2, 1, 0] : [0, 1, 2]) {
      if (levels[axis] > level) transformAxis(data, { ...options, box, axis });
    }
  }
}

/** The box of averages after so many levels. */
function boxOf(size: Size, levels: Size, level: number): Size {
  return size.map((n, axis) => n / 2 ** Math.min(level, levels[axis])) as unknown as Size;
}

/**
 * @throws {RangeError} when an axis cannot be halved that often.
 */
export function assertDivisible(size: Size, levels: Size): void {
  size.forEach((n, axis) => {
    if (n % 2 ** levels[axis] !== 0) {
      throw new RangeError(`A length of ${n} cannot be halved ${levels[axis]} times`);
    }
  });
}

/** low(k) = sum_i h(i) x(2k + i), high(k) = sum_i g(i) x(2k + i), g(i) = (-1)^i h(1 - i) */
function transformAxis(
  data: Float64Array,
  options: {
    readonly lowpass: Float64Array;
    readonly origin: number;
    readonly size: Size;
    readonly box: Size;
    readonly axis: number;
    readonly direction: "analysis" | "synthesis";
  },
): void {
  const { lowpass, origin, size, box, axis, direction } = options;
  const n = box[axis];
  const stride = axis === 2 ? 1 : axis === 1 ? size[2] : size[1] * size[2];
  const rows = box.with(axis, 1) as unknown as Size;
  const line = new Float64Array(n);
  const wrap = (i: number) => ((i % n) + n) % n;
  forEachVoxel(rows, (_, z, y, x) => {
    const start = (z * size[1] + y) * size[2] + x;
    line.fill(0);
    for (let k = 0; k < n / 2; k++) {
      const low = start + k * stride;
      const high = start + (k + n / 2) * stride;
      lowpass.forEach((h, tap) => {
        const i = tap - origin;
        const sign = i % 2 === 0 ? -1 : 1; // (-1)^(1 - i)
        const a = wrap(2 * k + i);
        const b = wrap(2 * k + 1 - i);
        if (direction === "analysis") {
          line[k] += h * data[start + a * stride];
          line[k + n / 2] += sign * h * data[start + b * stride];
        } else {
          line[a] += h * data[low];
          line[b] += sign * h * data[high];
        }
      });
    }
    line.forEach((value, i) => data[start + i * stride] = value);
  });
}

/** x'(k) = x((k + shift) mod n) */
function shiftBy(data: Float64Array, size: Size, shift: Size): Float64Array {
  const result = new Float64Array(data.length);
  const wrap = (i: number, axis: number) => ((i % size[axis]) + size[axis]) % size[axis];
  forEachVoxel(size, (i, z, y, x) => {
    const from = [z + shift[0], y + shift[1], x + shift[2]].map(wrap);
    result[i] = data[(from[0] * size[1] + from[1]) * size[2] + from[2]];
  });
  return result;
}

function forEachVoxel(
  size: Size,
  callback: (index: number, z: number, y: number, x: number) => void,
): void {
  for (let i = 0; i < voxelsOf(size); i++) {
    callback(
      i,
      Math.floor(i / (size[1] * size[2])),
      Math.floor(i / size[2]) % size[1],
      i % size[2],
    );
  }
}
