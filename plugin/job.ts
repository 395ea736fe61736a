/**
 * A host's job: what its fields say, checked by the option table that the commands use too.
 *
 * @module
 */
import type { Backend } from "../core/compute/choose_engine.ts";
import { InputError } from "../core/errors.ts";
import type { StackInfo } from "../core/io/stack.ts";
import { micrometresPer } from "../core/io/unit.ts";
import {
  commonOptions,
  deconvolveOptions,
  longName,
  type NoiseRange,
  type OptionSpec,
  parseOption,
  psfOptions,
} from "../core/options.ts";
import type { GibsonLanniOptics, PsfModel, PsfOptics } from "../core/psf/optics.ts";
import type { Size, VoxelSizeUm } from "../core/volume.ts";
import type { JobFields } from "./protocol.ts";

/** Where the PSF comes from. */
export type JobPsf =
  | { readonly kind: "optics"; readonly optics: PsfOptics }
  | { readonly kind: "file"; readonly path: string; readonly resample: boolean }
  | {
    readonly kind: "image";
    readonly title: string;
    readonly channels: number;
    readonly size: Size;
    readonly voxelSizeUm?: VoxelSizeUm;
    readonly resample: boolean;
  };

/** A job, understood. */
export interface Job {
  /** "default", "fast" or a path. */
  readonly model: string;
  readonly psf: JobPsf;
  /** Of what is to be restored: one channel or all, one frame or all. */
  readonly info: StackInfo;
  /** Channel of the image, 0-based, where only that one is restored. */
  readonly onlyChannel?: { readonly index: number; readonly of: number };
  readonly sigma?: number;
  readonly memoryBytes: number;
  readonly backend: Backend;
  readonly threads?: number;
}

/** The options that a job may hold under the names that the commands give them. */
export const JOB_OPTIONS = {
  model: deconvolveOptions.model,
  optics: psfOptions.optics,
  wavelength: psfOptions.wavelength,
  na: psfOptions.na,
  immersionIndex: psfOptions.immersionIndex,
  sampleIndex: psfOptions.sampleIndex,
  depth: psfOptions.depth,
  focus: psfOptions.focus,
  type: deconvolveOptions.type,
  sigma: deconvolveOptions.sigma,
  memory: deconvolveOptions.memory,
  backend: commonOptions.backend,
  threads: commonOptions.threads,
} as const satisfies Record<string, OptionSpec>;

/**
 * The job of its fields. Fields named after options hold what one would type; the others are
 *
 * - width, height, planes, channels, frames: of what is to be restored
 * - voxel ("0.1 0.1 0.3", x y z) and unit ("micron"), where the image says them
 * - only-channel ("2 of 3", counted from 1)
 * - psf: "optics", "file" with psf-file, or "image" with psf-image, psf-size ("27 27 13"),
 *   psf-channels, psf-voxel and psf-unit; psf-resample: "yes" brings it to the image's voxel
 *
 * @throws {InputError} for a field that is missing or that says nothing sensible.
 *
 * @example
 * ```ts
 * import { readJob } from "./job.ts";
 * import assert from "node:assert/strict";
 *
 * const job = readJob(new Map(Object.entries({
 *   width: "64", height: "48", planes: "5", channels: "1", frames: "1", model: "default",
 *   voxel: "98 98 203", unit: "nm", psf: "optics", optics: "born-wolf", wavelength: "520", na: "1.2",
 * })));
 * assert.deepEqual(job.info.shape, [1, 5, 48, 64]);
 * assert.equal(job.info.voxelSizeUm?.z, 0.203);
 * ```
 */
export function readJob(fields: JobFields): Job {
  const sigma = option(fields, JOB_OPTIONS.sigma) as NoiseRange | undefined;
  if (sigma && sigma.min !== sigma.max) {
    throw new InputError("--sigma is a range; a stack has one noise level, such as 1%");
  }
  const [channels, planes, height, width] = ["channels", "planes", "height", "width"]
    .map((name) => count(fields, name));
  return {
    model: need(fields, "model"),
    psf: readPsf(fields),
    info: {
      shape: [channels, planes, height, width],
      frames: count(fields, "frames"),
      pixelType: "float32",
      voxelSizeUm: readVoxel(fields, ["voxel", "unit"]),
      metadata: {},
    },
    onlyChannel: readOnlyChannel(fields),
    sigma: sigma?.min,
    memoryBytes: option(fields, JOB_OPTIONS.memory) as number,
    backend: option(fields, JOB_OPTIONS.backend) as Backend,
    threads: option(fields, JOB_OPTIONS.threads) as number | undefined,
  };
}

function readPsf(fields: JobFields): JobPsf {
  const kind = need(fields, "psf");
  const resample = fields.get("psf-resample") === "yes";
  if (kind === "optics") return { kind, optics: readOptics(fields) };
  if (kind === "file") return { kind, path: need(fields, "psf-file"), resample };
  if (kind === "image") {
    const [width, height, depth] = numbers(fields, "psf-size", 3);
    return {
      kind,
      title: need(fields, "psf-image"),
      channels: count(fields, "psf-channels"),
      size: [depth, height, width],
      voxelSizeUm: readVoxel(fields, ["psf-voxel", "psf-unit"]),
      resample,
    };
  }
  throw new InputError(
    `The PSF is to come from "${kind}", which is not one of optics, file, image`,
  );
}

function readOptics(fields: JobFields): PsfOptics {
  const wavelengthsNm = need(fields, "wavelength").split(/[\s,;]+/).filter((text) => text !== "")
    .map((text) => parseOption(JOB_OPTIONS.wavelength, text) as number);
  const objective = {
    wavelengthsNm,
    numericalAperture: parseOption(JOB_OPTIONS.na, need(fields, "na")) as number,
    immersionIndex: option(fields, JOB_OPTIONS.immersionIndex) as number,
  };
  const model = parseOption(JOB_OPTIONS.optics, need(fields, "optics")) as PsfModel;
  if (model !== "gibson-lanni") return { model, ...objective };
  const layers: GibsonLanniOptics = {
    model,
    ...objective,
    sampleIndex: option(fields, JOB_OPTIONS.sampleIndex) as number,
    depthNm: option(fields, JOB_OPTIONS.depth) as number,
    focus: option(fields, JOB_OPTIONS.focus) as "stage" | "brightest",
  };
  return layers;
}

/** The value of an option, or its default; undefined where there is neither. */
function option(fields: JobFields, spec: OptionSpec): unknown {
  const text = fields.get(longName(spec).slice(2))?.trim() || spec.default;
  return text === undefined ? undefined : parseOption(spec, text);
}

function need(fields: JobFields, name: string): string {
  const text = fields.get(name)?.trim();
  if (!text) throw new InputError(`--${name} is missing; give a value`);
  return text;
}

function numbers(fields: JobFields, name: string, length: number): number[] {
  const values = need(fields, name).split(" ").map(Number);
  if (values.length !== length || !values.every((value) => value > 0 && Number.isFinite(value))) {
    throw new InputError(`--${name} is "${fields.get(name)}"; it takes ${length} numbers above 0`);
  }
  return values;
}

function count(fields: JobFields, name: string): number {
  const [value] = numbers(fields, name, 1);
  if (!Number.isInteger(value)) throw new InputError(`--${name} is ${value}; it is a whole number`);
  return value;
}

/** Undefined where the image does not say it, or in a unit that is no length. */
function readVoxel(
  fields: JobFields,
  [voxelName, unitName]: readonly [string, string],
): VoxelSizeUm | undefined {
  const micrometres = micrometresPer(fields.get(unitName));
  if (!fields.has(voxelName) || micrometres === undefined) return undefined;
  const [x, y, z] = numbers(fields, voxelName, 3).map((value) => value * micrometres);
  return { x, y, z };
}

function readOnlyChannel(fields: JobFields): Job["onlyChannel"] {
  const text = fields.get("only-channel");
  if (text === undefined) return undefined;
  const [, number, of] = /^(\d+) of (\d+)$/.exec(text) ?? [];
  if (number === undefined) throw new InputError(`--only-channel is "${text}"; give "2 of 3"`);
  return { index: Number(number) - 1, of: Number(of) };
}
