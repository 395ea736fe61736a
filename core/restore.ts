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
  /**
   * Restores one channel of one piece.
   *
   * @param sigma of the noise as a part of the peak; used by noise-adaptive models.
   */
  restore(
    data: Float32Array,
    options: { readonly channel: number; readonly sigma: number },
  ): Promise<Float32Array>;
  /** Gives the engine's memory back. */
  close(): void;
}

/** What a restorer is made for. */
export interface RestorerOptions {
  readonly model: Model;
  /** One channel, or as many as the stack has; every channel sums to 1. */
  readonly psf: Volume;
  /** Of the pieces, `[z, y, x]`. */
  readonly size: Size;
}

/** Prepares transfer functions and regularizers. */
export function createRestorer(engine: Engine, options: RestorerOptions): Restorer {
  const { model: { stages }, psf, size } = options;
  const psfSize = sizeOf(psf.shape);
  const grid = gridFor(size, psfSize);
  const cascade = createCascade(engine, { stages, size, grid, purpose: "restore" });
  const field: Field = engine.createField(size);
  const transfers: Spectrum[] = Array.from(
    { length: psf.shape[0] },
    (_, channel) => createTransfer(engine, { psf: channelOf(psf, channel), psfSize, grid }),
  );
  return {
    size,
    restore(data, { channel, sigma }) {
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
