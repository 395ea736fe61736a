/**
 * Intensities on a common scale: peak 1.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { assertFinite, createVolume, rangeOf, type Volume } from "../volume.ts";

/** A volume with a maximum of 1, and the factor back to the units it came in. */
export interface NormalizedVolume {
  readonly volume: Volume;
  /** The maximum before, over all channels: voxel = peak x normalized voxel. */
  readonly peak: number;
}

/**
 * The volume divided by its own maximum over all channels, so that channels keep their ratio.
 * Negative voxels stay negative. `name` is what an error calls the volume.
 *
 * @example
 * ```ts
 * import { normalizeToPeak } from "./normalize.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const { volume, peak } = normalizeToPeak(
 *   createVolume([1, 1, 1, 3], new Float32Array([-2, 4, 8])),
 * );
 * assert.equal(peak, 8);
 * assert.deepEqual([...volume.data], [-0.25, 0.5, 1]);
 * ```
 *
 * @throws {InputError} when a voxel is NaN or infinite, all voxels are the same, or none is above 0.
 */
export function normalizeToPeak(volume: Volume, name = "The volume"): NormalizedVolume {
  assertFinite(volume, name);
  const { min, max } = rangeOf(volume.data);
  if (min === max || max <= 0) {
    const why = min === max ? `all its voxels are ${max}` : `its largest voxel is ${max}`;
    throw new InputError(
      `${name} cannot be normalized to a maximum of 1: ${why}; leave it out or export it anew`,
    );
  }
  const data = new Float32Array(volume.data.length);
  // A quotient, not a product with 1 / max: the peak has to become exactly 1.
  for (let i = 0; i < data.length; i++) data[i] = volume.data[i] / max;
  return { volume: createVolume(volume.shape, data, volume.voxelSizeUm), peak: max };
}
