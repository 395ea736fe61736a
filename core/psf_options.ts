/**
 * How a PSF is made: the options of `psf`.
 *
 * @module
 */
import type { OptionSpec } from "./option_kinds.ts";

/** Options of `psf`. */
export const psfOptions = {
  optics: {
    flags: "--optics <model>",
    kind: "choice",
    choices: ["gibson-lanni", "richards-wolf", "born-wolf", "gaussian"],
    description: "compute the PSF by this model",
  },
  from: {
    flags: "--from <stack>",
    kind: "path",
    description: "average the beads of a stack",
  },
  resample: {
    flags: "--resample <psf>",
    kind: "path",
    description: "bring a PSF file into the image's sampling and centre it",
  },
  preset: {
    flags: "--preset <set>",
    kind: "choice",
    choices: ["hela3d"],
    description: "write a set of PSFs into a folder",
  },
  wavelength: {
    flags: "--wavelength <nm...>",
    kind: "number",
    unit: "nm",
    repeatable: true,
    description: "of emission; each makes a channel",
  },
  na: { flags: "--na <number>", kind: "number", description: "numerical aperture" },
  size: {
    flags: "--size <size>",
    kind: "size",
    description: "of the PSF in voxels, x, y, z: 27x27x13; 27x27 is 2D",
  },
  voxel: {
    flags: "--voxel <size>",
    kind: "voxel",
    unit: "nm",
    description: "of the image, x, y, z: 98x98x203",
  },
  like: {
    flags: "--like <stack>",
    kind: "path",
    description: "take the voxel, and a size that suits, from this stack",
  },
  energy: {
    flags: "--energy <part>",
    kind: "number",
    description: "crop to this part of the light (default: 0.99 with --like and no --size)",
  },
  immersionIndex: {
    flags: "--immersion-index <n>",
    kind: "number",
    default: "1.5",
    description: "refractive index of the immersion",
  },
  sampleIndex: {
    flags: "--sample-index <n>",
    kind: "number",
    default: "1.33",
    description: "gibson-lanni: refractive index of the sample",
  },
  depth: {
    flags: "--depth <nm>",
    kind: "number",
    unit: "nm",
    default: "0",
    description: "gibson-lanni: of the particle below the coverslip",
  },
  focus: {
    flags: "--focus <place>",
    kind: "choice",
    choices: ["stage", "brightest"],
    default: "stage",
    description: "gibson-lanni: put the middle plane at the stage's zero or at the brightest point",
  },
  coverslipIndex: {
    flags: "--coverslip-index <n>",
    kind: "number",
    default: "1.5",
    description: "gibson-lanni: refractive index of the coverslip",
  },
  coverslipDesignIndex: {
    flags: "--coverslip-design-index <n>",
    kind: "number",
    default: "1.5",
    description: "gibson-lanni: that the objective is made for",
  },
  coverslipThickness: {
    flags: "--coverslip-thickness <um>",
    kind: "number",
    unit: "um",
    default: "170",
    description: "gibson-lanni: of the coverslip",
  },
  coverslipDesignThickness: {
    flags: "--coverslip-design-thickness <um>",
    kind: "number",
    unit: "um",
    default: "170",
    description: "gibson-lanni: that the objective is made for",
  },
  immersionDesignIndex: {
    flags: "--immersion-design-index <n>",
    kind: "number",
    description: "gibson-lanni: that the objective is made for (default: the immersion's)",
  },
  immersionThickness: {
    flags: "--immersion-thickness <um>",
    kind: "number",
    unit: "um",
    default: "150",
    description: "gibson-lanni: working distance of the design",
  },
  oversampling: {
    flags: "--oversampling <points>",
    kind: "integer",
    default: "1",
    description: "integrate over pixels with so many points a side; 1 takes the centre alone",
  },
  centre: {
    flags: "--centre <place>",
    kind: "choice",
    choices: ["voxel", "middle"],
    default: "voxel",
    description: "of even sizes: at voxel size/2, as restoring takes it, or between two voxels",
  },
  normalization: {
    flags: "--normalization <scale>",
    kind: "choice",
    choices: ["sum", "peak"],
    default: "sum",
    description: "sum 1, or largest voxel 1, per channel",
  },
  sourceVoxel: {
    flags: "--source-voxel <size>",
    kind: "voxel",
    unit: "nm",
    description: "of a bead stack or PSF file that does not say it",
  },
  picture: {
    flags: "--picture <png>",
    kind: "path",
    description: "draw cuts and profiles (default with --from: beside the PSF)",
  },
} as const satisfies Record<string, OptionSpec>;
