/**
 * What the `psf` command is asked for, from its options.
 *
 * @module
 */
import { UsageError } from "../errors.ts";
import { longName, psfOptions } from "../options.ts";
import type { Size } from "../volume.ts";
import type { GibsonLanniOptics, PsfModel, PsfOptics } from "./optics.ts";
import type { PresetName } from "./presets.ts";
import type { PsfCentre, PsfNormalization, VoxelSizeNm } from "./sampling.ts";

/** The parsed options of the command, defaults filled in. */
export interface PsfCommandOptions {
  readonly optics?: PsfModel;
  readonly from?: string;
  readonly resample?: string;
  readonly preset?: PresetName;
  readonly wavelength?: readonly number[];
  readonly na?: number;
  readonly immersionIndex: number;
  readonly sampleIndex: number;
  readonly depth: number;
  readonly coverslipIndex: number;
  readonly coverslipDesignIndex: number;
  readonly coverslipThickness: number;
  readonly coverslipDesignThickness: number;
  readonly immersionDesignIndex?: number;
  readonly immersionThickness: number;
  readonly focus: "stage" | "brightest";
  readonly size?: Size;
  readonly voxel?: VoxelSizeNm;
  readonly sourceVoxel?: VoxelSizeNm;
  readonly like?: string;
  readonly energy?: number;
  readonly oversampling: number;
  readonly centre: PsfCentre;
  readonly normalization: PsfNormalization;
  readonly picture?: string;
}

/** Names of options that the user typed. */
export type GivenOptions = ReadonlySet<string>;

/** Where a PSF comes from. */
export type PsfSource =
  | { readonly kind: "optics"; readonly optics: PsfOptics }
  | { readonly kind: "beads"; readonly path: string }
  | { readonly kind: "file"; readonly path: string };

/** A PSF to be made. */
export interface PsfRequest {
  readonly source: PsfSource;
  /** NA, index and wavelengths, where they are known: for the warning about Nyquist. */
  readonly optics?: PsfOptics;
  readonly size?: Size;
  readonly voxelSizeNm?: VoxelSizeNm;
  /** Of the bead stack or PSF file, where it does not say. */
  readonly sourceVoxelSizeNm?: VoxelSizeNm;
  /** A stack whose voxel size is taken. */
  readonly likePath?: string;
  readonly energy?: number;
  readonly oversampling?: number;
  readonly centre?: PsfCentre;
  readonly normalization?: PsfNormalization;
}

/** Options that only one kind of source can heed. */
const GIBSON_LANNI_OPTIONS = [
  "sampleIndex",
  "depth",
  "coverslipIndex",
  "coverslipDesignIndex",
  "coverslipThickness",
  "coverslipDesignThickness",
  "immersionDesignIndex",
  "immersionThickness",
  "focus",
] as const;
const COMPUTED_OPTIONS = ["oversampling", "centre"] as const;

/**
 * The request that the options make.
 *
 * `given` are the names of the options that the user typed.
 *
 * @throws {UsageError} when they name no source or several, leave out what the source needs, or hold
 * something that the source cannot heed.
 */
export function createPsfRequest(options: PsfCommandOptions, given: GivenOptions): PsfRequest {
  const { optics: model, from, resample } = options;
  const sources = (["optics", "from", "resample", "preset"] as const)
    .filter((name) => given.has(name)).map((name) => longName(psfOptions[name]));
  if (sources.length === 0) {
    throw new UsageError(
      "psf needs something to make the PSF from: --optics, --from beads.tif, --resample psf.tif " +
        "or --preset hela3d",
    );
  }
  if (sources.length > 1) {
    throw new UsageError(`${sources.join(" and ")} exclude each other; give one of them`);
  }
  if (model !== "gibson-lanni") {
    refuse(GIBSON_LANNI_OPTIONS, given, "belongs to --optics gibson-lanni");
  }
  if (model === undefined) refuse(COMPUTED_OPTIONS, given, "belongs to --optics");
  else refuse(["sourceVoxel"], given, "belongs to --from and --resample");
  const optics = collectOptics(options);
  return {
    source: model !== undefined
      ? { kind: "optics", optics: optics! }
      : from !== undefined
      ? { kind: "beads", path: from }
      : { kind: "file", path: resample! },
    optics,
    size: options.size,
    voxelSizeNm: options.voxel,
    sourceVoxelSizeNm: options.sourceVoxel,
    likePath: options.like,
    energy: options.energy,
    oversampling: options.oversampling,
    centre: options.centre,
    normalization: options.normalization,
  };
}

/**
 * Refuses whatever stands beside a preset, which says everything itself.
 *
 * @throws {UsageError} naming the first such option.
 */
export function checkPresetOptions(given: GivenOptions): void {
  const names = (Object.keys(psfOptions) as (keyof typeof psfOptions)[])
    .filter((name) => name !== "preset" && name !== "normalization");
  refuse(names, given, "cannot change a preset");
}

function refuse(
  names: readonly (keyof typeof psfOptions)[],
  given: GivenOptions,
  reason: string,
): void {
  const name = names.find((name) => given.has(name));
  if (name) throw new UsageError(`${longName(psfOptions[name])} ${reason}; leave it out`);
}

/** The optics; without a model they are known where wavelength and NA are. */
function collectOptics(options: PsfCommandOptions): PsfOptics | undefined {
  const { optics: model, wavelength, na, immersionIndex } = options;
  if (wavelength === undefined || na === undefined) {
    if (model === undefined && wavelength === undefined && na === undefined) return undefined;
    const missing = na === undefined ? "--na 1.4" : "--wavelength 520 (nm)";
    throw new UsageError(`The optics need their ${missing} too`);
  }
  const objective = { wavelengthsNm: wavelength, numericalAperture: na, immersionIndex };
  if (model !== "gibson-lanni") return { model: model ?? "born-wolf", ...objective };
  const layers: GibsonLanniOptics = {
    model,
    ...objective,
    sampleIndex: options.sampleIndex,
    depthNm: options.depth,
    coverslipIndex: options.coverslipIndex,
    coverslipDesignIndex: options.coverslipDesignIndex,
    coverslipThicknessUm: options.coverslipThickness,
    coverslipDesignThicknessUm: options.coverslipDesignThickness,
    immersionDesignIndex: options.immersionDesignIndex,
    immersionThicknessUm: options.immersionThickness,
    focus: options.focus,
  };
  return layers;
}
