/**
 * `psf`: a point spread function from optics, beads, a file, or a set known by name.
 *
 * @module
 */
import { UsageError } from "../core/errors.ts";
import { writeFileAtomically } from "../core/io/atomic_file.ts";
import { writeVolume } from "../core/io/tiff_writer.ts";
import { psfOptions } from "../core/options.ts";
import { describePsf } from "../core/psf/describe_psf.ts";
import { makePsf } from "../core/psf/make_psf.ts";
import {
  checkPresetOptions,
  createPsfRequest,
  type GivenOptions,
  type PsfCommandOptions,
} from "../core/psf/psf_request.ts";
import { writePresets } from "../core/psf/write_presets.ts";
import { renderPsf } from "../core/report/psf_picture.ts";
import { encodeRaster } from "../core/report/raster.ts";
import type { CommandSpec } from "./command.ts";

/** The command `psf`. */
export const psfCommand: CommandSpec<PsfCommandOptions> = {
  name: "psf",
  summary: "make a point spread function",
  description: "Makes a PSF from optics, from the beads of a stack, from a file in another " +
    "sampling, or writes a set of PSFs known by name.",
  arguments: [["<output>", "TIFF to write; with --preset a folder"]],
  options: psfOptions,
  examples: [
    "psf psf.tif --optics gibson-lanni --wavelength 450 --na 1.4 --size 27x27x13 --voxel 98x98x203",
    "psf psf.tif --optics richards-wolf --wavelength 520 --na 1.2 --like stack.tif",
    "psf psf.tif --from beads.tif",
    "psf psf.tif --resample measured.tif --like stack.tif",
    "psf psfs --preset hela3d",
  ],
  async run([output], options, given) {
    if (options.preset) {
      checkPresetOptions(given);
      const written = writePresets(output as string, options.preset, options);
      for (const { path, lines } of written) console.log([path, ...lines].join("\n  "));
      return;
    }
    await writePsf(output as string, options, given);
  },
};

async function writePsf(
  path: string,
  options: PsfCommandOptions,
  given: GivenOptions,
): Promise<void> {
  const name = /^(.+)\.tiff?$/i.exec(path)?.[1];
  if (name === undefined) throw new UsageError(`${path} has to end in .tif: psf writes TIFF`);
  const request = createPsfRequest(options, given);
  const made = await makePsf(request);
  for (const warning of made.warnings) console.error(`warning: ${warning}`);
  writeVolume(path, made.psf);
  const lines = describePsf(made, request);
  const picture = options.picture ?? (options.from ? `${name}.png` : undefined);
  if (picture) {
    writeFileAtomically(
      picture,
      encodeRaster(renderPsf(made.psf, { title: path.split(/[\\/]/).at(-1)! })),
    );
    lines.push(`picture ${picture}`);
  }
  console.log([path, ...lines].join("\n  "));
}
