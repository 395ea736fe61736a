/**
 * Degrading a file into a file.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";
import { normalizeToPeak } from "./dataset/normalize.ts";
import { degradeVolume } from "./degrade/degrade_volume.ts";
import { InputError } from "./errors.ts";
import { openStack } from "./io/read_stack.ts";
import type { StackWriter } from "./io/stack.ts";
import { createTiff } from "./io/tiff_writer.ts";
import type { NoiseRange } from "./options.ts";
import { assertPsfMatches } from "./psf/match.ts";
import { channelOf, createVolume, sizeOf, type Volume } from "./volume.ts";

/** How a file is degraded. */
export interface DegradeStackOptions {
  readonly engine: Engine;
  readonly psf: Volume;
  /** Of the stack's maximum. */
  readonly noise: NoiseRange;
  readonly photons?: number;
  readonly seed: number;
  readonly pixelType: "same" | "float32";
}

/**
 * Blurs every frame and channel of `input`, adds noise, and writes `output` in the input's units.
 *
 * @throws {InputError} when a file cannot be read or written, or the PSF does not go with the stack.
 */
export async function degradeStack(
  input: string,
  output: string,
  options: DegradeStackOptions,
): Promise<void> {
  const { engine, psf, noise, photons, seed } = options;
  if (noise.min !== noise.max) {
    throw new InputError("--noise is a range; a stack is degraded with one level, such as 1%");
  }
  const reader = await openStack(input);
  let writer: StackWriter | undefined;
  try {
    const { info } = reader;
    const [channels] = info.shape;
    assertPsfMatches(psf, info.shape);
    const pixelType = options.pixelType === "same" ? info.pixelType : "float32";
    writer = createTiff(output, { ...info, pixelType });
    const box = { start: [0, 0, 0], end: sizeOf(info.shape) } as const;
    for (let frame = 0; frame < info.frames; frame++) {
      const scene = createVolume(info.shape, undefined, info.voxelSizeUm);
      for (let channel = 0; channel < channels; channel++) {
        channelOf(scene, channel).set(await reader.readRegion({ ...box, frame, channel }));
      }
      const { volume, peak } = normalizeToPeak(scene, input);
      const degraded = await degradeVolume(volume, {
        engine,
        psf,
        noise: { sigma: noise.min, photons, seed, label: frame },
      });
      for (let channel = 0; channel < channels; channel++) {
        const data = channelOf(degraded, channel).map((value) => value * peak);
        writer.writeRegion({ ...box, frame, channel }, data);
      }
    }
    writer.close();
  } catch (error) {
    writer?.abort();
    throw error;
  } finally {
    reader.close();
  }
}
