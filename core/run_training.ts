/**
 * A training from its configuration to its run folder.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";
import { type Dataset, openDataset } from "./dataset/dataset.ts";
import { splitDataset } from "./dataset/split.ts";
import { syntheticDataset } from "./dataset/synthetic_dataset.ts";
import { InputError } from "./errors.ts";
import type { LossName } from "./loss/npsnr.ts";
import type { Model } from "./model/model.ts";
import { encodeModel } from "./model/model_file.ts";
import { hasRunFile, readRunFile, writeRunFile } from "./model/run_folder.ts";
import type { NoiseRange } from "./options.ts";
import type { Schedule } from "./optimizer/schedule.ts";
import { loadPsfs, type NamedPsf } from "./psf/load_psf.ts";
import { assertPsfMatches } from "./psf/match.ts";
import { phaseOf } from "./training/phase.ts";
import { writeTrainingReport } from "./training/training_report.ts";
import { decodeCheckpoint, encodeCheckpoint, type TrainingState } from "./training/checkpoint.ts";
import { measurePeakRatio, validateModel, type ValidationOptions } from "./training/validation.ts";
import { stagesOf, type TrainProgress, type TrainResult, trainTwb } from "./train.ts";
import { createStages, type Initialization } from "./twb/initialize.ts";
import { flattenStages, type LaterStageKind, type Stage } from "./twb/stage.ts";
import { VERSION } from "./version.ts";
import type { Size, VoxelSizeUm } from "./volume.ts";

/** Longest gradient of a cascade's step: a first look at bright crops can be a hundred times it. */
const CASCADE_CLIP = 20;

/** Everything that it takes to repeat a training. */
export interface TrainConfig {
  /** Folders, lists and files; none for synthetic cells. */
  readonly data: readonly string[];
  readonly dataLicence?: string;
  readonly validation: readonly string[];
  readonly validationPart: number;
  readonly psf: readonly string[];
  readonly noise: NoiseRange;
  readonly photons?: number;
  readonly stages?: number;
  readonly stageKind?: LaterStageKind;
  readonly stageEpochs?: number;
  readonly coarse?: readonly Size[];
  readonly coarseKernels?: number;
  readonly epochs: number;
  readonly batch: number;
  readonly crop: Size;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly clip?: number;
  readonly loss: LossName;
  readonly patience?: number;
  readonly kernels: number | "full";
  readonly kernelSize?: Size;
  readonly init: Initialization;
  readonly positivity?: boolean;
  readonly signed?: boolean;
  readonly sharedKernels?: boolean;
  readonly noiseAdaptive?: boolean;
  readonly seed: number;
  readonly cells: number;
  readonly cellSize: Size;
  readonly channels: number;
}

/** Whether the model has more stages than the slides' one block. */
export function isCascade(
  { stages = 1, coarse = [] }: Pick<TrainConfig, "stages" | "coarse">,
): boolean {
  return stages + coarse.length > 1;
}

/** What a training reports on its way. */
export interface TrainingHooks {
  readonly signal?: AbortSignal;
  onMessage?(message: string): void;
  onProgress?(progress: TrainProgress): void;
}

/**
 * Trains into `folder`, which exists; goes on from its checkpoint if it has one. What is there after
 * every epoch: config.json, history.csv, checkpoint, model.json; at the end also model.onnx and report.html.
 */
export async function runTraining(
  config: TrainConfig,
  engine: Engine,
  hooks: TrainingHooks & { readonly folder: string },
): Promise<TrainResult & { readonly model: Model }> {
  const { folder, onMessage = () => {} } = hooks;
  const { train, validation } = await openTrainingData(config);
  const first = await train.items[0].load();
  const planar = first.shape[1] === 1;
  const references = config.psf.length > 0 ? config.psf : ["hela3d"];
  const psfs = await loadPsfs(references, { presetDepth: planar ? "plane" : "volume" });
  for (const { name, psf } of psfs) assertPsfMatches(psf, first.shape, `The PSF ${name}`);
  const stages = createFirstStages(config, { planar, channels: train.channels });
  const checking: ValidationOptions = {
    engine,
    psfs,
    noise: config.noise,
    photons: config.photons,
    seed: config.seed,
  };
  const peakRatio = await measurePeakRatio(train, checking);
  const describe = { config, psfs, peakRatio, voxelSizeUm: first.voxelSizeUm };
  const resume = hasRunFile(folder, "checkpoint")
    ? decodeCheckpoint(readRunFile(folder, "checkpoint"), `${folder}/checkpoint`)
    : undefined;
  if (resume) assertSameParameters(resume, { stages, folder });
  else writeRunFile(folder, "config", describeRun(config, engine));
  onMessage(
    `training scenes: ${train.items.length}, validation scenes: ${validation.items.length}, ` +
      `PSFs: ${psfs.length}, ${engine.description}`,
  );
  const clip = config.clip ?? (stages.length > 1 ? CASCADE_CLIP : undefined);
  const options = { ...config, stages, batchSize: config.batch, clip };
  const save = (state: TrainingState) => {
    writeRunFile(folder, "checkpoint", encodeCheckpoint(state));
    writeRunFile(folder, "history", formatHistory(state));
    const model = createModel(stagesOf(state, options), state, describe);
    writeRunFile(folder, "model", encodeModel(model));
  };
  let latest = resume;
  const result = await trainTwb(train, engine, {
    ...options,
    psfs: psfs.map(({ psf }) => psf),
    resume,
    signal: hooks.signal,
    async validate(current) {
      const model = createModel(current, undefined, describe);
      return (await validateModel(validation, { ...checking, model })).restored;
    },
    onStep(progress, state) {
      latest = state;
      hooks.onProgress?.(progress);
    },
    onEpoch(state) {
      save(state);
      onMessage(describeEpoch(state, options));
      return Promise.resolve();
    },
  }).catch((error) => {
    // A lost GPU costs no step: the next engine goes on from here.
    if (latest) save(latest);
    throw error;
  });
  save(result.state);
  const model = createModel(result.stages, result.state, describe);
  if (result.outcome !== "stopped") {
    const { writeOnnx } = await import("./onnx/write_onnx.ts");
    writeRunFile(folder, "onnx", writeOnnx(model, { kind: "general" }));
    await writeTrainingReport(folder, { config, model, state: result.state, validation, checking });
  }
  return { ...result, model };
}

function assertSameParameters(
  { adam: { parameters } }: TrainingState,
  { stages, folder }: { stages: readonly Stage[]; folder: string },
): void {
  const count = flattenStages(stages).length;
  if (parameters.length !== count) {
    throw new InputError(
      `The checkpoint in ${folder} has ${parameters.length} parameters and the run's options ` +
        `make ${count}; start a new run with another --out`,
    );
  }
}

/** The scenes of a configuration, split. */
async function openTrainingData(
  config: TrainConfig,
): Promise<{ readonly train: Dataset; readonly validation: Dataset }> {
  const { data, validation, validationPart, seed, cells, cellSize, channels } = config;
  if (data.length === 0 && validation.length > 0) {
    throw new InputError("--validation goes with data to train on; name the training stacks too");
  }
  const dataset = data.length > 0
    ? await openDataset(data)
    : syntheticDataset({ count: cells, shape: [channels, ...cellSize], seed });
  const rest = validation.length > 0
    ? await openDataset(validation, { channels: dataset.channels })
    : validationPart;
  return splitDataset(dataset, { validation: rest, seed });
}

function createFirstStages(
  config: TrainConfig,
  { planar, channels }: { planar: boolean; channels: number },
): readonly Stage[] {
  const kernelSize = config.kernelSize ?? (planar ? [1, 5, 5] : [3, 5, 5]);
  if (planar && kernelSize[0] > 1) {
    throw new InputError(
      `The kernels have ${kernelSize[0]} planes and the images one; give --kernel-size ` +
        `${kernelSize[2]}x${kernelSize[1]}`,
    );
  }
  const { stages: stageCount = 1, stageKind, signed, coarse } = config;
  for (const factor of coarse ?? []) {
    if (planar && factor[0] > 1) {
      throw new InputError(
        `--coarse ${
          factor.toReversed().join("x")
        } looks at several planes and the images have one; ` +
          `give --coarse ${factor[2]}x${factor[1]}`,
      );
    }
  }
  const rectified = isCascade(config) ? !signed : config.positivity;
  return createStages({
    stageCount,
    stageKind,
    coarseFactors: coarse,
    coarseKernelCount: config.coarseKernels,
    kernelSize,
    kernelCount: config.kernels,
    kernelChannels: config.sharedKernels ? 1 : channels,
    initialization: config.init,
    noiseExponent: config.noiseAdaptive ? 1 : 0,
    positivity: rectified ? "rectify" : "none",
    seed: config.seed,
  });
}

function createModel(
  stages: readonly Stage[],
  state: TrainingState | undefined,
  { config, psfs, peakRatio, voxelSizeUm }: {
    readonly config: TrainConfig;
    readonly psfs: readonly NamedPsf[];
    readonly peakRatio: number;
    readonly voxelSizeUm?: VoxelSizeUm;
  },
): Model {
  const row = state?.best && state.history[state.best.epoch - 1];
  return {
    stages,
    channels: stages[0].kernelChannels,
    normalization: "peak",
    peakRatio,
    ...(voxelSizeUm ? { voxelSizeUm } : {}),
    training: {
      data: config.data.length > 0 ? config.data.join(", ") : `${config.cells} synthetic cells`,
      dataNotice: config.dataLicence ?? "",
      psfs: psfs.map(({ name }) => name),
      noise: config.noise,
      epochs: state?.epoch ?? 0,
      seed: config.seed,
      ...(row?.psnr !== undefined && {
        validation: { psnr: row.psnr, cpsnr: row.cpsnr!, isnr: row.isnr!, cisnr: row.cisnr! },
      }),
    },
  };
}

function describeRun(config: TrainConfig, engine: Engine): string {
  const { deno, v8 } = Deno.version;
  return JSON.stringify(
    {
      program: { version: VERSION, deno, v8 },
      started: new Date().toISOString(),
      engine: engine.description,
      config,
    },
    null,
    2,
  ) + "\n";
}

/** The configuration that a run folder was started with. */
export function readTrainConfig(folder: string): TrainConfig {
  const text = readRunFile(folder, "config");
  let config: TrainConfig | undefined;
  try {
    config = JSON.parse(text).config;
  } catch {
    // Refused below.
  }
  if (!Array.isArray(config?.data) || !Array.isArray(config.psf)) {
    throw new InputError(`${folder}/config.json is damaged; start again with another --out`);
  }
  return config;
}

function formatHistory({ history }: TrainingState): string {
  const columns = ["epoch", "trainLoss", "psnr", "cpsnr", "isnr", "cisnr", "learningRate"] as const;
  const rows = history.map((row) => columns.map((column) => row[column] ?? "").join(","));
  return [columns.join(","), ...rows].join("\n") + "\n";
}

function describeEpoch(
  { history }: TrainingState,
  options: Parameters<typeof phaseOf>[1],
): string {
  const { epoch, trainLoss, psnr, cpsnr, isnr, cisnr } = history.at(-1)!;
  const dB = (value?: number) =>
    value === undefined || Number.isNaN(value) ? "-" : value.toFixed(2);
  const { stageCount, together, total } = phaseOf(epoch - 1, options);
  const turn = together ? "" : ` (stage ${stageCount} alone)`;
  return `epoch ${epoch}/${total}${turn}: training PSNR ${dB(-trainLoss)} dB; validation PSNR ` +
    `${dB(psnr)}, CPSNR ${dB(cpsnr)}, ISNR ${dB(isnr)}, CISNR ${dB(cisnr)} dB`;
}
