/**
 * From a model, a PSF and a test stack to a BioImage Model Zoo package that was run once.
 *
 * @module
 */
import { createCpuEngine } from "./compute/cpu/cpu_engine.ts";
import { estimateNoise } from "./degrade/estimate_noise.ts";
import { InputError } from "./errors.ts";
import { isNoiseAdaptive, type Model } from "./model/model.ts";
import { createOnnxRestorer } from "./onnx/onnx_restorer.ts";
import { writeOnnx } from "./onnx/write_onnx.ts";
import { createZooPackage } from "./onnx/zoo_package.ts";
import { createRestorer } from "./restore.ts";
import {
  channelOf,
  createVolume,
  formatSize,
  rangeOf,
  type Size,
  sizeOf,
  type Volume,
} from "./volume.ts";

/** What a package is made from. */
export interface ExportZooOptions {
  /** Every channel of sum 1. */
  readonly psf: Volume;
  /** At least as large as the graph; its middle is used. */
  readonly testStack: Volume;
  /** What the documentation calls the test stack. */
  readonly testName: string;
  /** Of the graph, `[z, y, x]`. @default the test stack's */
  readonly size?: Size;
  /** 5 to 128 characters. @default "Trainable Wiener deconvolution" and the size */
  readonly name?: string;
  readonly authors?: readonly string[];
  /** DOIs. */
  readonly citations?: readonly string[];
  /** SPDX name of the model's licence. */
  readonly licence?: string;
  /** @default now */
  readonly timestamp?: Date;
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** A package and what was measured on the way. */
export interface ExportedZoo {
  readonly bytes: Uint8Array;
  /** Largest difference of onnxruntime's and our engine's result, of the largest voxel. */
  readonly relativeError: number;
}

/** What two implementations may differ by. */
const TOLERANCE = 1e-4;

/**
 * Bakes the PSF and the size into a graph, restores the test stack with it on onnxruntime and with
 * our engine, and packs everything.
 *
 * @throws {InputError} when the stack, the PSF and the model do not go together, or the results of
 * the two differ.
 * @throws {CancelledError} when the signal ends it.
 */
export async function exportZoo(model: Model, options: ExportZooOptions): Promise<ExportedZoo> {
  const { psf, testStack, size = sizeOf(testStack.shape) } = options;
  const { name = `Trainable Wiener deconvolution ${formatSize(size).replaceAll(" ", "")}` } =
    options;
  if (!/^[A-Za-z0-9 _+\-()]{5,128}$/.test(name)) {
    throw new InputError(
      `The name "${name}" is none for the model zoo; it takes 5 to 128 letters, digits, spaces ` +
        `and _ + - ( )`,
    );
  }
  const weights = writeOnnx(model, { kind: "baked", psf, size });
  const channels = Math.max(model.channels, psf.shape[0]);
  const input = cropStack(testStack, { channels, size, name: options.testName });
  const output = await restoreOnOnnx(weights, input, options);
  const expected = await restoreNatively(model, input, options);
  const relativeError = compare(output.data, expected.data);
  if (!(relativeError <= TOLERANCE)) {
    throw new InputError(
      `The exported graph and our engine differ by ${relativeError.toExponential(1)} of the ` +
        `largest voxel on ${options.testName}; the model is not fit for export`,
    );
  }
  const bytes = await createZooPackage({
    model,
    psfShape: psf.shape,
    name,
    authors: options.authors ?? [],
    citations: options.citations ?? [],
    licence: options.licence,
    voxelSizeUm: input.voxelSizeUm ?? model.voxelSizeUm,
    timestamp: options.timestamp ?? new Date(),
    testStack: options.testName,
    relativeError,
    weights,
    input,
    output,
  });
  return { bytes, relativeError };
}

/** The middle of the first channels. */
function cropStack(
  stack: Volume,
  { channels, size, name }: { channels: number; size: Size; name: string },
): Volume {
  const from = sizeOf(stack.shape);
  if (size.some((n, axis) => n > from[axis])) {
    throw new InputError(
      `${name} has ${formatSize(from)} voxels and the model is to be for ${formatSize(size)}; ` +
        `give a --test-stack that is as large, or a smaller --size`,
    );
  }
  if (stack.shape[0] < channels) {
    throw new InputError(
      `${name} has ${stack.shape[0]} channel(s) and the model ${channels}; ` +
        `give a --test-stack with as many`,
    );
  }
  const [z0, y0, x0] = size.map((n, axis) => Math.floor((from[axis] - n) / 2));
  const [depth, height, width] = size;
  const cropped = createVolume([channels, ...size], undefined, stack.voxelSizeUm);
  let to = 0;
  for (let channel = 0; channel < channels; channel++) {
    const data = channelOf(stack, channel);
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++, to += width) {
        const begin = ((z + z0) * from[1] + y + y0) * from[2] + x0;
        cropped.data.set(data.subarray(begin, begin + width), to);
      }
    }
  }
  return cropped;
}

/** The graph as it is, with its own estimate of the noise. */
async function restoreOnOnnx(
  bytes: Uint8Array,
  input: Volume,
  { threads, signal }: ExportZooOptions,
): Promise<Volume> {
  const size = sizeOf(input.shape);
  const restorer = createOnnxRestorer({ bytes, name: "The graph", size, threads, signal });
  try {
    return createVolume(input.shape, await restorer.restoreAll(input.data), input.voxelSizeUm);
  } finally {
    restorer.close();
  }
}

async function restoreNatively(
  model: Model,
  input: Volume,
  { psf, threads }: ExportZooOptions,
): Promise<Volume> {
  const { max } = rangeOf(input.data);
  // A stack without light has no scale.
  const peak = max > 0 ? max / (model.peakRatio ?? 1) : 1;
  const sigmas = isNoiseAdaptive(model) ? estimateNoise(input) : [];
  const engine = await createCpuEngine({ threads });
  try {
    const restorer = createRestorer(engine, { model, psf, size: sizeOf(input.shape) });
    const restored = createVolume(input.shape);
    for (let channel = 0; channel < input.shape[0]; channel++) {
      const sigma = (sigmas[channel] ?? 0) / peak;
      const scaled = channelOf(input, channel).map((value) => value / peak);
      const data = await restorer.restore(scaled, { channel, sigma });
      channelOf(restored, channel).set(data.map((value) => value * peak));
    }
    return restored;
  } finally {
    engine.close();
  }
}

/** max |a - b| / max |b| */
function compare(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= difference)) difference = d;
    largest = Math.max(largest, Math.abs(b[i]));
  }
  return largest > 0 ? difference / largest : difference;
}
