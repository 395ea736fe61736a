/**
 * What a PSF's values are scaled to.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { channelOf, rangeOf, type Volume } from "../volume.ts";
import type { PsfNormalization } from "./sampling.ts";

/**
 * The PSF with every channel scaled to sum 1 or to a largest voxel of 1, in the same memory.
 *
 * @throws {InputError} when a channel's sum, or its largest voxel, is not above 0.
 *
 * @example
 * ```ts
 * import { createVolume } from "../volume.ts";
 * import { normalizePsf } from "./normalize.ts";
 * import assert from "node:assert/strict";
 *
 * const psf = normalizePsf(createVolume([1, 1, 1, 3], Float32Array.of(1, 2, 1)), "sum");
 * assert.deepEqual([...psf.data], [0.25, 0.5, 0.25]);
 * ```
 */
export function normalizePsf(psf: Volume, normalization: PsfNormalization): Volume {
  for (let channel = 0; channel < psf.shape[0]; channel++) {
    const data = channelOf(psf, channel);
    const total = normalization === "sum" ? sumOf(data) : rangeOf(data).max;
    if (!(total > 0 && Number.isFinite(total))) {
      const what = normalization === "sum" ? "sum" : "largest voxel";
      throw new InputError(
        `The PSF's ${what} is ${total} in channel ${channel + 1}; ` +
          `a PSF has to hold light, so check the file, the size or the background`,
      );
    }
    const scale = 1 / total;
    for (let i = 0; i < data.length; i++) data[i] *= scale;
  }
  return psf;
}

/** The sum in double precision. */
export function sumOf(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return sum;
}
