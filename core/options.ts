/**
 * Every option that a user can set: its name, unit, range and default. The commands, their help, and
 * the plugins' dialogs are made from this table; nothing else declares an option.
 *
 * @module
 */
import type { OptionSpec } from "./option_kinds.ts";

export type { NoiseRange, OptionKind, OptionSpec } from "./option_kinds.ts";
export { longName, parseOption, WHOLE_AXIS } from "./option_kinds.ts";

/** Options that several commands share. */
export const commonOptions = {
  psf: {
    flags: "-p, --psf <file...>",
    kind: "path",
    repeatable: true,
    description: "point spread function: TIFF, or a preset such as hela3d or hela3d/psf1",
  },
  noise: {
    flags: "-n, --noise <level>",
    kind: "noise",
    default: "1%",
    description: "standard deviation of Gaussian noise, of the peak: 1%, or a range 1%..3%",
  },
  photons: {
    flags: "--photons <count>",
    kind: "number",
    min: 1,
    unit: "photons at the peak",
    description: "add Poisson noise before the Gaussian",
  },
  seed: {
    flags: "-s, --seed <number>",
    kind: "integer",
    min: 0,
    max: 4294967295,
    default: "1",
    description: "everything random follows from it",
  },
  backend: {
    flags: "--backend <name>",
    kind: "choice",
    choices: ["auto", "webgpu", "cpu"],
    default: "auto",
    description: "what computes: auto takes a GPU if there is one",
  },
  threads: {
    flags: "--threads <count>",
    kind: "integer",
    min: 1,
    max: 120,
    description: "threads of the CPU engine; all cores by default",
  },
  quiet: {
    flags: "-q, --quiet",
    kind: "flag",
    description: "no progress on standard error",
  },
  format: {
    flags: "-f, --format <format>",
    kind: "choice",
    choices: ["text", "markdown", "csv", "json", "latex"],
    default: "text",
    description: "of the table on standard output",
  },
} as const satisfies Record<string, OptionSpec>;

/** Options of `train`. */
export const trainOptions = {
  out: {
    flags: "-o, --out <folder>",
    kind: "path",
    description: "run folder to write; runs/train-1 (or the next free number) by default",
  },
  validation: {
    flags: "--validation <path...>",
    kind: "path",
    repeatable: true,
    description: "stacks to validate on; without it a part of the data is set aside",
  },
  validationPart: {
    flags: "--validation-part <part>",
    kind: "number",
    min: 0.001,
    max: 0.9,
    default: "0.1",
    description: "part of the data to validate on",
  },
  epochs: {
    flags: "-e, --epochs <count>",
    kind: "integer",
    min: 1,
    default: "10",
    description: "times through the data",
  },
  stages: {
    flags: "--stages <count>",
    kind: "integer",
    min: 1,
    max: 16,
    default: "1",
    description: "1 is the trainable Wiener block alone; more make a cascade",
  },
  stageKind: {
    flags: "--stage-kind <name>",
    kind: "choice",
    choices: ["residual", "shrinkage"],
    default: "shrinkage",
    description: "of a cascade's stages behind the first block",
  },
  stageEpochs: {
    flags: "--stage-epochs <count>",
    kind: "integer",
    min: 0,
    default: "1",
    description: "of every stage of a cascade alone, before --epochs of all together",
  },
  batch: {
    flags: "--batch <count>",
    kind: "integer",
    min: 1,
    default: "1",
    description: "images a step",
  },
  crop: {
    flags: "--crop <size>",
    kind: "crop",
    default: "256x256",
    description: "train on random crops of so many voxels in x, y (and z), or whole",
  },
  learningRate: {
    flags: "--learning-rate <rate>",
    kind: "number",
    min: 1e-6,
    max: 1,
    description: "of Adam; 0.005 by default, 0.015 for a cascade",
  },
  schedule: {
    flags: "--schedule <name>",
    kind: "choice",
    choices: ["cosine", "constant"],
    default: "cosine",
    description: "how the learning rate goes down",
  },
  clip: {
    flags: "--clip <length>",
    kind: "number",
    min: 1e-3,
    description: "longest gradient of a step; 20 for a cascade, none for one block by default",
  },
  loss: {
    flags: "--loss <name>",
    kind: "choice",
    choices: ["npsnr", "mse"],
    default: "npsnr",
    description: "what is made small",
  },
  patience: {
    flags: "--patience <epochs>",
    kind: "integer",
    min: 1,
    description: "stop after so many epochs without a better validation",
  },
  kernels: {
    flags: "-k, --kernels <count>",
    kind: "text",
    default: "15",
    description: "learned kernels a channel: a number, or full",
  },
  kernelSize: {
    flags: "--kernel-size <size>",
    kind: "size",
    description: "of the kernels: x, y, z; 5x5x3 by default, 5x5 for images of one plane",
  },
  init: {
    flags: "--init <name>",
    kind: "choice",
    choices: ["dct", "gabor", "xavier"],
    default: "dct",
    description: "kernels to begin with",
  },
  positivity: {
    flags: "--positivity",
    kind: "flag",
    description: "set negative voxels of the result to 0, in training too; a cascade does",
  },
  signed: {
    flags: "--signed",
    kind: "flag",
    description: "keep negative voxels behind every stage of a cascade",
  },
  sharedKernels: {
    flags: "--shared-kernels",
    kind: "flag",
    description: "the same kernels for all channels, for stacks of any channel count",
  },
  noiseAdaptive: {
    flags: "--noise-adaptive",
    kind: "flag",
    description: "weight that follows the noise variance: one model for all noise levels",
  },
  dataLicence: {
    flags: "--data-licence <text>",
    kind: "text",
    description: "what the data's licence asks for, kept with the model",
  },
  resume: {
    flags: "--resume",
    kind: "flag",
    description: "go on with the run in --out, with its own options",
  },
  cells: {
    flags: "--cells <count>",
    kind: "integer",
    min: 2,
    default: "40",
    description: "synthetic cells, where no data is given",
  },
  cellSize: {
    flags: "--cell-size <size>",
    kind: "size",
    default: "160x160x16",
    description: "of the synthetic cells: x, y, z",
  },
  channels: {
    flags: "--channels <count>",
    kind: "integer",
    min: 1,
    max: 16,
    default: "1",
    description: "of the synthetic cells",
  },
} as const satisfies Record<string, OptionSpec>;

/** Options of `deconvolve`. */
export const deconvolveOptions = {
  model: {
    flags: "-m, --model <path>",
    kind: "path",
    description: "run folder, model.json or model.onnx",
  },
  sigma: {
    flags: "--sigma <level>",
    kind: "noise",
    description: "noise of the stack, of its maximum, for a noise-adaptive model; else estimated",
  },
  engine: {
    flags: "--engine <name>",
    kind: "choice",
    choices: ["native", "onnx"],
    default: "native",
    description: "our own engine, or the model's ONNX file on onnxruntime",
  },
  type: {
    flags: "-t, --type <type>",
    kind: "choice",
    choices: ["32-bit", "same"],
    default: "32-bit",
    description: "pixel type of the result; same rounds and clips to the input's",
  },
  memory: {
    flags: "--memory <amount>",
    kind: "bytes",
    default: "4GB",
    description: "to use at most; larger stacks are restored in tiles",
  },
} as const satisfies Record<string, OptionSpec>;

/** Options of `experiment`. */
export const experimentOptions = {
  data: {
    flags: "--data <folder>",
    kind: "path",
    default: "../shared/data",
    description: "folder that holds hela3d/, dsb2018/ and fmd/",
  },
  out: {
    flags: "-o, --out <folder>",
    kind: "path",
    description: "folder to write; runs/experiments/NAME-NOISE by default",
  },
  model: {
    flags: "-m, --model <path...>",
    kind: "path",
    repeatable: true,
    description: "also models trained before, or NAME=path; for fmd one for each fold, in order",
  },
  oracle: {
    flags: "--oracle",
    kind: "flag",
    description: "also each method with the parameter that is best for each stack, as a bound",
  },
  quick: {
    flags: "--quick",
    kind: "flag",
    description: "a few stacks and epochs, to see that everything works",
  },
  resume: {
    flags: "--resume",
    kind: "flag",
    description: "go on with what --out holds: an interrupted experiment, or one with more --model",
  },
} as const satisfies Record<string, OptionSpec>;

/** Options of `evaluate`. */
export const evaluateOptions = {
  model: {
    flags: "-m, --model <path...>",
    kind: "path",
    repeatable: true,
    description: "models to evaluate: run folders, model.json or model.onnx",
  },
  noise: {
    flags: "-n, --noise <level...>",
    kind: "noise",
    repeatable: true,
    default: "1%",
    description: "noise levels, of the peak: 1% 3%",
  },
  method: {
    flags: "--method <name...>",
    kind: "text",
    repeatable: true,
    description: "classical methods: a name, name=parameter, or all (see the README)",
  },
  tuneOn: {
    flags: "--tune-on <path...>",
    kind: "path",
    repeatable: true,
    description: "training stacks on which the methods' parameters are chosen for each noise level",
  },
  tuneStacks: {
    flags: "--tune-stacks <count>",
    kind: "integer",
    min: 1,
    default: "6",
    description: "how many of them",
  },
  oracle: {
    flags: "--oracle",
    kind: "flag",
    description: "also each method with the parameter that is best for each stack, as a bound",
  },
  out: {
    flags: "-o, --out <folder>",
    kind: "path",
    description: "folder that keeps every finished row and search",
  },
  resume: {
    flags: "--resume",
    kind: "flag",
    description:
      "go on with what --out holds: an interrupted evaluation, or one with more --model and --method",
  },
  perStack: {
    flags: "--per-stack",
    kind: "flag",
    description: "a row for every stack and PSF instead of the means",
  },
  seed: {
    flags: "-s, --seed <number>",
    kind: "integer",
    min: 0,
    max: 4294967295,
    default: "1",
    description: "of the noise",
  },
} as const satisfies Record<string, OptionSpec>;

/** Options of `export`. */
export const exportOptions = {
  format: {
    flags: "-f, --format <format>",
    kind: "choice",
    choices: ["onnx", "bioimageio"],
    default: "onnx",
    description: "an ONNX file, or a BioImage Model Zoo package",
  },
  size: {
    flags: "--size <size>",
    kind: "size",
    description: "of the stacks that a fixed graph is for: x, y, z; with --psf",
  },
  testStack: {
    flags: "--test-stack <file>",
    kind: "path",
    description: "blurred stack for the package's test tensors and cover",
  },
  name: {
    flags: "--name <text>",
    kind: "text",
    description: "of the package, 5 to 128 characters",
  },
  author: {
    flags: "--author <name...>",
    kind: "text",
    repeatable: true,
    description: "of the package",
  },
  cite: {
    flags: "--cite <doi...>",
    kind: "text",
    repeatable: true,
    description: "what users of the package should cite",
  },
  licence: {
    flags: "--licence <name>",
    kind: "text",
    description: "of the package, by its SPDX name: CC-BY-4.0",
  },
} as const satisfies Record<string, OptionSpec>;

/** Options of `doctor`. */
export const doctorOptions = {
  grid: {
    flags: "--grid <size>",
    kind: "size",
    default: "256x256x16",
    description: "of the transforms that are timed: x, y, z, products of 2, 3, 5 and 7",
  },
} as const satisfies Record<string, OptionSpec>;

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

/** What the plugins ask beside the options of the commands: about the images that the host has open. */
export const pluginOptions = {
  psf: {
    flags: "--psf <source>",
    kind: "choice",
    choices: ["optics", "file", "image"],
    default: "optics",
    description: "computed from optics, read from a file, or an image that is open",
  },
  psfFile: {
    flags: "--psf-file <file>",
    kind: "path",
    description: "TIFF, or a preset such as hela3d/psf1",
  },
  psfImage: {
    flags: "--psf-image <title>",
    kind: "text",
    description: "title of an open image that holds the PSF",
  },
  psfResample: {
    flags: "--psf-resample",
    kind: "flag",
    description: "bring the PSF of a file or image to the image's voxel size",
  },
  channels: {
    flags: "--channels <which>",
    kind: "choice",
    choices: ["all", "current"],
    default: "all",
    description: "channels to restore",
  },
  frames: {
    flags: "--frames <which>",
    kind: "choice",
    choices: ["all", "current"],
    default: "all",
    description: "time points to restore",
  },
} as const satisfies Record<string, OptionSpec>;
