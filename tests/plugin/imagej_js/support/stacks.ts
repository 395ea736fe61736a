/**
 * Stacks for the tests, and what `deconvolve` makes of them.
 *
 * @module
 */
import { createEngine } from "../../../../core/compute/choose_engine.ts";
import { deconvolveStack } from "../../../../core/deconvolve.ts";
import { createMemoryReader } from "../../../../core/io/memory_stack.ts";
import { bytesOf, createSamples, storeSamples } from "../../../../core/io/pixel_type.ts";
import type { PixelType, StackInfo } from "../../../../core/io/stack.ts";
import { encodeTiff } from "../../../../core/io/tiff_writer.ts";
import { createPsf } from "../../../../core/psf/create_psf.ts";
import { cropToEnergy } from "../../../../core/psf/crop.ts";
import { suggestSize } from "../../../../core/psf/fit_to_image.ts";
import { createRandom } from "../../../../core/random.ts";
import { type Shape, sizeOf, type Volume, voxelsOf } from "../../../../core/volume.ts";
import type { Model } from "../../../../core/model/model.ts";
import { defaultModel } from "../../../../plugin/default_models.ts";
import { createMemoryWriter } from "../../../../plugin/imagej_js/restore_stack.ts";

/** A stack in memory, `[t, c, z, y, x]`. */
export interface TestStack {
  readonly info: StackInfo;
  readonly voxels: Float32Array;
  readonly title: string;
}

const VOXEL_NM = { x: 100, y: 100, z: 250 };

/** Bright spots on a background with a little noise, in the counts of the type. */
export function createSpots(shape: Shape, pixelType: PixelType, frames = 1): TestStack {
  const [channels, depth, height, width] = shape;
  const random = createRandom(11, shape[3]);
  const peak = { uint8: 240, uint16: 4000 }[pixelType as string] ?? 0.8;
  const voxels = new Float32Array(frames * channels * voxelsOf(shape));
  for (let part = 0; part < frames * channels; part++) {
    const spots = Array.from({ length: 6 }, () => ({
      z: random.uniform() * depth,
      y: random.uniform() * height,
      x: random.uniform() * width,
      light: 0.3 + 0.6 * random.uniform(),
    }));
    let i = part * voxelsOf(shape);
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let value = 0.05 + 0.01 * Math.abs(random.normal());
          for (const spot of spots) {
            const [dz, dy, dx] = [z - spot.z, y - spot.y, x - spot.x];
            value += spot.light * Math.exp(-(dz * dz / 4 + (dy * dy + dx * dx) / 6));
          }
          voxels[i++] = peak * value;
        }
      }
    }
  }
  const stored = createSamples(pixelType, voxels.length);
  storeSamples(voxels, stored, pixelType);
  return {
    title: "spots of light.tif",
    voxels: Float32Array.from(stored),
    info: {
      ...{ shape, frames, pixelType },
      voxelSizeUm: { x: 0.1, y: 0.1, z: 0.25 },
      metadata: { unit: "micron", info: "kept" },
    },
  };
}

/** The PSF of the optics that the tests set in the dialog. */
export function opticsPsf(info: StackInfo): Volume {
  const optics = {
    model: "richards-wolf",
    wavelengthsNm: [520],
    numericalAperture: 1.2,
    immersionIndex: 1.5,
  } as const;
  const size = suggestSize(optics, { voxelSizeNm: VOXEL_NM, stackSize: sizeOf(info.shape) });
  const { psf } = cropToEnergy(createPsf(optics, { size, voxelSizeNm: VOXEL_NM }), 0.99);
  return { ...psf, data: psf.data.map((value) => value / sumOf(psf.data)) };
}

/** What the command line's way makes of it, on the CPU engine. */
export async function deconvolve(
  { info, voxels }: TestStack,
  options: { readonly psf?: Volume; readonly memoryBytes?: number; readonly model?: Model } = {},
): Promise<Float32Array> {
  const restored = new Float32Array(voxels.length);
  const engine = await createEngine({ threads: 1 });
  try {
    await deconvolveStack(createMemoryReader(info, voxels), createMemoryWriter(info, restored), {
      ...{ engine, psf: options.psf ?? opticsPsf(info), memoryBytes: options.memoryBytes },
      model: options.model ?? defaultModel(info.shape[1]),
    });
  } finally {
    engine.close();
  }
  return restored;
}

function sumOf(data: Float32Array): number {
  return data.reduce((total, value) => total + value, 0);
}

/** Largest difference as a part of the largest value. */
export function differenceOf(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let peak = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    peak = Math.max(peak, Math.abs(expected[i]));
  }
  return difference / peak;
}

/** The image as the stand-in opens it; bytes in base64. */
export function openable({ info, voxels, title }: TestStack) {
  const { shape: [channels, depth, height, width], frames, pixelType } = info;
  const planes = createSamples(pixelType, voxels.length);
  const plane = width * height;
  for (let part = 0; part < voxels.length / plane; part++) {
    const z = part % depth;
    const c = Math.floor(part / depth) % channels;
    const t = Math.floor(part / (depth * channels));
    const to = (t * depth + z) * channels + c;
    planes.set(voxels.subarray(part * plane, (part + 1) * plane), to * plane);
  }
  return {
    title,
    tiff: encodeTiff(info, voxels).toBase64(),
    dimensions: [width, height, channels, depth, frames],
    dtype: pixelType,
    planes: new Uint8Array(bytesOf(planes)).toBase64(),
    kind: "intensities",
  };
}
