/**
 * The kernels' responses, shrunk, and all their gradients: one loop for each equation, float64.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type { ShrinkageGradients, ShrinkageKernels } from "../engine.ts";
import { GAIN_COUNT, KNEES } from "../gain.ts";

/** Values on a periodic grid. */
export interface GridValues {
  readonly data: Float64Array;
  readonly size: Size;
}

/** q = sum_d g_d^T z_d on the field of view. */
export function shrinkResponses(
  estimate: GridValues,
  output: GridValues,
  bank: ShrinkageKernels,
): void {
  output.data.fill(0);
  for (let d = 0; d < bank.thresholds.length; d++) {
    forEachTap(estimate.size, output.size, bank.kernelSize, (taps) => {
      const { z } = shrink(respond(estimate.data, taps, bank, d), bank, d);
      // g^T puts the response back to where its samples came from, inside the field of view.
      taps.forEach((at, u) => {
        const inside = placeIn(at, estimate.size, output.size);
        if (inside >= 0) output.data[inside] += bank.kernels[d * taps.length + u] * z;
      });
    });
  }
}

/** Adds dL/dx to `output` and returns the gradients of the numbers. */
export function shrinkResponsesGradient(
  estimate: GridValues,
  output: Float64Array,
  { gradient, size, kernels: bank }: {
    readonly gradient: Float64Array;
    readonly size: Size;
    readonly kernels: ShrinkageKernels;
  },
): ShrinkageGradients {
  const count = bank.thresholds.length;
  const kernels = new Float64Array(bank.kernels.length);
  const gains = new Float64Array(count * GAIN_COUNT);
  const thresholds = new Float64Array(count);
  // Beyond the field of view q is not taken, so its gradient is 0 there.
  const a = gradient.map((value, i) => placeIn(i, estimate.size, size) >= 0 ? value : 0);
  let product = 0;
  for (let d = 0; d < count; d++) {
    forEachTap(estimate.size, size, bank.kernelSize, (taps) => {
      const r = respond(estimate.data, taps, bank, d);
      const { z, slope, byGains, byThreshold } = shrink(r, bank, d);
      const dz = respond(a, taps, bank, d);
      product += z * dz;
      byGains.forEach((value, k) => gains[d * GAIN_COUNT + k] += value * dz);
      thresholds[d] += byThreshold * dz;
      taps.forEach((at, u) => {
        const index = d * taps.length + u;
        kernels[index] += estimate.data[at] * slope * dz + a[at] * z;
        output[at] += bank.kernels[index] * slope * dz;
      });
    });
  }
  return { kernels, gains, thresholds, product };
}

/** z = r ( gain_0 + sum_k gain_k p_k ), p_k = v / (v + knee_k), v = r^2 / threshold^2; its derivatives. */
function shrink(r: number, { gains, thresholds }: ShrinkageKernels, d: number) {
  const strength = r * r / thresholds[d] ** 2;
  const own = gains.subarray(d * GAIN_COUNT, (d + 1) * GAIN_COUNT);
  const steps = KNEES.map((knee) => strength / (strength + knee));
  const gain = steps.reduce((sum, step, k) => sum + own[k + 1] * step, own[0]);
  // v dgain/dv
  const change = steps.reduce((sum, step, k) => sum + own[k + 1] * step * (1 - step), 0);
  return {
    z: r * gain,
    slope: gain + 2 * change,
    byGains: [r, ...steps.map((step) => r * step)],
    byThreshold: -2 * r * change / thresholds[d],
  };
}

function respond(
  values: Float64Array,
  taps: readonly number[],
  { kernels }: ShrinkageKernels,
  d: number,
): number {
  return taps.reduce((sum, at, u) => sum + kernels[d * taps.length + u] * values[at], 0);
}

/** Every voxel of the field of view with the grid's indices under the kernel around it. */
function forEachTap(
  grid: Size,
  size: Size,
  kernelSize: Size,
  callback: (taps: readonly number[]) => void,
): void {
  const wrap = (i: number, n: number) => ((i % n) + n) % n;
  const origin = kernelSize.map((n) => Math.floor(n / 2));
  const taps = new Array<number>(voxelsOf(kernelSize));
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[2]; x++) {
        for (let uz = 0, u = 0; uz < kernelSize[0]; uz++) {
          for (let uy = 0; uy < kernelSize[1]; uy++) {
            for (let ux = 0; ux < kernelSize[2]; ux++, u++) {
              const row = wrap(z + uz - origin[0], grid[0]) * grid[1] +
                wrap(y + uy - origin[1], grid[1]);
              taps[u] = row * grid[2] + wrap(x + ux - origin[2], grid[2]);
            }
          }
        }
        callback(taps);
      }
    }
  }
}

/** Index in the field of view of the grid's voxel `at`, -1 beyond it. */
function placeIn(at: number, [, ny, nx]: Size, [depth, height, width]: Size): number {
  const x = at % nx;
  const y = Math.floor(at / nx) % ny;
  const z = Math.floor(at / (nx * ny));
  return x < width && y < height && z < depth ? (z * height + y) * width + x : -1;
}
