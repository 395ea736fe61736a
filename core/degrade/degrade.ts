/**
 * What a microscope does to a scene: blur by the PSF, then noise. The scene is continued by zeros (or
 * by its real neighbours, where the caller has them), never wrapped.
 *
 * @module
 */
import type { Engine, Field, Planes, Spectrum } from "../compute/engine.ts";
import { createRandom } from "../random.ts";
import type { Size } from "../volume.ts";

/** Noise of one image. */
export interface NoiseModel {
  /** Standard deviation of additive white Gaussian noise, as a part of the peak. */
  readonly sigma: number;
  /** Photons at the peak for Poisson noise before it; no Poisson noise if undefined. */
  readonly photons?: number;
}

/** Everything that a random draw depends on. */
export interface NoiseSeed {
  readonly seed: number;
  /** @default 0 */
  readonly label?: number;
  /** @default 0 */
  readonly sublabel?: number;
}

/** What `blurScene` works with. */
export interface BlurOptions {
  readonly engine: Engine;
  readonly transfer: Spectrum;
  /** As many planes as the scene has. */
  readonly planes: Planes;
  /** As many planes as the output has. */
  readonly blurred: Planes;
  /** Where the output begins in the scene, `[z, y, x]`. */
  readonly offset: Size;
}

/** output = the part at `offset` of k * scene, zeros beyond the scene. */
export function blurScene(scene: Field, output: Field, options: BlurOptions): void {
  const { engine, transfer, planes, blurred, offset } = options;
  const restriction = { kind: "crop", offset } as const;
  engine.forwardLateral(scene, planes, "zero");
  engine.filter(planes, blurred, { kind: "multiply", transfer, extension: "zero", restriction });
  engine.inverseLateral(blurred, output, restriction);
}

/** Adds noise to a field in place. Gaussian noise stays on the engine; photons are counted here. */
export async function addNoiseTo(
  field: Field,
  engine: Engine,
  options: NoiseModel & NoiseSeed,
): Promise<void> {
  const { sigma, photons, seed, label = 0, sublabel = 0 } = options;
  if (photons !== undefined) {
    const data = await engine.read(field);
    const random = createRandom(seed, label, sublabel);
    for (let i = 0; i < data.length; i++) {
      // Ringing of the transform can leave -1e-8 where the scene is dark.
      data[i] = random.poisson(Math.max(data[i], 0) * photons) / photons;
    }
    engine.write(field, data);
  }
  if (sigma > 0) engine.addNoise(field, { sigma, seed, label, sublabel });
}
