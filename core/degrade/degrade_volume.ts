/**
 * Degrading whole stacks.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import { gridFor } from "../compute/grid.ts";
import { addNoiseTo, blurScene, type NoiseModel, type NoiseSeed } from "./degrade.ts";
import { createTransfer } from "../psf/transfer.ts";
import { channelOf, createVolume, type Size, sizeOf, type Volume } from "../volume.ts";

/** How a whole stack is degraded. */
export interface DegradeOptions {
  readonly engine: Engine;
  readonly psf: Volume;
  readonly noise: NoiseModel & NoiseSeed;
}

/**
 * The stack blurred by the PSF, with zeros beyond its borders, and with noise; sigma is a part of 1,
 * so the stack should be on a scale whose peak is 1.
 */
export async function degradeVolume(volume: Volume, options: DegradeOptions): Promise<Volume> {
  const { engine, psf, noise } = options;
  const size: Size = sizeOf(volume.shape);
  const psfSize = sizeOf(psf.shape);
  const grid = gridFor(size, psfSize);
  const channels = volume.shape[0];
  const result = createVolume(volume.shape, undefined, volume.voxelSizeUm);
  const field = engine.createField(size);
  const planes = engine.createPlanes(grid, size[0]);
  for (let channel = 0; channel < channels; channel++) {
    const transfer = createTransfer(engine, {
      psf: channelOf(psf, channel % psf.shape[0]),
      psfSize,
      grid,
    });
    engine.write(field, channelOf(volume, channel));
    blurScene(field, field, { engine, transfer, planes, blurred: planes, offset: [0, 0, 0] });
    const sublabel = (noise.sublabel ?? 0) * channels + channel;
    await addNoiseTo(field, engine, { ...noise, sublabel });
    channelOf(result, channel).set(await engine.read(field));
    engine.free(transfer);
  }
  engine.free(field, planes);
  return result;
}
