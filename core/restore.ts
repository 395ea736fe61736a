/**
 * Restoring channels that fit into memory: the model's stages on an engine.
 *
 * @module
 */
import type { Engine, Field, Spectrum } from "./compute/engine.ts";
import { gridFor } from "./compute/grid.ts";
import { InputError } from "./errors.ts";
import type { Model } from "./model/model.ts";
import { assertPsfMatches } from "./psf/match.ts";
import { createTransfer } from "./psf/transfer.ts";
import { createCascade, forwardStages, freeCascade } from "./twb/cascade.ts";
import { channelOf, type Shape, type Size, sizeOf, type Volume } from "./volume.ts";

/** A model, ready on an engine for pieces of one size and one PSF. */
export interface Restorer {
  readonly size: Size;
  /** Of the surroundings that a piece comes with, `[z, y, x]`; without, pieces come alone. */
  readonly grid?: Size;
  /** Restores one channel of one piece. */
  restore(data: Float32Array, options: PieceOptions): Promise<Float32Array>;
  /** Gives the engine's memory back. */
  close(): void;
}

/** What goes with a piece. */
export interface PieceOptions {
  readonly channel: number;
  /** Of the noise as a part of the peak; used by noise-adaptive models. */
  readonly sigma: number;
  /**
   * The piece, from the first voxel on, and what lies around it, on a periodic grid: behind its last
   * voxels, and at the grid's end before its first ones.
   */
  readonly surroundings?: Float32Array;
}

/** What a restorer is made for. */
export interface RestorerOptions {
  readonly model: Model;
  /** One channel, or as many as the stack has; every channel sums to 1. */
  readonly psf: Volume;
  /** Of the pieces, `[z, y, x]`. */
  readonly size: Size;
  /**
   * For pieces of a larger stack that come with their surroundings, of this size: the first stage of
   * several sees them, and what it makes of them is where the others begin.
   */
  readonly grid?: Size;
}

/** Prepares transfer functions and regularizers. */
export function createRestorer(engine: Engine, options: RestorerOptions): Restorer {
  const { model: { stages }, psf, size } = options;
  const psfSize = sizeOf(psf.shape);
  const grid = options.grid ?? gridFor(size, psfSize);
  const beginning = options.grid ? "grid" : "stack";
  const cascade = createCascade(engine, { stages, size, grid, beginning, purpose: "restore" });
  const field: Field = engine.createField(size);
  const transfers: Spectrum[] = Array.from(
    { length: psf.shape[0] },
    (_, channel) => createTransfer(engine, { psf: channelOf(psf, channel), psfSize, grid }),
  );
  return {
    size,
    grid: options.grid,
    restore(data, { channel, sigma, surroundings }) {
      if (beginning === "grid") engine.write(cascade.later!.input, surroundings!);
      engine.write(field, data);
      const transfer = transfers[channel % transfers.length];
      const estimate = forwardStages(cascade, field, { transfer, channel, sigma });
      if (stages.at(-1)!.positivity === "rectify") engine.rectify(estimate);
      return engine.read(estimate);
    },
    close() {
      freeCascade(cascade);
      engine.free(field, ...transfers);
    },
  };
}

/**
 * Whether a model and a PSF go with a stack.
 *
 * @throws {InputError} when they do not.
 */
export function assertRestorable(
  stack: Shape,
  { model, psf }: { readonly model: Model; readonly psf: Volume },
): void {
  const [channels] = stack;
  if (model.channels !== 1 && model.channels !== channels) {
    throw new InputError(
      `The model was trained for ${model.channels} channels and the stack has ${channels}; ` +
        `use a model with shared kernels, or train one with --shared-kernels`,
    );
  }
  assertPsfMatches(psf, stack);
}
