/**
 * Point spread functions by reference: a preset's name or a file.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { openStack, readVolume } from "../io/read_stack.ts";
import { assertFinite, channelOf, type Size, type Volume } from "../volume.ts";
import { createPsf } from "./create_psf.ts";
import { normalizePsf, sumOf } from "./normalize.ts";
import { findPresets, isPresetReference } from "./presets.ts";

/** A PSF that is ready for use: every channel sums to 1, the centre is at floor(size / 2). */
export interface NamedPsf {
  /** As the user gave it: "hela3d/psf1", "psf.tif". */
  readonly name: string;
  readonly psf: Volume;
}

/** How presets are computed. */
export interface LoadPsfOptions {
  /** "plane": the plane in focus alone, for images of one plane. @default "volume" */
  readonly presetDepth?: "volume" | "plane";
}

/**
 * The PSFs that references name: "hela3d" (a whole set), "hela3d/psf1", or a TIFF or PNG.
 *
 * @throws {InputError} for a file that cannot be read or that is no PSF: voxels that are not finite,
 *   no light, or more negative than positive values.
 */
export async function loadPsfs(
  references: readonly string[],
  options: LoadPsfOptions = {},
): Promise<NamedPsf[]> {
  const { presetDepth = "volume" } = options;
  const psfs: NamedPsf[] = [];
  for (const reference of references) {
    if (isPresetReference(reference)) {
      const set = reference.split("/")[0];
      for (const preset of findPresets(reference)) {
        const [depth, ...lateral] = preset.size;
        const size = [presetDepth === "plane" ? 1 : depth, ...lateral] as unknown as Size;
        const psf = createPsf(preset.optics, { ...preset, size });
        psfs.push({ name: `${set}/${preset.name}`, psf });
      }
    } else {
      psfs.push({ name: reference, psf: checkPsf(await readVolume(reference), reference) });
    }
  }
  return psfs;
}

/**
 * The PSF scaled to sum 1 in every channel.
 *
 * @throws {InputError} when it is not a PSF; `name` is what the message calls it.
 *
 * @example
 * ```ts
 * import { checkPsf } from "./load_psf.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkPsf(createVolume([1, 1, 3, 3]), "psf.tif"), /psf.tif.* zero/);
 * ```
 */
export function checkPsf(psf: Volume, name: string): Volume {
  assertFinite(psf, name);
  for (let channel = 0; channel < psf.shape[0]; channel++) {
    const data = channelOf(psf, channel);
    const where = psf.shape[0] === 1 ? name : `${name}, channel ${channel + 1},`;
    if (data.every((value) => value === 0)) {
      throw new InputError(`${where} is zero everywhere; a PSF has to hold light`);
    }
    const sum = sumOf(data);
    if (!(sum > 0)) {
      throw new InputError(
        `${where} has the sum ${sum.toPrecision(3)}; a PSF's sum is above 0: ` +
          `subtract the background differently`,
      );
    }
  }
  return normalizePsf({ ...psf, data: psf.data.slice() }, "sum");
}

/**
 * The one PSF that a reference names.
 *
 * @throws {InputError} as `loadPsfs` does, and for the name of a whole set.
 */
export async function loadPsf(
  reference: string,
  options: LoadPsfOptions = {},
): Promise<NamedPsf> {
  const psfs = await loadPsfs([reference], options);
  if (psfs.length !== 1) {
    const names = psfs.map(({ name }) => name).join(", ");
    throw new InputError(`${reference} names ${psfs.length} PSFs; choose one: ${names}`);
  }
  return psfs[0];
}

/**
 * The one PSF that a reference names, for the image in a file, which is looked at where that makes a
 * difference: a preset is the plane in focus alone for an image of one plane.
 *
 * @throws {InputError} as `loadPsf` does, and when the image cannot be read.
 */
export async function loadPsfFor(image: string, reference: string): Promise<NamedPsf> {
  if (!isPresetReference(reference)) return loadPsf(reference);
  const reader = await openStack(image);
  try {
    return await loadPsf(reference, {
      presetDepth: reader.info.shape[1] === 1 ? "plane" : "volume",
    });
  } finally {
    reader.close();
  }
}
