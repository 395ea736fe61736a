/**
 * What methods are told of a stack, rightly or wrongly.
 *
 * @module
 */
import { completeGibsonLanni, DEFAULT_IMMERSION_INDEX, type PsfOptics } from "../psf/optics.ts";
import type { PsfPreset } from "../psf/presets.ts";

/** What the methods are told, and of which light; the truth where nothing is said. */
export interface Condition {
  readonly label: string;
  /** Photons at the peak, for Poisson noise before the Gaussian. */
  readonly photons?: number;
  /** The told noise level: a factor of the Gaussian's, or what is measured on the stack. */
  readonly noise?: number | "estimated";
  /** The told optics. */
  optics?(truth: PsfOptics): PsfOptics;
}

/** The largest NA that is told, as a part of the immersion index: that of the best objectives. */
const LARGEST_APERTURE = 0.99;

/** The first condition: nothing is told wrong. */
export const TRUTH: Condition = { label: "the truth" };

/**
 * The conditions of the table, the truth first. Photons are as many as give the peak a Poisson noise
 * of the Gaussian's standard deviation, and a twentieth of them.
 *
 * @example
 * ```ts
 * import { listConditions } from "./told_condition.ts";
 * import assert from "node:assert/strict";
 *
 * const conditions = listConditions(0.01);
 * assert.equal(conditions[0].label, "the truth");
 * assert.deepEqual(conditions.slice(-2).map(({ photons }) => photons), [10000, 500]);
 * ```
 */
export function listConditions(sigma: number): readonly Condition[] {
  const photons = [1, 20].map((part) => Math.round(1 / sigma ** 2 / part));
  const wavelength = (factor: number) => (truth: PsfOptics): PsfOptics => ({
    ...truth,
    wavelengthsNm: truth.wavelengthsNm.map((value) => value * factor),
  });
  const aperture = (factor: number) => (truth: PsfOptics) => scaleAperture(truth, factor);
  return [
    TRUTH,
    { label: "wavelength 10 % longer", optics: wavelength(1.1) },
    { label: "wavelength 10 % shorter", optics: wavelength(0.9) },
    { label: "NA 10 % smaller", optics: aperture(0.9) },
    { label: "NA 10 % larger", optics: aperture(1.1) },
    { label: "noise twice as large", noise: 2 },
    { label: "noise half as large", noise: 0.5 },
    { label: "noise as estimated", noise: "estimated" },
    ...photons.map((count): Condition => ({
      label: `noise as estimated, ${count} photons`,
      noise: "estimated",
      photons: count,
    })),
  ];
}

/** The optics with another NA, which stays below 0.99 of the immersion index. */
export function scaleAperture(optics: PsfOptics, factor: number): PsfOptics {
  const { numericalAperture, immersionIndex = DEFAULT_IMMERSION_INDEX } = optics;
  const limit = LARGEST_APERTURE * immersionIndex;
  return { ...optics, numericalAperture: Math.min(numericalAperture * factor, limit) };
}

/** The NA that light comes through: without evanescent waves, at most the sample's index. */
export function actingAperture(optics: PsfOptics): number {
  const { numericalAperture } = optics;
  if (optics.model !== "gibson-lanni") return numericalAperture;
  return Math.min(numericalAperture, completeGibsonLanni(optics).sampleIndex);
}

/** One sentence on the PSFs whose NA is not changed by 10 %, or none. */
export function describeApertures(psfs: readonly PsfPreset[]): readonly string[] {
  const limited = psfs.flatMap(({ name, optics }) =>
    [-10, 10].flatMap((percent) => {
      const told = actingAperture(scaleAperture(optics, 1 + percent / 100));
      const change = (told / actingAperture(optics) - 1) * 100;
      if (Math.abs(change - percent) < 0.05) return [];
      return [`${name} by ${change.toFixed(1)} % instead of ${percent} %`];
    })
  );
  if (limited.length === 0) return [];
  return [
    "a told NA stays below the immersion's index, and Gibson & Lanni's light ends at the sample's: " +
    `the NA changes for ${limited.join(", ")}`,
  ];
}

/** The method's name in the rows of a condition. */
export function nameTold(method: string, { label }: Condition): string {
  return label === TRUTH.label ? method : `${method}, told ${label}`;
}
