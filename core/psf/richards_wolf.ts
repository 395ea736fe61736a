/**
 * Richards & Wolf's vectorial point spread function.
 *
 * @module
 */
import type { Volume } from "../volume.ts";
import { checkOptics, DEFAULT_IMMERSION_INDEX, type RichardsWolfOptics } from "./optics.ts";
import type { Pupil } from "./pupil.ts";
import { samplePupils } from "./sample_pupil.ts";
import { checkSampling, type PsfSampling } from "./sampling.ts";

/**
 * The PSF of Richards & Wolf, "Electromagnetic diffraction in optical systems II", Proc. R. Soc. A
 * 253, 1959, averaged over the dipole's directions in the plane: shape `[c, z, y, x]`, a channel per
 * wavelength, each channel's largest voxel 1. With theta in [0, asin(NA/ni)], k = 2 pi ni / lambda:
 *
 *     I(r, dz) = |I0|^2 + 2 |I1|^2 + |I2|^2
 *     I0 = int sqrt(cos) sin (1 + cos) J0(k r sin) exp(i k dz cos) dtheta
 *     I1 = int sqrt(cos) sin^2         J1(k r sin) exp(i k dz cos) dtheta
 *     I2 = int sqrt(cos) sin (1 - cos) J2(k r sin) exp(i k dz cos) dtheta
 *
 * @throws {InputError} for optics or a grid that cannot be computed.
 *
 * @example
 * ```ts
 * import { richardsWolf } from "./richards_wolf.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "richards-wolf", wavelengthsNm: [630], numericalAperture: 1.4 } as const;
 * const psf = richardsWolf(optics, { size: [5, 9, 9], voxelSizeNm: { x: 98, y: 98, z: 203 } });
 * assert.ok(Math.abs(psf.data[0 * 81 + 40] / psf.data[4 * 81 + 40] - 1) < 1e-6); // even in z
 * ```
 */
export function richardsWolf(optics: RichardsWolfOptics, sampling: PsfSampling): Volume {
  checkOptics(optics);
  checkSampling(sampling);
  return samplePupils(optics, sampling, {
    createPupil: (wavelengthNm) => createRichardsWolfPupil(optics, wavelengthNm),
  });
}

function createRichardsWolfPupil(optics: RichardsWolfOptics, wavelengthNm: number): Pupil {
  const { numericalAperture: na, immersionIndex = DEFAULT_IMMERSION_INDEX } = optics;
  const k = 2 * Math.PI * immersionIndex / wavelengthNm;
  const { sin, cos, sqrt } = Math;
  return {
    limit: Math.asin(na / immersionIndex),
    frequency: (theta) => k * sin(theta),
    aberration: () => 0,
    defocus: (theta) => k * cos(theta),
    terms: [
      { order: 0, share: 1, weight: (t) => sqrt(cos(t)) * sin(t) * (1 + cos(t)) },
      { order: 1, share: 2, weight: (t) => sqrt(cos(t)) * sin(t) ** 2 },
      { order: 2, share: 1, weight: (t) => sqrt(cos(t)) * sin(t) * (1 - cos(t)) },
    ],
  };
}
