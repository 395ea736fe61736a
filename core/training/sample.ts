/**
 * One training image through the block: degrade, restore, loss, gradient.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import { addNoiseTo, blurScene, type NoiseModel, type NoiseSeed } from "../degrade/degrade.ts";
import { estimateNoise } from "../degrade/estimate_noise.ts";
import type { Scene } from "../dataset/scene.ts";
import { LOSSES, type LossName } from "../loss/npsnr.ts";
import { addLagGradients, backwardTwb, forwardTwb, type LagGradients } from "../twb/block.ts";
import { type Stage, weightOf } from "../twb/stage.ts";
import { createVolume, voxelsOf } from "../volume.ts";
import type { Geometry } from "./geometry.ts";

/** A scene with all that was drawn for it. */
export interface Sample {
  readonly scene: Scene;
  /** Index of the PSF. */
  readonly psf: number;
  readonly noise: NoiseModel & NoiseSeed;
}

/** What `accumulateSample` needs beside the sample. */
export interface SampleOptions {
  readonly engine: Engine;
  /** Its regularizers hold the stage's R (`loadStage`). */
  readonly geometry: Geometry;
  readonly stage: Stage;
  readonly loss: LossName;
  readonly gradients: LagGradients;
  /** One over the batch's size. */
  readonly share: number;
}

/** Adds a sample's share of the gradient and returns its loss. */
export async function accumulateSample(sample: Sample, options: SampleOptions): Promise<number> {
  const { engine, geometry, stage, gradients, share } = options;
  const { scene, noise, psf } = sample;
  const { image, target, block, crop } = geometry;
  const channels = scene.shape[0];
  const voxels = voxelsOf(scene.shape);
  const parts: { channel: number; weight: number; sums: Float64Array }[] = [];
  let squares = 0;
  for (let channel = 0; channel < channels; channel++) {
    const region = scene.data.subarray(channel * voxels, (channel + 1) * voxels);
    const transfer = geometry.transferOf(psf, channel);
    engine.write(geometry.scene, region);
    const { scenePlanes: planes } = geometry;
    const blur = { engine, transfer, planes, blurred: block.work, offset: scene.cropStart };
    blurScene(geometry.scene, image, blur);
    await addNoiseTo(image, engine, { ...noise, sublabel: noise.sublabel! * channels + channel });
    const weight = weightOf(stage, await sigmaOf(geometry, options, noise));
    const regularizer = block.regularizers[channel % block.regularizers.length];
    const through = { transfer, regularizer, weight };
    forwardTwb(block, image, { ...through, estimate: image });
    engine.write(target, cropOf(scene, region));
    squares += await engine.residual(image, target, stage.positivity);
    parts.push({ channel, weight, sums: await backwardTwb(block, image, through) });
  }
  const { value, residualFactor } = LOSSES[options.loss](squares, channels * voxelsOf(crop));
  for (const { channel, weight, sums } of parts) {
    addLagGradients(gradients, sums, { channel, weight, factor: share * residualFactor });
  }
  return value;
}

/** The noise level that a noise-adaptive block is told: as it will be when the truth is unknown. */
async function sigmaOf(
  { image, crop }: Geometry,
  { engine, stage }: SampleOptions,
  noise: NoiseModel,
): Promise<number> {
  if (noise.photons === undefined || stage.noiseExponent === 0) return noise.sigma;
  return estimateNoise(createVolume([1, ...crop], await engine.read(image)))[0];
}

/** The crop's own voxels of one channel of the region. */
function cropOf({ shape, crop, cropStart }: Scene, region: Float32Array): Float32Array {
  const [, , height, width] = shape;
  const target = new Float32Array(voxelsOf(crop));
  let to = 0;
  for (let z = 0; z < crop[0]; z++) {
    for (let y = 0; y < crop[1]; y++) {
      const from = ((z + cropStart[0]) * height + y + cropStart[1]) * width + cropStart[2];
      target.set(region.subarray(from, from + crop[2]), to);
      to += crop[2];
    }
  }
  return target;
}
