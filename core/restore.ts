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
import {
  type BlockWorkspace,
  createWorkspace,
  forwardTwb,
  freeWorkspace,
  loadStage,
} from "./twb/block.ts";
import { weightOf } from "./twb/stage.ts";
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

/**
 * Prepares transfer functions and regularizers.
 *
 * @throws {InputError} for a model of several stages.
 */
export function createRestorer(engine: Engine, options: RestorerOptions): Restorer {
  const { model, psf, size } = options;
  if (model.stages.length !== 1) {
    throw new InputError(
      `The model has ${model.stages.length} stages and this version of the program runs one; ` +
        `use the version that trained it`,
    );
  }
  const psfSize = sizeOf(psf.shape);
  const grid = gridFor(size, psfSize);
  const [stage] = model.stages;
  const { kernelSize, kernelChannels } = stage;
  const workspace: BlockWorkspace = createWorkspace(engine, {
    size,
    grid,
    kernelSize,
    kernelChannels,
    purpose: "restore",
  });
  const field: Field = engine.createField(size);
  const transfers: Spectrum[] = Array.from(
    { length: psf.shape[0] },
    (_, channel) => createTransfer(engine, { psf: channelOf(psf, channel), psfSize, grid }),
  );
  loadStage(workspace, stage);
  return {
    size,
    restore(data, { channel, sigma }) {
      engine.write(field, data);
      forwardTwb(workspace, field, {
        transfer: transfers[channel % transfers.length],
        regularizer: workspace.regularizers[channel % kernelChannels],
        weight: weightOf(stage, sigma),
        estimate: field,
      });
      if (stage.positivity === "rectify") engine.rectify(field);
      return engine.read(field);
    },
    close() {
      freeWorkspace(workspace);
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
