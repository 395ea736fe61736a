/**
 * Gibson & Lanni's point spread function: sample, coverslip and immersion, as built and as used.
 *
 * @module
 */
import type { Volume } from "../volume.ts";
import { checkOptics, completeGibsonLanni, type GibsonLanniOptics } from "./optics.ts";
import { findBrightestStage } from "./focus.ts";
import type { Pupil } from "./pupil.ts";
import { samplePupils } from "./sample_pupil.ts";
import { checkSampling, type PsfSampling } from "./sampling.ts";

/**
 * The PSF of Gibson & Lanni, "Experimental test of an analytical model of aberration in an
 * oil-immersion objective lens", J. Opt. Soc. Am. A 8, 1991 (conventions of Kirshner, Aguet, Sage &
 * Unser 2013): shape `[c, z, y, x]`, a channel per wavelength, each channel's largest voxel 1. With
 * k = 2 pi / lambda, the sine s = NA p, and C(n) = sqrt(n^2 - s^2), so that n sqrt(1 - (s/n)^2) = C(n):
 *
 *     I(r, dz) = | int_0^min(1, ns/NA) J0(k NA r p) exp(i k W(p)) p dp |^2
 *     W = depth C(ns) + tg C(ng) - tg* C(ng*) + (ti* + dz) C(ni) - ti* C(ni*)
 *
 * ns, ng, ni are the indices of sample, coverslip and immersion, tg and ti their thicknesses, the
 * star marks the design's. dz is the stage's position: with the sample at some depth or layers off
 * their design, the focus lies elsewhere than at dz = 0. `focus: "brightest"` moves the middle plane
 * there. Rays with s above ns do not leave the sample and are left out.
 *
 * @throws {InputError} for optics or a grid that cannot be computed.
 *
 * @example
 * ```ts
 * import { gibsonLanni } from "./gibson_lanni.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "gibson-lanni", wavelengthsNm: [450], numericalAperture: 1.4 } as const;
 * const sampling = { size: [13, 9, 9], voxelSizeNm: { x: 98, y: 98, z: 203 } } as const;
 * const deep = gibsonLanni({ ...optics, depthNm: 2000 }, sampling);
 * assert.equal(deep.data[40], 1); // the stage has to move further: the first plane is brightest
 * const centred = gibsonLanni({ ...optics, depthNm: 2000, focus: "brightest" }, sampling);
 * assert.equal(centred.data[6 * 81 + 40], 1);
 * ```
 */
export function gibsonLanni(optics: GibsonLanniOptics, sampling: PsfSampling): Volume {
  checkOptics(optics);
  checkSampling(sampling);
  return samplePupils(optics, sampling, {
    createPupil: (wavelengthNm) => createGibsonLanniPupil(optics, wavelengthNm),
    stageOffsetNm: (pupil) => optics.focus === "brightest" ? findBrightestStage(pupil) : 0,
  });
}

/**
 * The stage's position, in nm, at which the axis is brightest: how far depth and layers off their
 * design move the focus, at the optics' first wavelength.
 *
 * @throws {InputError} for optics that cannot be computed.
 *
 * @example
 * ```ts
 * import { findFocusNm } from "./gibson_lanni.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "gibson-lanni", wavelengthsNm: [520], numericalAperture: 0.2 } as const;
 * // With a small aperture the stage has to make up for the depth in the ratio of the indices.
 * assert.ok(Math.abs(findFocusNm({ ...optics, depthNm: 5000 }) / (-5000 * 1.5 / 1.33) - 1) < 0.01);
 * ```
 */
export function findFocusNm(optics: GibsonLanniOptics): number {
  checkOptics(optics);
  return findBrightestStage(createGibsonLanniPupil(optics, optics.wavelengthsNm[0]));
}

function createGibsonLanniPupil(optics: GibsonLanniOptics, wavelengthNm: number): Pupil {
  const layers = completeGibsonLanni(optics);
  const { sampleIndex, coverslipIndex, immersionIndex, numericalAperture } = layers;
  const k = 2 * Math.PI / wavelengthNm;
  const coverslipNm = 1000 * layers.coverslipThicknessUm;
  const coverslipDesignNm = 1000 * layers.coverslipDesignThicknessUm;
  const immersionNm = 1000 * layers.immersionThicknessUm;
  // s = n sin(t) with the smallest index present: every square root below is then smooth up to the
  // limit, even where the limit is the sample's index and C(ns) = n cos(t) falls to 0.
  const index = Math.min(
    sampleIndex,
    coverslipIndex,
    immersionIndex,
    layers.coverslipDesignIndex,
    layers.immersionDesignIndex,
  );
  const sineOf = (t: number) => index * Math.sin(t);
  const path = (n: number, s: number) => Math.sqrt(Math.max(n * n - s * s, 0));
  return {
    limit: Math.asin(Math.min(numericalAperture, sampleIndex) / index),
    frequency: (t) => k * sineOf(t),
    aberration: (t) => {
      const s = sineOf(t);
      return k * (layers.depthNm * path(sampleIndex, s) +
        coverslipNm * path(coverslipIndex, s) -
        coverslipDesignNm * path(layers.coverslipDesignIndex, s) +
        immersionNm * (path(immersionIndex, s) - path(layers.immersionDesignIndex, s)));
    },
    defocus: (t) => k * path(immersionIndex, sineOf(t)),
    // p dp = s ds / NA^2 = (index^2 / NA^2) sin(t) cos(t) dt
    terms: [{ order: 0, share: 1, weight: (t) => Math.sin(t) * Math.cos(t) }],
  };
}
