/**
 * Sets of PSFs as files.
 *
 * @module
 */
import { describeFileError } from "../io/file_error.ts";
import { writeVolume } from "../io/tiff_writer.ts";
import { createPsf } from "./create_psf.ts";
import { describePsf } from "./describe_psf.ts";
import { type PresetName, presetPsfs } from "./presets.ts";
import type { PsfNormalization } from "./sampling.ts";

/**
 * Writes every PSF of a set as `NAME.tif` into a folder, which is created, and returns what is to be
 * said about each.
 *
 * @throws {InputError} when the folder cannot be created or written to.
 */
export function writePresets(
  folder: string,
  set: PresetName,
  { normalization = "sum" }: { readonly normalization?: PsfNormalization } = {},
): { path: string; lines: string[] }[] {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw describeFileError(error, "write", folder);
  }
  return presetPsfs(set).map((preset) => {
    const psf = createPsf(preset.optics, { ...preset, normalization });
    const path = `${folder}/${preset.name}.tif`;
    writeVolume(path, psf);
    const { optics } = preset;
    return {
      path,
      lines: [
        `${optics.model}, NA ${optics.numericalAperture}`,
        ...describePsf({ psf, warnings: [] }, { optics, normalization }),
      ],
    };
  });
}
