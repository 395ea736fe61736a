/**
 * How near a restoration comes to its target. All intensities are on a scale whose peak is 1; sums
 * are in double precision and run over the voxels of all channels together; a voxel that is NaN
 * makes its metrics NaN. Decibels of an exact restoration are Infinity.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { formatSize, type Size, sizeOf, type Volume } from "../volume.ts";
import { assertSameShape } from "./same_shape.ts";
import { fitsSsimWindow, ssim } from "./ssim.ts";

/** Everything that is measured of one restoration. */
export interface Metrics {
  /** Peak signal to noise ratio in dB. */
  readonly psnr: number;
  /** PSNR of the central crop, in dB; NaN where the PSF's half extent leaves no crop. */
  readonly cpsnr: number;
  /** PSNR gained on the observed stack, in dB. */
  readonly isnr: number;
  /** CPSNR gained on the observed stack, in dB; NaN where there is no crop. */
  readonly cisnr: number;
  /** Signal to noise ratio in dB. */
  readonly snr: number;
  /** Root mean squared error as a part of the target's root mean square. */
  readonly nrmse: number;
  /** Structural similarity, at most 1; NaN where the planes are smaller than its window. */
  readonly ssim: number;
}

/** What {@link measureRestoration} compares; all three stacks of one shape. */
export interface Restoration {
  readonly restored: Volume;
  /** The degraded stack that the restoration started from. */
  readonly observed: Volume;
  readonly target: Volume;
  /** `[z, y, x]` */
  readonly psfSize: Size;
  /** "skipped" leaves SSIM, which takes most of the time, at NaN. @default "measured" */
  readonly similarity?: "measured" | "skipped";
}

/**
 * PSNR in dB for peak 1: -10 log10(mean((restored - target)^2)).
 *
 * @example
 * ```ts
 * import { psnr } from "./metrics.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const target = createVolume([1, 2, 4, 4]);
 * const restored = createVolume([1, 2, 4, 4], new Float32Array(32).fill(0.1));
 * assert.ok(Math.abs(psnr(restored, target) - 20) < 1e-5);
 * ```
 *
 * @throws {InputError} when the shapes differ.
 */
export function psnr(restored: Volume, target: Volume): number {
  return psnrOf(sumSquares(restored, target), target.data.length);
}

/**
 * PSNR in dB over the central crop: half the PSF's extent, floor(size / 2), is removed on every side
 * of every axis, because a method without the world beyond the border cannot do better there.
 *
 * @throws {InputError} when the shapes differ, or the crop leaves nothing on an axis.
 */
export function cpsnr(
  restored: Volume,
  target: Volume,
  options: { readonly psfSize: Size },
): number {
  const box = cropOrThrow(target, options.psfSize);
  return psnrOf(sumSquares(restored, target, box), target.shape[0] * box.voxels);
}

/**
 * The PSNR that a restoration gains on the observed stack, in dB.
 *
 * @throws {InputError} when the shapes differ.
 */
export function isnr(
  restored: Volume,
  target: Volume,
  options: { readonly observed: Volume },
): number {
  // 10 log10( sum (y - t)^2 / sum (x - t)^2 )
  return 10 * Math.log10(sumSquares(options.observed, target) / sumSquares(restored, target));
}

/**
 * The CPSNR that a restoration gains on the observed stack, in dB.
 *
 * @throws {InputError} when the shapes differ, or the crop leaves nothing on an axis.
 */
export function cisnr(
  restored: Volume,
  target: Volume,
  options: { readonly observed: Volume; readonly psfSize: Size },
): number {
  const box = cropOrThrow(target, options.psfSize);
  return 10 *
    Math.log10(sumSquares(options.observed, target, box) / sumSquares(restored, target, box));
}

/**
 * Signal to noise ratio in dB: 10 log10(sum target^2 / sum (restored - target)^2).
 *
 * @throws {InputError} when the shapes differ.
 */
export function snr(restored: Volume, target: Volume): number {
  return 10 * Math.log10(sumOfSquares(target) / sumSquares(restored, target));
}

/**
 * Root mean squared error over the target's root mean square, which is 10^(-SNR / 20).
 *
 * @throws {InputError} when the shapes differ.
 */
export function nrmse(restored: Volume, target: Volume): number {
  return Math.sqrt(sumSquares(restored, target) / sumOfSquares(target));
}

/**
 * All metrics of one restoration. What the stack is too small for is NaN (see {@link Metrics});
 * the functions of one metric throw there.
 *
 * @example
 * ```ts
 * import { measureRestoration } from "./metrics.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const shape = [1, 1, 16, 16] as const;
 * const { isnr, cisnr } = measureRestoration({
 *   restored: createVolume(shape, new Float32Array(256).fill(0.51)),
 *   observed: createVolume(shape, new Float32Array(256).fill(0.6)),
 *   target: createVolume(shape, new Float32Array(256).fill(0.5)),
 *   psfSize: [1, 5, 5],
 * });
 * assert.ok(Math.abs(isnr - 20) < 1e-4 && Math.abs(cisnr - 20) < 1e-4);
 * ```
 *
 * @throws {InputError} when the shapes differ.
 */
export function measureRestoration(restoration: Restoration): Metrics {
  const { restored, observed, target, psfSize, similarity = "measured" } = restoration;
  const box = findCentralCrop(sizeOf(target.shape), psfSize);
  const count = target.data.length;
  const error = sumSquares(restored, target);
  const errorBefore = sumSquares(observed, target);
  const energy = sumOfSquares(target);
  const crop = box && {
    error: sumSquares(restored, target, box),
    errorBefore: sumSquares(observed, target, box),
    count: target.shape[0] * box.voxels,
  };
  return {
    psnr: psnrOf(error, count),
    cpsnr: crop ? psnrOf(crop.error, crop.count) : NaN,
    isnr: 10 * Math.log10(errorBefore / error),
    cisnr: crop ? 10 * Math.log10(crop.errorBefore / crop.error) : NaN,
    snr: 10 * Math.log10(energy / error),
    nrmse: Math.sqrt(error / energy),
    ssim: similarity === "measured" && fitsSsimWindow(target) ? ssim(restored, target) : NaN,
  };
}

/** A box of the grid; `end` is exclusive. */
export interface CropBox {
  /** `[z, y, x]` */
  readonly start: Size;
  /** `[z, y, x]` */
  readonly end: Size;
  readonly voxels: number;
}

/**
 * The box of `size` that is left when half the PSF's extent, floor(n / 2), is removed on every side,
 * or undefined where nothing is left on an axis.
 *
 * @example
 * ```ts
 * import { findCentralCrop } from "./metrics.ts";
 * import assert from "node:assert/strict";
 *
 * const box = findCentralCrop([14, 512, 512], [13, 27, 27]);
 * assert.deepEqual(box, { start: [6, 13, 13], end: [8, 499, 499], voxels: 2 * 486 * 486 });
 * assert.equal(findCentralCrop([12, 512, 512], [13, 27, 27]), undefined);
 * ```
 */
export function findCentralCrop(size: Size, psfSize: Size): CropBox | undefined {
  const start = psfSize.map((n) => Math.floor(n / 2)) as unknown as Size;
  const end = size.map((n, axis) => n - start[axis]) as unknown as Size;
  const voxels = end.reduce((product, n, axis) => product * Math.max(0, n - start[axis]), 1);
  return voxels > 0 ? { start, end, voxels } : undefined;
}

function cropOrThrow(target: Volume, psfSize: Size): CropBox {
  const box = findCentralCrop(sizeOf(target.shape), psfSize);
  if (box) return box;
  throw new InputError(
    `The central crop of a stack of ${formatSize(target.shape)} is empty: half the PSF's ` +
      `${
        formatSize(psfSize)
      } voxels leaves nothing; use a larger stack, a smaller PSF, or the PSNR`,
  );
}

function psnrOf(sum: number, count: number): number {
  return -10 * Math.log10(sum / count);
}

function sumOfSquares({ data }: Volume): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * data[i];
  return sum;
}

/** sum (a - b)^2 over the box, or over everything. */
function sumSquares(a: Volume, b: Volume, box?: CropBox): number {
  assertSameShape(a, b);
  const [channels, depth, height, width] = a.shape;
  const { start, end } = box ?? { start: [0, 0, 0], end: [depth, height, width] };
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = start[0]; z < end[0]; z++) {
      for (let y = start[1]; y < end[1]; y++) {
        const row = ((c * depth + z) * height + y) * width;
        for (let i = row + start[2]; i < row + end[2]; i++) {
          const difference = a.data[i] - b.data[i];
          sum += difference * difference;
        }
      }
    }
  }
  return sum;
}
