/**
 * Full widths at half maximum of a PSF.
 *
 * @module
 */
import { channelOf, sizeOf, type Volume } from "../volume.ts";
import { findCentre, widthsAtHalf } from "./locate.ts";

/** Full widths at half maximum, nm; undefined where the PSF does not fall to half in its volume. */
export interface FwhmNm {
  readonly x?: number;
  readonly y?: number;
  readonly z?: number;
}

/**
 * The full widths at half maximum of one channel, in nm, along the lines through its centre. Profiles
 * are interpolated band-limited.
 *
 * @throws {RangeError} when the volume has no voxel size.
 *
 * @example
 * ```ts
 * import { createPsf } from "./create_psf.ts";
 * import { measureFwhmNm } from "./fwhm.ts";
 * import { gaussianWidthsNm } from "./gaussian.ts";
 * import assert from "node:assert/strict";
 *
 * const lens = { numericalAperture: 1.2, immersionIndex: 1.5 };
 * const psf = createPsf(
 *   { ...lens, model: "gaussian", wavelengthsNm: [520] },
 *   { size: [15, 21, 21], voxelSizeNm: { x: 80, y: 80, z: 200 } },
 * );
 * const sigma = gaussianWidthsNm({ ...lens, wavelengthNm: 520 }).lateral;
 * assert.ok(Math.abs(measureFwhmNm(psf).x! / (2.3548 * sigma) - 1) < 0.005);
 * ```
 */
export function measureFwhmNm(psf: Volume, channel = 0): FwhmNm {
  const { voxelSizeUm } = psf;
  if (voxelSizeUm === undefined) throw new RangeError("A PSF's FWHM in nm needs its voxel size");
  const data = channelOf(psf, channel);
  const size = sizeOf(psf.shape);
  const [z, y, x] = widthsAtHalf(data, size, findCentre(data, size));
  const inNm = (width: number | undefined, stepUm: number) =>
    width === undefined ? undefined : width * 1000 * stepUm;
  return {
    x: inNm(x, voxelSizeUm.x),
    y: inNm(y, voxelSizeUm.y),
    z: inNm(z, voxelSizeUm.z),
  };
}
