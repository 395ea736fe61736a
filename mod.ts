/**
 * Trainable Wiener deconvolution as a library: point spread functions, degradation, training,
 * restoring and measuring, in 2D and 3D. What is exported here is what scripts and plugins may rely on;
 * see the functions themselves for their units and errors.
 *
 * Data has the axes `[c, z, y, x]`; sizes are `[z, y, x]`; intensities of training are on a scale whose
 * peak is 1.
 *
 * @example Train on synthetic cells, and restore one that the training has not seen.
 * ```ts
 * import {
 *   createEngine,
 *   createPsf,
 *   createStages,
 *   degradeVolume,
 *   evaluateMethods,
 *   modelMethod,
 *   splitDataset,
 *   syntheticDataset,
 *   trainTwb,
 * } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const cells = syntheticDataset({ count: 5, shape: [1, 6, 48, 48], seed: 1 });
 * const { train, validation } = splitDataset(cells, { validation: 0.2, seed: 1 });
 * const psf = createPsf(
 *   { model: "gaussian", wavelengthsNm: [520], numericalAperture: 1.2 },
 *   { size: [5, 11, 11], voxelSizeNm: { x: 98, y: 98, z: 203 } },
 * );
 * const engine = await createEngine({ backend: "cpu" });
 * try {
 *   const { stages } = await trainTwb(train, engine, {
 *     stages: createStages({ kernelSize: [3, 3, 3] }),
 *     psfs: [psf],
 *     noise: { min: 0.01, max: 0.01 },
 *     epochs: 2,
 *     batchSize: 1,
 *     crop: [6, 48, 48],
 *     learningRate: 0.02,
 *     schedule: "cosine",
 *     loss: "npsnr",
 *     seed: 1,
 *   });
 *   const training = {
 *     data: "synthetic cells",
 *     dataNotice: "",
 *     psfs: ["gaussian"],
 *     noise: { min: 0.01, max: 0.01 },
 *     epochs: 2,
 *     seed: 1,
 *   };
 *   const model = { stages, channels: 1, normalization: "peak", training } as const;
 *   const rows = await evaluateMethods(validation, engine, {
 *     methods: [modelMethod("trained", model, engine)],
 *     psfs: [{ name: "gaussian", psf }],
 *     sigmas: [0.01],
 *     seed: 1,
 *   });
 *   const [, { method, metrics }] = rows;
 *   assert.equal(method, "trained");
 *   assert.ok(metrics.isnr > 0.5, `${metrics.isnr} dB gained`);
 *
 *   const scene = await validation.items[0].load();
 *   const noise = { sigma: 0.01, seed: 1 };
 *   const blurred = await degradeVolume(scene, { engine, psf, noise });
 *   const restored = await modelMethod("trained", model, engine).restore(blurred, {
 *     psf,
 *     sigma: 0.01,
 *   });
 *   assert.deepEqual(restored.shape, scene.shape);
 * } finally {
 *   engine.close();
 * }
 * ```
 *
 * @module
 */

// Values and errors
export {
  channelOf,
  createVolume,
  type Shape,
  type Size,
  type Volume,
  type VoxelSizeUm,
} from "./core/volume.ts";
export { CancelledError, DeviceLostError, InputError, UsageError } from "./core/errors.ts";
export { createRandom, type Random } from "./core/random.ts";
export type { NoiseRange } from "./core/options.ts";

// Engines
export { type Backend, createEngine, type EngineOptions } from "./core/compute/choose_engine.ts";
export type { Engine } from "./core/compute/engine.ts";

// Files
export { openStack, readVolume } from "./core/io/read_stack.ts";
export { createMemoryReader } from "./core/io/memory_stack.ts";
export { createTiff, encodeTiff, writeVolume } from "./core/io/tiff_writer.ts";
export type {
  PixelType,
  Region,
  StackInfo,
  StackMetadata,
  StackReader,
  StackWriter,
} from "./core/io/stack.ts";

// Point spread functions
export { createPsf } from "./core/psf/create_psf.ts";
export { checkPsf, loadPsf, loadPsfs, type NamedPsf } from "./core/psf/load_psf.ts";
export type { PsfModel, PsfOptics } from "./core/psf/optics.ts";
export type { PsfNormalization, PsfSampling } from "./core/psf/sampling.ts";

// From a scene to what a microscope shows of it
export { type DegradeOptions, degradeVolume } from "./core/degrade/degrade_volume.ts";
export { estimateNoise } from "./core/degrade/estimate_noise.ts";
export type { NoiseModel, NoiseSeed } from "./core/degrade/degrade.ts";

// Scenes to learn from
export { type Dataset, type DatasetItem, openDataset } from "./core/dataset/dataset.ts";
export { normalizeToPeak } from "./core/dataset/normalize.ts";
export { createPhantom, type PhantomOptions } from "./core/dataset/phantom.ts";
export { splitDataset } from "./core/dataset/split.ts";
export { syntheticDataset } from "./core/dataset/synthetic_dataset.ts";

// The trainable Wiener block, training, checkpoints
export {
  createStage,
  createStages,
  type Initialization,
  type StageOptions,
  type StagesOptions,
} from "./core/twb/initialize.ts";
export type {
  KernelBank,
  LaterStageKind,
  ResidualStage,
  ShrinkageStage,
  Stage,
  WienerStage,
} from "./core/twb/stage.ts";
export { type TrainOptions, type TrainProgress, type TrainResult, trainTwb } from "./core/train.ts";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingState,
} from "./core/training/checkpoint.ts";
export { runTraining, type TrainConfig, type TrainingHooks } from "./core/run_training.ts";

// Models
export {
  countModelParameters,
  isNoiseAdaptive,
  type Model,
  type TrainingSummary,
} from "./core/model/model.ts";
export { decodeModel, encodeModel } from "./core/model/model_file.ts";
export { loadModel } from "./core/model/load_model.ts";

// Restoring
export { createRestorer, type Restorer, type RestorerOptions } from "./core/restore.ts";
export {
  type DeconvolveOptions,
  type DeconvolveResult,
  deconvolveStack,
} from "./core/deconvolve.ts";
export { deconvolveFile, type DeconvolveFileOptions } from "./core/deconvolve_file.ts";

// Measuring
export {
  type EvaluatedMethod,
  evaluateMethods,
  type EvaluateOptions,
  type EvaluationRow,
  modelMethod,
} from "./core/evaluate.ts";
export { measureRestoration, type Metrics, type Restoration } from "./core/loss/metrics.ts";
