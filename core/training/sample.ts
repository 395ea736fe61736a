/**
 * One training image through the stages: degrade, restore, loss, gradient.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import { addNoiseTo, blurScene, type NoiseModel, type NoiseSeed } from "../degrade/degrade.ts";
import { estimateNoise } from "../degrade/estimate_noise.ts";
import type { Scene } from "../dataset/scene.ts";
import { LOSSES, type LossName } from "../loss/npsnr.ts";
import { type Cascade, forwardStages } from "../twb/cascade.ts";
import { backwardStages } from "../twb/cascade_gradient.ts";
import { isNoiseAdaptive } from "../twb/stage.ts";
import { addGradients, createStageGradients, type StageGradients } from "../twb/stage_gradients.ts";
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
  readonly geometry: Geometry;
  /** The geometry's cascade with the stages as they are. */
  readonly cascade: Cascade;
  readonly loss: LossName;
  /** One per stage. */
  readonly gradients: readonly StageGradients[];
  /** Stages before this one stay as they are. @default 0 */
  readonly firstTrained?: number;
  /** One over the batch's size. */
  readonly share: number;
}

/** Adds a sample's share of the gradient and returns its loss. */
export async function accumulateSample(sample: Sample, options: SampleOptions): Promise<number> {
  const { engine, geometry, cascade, gradients, firstTrained, share } = options;
  const { scene, noise, psf } = sample;
  const { image, target, crop } = geometry;
  const channels = scene.shape[0];
  const voxels = voxelsOf(scene.shape);
  const own = cascade.stages.map(createStageGradients);
  let squares = 0;
  for (let channel = 0; channel < channels; channel++) {
    const region = scene.data.subarray(channel * voxels, (channel + 1) * voxels);
    const transfer = geometry.transferOf(psf, channel);
    engine.write(geometry.scene, region);
    const { scenePlanes: planes } = geometry;
    const blurred = cascade.first.observed;
    blurScene(geometry.scene, image, {
      engine,
      transfer,
      planes,
      blurred,
      offset: scene.cropStart,
    });
    await addNoiseTo(image, engine, { ...noise, sublabel: noise.sublabel! * channels + channel });
    const passage = { transfer, channel, sigma: await sigmaOf(options, noise) };
    const estimate = forwardStages(cascade, image, passage);
    engine.write(target, cropOf(scene, region));
    squares += await engine.residual(estimate, target, cascade.stages.at(-1)!.positivity);
    await backwardStages(cascade, estimate, {
      workspace: geometry.back,
      gradients: own,
      firstTrained,
      passage,
    });
  }
  const { value, residualFactor } = LOSSES[options.loss](squares, channels * voxelsOf(crop));
  gradients.forEach((sums, index) => addGradients(sums, own[index], share * residualFactor));
  return value;
}

/** The noise level that a noise-adaptive block is told: as it will be when the truth is unknown. */
async function sigmaOf(
  { engine, cascade, geometry: { image, crop } }: SampleOptions,
  noise: NoiseModel,
): Promise<number> {
  const adaptive = cascade.stages.some(isNoiseAdaptive);
  if (noise.photons === undefined || !adaptive) return noise.sigma;
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
