/**
 * Born & Wolf's scalar, paraxial point spread function.
 *
 * @module
 */
import type { Volume } from "../volume.ts";
import { type BornWolfOptics, checkOptics, DEFAULT_IMMERSION_INDEX } from "./optics.ts";
import type { Pupil } from "./pupil.ts";
import { samplePupils } from "./sample_pupil.ts";
import { checkSampling, type PsfSampling } from "./sampling.ts";

/**
 * The PSF of Born & Wolf, "Principles of Optics", 8.8.1 (as parametrized by Kirshner, Aguet, Sage &
 * Unser 2013): shape `[c, z, y, x]`, a channel per wavelength, each channel's largest voxel 1.
 *
 *     I(r, dz) = | int_0^1 J0(k NA r p) exp(-i k NA^2 dz p^2 / (2 ni)) p dp |^2,  k = 2 pi / lambda
 *
 * @throws {InputError} for optics or a grid that cannot be computed.
 *
 * @example
 * ```ts
 * import { bornWolf } from "./born_wolf.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1.2 } as const;
 * const psf = bornWolf(optics, { size: [3, 9, 9], voxelSizeNm: { x: 98, y: 98, z: 203 } });
 * assert.deepEqual(psf.shape, [1, 3, 9, 9]);
 * assert.equal(psf.data[1 * 81 + 4 * 9 + 4], 1);
 * ```
 */
export function bornWolf(optics: BornWolfOptics, sampling: PsfSampling): Volume {
  checkOptics(optics);
  checkSampling(sampling);
  return samplePupils(optics, sampling, {
    createPupil: (wavelengthNm) => createBornWolfPupil(optics, wavelengthNm),
  });
}

function createBornWolfPupil(optics: BornWolfOptics, wavelengthNm: number): Pupil {
  const { numericalAperture: na, immersionIndex = DEFAULT_IMMERSION_INDEX } = optics;
  const k = 2 * Math.PI / wavelengthNm;
  return {
    limit: 1,
    frequency: (p) => k * na * p,
    aberration: () => 0,
    defocus: (p) => -k * na * na * p * p / (2 * immersionIndex),
    terms: [{ order: 0, share: 1, weight: (p) => p }],
  };
}
