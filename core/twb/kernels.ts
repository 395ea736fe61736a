/**
 * The kernels of a block from what is learned, and what of them the Fourier domain needs: the summed
 * autocorrelation, whose transform is R. Its gradient comes back the same way.
 *
 * @module
 */
import { type Size, voxelsOf } from "../volume.ts";
import type { KernelBank } from "./stage.ts";

/**
 * g = s u / ||u||, u = v - mean(v), for every kernel.
 *
 * @returns the kernels `[d, c, z, y, x]` and the norms ||u|| `[d, c]`.
 */
export function normalizeKernels(
  stage: KernelBank,
): { readonly kernels: Float64Array; readonly norms: Float64Array } {
  const n = voxelsOf(stage.kernelSize);
  const kernels = new Float64Array(stage.kernels.length);
  const norms = new Float64Array(stage.scales.length);
  for (let i = 0; i < norms.length; i++) {
    const v = stage.kernels.subarray(i * n, (i + 1) * n);
    const mean = v.reduce((sum, value) => sum + value, 0) / n;
    let square = 0;
    for (let k = 0; k < n; k++) square += (v[k] - mean) ** 2;
    norms[i] = Math.sqrt(square);
    // A constant v has no direction: its kernel is zero, and so is its gradient.
    const factor = norms[i] > 0 ? stage.scales[i] / norms[i] : 0;
    for (let k = 0; k < n; k++) kernels[i * n + k] = factor * (v[k] - mean);
  }
  return { kernels, norms };
}

/** Number of lags that a regularizer keeps: kz (2 ky - 1) (2 kx - 1). */
export function countLags([depth, height, width]: Size): number {
  return depth * (2 * height - 1) * (2 * width - 1);
}

/**
 * A(lag) = sum_d sum_u g_d(u) g_d(u + lag) of one channel at the lags
 * `[0..kz-1, -(ky-1)..ky-1, -(kx-1)..kx-1]`; A is even, so they say all.
 */
export function autocorrelateKernels(
  kernels: Float64Array,
  options: { kernelSize: Size; kernelChannels: number; channel: number },
): Float64Array {
  const { kernelSize, kernelChannels, channel } = options;
  const [depth, height, width] = kernelSize;
  const n = voxelsOf(kernelSize);
  const lagsY = 2 * height - 1;
  const lagsX = 2 * width - 1;
  const lags = new Float64Array(countLags(kernelSize));
  for (let start = channel * n; start < kernels.length; start += kernelChannels * n) {
    for (let z = 0; z < depth; z++) {
      for (let z2 = z; z2 < depth; z2++) {
        for (let y = 0; y < height; y++) {
          for (let y2 = 0; y2 < height; y2++) {
            const a = start + (z * height + y) * width;
            const b = start + (z2 * height + y2) * width;
            const row = ((z2 - z) * lagsY + y2 - y + height - 1) * lagsX + width - 1;
            for (let x = 0; x < width; x++) {
              const value = kernels[a + x];
              const base = row - x;
              for (let x2 = 0; x2 < width; x2++) lags[base + x2] += value * kernels[b + x2];
            }
          }
        }
      }
    }
  }
  return lags;
}

/**
 * dL/dg_d(u) = 2 sum_lag Q(lag) g_d(u + lag) for the kernels of one channel, Q the gradient of the
 * loss with respect to R at every lag (both signs), given at the lags of `autocorrelateKernels`.
 * Adds to `gradient`.
 */
export function correlateWithLags(
  kernels: Float64Array,
  gradient: Float64Array,
  options: { kernelSize: Size; kernelChannels: number; channel: number; lags: Float64Array },
): void {
  const { kernelSize, kernelChannels, channel, lags } = options;
  const [depth, height, width] = kernelSize;
  const n = voxelsOf(kernelSize);
  const lagsY = 2 * height - 1;
  const lagsX = 2 * width - 1;
  for (let start = channel * n; start < kernels.length; start += kernelChannels * n) {
    for (let z = 0; z < depth; z++) {
      for (let z2 = 0; z2 < depth; z2++) {
        for (let y = 0; y < height; y++) {
          for (let y2 = 0; y2 < height; y2++) {
            const a = start + (z * height + y) * width;
            const b = start + (z2 * height + y2) * width;
            // Q is even: a lag with z2 < z is read at its opposite.
            const sign = z2 >= z ? 1 : -1;
            const row = (sign * (z2 - z) * lagsY + sign * (y2 - y) + height - 1) * lagsX + width -
              1;
            for (let x = 0; x < width; x++) {
              let sum = 0;
              for (let x2 = 0; x2 < width; x2++) {
                sum += lags[row + sign * (x2 - x)] * kernels[b + x2];
              }
              gradient[a + x] += 2 * sum;
            }
          }
        }
      }
    }
  }
}

/**
 * From dL/dg to what is learned:
 *
 *     dL/ds = < g / s, dL/dg >
 *     dL/dv = (s / ||u||) (I - 1 1^T / n) (I - u u^T / ||u||^2) dL/dg
 */
export function denormalizeGradients(
  stage: KernelBank,
  gradKernels: Float64Array,
): { readonly kernels: Float64Array; readonly scales: Float64Array } {
  const n = voxelsOf(stage.kernelSize);
  const { norms } = normalizeKernels(stage);
  const kernels = new Float64Array(gradKernels.length);
  const scales = new Float64Array(norms.length);
  for (let i = 0; i < norms.length; i++) {
    if (norms[i] === 0) continue;
    const v = stage.kernels.subarray(i * n, (i + 1) * n);
    const grad = gradKernels.subarray(i * n, (i + 1) * n);
    const meanV = v.reduce((sum, value) => sum + value, 0) / n;
    const meanGrad = grad.reduce((sum, value) => sum + value, 0) / n;
    let dot = 0;
    for (let k = 0; k < n; k++) dot += (v[k] - meanV) / norms[i] * grad[k];
    scales[i] = dot;
    for (let k = 0; k < n; k++) {
      const direction = (v[k] - meanV) / norms[i];
      kernels[i * n + k] = stage.scales[i] / norms[i] * (grad[k] - meanGrad - dot * direction);
    }
  }
  return { kernels, scales };
}
