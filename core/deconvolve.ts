/**
 * Restoring a stack of any size from its reader to a writer, tile by tile.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";
import { estimateNoise } from "./degrade/estimate_noise.ts";
import { CancelledError, InputError } from "./errors.ts";
import type { StackReader, StackWriter } from "./io/stack.ts";
import { isNoiseAdaptive, type Model } from "./model/model.ts";
import { assertRestorable, createRestorer, type Restorer } from "./restore.ts";
import { readSurroundings, readTile } from "./read_tile.ts";
import { planSeamlessTiles } from "./tile_reach.ts";
import type { Tile, TilePlan } from "./tiling.ts";
import { createVolume, rangeOf, type Size, sizeOf, type Volume } from "./volume.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** What a stack is restored with. */
export interface DeconvolveOptions {
  readonly engine: Engine;
  readonly model: Model;
  /** One channel, or one per channel of the stack; every channel sums to 1. */
  readonly psf: Volume;
  /** For tiles, in bytes. @default 4e9 */
  readonly memoryBytes?: number;
  /**
   * Standard deviation of the noise as a part of the stack's maximum, for noise-adaptive models.
   * @default estimated from the stack
   */
  readonly sigma?: number;
  readonly signal?: AbortSignal;
  /** Another way to restore than the engine, for pieces of the plan's size. */
  createRestorer?(plan: TilePlan): Restorer;
  /** Before the work begins. */
  onPlan?(plan: TilePlan): void;
  /** After every tile of every channel and frame. */
  onTile?(done: number, total: number): void;
}

/** What was found out about the stack on the way. */
export interface DeconvolveResult {
  readonly tiles: number;
  /** Estimated noise of every frame and channel, as a part of the maximum; empty if not needed. */
  readonly sigmas: readonly (readonly number[])[];
}

/**
 * Restores every channel and frame of `reader` into `writer`, in the stack's own units. The writer
 * is neither closed nor aborted here.
 *
 * @throws {InputError} when the PSF or the model does not go with the stack, or voxels are not
 * finite.
 * @throws {CancelledError} when the signal ends it.
 */
export async function deconvolveStack(
  reader: StackReader,
  writer: StackWriter,
  options: DeconvolveOptions,
): Promise<DeconvolveResult> {
  const { model, psf, engine } = options;
  const { peakRatio = 1 } = model;
  const { shape, frames } = reader.info;
  assertRestorable(shape, options);
  if (options.sigma !== undefined && !isNoiseAdaptive(model)) {
    throw new InputError(
      "The model is not noise-adaptive and cannot heed the noise level; leave out --sigma, " +
        "or use a model trained with --noise-adaptive",
    );
  }
  const estimated = isNoiseAdaptive(model) && options.sigma === undefined;
  const sigmaOf = (survey: FrameSurvey | undefined, channel: number) =>
    (options.sigma ?? survey?.sigmas?.[channel] ?? 0) * peakRatio;
  let first: FrameSurvey | undefined;
  const plan = await planSeamlessTiles(engine, sizeOf(shape), {
    model,
    psf,
    psfSize: sizeOf(psf.shape),
    stages: model.stages,
    memoryBytes: options.memoryBytes ?? 4e9,
    transfers: psf.shape[0],
    async sigmas() {
      if (estimated) first = await surveyFrame(reader, 0, estimated);
      return Array.from({ length: shape[0] }, (_, channel) => sigmaOf(first, channel));
    },
  });
  options.onPlan?.(plan);
  const sigmas: number[][] = [];
  let contrast = 0;
  const total = frames * shape[0] * plan.tiles.length;
  let done = 0;
  const restorer = options.createRestorer?.(plan) ??
    createRestorer(engine, { model, psf, size: plan.size, grid: surroundingsOf(plan, model) });
  try {
    for (let frame = 0; frame < frames; frame++) {
      const survey = frame === 0 && first || await surveyFrame(reader, frame, estimated);
      if (survey.sigmas) sigmas.push(survey.sigmas);
      contrast = Math.max(contrast, survey.max - survey.min);
      // A blank frame is common in a time series, a blank stack is the wrong file.
      if (contrast === 0 && frame === frames - 1) {
        throw new InputError(
          `All voxels of the stack are ${survey.max}: there is nothing to restore; ` +
            `check the file and how it was exported`,
        );
      }
      for (let channel = 0; channel < shape[0]; channel++) {
        const sigma = sigmaOf(survey, channel);
        for (const tile of plan.tiles) {
          await yieldToEvents();
          if (options.signal?.aborted) throw new CancelledError("Stopped; nothing was written");
          const source = { frame, channel, plan };
          const data = await readTile(reader, tile, source);
          scale(data, peakRatio / survey.peak);
          const surroundings = restorer.grid && await readSurroundings(reader, tile, source);
          if (surroundings) scale(surroundings, peakRatio / survey.peak);
          const restored = await restorer.restore(data, { channel, sigma, surroundings });
          const kept = keepPart(restored, tile, plan.size);
          scale(kept, survey.peak / peakRatio);
          writer.writeRegion({ frame, channel, start: tile.keepStart, end: tile.keepEnd }, kept);
          options.onTile?.(++done, total);
        }
      }
    }
  } finally {
    restorer.close();
  }
  return { tiles: plan.tiles.length, sigmas };
}

/** Of what tiles come with; a single block's tiles have it within them. */
function surroundingsOf({ tiles, grid }: TilePlan, { stages }: Model): Size | undefined {
  return tiles.length > 1 && stages.length > 1 ? grid : undefined;
}

/** What is looked for in a frame before it is restored. */
interface FrameSurvey {
  /** Over all channels. */
  readonly min: number;
  readonly max: number;
  /** What the voxels are divided by: the maximum. */
  readonly peak: number;
  /** Noise of every channel as a part of the peak, where it is asked for. */
  readonly sigmas?: number[];
}

async function surveyFrame(
  reader: StackReader,
  frame: number,
  withNoise: boolean,
): Promise<FrameSurvey> {
  const [channels, depth, height, width] = reader.info.shape;
  let min = Infinity;
  let max = -Infinity;
  const sigmas: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    // Planes are looked at one by one; noise in nine of them, spread over the depth.
    const estimates: number[] = [];
    const step = Math.max(1, Math.floor(depth / 9));
    for (let z = 0; z < depth; z++) {
      const region = { frame, channel, start: [z, 0, 0], end: [z + 1, height, width] } as const;
      const data = await reader.readRegion(region);
      assertPlane(data, { channel, z, width });
      const range = rangeOf(data);
      min = Math.min(min, range.min);
      max = Math.max(max, range.max);
      if (withNoise && z % step === 0) {
        estimates.push(estimateNoise(createVolume([1, 1, height, width], data))[0]);
      }
    }
    sigmas.push(median(estimates.filter((value) => value > 0)));
  }
  // A frame without light has no scale; it stays what it is.
  const peak = max > 0 ? max : 1;
  return { min, max, peak, ...(withNoise && { sigmas: sigmas.map((sigma) => sigma / peak) }) };
}

function assertPlane(
  data: Float32Array,
  { channel, z, width }: { channel: number; z: number; width: number },
): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new InputError(
      `The stack has a voxel that is ${data[i]} (channel ${channel + 1}, x ${i % width}, ` +
        `y ${Math.floor(i / width)}, z ${z}); replace such voxels before restoring`,
    );
  }
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function scale(data: Float32Array, factor: number): void {
  if (factor === 1) return;
  for (let i = 0; i < data.length; i++) data[i] *= factor;
}

/** The voxels of a tile that it keeps. */
function keepPart(data: Float32Array, { start, keepStart, keepEnd }: Tile, size: Size) {
  if (size.every((n, axis) => keepEnd[axis] - keepStart[axis] === n)) return data;
  const [depth, height, width] = keepEnd.map((end, axis) => end - keepStart[axis]);
  const [z0, y0, x0] = keepStart.map((begin, axis) => begin - start[axis]);
  const kept = new Float32Array(depth * height * width);
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const from = ((z + z0) * size[1] + y + y0) * size[2] + x0;
      kept.set(data.subarray(from, from + width), to);
      to += width;
    }
  }
  return kept;
}
