/**
 * Every option that a user can set: its name, unit, range and default. The commands, their help, and
 * the plugins' dialogs are made from these tables; nothing else declares an option.
 *
 * @module
 */
import type { OptionSpec } from "./option_kinds.ts";

export type { NoiseRange, OptionKind, OptionSpec } from "./option_kinds.ts";
export { longName, parseOption, WHOLE_AXIS } from "./option_kinds.ts";
export { psfOptions } from "./psf_options.ts";
export { trainOptions } from "./train_options.ts";

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
