/**
 * The way of a PSF from what the user has to what the image needs.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { openStack, readVolume } from "../io/read_stack.ts";
import type { PixelType, StackInfo } from "../io/stack.ts";
import { assertFinite, formatSize, type Size, sizeOf, type Volume } from "../volume.ts";
import { type BeadReport, extractBeadPsf } from "./beads.ts";
import { createPsf } from "./create_psf.ts";
import { cropPsf, cropToEnergy } from "./crop.ts";
import { describeOversize, describeUndersampling, suggestSize } from "./fit_to_image.ts";
import { describeBackground, describeLayers } from "./describe_doubts.ts";
import { checkPsf } from "./load_psf.ts";
import { normalizePsf } from "./normalize.ts";
import { checkOptics, type PsfOptics } from "./optics.ts";
import type { PsfRequest } from "./psf_request.ts";
import { resamplePsf } from "./resample.ts";
import { checkSampling, type PsfSampling, type VoxelSizeNm } from "./sampling.ts";

/** A PSF and what is to be said about it. */
export interface MadePsf {
  readonly psf: Volume;
  /** Where the centre was before it was moved onto a voxel, `[z, y, x]`, per channel. */
  readonly foundCentres?: readonly (readonly [number, number, number])[];
  /** One per channel of a bead stack. */
  readonly beads?: readonly BeadReport[];
  /** Part of the light that the crop left, per channel. */
  readonly energies?: readonly number[];
  readonly warnings: readonly string[];
}

/** A size for a stack is cropped to this part of the light unless the user asks for another. */
const DEFAULT_ENERGY = 0.99;

/** Largest value of the types that cameras write. */
const SATURATION: Partial<Record<PixelType, number>> = { uint8: 255, uint16: 65535, int16: 32767 };

/**
 * The PSF of a request: computed, averaged from beads, or read; with the voxels of the image, its
 * centre at index floor(size/2), cropped, and normalized to sum 1 (or as the request says).
 *
 * @throws {InputError} for input that cannot be worked on, in one line.
 *
 * @example
 * ```ts
 * import { makePsf } from "./make_psf.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1.2 } as const;
 * const { psf, energies } = await makePsf({
 *   source: { kind: "optics", optics },
 *   size: [13, 41, 41],
 *   voxelSizeNm: { x: 98, y: 98, z: 203 },
 *   energy: 0.9,
 * });
 * assert.ok(energies![0] >= 0.9 && psf.shape[3] < 41);
 * ```
 */
export async function makePsf(request: PsfRequest): Promise<MadePsf> {
  const like = request.likePath === undefined ? undefined : await readInfo(request.likePath);
  if (request.optics) checkOptics(request.optics);
  const made = request.source.kind === "optics"
    ? computePsf(request.source.optics, request, like)
    : await importPsf(request, like);
  const psf = normalizePsf(made.psf, request.normalization ?? "sum");
  const size = sizeOf(psf.shape);
  const warnings = [...made.warnings];
  if (request.optics) {
    const voxelSizeNm = inNm(psf.voxelSizeUm!);
    warnings.push(...describeUndersampling(request.optics, { voxelSizeNm, depth: size[0] }));
  }
  if (like) warnings.push(...describeOversize(size, sizeOf(like.shape)));
  return { ...made, psf, warnings };
}

async function readInfo(path: string): Promise<StackInfo> {
  const reader = await openStack(path);
  try {
    return reader.info;
  } finally {
    reader.close();
  }
}

function inNm(voxelSizeUm: { x: number; y: number; z: number }): VoxelSizeNm {
  // 0.098 um is 98 nm, and not 98.00000000000001.
  const nm = (um: number) => Number((um * 1000).toPrecision(12));
  return { x: nm(voxelSizeUm.x), y: nm(voxelSizeUm.y), z: nm(voxelSizeUm.z) };
}

function inUm({ x, y, z }: VoxelSizeNm): { x: number; y: number; z: number } {
  return { x: x / 1000, y: y / 1000, z: z / 1000 };
}

/** The image's voxel: what the user says goes before what the stack says. */
function targetVoxelNm(
  { voxelSizeNm, likePath }: PsfRequest,
  like?: StackInfo,
): { voxelSizeNm?: VoxelSizeNm; warnings: string[] } {
  if (like?.voxelSizeUm === undefined) {
    if (like && !voxelSizeNm) {
      throw new InputError(
        `${likePath} does not say its voxel size; give it with --voxel 98x98x203 (nm)`,
      );
    }
    return { voxelSizeNm, warnings: [] };
  }
  const own = inNm(like.voxelSizeUm);
  const differs = voxelSizeNm &&
    (["x", "y", "z"] as const).some((axis) => Math.abs(voxelSizeNm[axis] / own[axis] - 1) > 1e-3);
  const warnings = differs
    ? [`${likePath} says a voxel of ${own.x}x${own.y}x${own.z} nm; --voxel is taken instead`]
    : [];
  return { voxelSizeNm: voxelSizeNm ?? own, warnings };
}

function computePsf(optics: PsfOptics, request: PsfRequest, like?: StackInfo): MadePsf {
  const { voxelSizeNm, warnings } = targetVoxelNm(request, like);
  if (voxelSizeNm === undefined) {
    throw new InputError(
      "The PSF needs a voxel size: give --voxel 98x98x203 (nm), or --like stack.tif",
    );
  }
  if (request.size === undefined && like === undefined) {
    throw new InputError("The PSF needs a size: give --size 27x27x13, or --like stack.tif");
  }
  const { oversampling, centre } = request;
  const size = request.size ?? suggestSize(optics, { voxelSizeNm, stackSize: sizeOf(like!.shape) });
  const sampling: PsfSampling = { size, voxelSizeNm, oversampling, centre };
  const psf = createPsf(optics, sampling);
  const layers = optics.model === "gibson-lanni" ? describeLayers(optics, sampling) : [];
  const energy = request.energy ?? (request.size === undefined ? DEFAULT_ENERGY : undefined);
  if (energy === undefined) return { psf, warnings: [...warnings, ...layers] };
  if (centre === "middle") {
    throw new InputError(
      "A crop keeps a voxel as its centre; leave out --energy or --centre middle",
    );
  }
  return { ...cropToEnergy(psf, energy), warnings: [...warnings, ...layers] };
}

async function importPsf(request: PsfRequest, like?: StackInfo): Promise<MadePsf> {
  const { source, sourceVoxelSizeNm, size, energy } = request;
  if (source.kind === "optics") throw new RangeError("Optics are not imported");
  const { info, ...read } = await readVolume(source.path);
  const voxelSizeUm = sourceVoxelSizeNm ? inUm(sourceVoxelSizeNm) : read.voxelSizeUm;
  if (voxelSizeUm === undefined) {
    throw new InputError(
      `${source.path} does not say its voxel size; give it with --source-voxel 98x98x203 (nm)`,
    );
  }
  const { voxelSizeNm = inNm(voxelSizeUm), warnings } = targetVoxelNm(request, like);
  checkSampling({ size: size ?? [1, 1, 1], voxelSizeNm });
  const volume: Volume = { data: read.data, shape: read.shape, voxelSizeUm };
  assertFinite(volume, source.path);
  const target = inUm(voxelSizeNm);
  const { psf: imported, ...report } = source.kind === "beads"
    ? averageStack(volume, { request, info, target })
    : { psf: checkPsf(volume, source.path) };
  if (source.kind === "file") warnings.push(...describeBackground(imported, source.path));
  const { psf, centres } = resamplePsf(imported, { voxelSizeUm: target });
  const sized = size === undefined ? psf : fitSize(psf, size, source.path);
  const cropped = energy === undefined ? { psf: sized } : cropToEnergy(sized, energy);
  return { ...cropped, ...report, foundCentres: centres, warnings };
}

function averageStack(
  volume: Volume,
  { request, info, target }: {
    readonly request: PsfRequest;
    readonly info: StackInfo;
    readonly target: { x: number; y: number; z: number };
  },
): { psf: Volume; beads: readonly BeadReport[] } {
  const name = request.source.kind === "beads" ? request.source.path : undefined;
  const { voxelSizeUm } = volume;
  const steps = [target.z / voxelSizeUm!.z, target.y / voxelSizeUm!.y, target.x / voxelSizeUm!.x];
  const { psf, reports } = extractBeadPsf(volume, {
    // A box in the beads' own voxels that holds the size asked for in the image's.
    size: request.size?.map((n, axis) =>
      2 * Math.ceil(Math.floor(n / 2) * steps[axis] - 1e-6) + 1
    ) as unknown as Size | undefined,
    saturation: SATURATION[info.pixelType],
    name,
  });
  return { psf, beads: reports };
}

function fitSize(psf: Volume, size: Size, path: string): Volume {
  const has = sizeOf(psf.shape);
  if (size.some((n, axis) => n > has[axis])) {
    throw new InputError(
      `${path} holds a PSF of ${formatSize(has)} voxels of the image about its centre, not the ` +
        `${formatSize(size)} asked for; give a smaller --size`,
    );
  }
  return cropPsf(psf, size).psf;
}
