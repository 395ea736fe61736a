/**
 * Sets of point spread functions known by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Size } from "../volume.ts";
import type { PsfModel, PsfOptics } from "./optics.ts";
import type { VoxelSizeNm } from "./sampling.ts";

/** One PSF of a set: what `createPsf(preset.optics, preset)` takes. */
export interface PsfPreset {
  /** Within its set: "psf1". */
  readonly name: string;
  readonly optics: PsfOptics;
  readonly size: Size;
  readonly voxelSizeNm: VoxelSizeNm;
}

/** Names of the sets. */
export const PRESET_NAMES = ["hela3d"] as const;

/** The name of a set. */
export type PresetName = typeof PRESET_NAMES[number];

/** Wavelength nm, NA, model, lateral size; all are 13 planes deep. */
const HELA3D: readonly (readonly [number, number, PsfModel, number])[] = [
  [450, 1.4, "gibson-lanni", 27],
  [520, 1.2, "gibson-lanni", 33],
  [630, 1.4, "richards-wolf", 23],
  [580, 1.2, "richards-wolf", 19],
  [670, 1.4, "born-wolf", 33],
  [450, 1.2, "born-wolf", 21],
];

/**
 * The PSFs of a set. "hela3d" has the six, psf1 to psf6, with which A. Moskalev, "Trainable
 * Regularization for Wiener Deconvolution", 2019, trains and validates: voxel 98 x 98 x 203 nm,
 * immersion index 1.5, Gibson & Lanni with the particle at the coverslip.
 *
 * @example
 * ```ts
 * import { createPsf } from "./create_psf.ts";
 * import { presetPsfs } from "./presets.ts";
 * import assert from "node:assert/strict";
 *
 * const [psf1] = presetPsfs("hela3d");
 * assert.deepEqual(createPsf(psf1.optics, psf1).shape, [1, 13, 27, 27]);
 * ```
 */
export function presetPsfs(_name: PresetName): readonly PsfPreset[] {
  return HELA3D.map(([wavelengthNm, numericalAperture, model, width], i) => ({
    name: `psf${i + 1}`,
    optics: { model, wavelengthsNm: [wavelengthNm], numericalAperture, immersionIndex: 1.5 },
    size: [13, width, width],
    voxelSizeNm: { x: 98, y: 98, z: 203 },
  }));
}

/** Whether a text names a set or a member of one, and not a file: "hela3d", "hela3d/psf1". */
export function isPresetReference(text: string): boolean {
  const [set, member, ...rest] = text.split("/");
  return isPresetName(set) && rest.length === 0 &&
    (member === undefined || /^psf\d+$/.test(member));
}

/**
 * The PSFs that a text names: a whole set by "hela3d", one of it by "hela3d/psf1".
 *
 * @throws {InputError} when there is no such set or member.
 *
 * @example
 * ```ts
 * import { findPresets } from "./presets.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(findPresets("hela3d").length, 6);
 * assert.equal(findPresets("hela3d/psf3")[0].optics.model, "richards-wolf");
 * ```
 */
export function findPresets(reference: string): readonly PsfPreset[] {
  const [set, member] = reference.split("/");
  if (!isPresetName(set)) {
    throw new InputError(`There is no set of PSFs "${set}"; there is ${PRESET_NAMES.join(", ")}`);
  }
  const presets = presetPsfs(set);
  if (member === undefined) return presets;
  const found = presets.filter(({ name }) => name === member);
  if (found.length === 0 || !isPresetReference(reference)) {
    const names = presets.map(({ name }) => `${set}/${name}`).join(", ");
    throw new InputError(`There is no PSF "${reference}"; there are ${names}`);
  }
  return found;
}

function isPresetName(text: string): text is PresetName {
  return (PRESET_NAMES as readonly string[]).includes(text);
}
