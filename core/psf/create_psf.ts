/**
 * A point spread function from optics: the one entry to all models.
 *
 * @module
 */
import type { Volume } from "../volume.ts";
import { bornWolf } from "./born_wolf.ts";
import { gaussianPsf } from "./gaussian.ts";
import { gibsonLanni } from "./gibson_lanni.ts";
import { normalizePsf } from "./normalize.ts";
import type { PsfOptics } from "./optics.ts";
import { richardsWolf } from "./richards_wolf.ts";
import type { PsfNormalization, PsfSampling } from "./sampling.ts";

/**
 * The PSF of the optics: shape `[c, z, y, x]`, a channel per wavelength, every channel's sum 1 unless
 * `normalization` is "peak". Its centre is at index floor(size/2) of every axis, as a deconvolution
 * takes it, unless `centre` says otherwise; see {@link PsfCentre} for even sizes.
 *
 * The relative error (to the peak) against the model's integral is below 1e-6.
 *
 * @throws {InputError} for optics or a grid that cannot be computed.
 *
 * @example
 * ```ts
 * import { createPsf } from "./create_psf.ts";
 * import assert from "node:assert/strict";
 *
 * const psf = createPsf(
 *   { model: "gibson-lanni", wavelengthsNm: [450, 520], numericalAperture: 1.2 },
 *   { size: [13, 27, 27], voxelSizeNm: { x: 98, y: 98, z: 203 } },
 * );
 * assert.deepEqual(psf.shape, [2, 13, 27, 27]);
 * const sum = psf.data.reduce((total, value) => total + value, 0);
 * assert.ok(Math.abs(sum - 2) < 1e-4);
 * ```
 */
export function createPsf(
  optics: PsfOptics,
  sampling: PsfSampling & { readonly normalization?: PsfNormalization },
): Volume {
  return normalizePsf(computeModel(optics, sampling), sampling.normalization ?? "sum");
}

function computeModel(optics: PsfOptics, sampling: PsfSampling): Volume {
  switch (optics.model) {
    case "born-wolf":
      return bornWolf(optics, sampling);
    case "richards-wolf":
      return richardsWolf(optics, sampling);
    case "gibson-lanni":
      return gibsonLanni(optics, sampling);
    case "gaussian":
      return gaussianPsf(optics, sampling);
  }
}
