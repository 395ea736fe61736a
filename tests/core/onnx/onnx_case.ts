/** Stacks, models and PSFs of many sizes, and what the CPU engine makes of them. */
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { estimateNoise } from "../../../core/degrade/estimate_noise.ts";
import type { Model } from "../../../core/model/model.ts";
import { normalizePsf } from "../../../core/psf/normalize.ts";
import { createRandom, type Random } from "../../../core/random.ts";
import { createRestorer } from "../../../core/restore.ts";
import { createStages } from "../../../core/twb/initialize.ts";
import type { LaterStageKind, ShrinkageStage, Stage } from "../../../core/twb/stage.ts";
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
  /** @default 6 */
  readonly kernelCount?: number;
  /** Of the kernels. @default 1 */
  readonly channels?: number;
  /** @default 0 */
  readonly noiseExponent?: number;
  /** @default "none" */
  readonly positivity?: "none" | "rectify";
  readonly peakRatio?: number;
  /** @default 1 */
  readonly stageCount?: number;
  readonly stageKind?: LaterStageKind;
  readonly coarseFactors?: readonly Size[];
}

type ShrinkingNumbers = Pick<
  ShrinkageStage,
  "gains" | "gainSlopes" | "thresholdLogs" | "thresholdExponents"
>;

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

/** Cascades: kernels of even and odd sizes, more of them than a group, borders that wrap around. */
export const CASCADE_CASES: readonly OnnxCase[] = [
  {
    name: "residual, three stages",
    image: [1, 6, 36, 45],
    psf: [1, 5, 7, 9],
    stageCount: 3,
    stageKind: "residual",
    positivity: "rectify",
  },
  {
    name: "residual, two channels with their own kernels and PSFs",
    image: [2, 4, 20, 25],
    psf: [2, 3, 5, 6],
    channels: 2,
    stageCount: 2,
    stageKind: "residual",
  },
  {
    name: "shrinkage, three stages",
    image: [1, 6, 36, 45],
    psf: [1, 5, 7, 9],
    kernelCount: 11,
    stageCount: 3,
    positivity: "rectify",
  },
  {
    name: "shrinkage, one plane",
    image: [1, 1, 61, 50],
    psf: [1, 1, 9, 8],
    kernelSize: [1, 5, 5],
    stageCount: 2,
    positivity: "rectify",
    peakRatio: 0.8,
  },
  {
    name: "shrinkage, even kernels that wrap around the grid",
    image: [1, 2, 7, 6],
    psf: [1, 1, 1, 3],
    kernelSize: [4, 2, 5],
    stageCount: 2,
  },
  {
    name: "shrinkage, two channels with shared kernels",
    image: [2, 5, 24, 25],
    psf: [2, 3, 6, 7],
    stageCount: 2,
    positivity: "rectify",
  },
  {
    name: "shrinkage, two channels with their own kernels",
    image: [2, 5, 24, 25],
    psf: [1, 3, 6, 7],
    channels: 2,
    stageCount: 3,
    positivity: "rectify",
    peakRatio: 0.9,
  },
  {
    name: "shrinkage and coarse, one plane",
    image: [1, 1, 61, 50],
    psf: [1, 1, 9, 8],
    kernelSize: [1, 5, 5],
    stageCount: 2,
    coarseFactors: [[1, 4, 4], [1, 3, 5]],
    positivity: "rectify",
    peakRatio: 0.8,
  },
  {
    name: "coarse in depth too, two channels with their own kernels",
    image: [2, 7, 26, 25],
    psf: [2, 3, 6, 7],
    kernelSize: [2, 3, 5],
    channels: 2,
    coarseFactors: [[2, 4, 4], [1, 4, 3]],
    positivity: "rectify",
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
  /** What the image's voxels are relative to. */
  readonly peak: number;
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
  const expected = await restoreOnEngine({ model, psf, image, sigmas, peak });
  return { name, model, image, psf, sigmas, peak, expected };
}

/** A model whose numbers are no longer the initial ones. */
export function createModel(options: Omit<OnnxCase, "image" | "psf">): Model {
  const { kernelSize = [3, 5, 5], kernelCount = 6, channels = 1 } = options;
  const { noiseExponent = 0, positivity = "none" } = options;
  const random = createRandom(5);
  const stages = createStages({ ...options, kernelSize, kernelCount, kernelChannels: channels });
  return {
    stages: stages.map((stage, index) =>
      moveNumbers(stage, { index, random, noiseExponent, positivity })
    ),
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

/** A stage as if learned. */
function moveNumbers(
  stage: Stage,
  { index, random, noiseExponent, positivity }: {
    readonly index: number;
    readonly random: Random;
    readonly noiseExponent: number;
    readonly positivity: "none" | "rectify";
  },
): Stage {
  const kernels = stage.kernels.map((value) => value + 0.2 * random.normal());
  const scales = stage.scales.map((value) => value * (1 + 0.5 * random.uniform()));
  const alone = stage.kind === "wiener" && stage.noiseWeight === undefined;
  const moveGains = (
    { gains, gainSlopes, thresholdLogs, thresholdExponents }: ShrinkingNumbers,
  ) => {
    const move = (values: Float64Array, size: number) =>
      values.map((value) => value + size * random.normal());
    return {
      gains: move(gains, 0.4),
      gainSlopes: move(gainSlopes, 0.4),
      thresholdLogs: move(thresholdLogs, 0.3),
      thresholdExponents: move(thresholdExponents, 0.3),
    };
  };
  if (stage.kind === "coarse") {
    return { ...stage, kernels, scales, positivity, ...moveGains(stage) };
  }
  const moved = {
    ...stage,
    kernels,
    scales,
    alpha: -4 + 0.5 * index,
    noiseExponent: alone ? noiseExponent : stage.noiseExponent + 0.1 * index,
    positivity,
  };
  switch (moved.kind) {
    case "wiener":
      return moved;
    case "residual":
      return { ...moved, stepSize: 0.8 };
    case "shrinkage":
      return { ...moved, ...moveGains(moved) };
  }
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

/** What the CPU engine makes of the image at these noise levels. */
export async function restoreOnEngine(
  { model, psf, image, sigmas, peak }: Omit<PreparedCase, "name" | "expected">,
): Promise<Float32Array> {
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const restorer = createRestorer(engine, { model, psf, size: sizeOf(image.shape) });
    const restored = createVolume(image.shape);
    for (let channel = 0; channel < image.shape[0]; channel++) {
      const sigma = sigmas[channel];
      const scaled = channelOf(image, channel).map((value) => value / peak);
      const data = await restorer.restore(scaled, { channel, sigma });
      channelOf(restored, channel).set(data.map((value) => value * peak));
    }
    return restored.data;
  } finally {
    engine.close();
  }
}
