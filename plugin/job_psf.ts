/**
 * The PSF of a host's job.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";
import { readVolume } from "../core/io/read_stack.ts";
import { cropToEnergy } from "../core/psf/crop.ts";
import { suggestSize } from "../core/psf/fit_to_image.ts";
import { checkPsf, loadPsfs } from "../core/psf/load_psf.ts";
import { makePsf } from "../core/psf/make_psf.ts";
import { normalizePsf } from "../core/psf/normalize.ts";
import type { PsfOptics } from "../core/psf/optics.ts";
import { findPresets, isPresetReference } from "../core/psf/presets.ts";
import { resamplePsf } from "../core/psf/resample.ts";
import { planTiles, type StageShape } from "../core/tiling.ts";
import {
  channelOf,
  createVolume,
  formatSize,
  sizeOf,
  type Volume,
  type VoxelSizeUm,
  voxelsOf,
} from "../core/volume.ts";
import type { Job, JobPsf } from "./job.ts";
import type { Pipe } from "./pipe.ts";

/** The PSF, ready for use, what to call it, and what to be warned of. */
export interface PreparedPsf {
  readonly psf: Volume;
  readonly description: string;
  readonly warnings: readonly string[];
}

/**
 * Parts of the light that a computed PSF may keep: the largest for which the memory suffices. Out of
 * focus light hardly fades with the depth, so that deep stacks would have enormous PSFs.
 */
const ENERGIES = [0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2];
/** Voxel sizes that differ by less are the same: files round them. */
const VOXEL_TOLERANCE = 0.01;

/** Computes the PSF, reads it, or asks the host for it. */
export async function preparePsf(
  job: Job,
  { pipe, stages }: { readonly pipe: Pipe; readonly stages: readonly StageShape[] },
): Promise<PreparedPsf> {
  const { psf } = job;
  if (psf.kind === "optics") {
    return await computePsf(job, { optics: selectWavelength(psf.optics, job), stages });
  }
  const { volume, name } = psf.kind === "file"
    ? await readPsf(psf.path, job)
    : { volume: await requestPsf(psf, pipe), name: `image ${psf.title}` };
  return fitPsf(checkPsf(selectChannel(volume, job), name), { name, job, resample: psf.resample });
}

async function computePsf(
  job: Job,
  { optics, stages }: { readonly optics: PsfOptics; readonly stages: readonly StageShape[] },
): Promise<PreparedPsf> {
  const { voxelSizeUm } = job.info;
  if (voxelSizeUm === undefined) {
    throw new InputError(
      "The image does not say its voxel size, which a PSF from optics needs; enter it in " +
        "Image > Properties, with the unit micron",
    );
  }
  const nm = (um: number) => Number((1000 * um).toPrecision(12));
  const voxelSizeNm = { x: nm(voxelSizeUm.x), y: nm(voxelSizeUm.y), z: nm(voxelSizeUm.z) };
  const whole = await makePsf({
    source: { kind: "optics", optics },
    optics,
    voxelSizeNm,
    size: suggestSize(optics, { voxelSizeNm, stackSize: sizeOf(job.info.shape) }),
  });
  const { psf, energy } = cropToMemory(whole.psf, { job, stages });
  const warnings = [...whole.warnings];
  if (energy < ENERGIES[0]) {
    warnings.push(
      `the PSF is cropped to ${100 * energy} % of its light, which the memory suffices for; ` +
        `give more --memory to keep more`,
    );
  }
  const { model, wavelengthsNm, numericalAperture, immersionIndex } = optics;
  return {
    psf,
    warnings,
    description: `${model}, ${wavelengthsNm.join(" ")} nm, NA ${numericalAperture}, ` +
      `immersion ${immersionIndex}, ${formatSize(psf.shape)} voxels`,
  };
}

/** The PSF with the largest part of the light for which tiles fit into the memory. */
function cropToMemory(
  whole: Volume,
  { job, stages }: { readonly job: Job; readonly stages: readonly StageShape[] },
): { psf: Volume; energy: number } {
  for (const energy of ENERGIES) {
    const psf = normalizePsf(cropToEnergy(whole, energy).psf, "sum");
    try {
      planTiles(sizeOf(job.info.shape), {
        psfSize: sizeOf(psf.shape),
        stages,
        memoryBytes: job.memoryBytes,
        transfers: psf.shape[0],
      });
      return { psf, energy };
    } catch (error) {
      if (!(error instanceof InputError) || energy === ENERGIES.at(-1)) throw error;
    }
  }
  throw new RangeError("There are no energies");
}

/** A file, or the name of a preset such as "hela3d/psf1". */
async function readPsf(path: string, job: Job): Promise<{ volume: Volume; name: string }> {
  if (!isPresetReference(path)) return { volume: await readVolume(path), name: path };
  const presetDepth = job.info.shape[1] === 1 ? "plane" : "volume";
  const psfs = await loadPsfs([path], { presetDepth });
  if (psfs.length !== 1) {
    throw new InputError(
      `${path} names ${psfs.length} PSFs; choose one: ${psfs.map(({ name }) => name).join(", ")}`,
    );
  }
  const [{ voxelSizeNm: { x, y, z } }] = findPresets(path);
  const voxelSizeUm = { x: x / 1000, y: y / 1000, z: z / 1000 };
  return { volume: { ...psfs[0].psf, voxelSizeUm }, name: path };
}

async function requestPsf(
  { channels, size, voxelSizeUm }: JobPsf & { kind: "image" },
  pipe: Pipe,
): Promise<Volume> {
  const volume = createVolume([channels, ...size], undefined, voxelSizeUm);
  for (let channel = 0; channel < channels; channel++) {
    const box = { start: [0, 0, 0], end: size } as const;
    const voxels = await pipe.request({ kind: "send-psf", frame: 0, channel, ...box });
    volume.data.set(voxels, channel * voxelsOf(size));
  }
  return volume;
}

/** The wavelength of the one channel that is restored, where there is one for each. */
function selectWavelength(optics: PsfOptics, { onlyChannel, info }: Job): PsfOptics {
  const { wavelengthsNm } = optics;
  const channels = onlyChannel?.of ?? info.shape[0];
  if (wavelengthsNm.length !== 1 && wavelengthsNm.length !== channels) {
    throw new InputError(
      `There are ${wavelengthsNm.length} wavelengths and the image has ${channels} channel(s); ` +
        `give one --wavelength for all, or one for each`,
    );
  }
  if (!onlyChannel || wavelengthsNm.length === 1) return optics;
  return { ...optics, wavelengthsNm: [wavelengthsNm[onlyChannel.index]] };
}

function selectChannel(psf: Volume, { onlyChannel }: Job): Volume {
  if (!onlyChannel || psf.shape[0] !== onlyChannel.of) return psf;
  const [, ...size] = psf.shape;
  return createVolume([1, ...size], channelOf(psf, onlyChannel.index), psf.voxelSizeUm);
}

/** Compares the voxel sizes; where it is wanted, brings the PSF to the image's. */
function fitPsf(
  psf: Volume,
  { name, job, resample }: { name: string; job: Job; resample: boolean },
): PreparedPsf {
  const image = job.info.voxelSizeUm;
  const described = (fitted: Volume) => `${name}, ${formatSize(fitted.shape)} voxels`;
  if (psf.voxelSizeUm === undefined || image === undefined) {
    if (resample) {
      const which = image === undefined ? "The image" : name;
      throw new InputError(
        `${which} does not say its voxel size, so the PSF cannot be resampled; enter it in ` +
          `Image > Properties, or leave the PSF as it is`,
      );
    }
    const unknown = psf.voxelSizeUm === undefined ? name : "the image";
    const warning = `${unknown} does not say its voxel size: nothing shows whether PSF and image ` +
      `have the same sampling`;
    return { psf, description: described(psf), warnings: [warning] };
  }
  if (!differs(psf, image)) return { psf, description: described(psf), warnings: [] };
  if (resample) {
    const fitted = checkPsf(resamplePsf(psf, { voxelSizeUm: image }).psf, name);
    return { psf: fitted, description: `${described(fitted)}, resampled`, warnings: [] };
  }
  const warning = `the PSF's voxel is ${formatVoxel(psf.voxelSizeUm)} and the image's ` +
    `${formatVoxel(image)}: the result will be wrong unless you resample the PSF`;
  return { psf, description: described(psf), warnings: [warning] };
}

/** Along z only where there is a depth. */
function differs({ shape, voxelSizeUm: psf }: Volume, image: VoxelSizeUm): boolean {
  const axes = shape[1] === 1 ? (["x", "y"] as const) : (["x", "y", "z"] as const);
  return axes.some((axis) => Math.abs(psf![axis] / image[axis] - 1) > VOXEL_TOLERANCE);
}

function formatVoxel({ x, y, z }: VoxelSizeUm): string {
  return `${[x, y, z].map((um) => Number((1000 * um).toPrecision(4))).join(" x ")} nm`;
}
