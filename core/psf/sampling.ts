/**
 * Where a point spread function is sampled: the grid, its centre, and what the optics ask of it.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Size } from "../volume.ts";

/** Distance between voxel centres, in nanometres. */
export interface VoxelSizeNm {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/**
 * Where the centre of the PSF lies on an axis of n voxels: at the centre of voxel floor(n/2), as a
 * deconvolution takes it, or in the middle of the grid, (n-1)/2, as the EPFL PSF Generator does. For
 * odd n both are the same; for even n the second lies half a voxel before the first, so that a
 * deconvolution with it would move the image by half a voxel.
 */
export type PsfCentre = "voxel" | "middle";

/** What a volume's values are scaled to, per channel: sum 1, or largest voxel 1. */
export type PsfNormalization = "sum" | "peak";

/** The grid that a PSF is computed on. */
export interface PsfSampling {
  /** `[z, y, x]`, of any parity; z = 1 for 2D. */
  readonly size: Size;
  readonly voxelSizeNm: VoxelSizeNm;
  /** @default "voxel" */
  readonly centre?: PsfCentre;
  /**
   * Points per side of a pixel at which the intensity is integrated over the pixel in x and y, by
   * the Gauss-Legendre rule; 1 takes the pixel's centre alone, 3 is the integral to about 1e-4.
   * @default 1
   */
  readonly oversampling?: number;
}

/** Voxels that one PSF may have: 4 GiB of 32-bit values. */
const MAX_VOXELS = 2 ** 30;

/** The index, possibly half, at which the centre lies on an axis of `length` voxels. */
export function centreIndex(length: number, centre: PsfCentre = "voxel"): number {
  return centre === "middle" ? (length - 1) / 2 : Math.floor(length / 2);
}

/**
 * Refuses a grid that nothing can be computed on.
 *
 * @throws {InputError} one line with the value and the way out.
 */
export function checkSampling({ size, voxelSizeNm, oversampling = 1 }: PsfSampling): void {
  const [depth, height, width] = size;
  const written = `${width}x${height}x${depth}`;
  if (!size.every((n) => Number.isInteger(n) && n > 0)) {
    throw new InputError(
      `The PSF's size is ${written}; every size has to be a whole number above 0, as 27x27x13`,
    );
  }
  if (depth * height * width > MAX_VOXELS) {
    throw new InputError(
      `The PSF's size is ${written}, more than ${MAX_VOXELS} voxels; give a smaller --size`,
    );
  }
  const { x, y, z } = voxelSizeNm;
  if (![x, y, z].every((d) => d > 0 && Number.isFinite(d))) {
    throw new InputError(
      `The voxel is ${x}x${y}x${z} nm; every side has to be above 0, as 98x98x203`,
    );
  }
  if (Math.max(x, y, z) < 2) {
    const inNm = [x, y, z].map((d) => Number((d * 1000).toFixed(6))).join("x");
    throw new InputError(`voxel ${x}x${y}x${z} nm; give nanometres (${inNm})`);
  }
  if (!Number.isInteger(oversampling) || oversampling < 1 || oversampling > 64) {
    throw new InputError(
      `The oversampling is ${oversampling}; give a whole number of points per pixel, 1 to 64`,
    );
  }
}

/**
 * The largest voxel, in nm, that keeps all that the optics pass (Nyquist): lambda / (4 NA) across,
 * lambda / (2 (n - sqrt(n^2 - NA^2))) along the axis, the widefield microscope's cut-off.
 *
 * @example
 * ```ts
 * import { nyquistVoxelNm } from "./sampling.ts";
 * import assert from "node:assert/strict";
 *
 * const nyquist = nyquistVoxelNm({ wavelengthNm: 500, numericalAperture: 1.25, index: 1.5 });
 * assert.equal(nyquist.lateral, 100);
 * ```
 */
export function nyquistVoxelNm(
  { wavelengthNm, numericalAperture: na, index }: {
    readonly wavelengthNm: number;
    readonly numericalAperture: number;
    readonly index: number;
  },
): { lateral: number; axial: number } {
  return {
    lateral: wavelengthNm / (4 * na),
    axial: wavelengthNm / (2 * (index - Math.sqrt(index * index - na * na))),
  };
}
