/**
 * How a model is learned: the options of `train`.
 *
 * @module
 */
import type { OptionSpec } from "./option_kinds.ts";

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
  coarse: {
    flags: "--coarse <voxels...>",
    kind: "size",
    repeatable: true,
    description:
      "further stages at the end, each on means around every so many voxels in x, y (and z)",
  },
  coarseKernels: {
    flags: "--coarse-kernels <count>",
    kind: "integer",
    min: 1,
    description: "of every --coarse stage; 16 by default, or as many as their size has",
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
