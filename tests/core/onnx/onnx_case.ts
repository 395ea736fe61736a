/** Stacks, models and PSFs of many sizes, and what the CPU engine makes of them. */
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { estimateNoise } from "../../../core/degrade/estimate_noise.ts";
import type { Model } from "../../../core/model/model.ts";
import { normalizePsf } from "../../../core/psf/normalize.ts";
import { createRandom } from "../../../core/random.ts";
import { createRestorer } from "../../../core/restore.ts";
import { createStage } from "../../../core/twb/initialize.ts";
import {
  channelOf,
  createVolume,
  rangeOf,
  type Shape,
  type Size,
  sizeOf,
  type Volume,
} from "../../../core/volume.ts";

/** What a case is made from. */
export interface OnnxCase {
  readonly name: string;
  readonly image: Shape;
  readonly psf: Shape;
  /** @default [3, 5, 5] */
  readonly kernelSize?: Size;
  /** Of the kernels. @default 1 */
  readonly channels?: number;
  /** @default 0 */
  readonly noiseExponent?: number;
  /** @default "none" */
  readonly positivity?: "none" | "rectify";
  readonly peakRatio?: number;
}

/** Grids with the factors 2, 3, 5 and 7, odd and even sizes, planes, channels, noise. */
export const ONNX_CASES: readonly OnnxCase[] = [
  { name: "powers of two", image: [1, 8, 40, 56], psf: [1, 9, 25, 9] },
  { name: "factors 3 and 5", image: [1, 5, 37, 67], psf: [1, 5, 9, 9] },
  { name: "factor 7", image: [1, 3, 45, 93], psf: [1, 1, 5, 5] },
  { name: "odd sizes", image: [1, 7, 45, 61], psf: [1, 3, 7, 9] },
  { name: "a PSF of even sizes", image: [1, 6, 31, 33], psf: [1, 4, 6, 8] },
  {
    name: "one plane",
    image: [1, 1, 64, 50],
    psf: [1, 1, 9, 9],
    kernelSize: [1, 5, 5],
    positivity: "rectify",
  },
  { name: "a few pixels", image: [1, 1, 3, 4], psf: [1, 1, 1, 1], kernelSize: [1, 3, 3] },
  {
    name: "three channels, their own kernels",
    image: [3, 5, 30, 27],
    psf: [1, 3, 7, 7],
    channels: 3,
  },
  {
    name: "three channels, PSFs and kernels, noise-adaptive",
    image: [3, 6, 36, 25],
    psf: [3, 4, 6, 8],
    channels: 3,
    noiseExponent: 1,
    positivity: "rectify",
  },
  {
    name: "two channels with shared kernels, noise-adaptive",
    image: [2, 6, 36, 25],
    psf: [2, 5, 6, 7],
    noiseExponent: 0.7,
    peakRatio: 0.6,
  },
];

/** A case with its numbers. */
export interface PreparedCase {
  readonly name: string;
  readonly model: Model;
  readonly image: Volume;
  readonly psf: Volume;
  /** Of the noise in every channel as a part of the peak, as estimated; 0 for tiny images. */
  readonly sigmas: readonly number[];
  /** What the CPU engine makes of it. */
  readonly expected: Float32Array;
}

/** Voxels in thousands, with noise; a model with kernels that are no longer the initial ones. */
export async function prepareCase(options: OnnxCase): Promise<PreparedCase> {
  const { name, psf: psfShape, peakRatio = 1 } = options;
  const model = createModel(options);
  const psf = createBlur(psfShape);
  const image = createImage(options.image);
  const [, , height, width] = options.image;
  const peak = rangeOf(image.data).max / peakRatio;
  const sigmas = height > 4 && width > 4
    ? estimateNoise(image).map((sigma) => sigma / peak)
    : Array.from({ length: options.image[0] }, () => 0);
  const expected = await restoreOnEngine({ model, psf, image, sigmas });
  return { name, model, image, psf, sigmas, expected };
}

/** A model of one stage. */
export function createModel(options: Omit<OnnxCase, "image" | "psf">): Model {
  const { kernelSize = [3, 5, 5], channels = 1, noiseExponent = 0, positivity = "none" } = options;
  const random = createRandom(5);
  const stage = createStage({ kernelSize, kernelCount: 6, kernelChannels: channels });
  for (let i = 0; i < stage.kernels.length; i++) stage.kernels[i] += 0.2 * random.normal();
  for (let i = 0; i < stage.scales.length; i++) stage.scales[i] *= 1 + 0.5 * random.uniform();
  return {
    stages: [{ ...stage, alpha: -4, noiseExponent, positivity }],
    channels,
    normalization: "peak",
    ...(options.peakRatio ? { peakRatio: options.peakRatio } : {}),
    voxelSizeUm: { x: 0.098, y: 0.098, z: 0.203 },
    training: {
      data: "a test",
      dataNotice: "public domain",
      psfs: ["hela3d/psf1"],
      noise: { min: 0.01, max: 0.03 },
      epochs: 3,
      seed: 9,
    },
  };
}

/** A blur off its centre, different in every channel, of sum 1. */
export function createBlur(shape: Shape): Volume {
  const [channels, depth, height, width] = shape;
  const psf = createVolume(shape);
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          const dz = (z - Math.floor(depth / 2)) / 1.1;
          const dy = (y - Math.floor(height / 2) - 0.3) / (1.2 + 0.2 * c);
          const dx = (x - Math.floor(width / 2)) / 1.5;
          psf.data[i] = Math.exp(-(dz * dz + dy * dy + dx * dx) / 2);
        }
      }
    }
  }
  return normalizePsf(psf, "sum");
}

/** Waves, spots and noise. */
export function createImage(shape: Shape, seed = 3): Volume {
  const random = createRandom(seed);
  const image = createVolume(shape);
  for (let i = 0; i < image.data.length; i++) {
    const spot = random.uniform() < 0.01 ? 900 : 0;
    image.data[i] = 500 + 300 * Math.sin(i / 7) * Math.cos(i / 91) + spot + 10 * random.normal();
  }
  return image;
}

async function restoreOnEngine(
  { model, psf, image, sigmas }: Pick<PreparedCase, "model" | "psf" | "image" | "sigmas">,
): Promise<Float32Array> {
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const restorer = createRestorer(engine, { model, psf, size: sizeOf(image.shape) });
    const restored = createVolume(image.shape);
    for (let channel = 0; channel < image.shape[0]; channel++) {
      const sigma = sigmas[channel];
      channelOf(restored, channel).set(
        await restorer.restore(channelOf(image, channel), { channel, sigma }),
      );
    }
    return restored.data;
  } finally {
    engine.close();
  }
}
