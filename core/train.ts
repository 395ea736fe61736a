/**
 * Training: scenes are drawn, degraded and restored; the gradient of the loss teaches the kernels. The
 * stages of a cascade first learn one by one, each behind those before it, then all together.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";
import type { Dataset } from "./dataset/dataset.ts";
import { drawScene } from "./dataset/scene.ts";
import { noiseLevelAt } from "./degrade/noise_level.ts";
import { InputError } from "./errors.ts";
import type { LossName } from "./loss/npsnr.ts";
import type { Metrics } from "./loss/metrics.ts";
import type { NoiseRange } from "./options.ts";
import { clipNorm, createAdam, updateAdam } from "./optimizer/adam.ts";
import { type Schedule, scheduleFactor } from "./optimizer/schedule.ts";
import { createRandom } from "./random.ts";
import { withStages } from "./twb/cascade.ts";
import { flattenStages, type Stage, withParameters } from "./twb/stage.ts";
import { createStageGradients, gradStages } from "./twb/stage_gradients.ts";
import type { TrainingState } from "./training/checkpoint.ts";
import { createGeometryCache, type GeometryCache, haloOf } from "./training/geometry.ts";
import { phaseOf } from "./training/phase.ts";
import { accumulateSample, type Sample } from "./training/sample.ts";
import type { Size, Volume } from "./volume.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** How a model's stages are trained. */
export interface TrainOptions {
  /** The stages to begin with. */
  readonly stages: readonly Stage[];
  readonly psfs: readonly Volume[];
  readonly noise: NoiseRange;
  /** Photons at the peak, for Poisson noise below the Gaussian. */
  readonly photons?: number;
  /** Of all stages together. */
  readonly epochs: number;
  /** Of every stage of a cascade alone, before that. @default 0 */
  readonly stageEpochs?: number;
  readonly batchSize: number;
  /** `[z, y, x]`; longer than a stack's axis means all of it. */
  readonly crop: Size;
  readonly learningRate: number;
  /** Of the learning rate over the epochs of all stages; before them it is constant. */
  readonly schedule: Schedule;
  /** Longest gradient, as the root of its squares' sum; longer ones are scaled down. */
  readonly clip?: number;
  readonly loss: LossName;
  readonly seed: number;
  /** Epochs without a better validation after which the training ends. */
  readonly patience?: number;
  /** Goes on from here. */
  readonly resume?: TrainingState;
  /** Asked after every step; the training then ends as if it were done, its state unfinished. */
  readonly signal?: AbortSignal;
  /** Measures stages on the validation set. */
  validate?(stages: readonly Stage[]): Promise<Metrics>;
  /** After every step, with the state that it led to. */
  onStep?(progress: TrainProgress, state: TrainingState): void;
  /** After every epoch, with the state to save. */
  onEpoch?(state: TrainingState): Promise<void>;
}

/** Where a training is. */
export interface TrainProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Samples of the epoch that are done, of all. */
  readonly position: number;
  readonly samples: number;
  /** Mean of the epoch so far. */
  readonly loss: number;
}

/** What a training ends with. */
export interface TrainResult {
  /** With the best validation, or the last ones where nothing was validated. */
  readonly stages: readonly Stage[];
  readonly state: TrainingState;
  /** "stopped" when the signal ended it. */
  readonly outcome: "finished" | "plateau" | "stopped";
}

/**
 * Trains on `dataset`. The same seed, data and options give the same numbers, bit for bit on one
 * engine, whether or not the training was interrupted.
 */
export async function trainTwb(
  dataset: Dataset,
  engine: Engine,
  options: TrainOptions,
): Promise<TrainResult> {
  const { batchSize, patience = Infinity } = options;
  const { total: epochs } = phaseOf(0, options);
  const samples = dataset.items.length;
  let state: TrainingState = options.resume ?? {
    epoch: 0,
    position: 0,
    lossSum: 0,
    adam: createAdam(flattenStages(options.stages)),
    history: [],
  };
  const cache = createGeometryCache(engine, options);
  try {
    while (state.epoch < epochs) {
      if (state.position === 0 && epochsSinceBest(state) >= patience) {
        return finish(state, options, "plateau");
      }
      const order = shuffle(samples, options.seed, state.epoch);
      while (state.position < samples) {
        const batch = order.slice(state.position, state.position + batchSize);
        state = await trainBatch(state, batch, { dataset, engine, cache, options });
        const { epoch, position, lossSum } = state;
        options.onStep?.({ epoch, epochs, position, samples, loss: lossSum / position }, state);
        await yieldToEvents();
        if (options.signal?.aborted) return finish(state, options, "stopped");
      }
      state = await finishEpoch(state, options);
      await options.onEpoch?.(state);
    }
    return finish(state, options, "finished");
  } finally {
    cache.close();
  }
}

/** Finished epochs whose validation was not better; 0 where nothing was validated. */
function epochsSinceBest({ epoch, best }: TrainingState): number {
  return best ? epoch - best.epoch : 0;
}

/**
 * The stages that a state has learned so far: with the best validation, or the last ones. Before all
 * stages learn together these are only those that have had their turn.
 */
export function stagesOf(
  state: TrainingState,
  options: Pick<TrainOptions, "stages" | "epochs" | "stageEpochs">,
): readonly Stage[] {
  const { parameters } = state.best ?? state.adam;
  const { stageCount } = phaseOf(Math.max(state.epoch - 1, 0), options);
  return withParameters(options.stages, parameters).slice(0, stageCount);
}

interface BatchContext {
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly cache: GeometryCache;
  readonly options: TrainOptions;
}

async function trainBatch(
  state: TrainingState,
  batch: readonly number[],
  { dataset, engine, cache, options }: BatchContext,
): Promise<TrainingState> {
  const { stageCount, firstTrained, together, epochs } = phaseOf(state.epoch, options);
  const all = withParameters(options.stages, state.adam.parameters);
  const stages = all.slice(0, stageCount);
  const gradients = all.map(createStageGradients);
  let lossSum = state.lossSum;
  let cascade;
  for (const [index, item] of batch.entries()) {
    const { name } = dataset.items[item];
    const volume = await dataset.items[item].load();
    const sample = drawSample(volume, options, state.epoch, state.position + index);
    const geometry = cache.get(sample.scene.crop);
    if (geometry.cascade.first !== cascade?.first) cascade = withStages(geometry.cascade, stages);
    const loss = await accumulateSample(sample, {
      engine,
      geometry,
      cascade,
      loss: options.loss,
      gradients: gradients.slice(0, stageCount),
      firstTrained,
      share: 1 / batch.length,
    });
    if (!Number.isFinite(loss)) throw divergence(`${name}: loss ${loss}`, state, options);
    lossSum += loss;
  }
  const steps = Math.ceil(dataset.items.length / options.batchSize) * epochs;
  const learningRate = options.learningRate *
    (together ? scheduleFactor(options.schedule, state.adam.step / steps) : 1);
  const gradient = clipNorm(gradStages(gradients), options.clip ?? Infinity);
  const adam = updateAdam(state.adam, gradient, { learningRate });
  if (!adam.parameters.every(Number.isFinite)) {
    throw divergence("a gradient is not finite", state, options);
  }
  return { ...state, adam, lossSum, position: state.position + batch.length };
}

function divergence(what: string, { epoch }: TrainingState, options: TrainOptions): InputError {
  return new InputError(
    `The training diverged at epoch ${epoch + 1} (${what}); ` +
      `try a smaller --learning-rate than ${options.learningRate}`,
  );
}

/** All that is random of a sample depends on the seed, the epoch and its place in the epoch. */
function drawSample(volume: Volume, options: TrainOptions, epoch: number, index: number): Sample {
  const { psfs, noise, photons, seed } = options;
  const random = createRandom(seed, epoch + 1, index + 1);
  const psf = random.integer(psfs.length);
  const sigma = noiseLevelAt(noise, random.uniform());
  const scene = drawScene(volume, {
    crop: options.crop,
    halo: haloOf(psfs),
    random,
    placement: "intensity",
  });
  return { scene, psf, noise: { sigma, photons, seed, label: epoch + 1, sublabel: index } };
}

async function finishEpoch(state: TrainingState, options: TrainOptions): Promise<TrainingState> {
  const { adam, lossSum, position } = state;
  const epoch = state.epoch + 1;
  const { stageCount, together, progress } = phaseOf(state.epoch, options);
  const stages = withParameters(options.stages, adam.parameters).slice(0, stageCount);
  const metrics = await options.validate?.(stages);
  const factor = together ? scheduleFactor(options.schedule, progress) : 1;
  const row = {
    epoch,
    trainLoss: lossSum / position,
    ...(metrics && {
      psnr: metrics.psnr,
      cpsnr: metrics.cpsnr,
      isnr: metrics.isnr,
      cisnr: metrics.cisnr,
    }),
    learningRate: options.learningRate * factor,
  };
  // The border of a validation stack, with zeros beyond it, says little of a stack with neighbours.
  const score = Number.isFinite(metrics?.cpsnr) ? metrics!.cpsnr : metrics?.psnr;
  // Fewer stages are another model: what they reach is not what the whole has to beat.
  const counts = together && isSettled(factor, options);
  const better = score !== undefined && counts && score > (state.best?.score ?? -Infinity);
  const best = better ? { epoch, score, parameters: adam.parameters } : state.best;
  const next = phaseOf(epoch, options);
  return {
    epoch,
    position: 0,
    lossSum: 0,
    // What a stage's turn has left in the moments says nothing of the next turn.
    adam: next.firstEpoch === epoch && epoch < next.total ? createAdam(adam.parameters) : adam,
    history: [...state.history, row],
    best,
  };
}

/** The part of the learning rate below which a schedule is about to end. */
const SETTLED = 0.05;

/**
 * Whether an epoch may be the best: numbers that large steps have just moved are a draw from around
 * those that they settle at, and the few validation stacks may like it while others do not.
 */
function isSettled(factor: number, { schedule, patience }: TrainOptions): boolean {
  return factor <= SETTLED || schedule === "constant" || patience !== undefined;
}

function finish(
  state: TrainingState,
  options: TrainOptions,
  outcome: TrainResult["outcome"],
): TrainResult {
  return { stages: stagesOf(state, options), state, outcome };
}

/** The order of an epoch (Fisher & Yates). */
function shuffle(count: number, seed: number, epoch: number): number[] {
  const random = createRandom(seed, epoch + 1, 0);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
