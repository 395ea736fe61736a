/**
 * A PSF on another grid: of other voxels, and with its centre where a deconvolution takes it.
 *
 * @module
 */
import {
  channelOf,
  createVolume,
  type Size,
  sizeOf,
  type Volume,
  type VoxelSizeUm,
} from "../volume.ts";
import { interpolateAxis, interpolateVolume } from "./interpolate.ts";
import { findCentre, type GridVector } from "./locate.ts";

/** What came of moving and resampling a PSF. */
export interface ResampledPsf {
  readonly psf: Volume;
  /** Where each channel's centre was in the source, voxels `[z, y, x]`. */
  readonly centres: readonly GridVector[];
}

/**
 * The PSF with voxels of `voxelSizeUm` and the centre of every channel exactly at index floor(size/2),
 * interpolated band-limited; where the new voxels are larger, what they cannot carry is filtered out.
 * Values keep their scale. The size is the largest odd one within the source unless it is given; a
 * given size that reaches beyond the source holds zeros there.
 *
 * Channels are centred one by one: a shift between colours stays in the image and is not undone.
 *
 * @throws {RangeError} when the source has no voxel size.
 *
 * @example
 * ```ts
 * import { createPsf } from "./create_psf.ts";
 * import { resamplePsf } from "./resample.ts";
 * import assert from "node:assert/strict";
 *
 * const fine = createPsf(
 *   { model: "gaussian", wavelengthsNm: [600], numericalAperture: 0.8 },
 *   { size: [15, 41, 41], voxelSizeNm: { x: 50, y: 50, z: 300 } },
 * );
 * const { psf } = resamplePsf(fine, { voxelSizeUm: { x: 0.1, y: 0.1, z: 0.3 } });
 * assert.deepEqual(psf.shape, [1, 15, 21, 21]);
 * ```
 */
export function resamplePsf(
  source: Volume,
  { voxelSizeUm, size }: { readonly voxelSizeUm: VoxelSizeUm; readonly size?: Size },
): ResampledPsf {
  if (source.voxelSizeUm === undefined) throw new RangeError("Resampling needs a voxel size");
  const from = source.voxelSizeUm;
  const ratios = [voxelSizeUm.z / from.z, voxelSizeUm.y / from.y, voxelSizeUm.x / from.x];
  const sourceSize = sizeOf(source.shape);
  const centres = Array.from(
    { length: source.shape[0] },
    (_, channel) => findCentre(channelOf(source, channel), sourceSize),
  );
  const target = size ?? largestOddSize(sourceSize, centres, ratios);
  const psf = createVolume([source.shape[0], ...target], undefined, voxelSizeUm);
  centres.forEach((centre, channel) => {
    const values = interpolateCentred(channelOf(source, channel), sourceSize, {
      centre,
      ratios,
      target,
    });
    channelOf(psf, channel).set(values);
  });
  return { psf, centres };
}

function largestOddSize(
  sourceSize: Size,
  centres: readonly GridVector[],
  ratios: readonly number[],
): Size {
  return [0, 1, 2].map((axis) => {
    const room = Math.min(...centres.map((c) => Math.min(c[axis], sourceSize[axis] - 1 - c[axis])));
    // A centre that was found is exact to about 1e-4 voxels.
    return 2 * Math.floor((room + 1e-3) / ratios[axis]) + 1;
  }) as unknown as Size;
}

function interpolateCentred(
  data: Float32Array,
  sourceSize: Size,
  { centre, ratios, target }: {
    readonly centre: GridVector;
    readonly ratios: readonly number[];
    readonly target: Size;
  },
): Float64Array {
  const [z, y, x] = sourceSize.map((length, axis) => {
    const positions = Float64Array.from(
      { length: target[axis] },
      (_, i) => centre[axis] + (i - Math.floor(target[axis] / 2)) * ratios[axis],
    );
    const cutoff = Math.min(1, 1 / ratios[axis]);
    const axisWeights = interpolateAxis(length, positions, { cutoff });
    positions.forEach((position, i) => {
      const outside = position < -0.5 - 1e-6 || position > length - 0.5 + 1e-6;
      if (outside) axisWeights.weights.fill(0, i * length, (i + 1) * length);
    });
    return axisWeights;
  });
  return interpolateVolume(data, sourceSize, { z, y, x });
}
