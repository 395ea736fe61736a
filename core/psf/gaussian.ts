/**
 * A Gaussian in place of a point spread function, for quick work.
 *
 * @module
 */
import { createVolume, type Volume } from "../volume.ts";
import { normalizePsf } from "./normalize.ts";
import { checkOptics, DEFAULT_IMMERSION_INDEX, type GaussianOptics } from "./optics.ts";
import { gaussLegendre } from "./quadrature.ts";
import { centreIndex, checkSampling, type PsfSampling } from "./sampling.ts";

/** Standard deviations of a Gaussian PSF, nm. */
export interface GaussianWidthsNm {
  readonly lateral: number;
  readonly axial: number;
}

/**
 * Standard deviations of the Gaussian with Born & Wolf's curvature at the peak: sqrt(2) / (k NA)
 * across and 2 sqrt(6) n / (k NA^2) along the axis, k = 2 pi / lambda (Zhang, Zerubia & Olivo-Marin,
 * "Gaussian approximations of fluorescence microscope point-spread function models", Appl. Opt. 46,
 * 2007).
 *
 * @example
 * ```ts
 * import { gaussianWidthsNm } from "./gaussian.ts";
 * import assert from "node:assert/strict";
 *
 * const widths = gaussianWidthsNm({
 *   wavelengthNm: 520,
 *   numericalAperture: 1.2,
 *   immersionIndex: 1.5,
 * });
 * assert.ok(Math.abs(widths.lateral - 0.2251 * 520 / 1.2) < 0.05);
 * ```
 */
export function gaussianWidthsNm(
  { wavelengthNm, numericalAperture: na, immersionIndex }: {
    readonly wavelengthNm: number;
    readonly numericalAperture: number;
    readonly immersionIndex: number;
  },
): GaussianWidthsNm {
  const k = 2 * Math.PI / wavelengthNm;
  return {
    lateral: Math.SQRT2 / (k * na),
    axial: 2 * Math.sqrt(6) * immersionIndex / (k * na * na),
  };
}

/**
 * A Gaussian as wide as the scalar PSF's peak: shape `[c, z, y, x]`, a channel per wavelength, each
 * channel's largest voxel 1. It has no rings and no cone of light out of focus.
 *
 *     I(x, y, z) = exp(-(x^2 + y^2) / (2 lateral^2) - z^2 / (2 axial^2))
 *
 * @throws {InputError} for optics or a grid that cannot be computed.
 *
 * @example
 * ```ts
 * import { gaussianPsf } from "./gaussian.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "gaussian", wavelengthsNm: [520], numericalAperture: 1.2 } as const;
 * const psf = gaussianPsf(optics, { size: [1, 7, 7], voxelSizeNm: { x: 98, y: 98, z: 203 } });
 * assert.equal(psf.data[3 * 7 + 3], 1);
 * ```
 */
export function gaussianPsf(optics: GaussianOptics, sampling: PsfSampling): Volume {
  checkOptics(optics);
  checkSampling(sampling);
  const { size: [depth, height, width], voxelSizeNm, oversampling = 1, centre } = sampling;
  const psf = createVolume([optics.wavelengthsNm.length, depth, height, width], undefined, {
    x: voxelSizeNm.x / 1000,
    y: voxelSizeNm.y / 1000,
    z: voxelSizeNm.z / 1000,
  });
  const { numericalAperture, immersionIndex = DEFAULT_IMMERSION_INDEX } = optics;
  let i = 0;
  for (const wavelengthNm of optics.wavelengthsNm) {
    const widths = gaussianWidthsNm({ wavelengthNm, numericalAperture, immersionIndex });
    const lateral = { sigmaNm: widths.lateral, centre, points: oversampling };
    const alongX = gaussianProfile(width, { ...lateral, stepNm: voxelSizeNm.x });
    const alongY = gaussianProfile(height, { ...lateral, stepNm: voxelSizeNm.y });
    const axial = { sigmaNm: widths.axial, centre, points: 1 };
    const alongZ = gaussianProfile(depth, { ...axial, stepNm: voxelSizeNm.z });
    for (const gz of alongZ) {
      for (const gy of alongY) for (const gx of alongX) psf.data[i++] = gx * gy * gz;
    }
  }
  return normalizePsf(psf, "peak");
}

/** exp(-x^2 / (2 sigma^2)) along an axis, averaged over each step by a rule of `points` nodes. */
function gaussianProfile(
  length: number,
  { stepNm, sigmaNm, points, centre }: {
    readonly stepNm: number;
    readonly sigmaNm: number;
    readonly points: number;
    readonly centre?: PsfSampling["centre"];
  },
): Float64Array {
  const { nodes, weights } = gaussLegendre(points, { from: -0.5, to: 0.5 });
  const middle = centreIndex(length, centre);
  const profile = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    for (let p = 0; p < points; p++) {
      const x = (i - middle + nodes[p]) * stepNm / sigmaNm;
      profile[i] += weights[p] * Math.exp(-0.5 * x * x);
    }
  }
  return profile;
}
