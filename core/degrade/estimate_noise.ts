/**
 * The noise of a stack, measured on the stack itself.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { formatSize, type Shape, voxelsOf } from "../volume.ts";

/** What noise is estimated from; a `Volume` is one. */
export interface NoisyVoxels {
  /** `[c, z, y, x]` */
  readonly data: Float32Array;
  readonly shape: Shape;
}

/**
 * The difference of two Laplacians (Immerkaer, "Fast Noise Variance Estimation", Computer Vision and
 * Image Understanding 64(2), 1996), rows of a 3 x 3 mask. Its response to constants and slopes is 0.
 */
export const NOISE_MASK: readonly (readonly number[])[] = [[1, -2, 1], [-2, 4, -2], [1, -2, 1]];

/** Root of the sum of the mask's squares: its gain on white noise. */
const MASK_GAIN = 6;

/** Median of |n| for n normal with variance 1: the 75th percentile of the normal distribution. */
export const NORMAL_MEDIAN = 0.6744897501960817;

/** Responses that the median is taken of, at most about this many per channel. */
export const MAX_RESPONSES = 1 << 19;

/** Every how many planes and rows responses are taken. */
export interface NoiseStrides {
  readonly z: number;
  readonly y: number;
}

/**
 * Standard deviation of white Gaussian noise in each channel, in the stack's units.
 *
 *     sigma = median |m * y| / (6 Phi^-1(3/4)),   over the responses that are not exactly 0
 *
 * with the mask m of Immerkaer (1996) in every plane and the median as the robust estimate (Donoho
 * & Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81(3), 1994): what a
 * blurred scene adds lies in less than half of the voxels or is small. Responses that are exactly 0
 * come from regions that were clipped, which say nothing about the noise; a stack with the same
 * value everywhere gives 0. Noise that was clipped at 0 afterwards is seen as 0.55 to 1 times what
 * it was, the less the darker the stack. Large stacks are sampled by whole rows, see `noiseStrides`;
 * the result depends on the voxels alone.
 *
 * @example
 * ```ts
 * import { estimateNoise } from "./estimate_noise.ts";
 * import { createRandom } from "../random.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const random = createRandom(7);
 * const stack = createVolume([1, 2, 64, 64]);
 * for (let i = 0; i < stack.data.length; i++) stack.data[i] = 100 + 3 * random.normal();
 * const [sigma] = estimateNoise(stack);
 * assert.ok(Math.abs(sigma / 3 - 1) < 0.05);
 * ```
 *
 * @throws {InputError} when the stack has less than 3 voxels along x or y, or a sampled voxel that is
 * NaN or infinite.
 */
export function estimateNoise(stack: NoisyVoxels): number[] {
  const { data, shape } = stack;
  const [channels, , height, width] = shape;
  if (height < 3 || width < 3) {
    throw new InputError(
      `Cannot estimate the noise of a stack of ${
        formatSize(shape)
      } voxels: it takes 3 x 3 voxels ` +
        `in x and y; give the noise with --sigma`,
    );
  }
  const voxels = voxelsOf(shape);
  return Array.from({ length: channels }, (_, c) => {
    const responses = respondToNoise(data.subarray(c * voxels, (c + 1) * voxels), shape);
    assertFiniteResponses(responses);
    return medianOfPositive(responses) / (MASK_GAIN * NORMAL_MEDIAN);
  });
}

/**
 * Strides that keep the responses of a channel near `MAX_RESPONSES`: rows are skipped first, then
 * planes. A graph gets the same responses from a convolution with these strides and no padding.
 */
export function noiseStrides(shape: Shape): NoiseStrides {
  const [, depth, height, width] = shape;
  const perRow = width - 2;
  const y = Math.min(height - 2, Math.ceil(depth * (height - 2) * perRow / MAX_RESPONSES));
  const rows = Math.ceil((height - 2) / y);
  return { y, z: Math.ceil(depth * rows * perRow / MAX_RESPONSES) };
}

/** Absolute responses of the mask in one channel `[z, y, x]`, at the strides of its shape. */
function respondToNoise(data: Float32Array, shape: Shape): Float32Array {
  const [, depth, height, width] = shape;
  const strides = noiseStrides(shape);
  const rows = Math.ceil((height - 2) / strides.y);
  const out = new Float32Array(Math.ceil(depth / strides.z) * rows * (width - 2));
  let at = 0;
  for (let z = 0; z < depth; z += strides.z) {
    for (let y = 0; y < height - 2; y += strides.y) {
      const top = (z * height + y) * width;
      // r = |(a - 2 b + c)[x] - 2 (a - 2 b + c)[x + 1] + (a - 2 b + c)[x + 2]|, a, b, c three rows
      let left = data[top] - 2 * data[top + width] + data[top + 2 * width];
      let middle = data[top + 1] - 2 * data[top + width + 1] + data[top + 2 * width + 1];
      for (let x = 2; x < width; x++) {
        const right = data[top + x] - 2 * data[top + width + x] + data[top + 2 * width + x];
        out[at++] = Math.abs(left - 2 * middle + right);
        left = middle;
        middle = right;
      }
    }
  }
  return out;
}

/**
 * The exact median of the values above 0, the upper one of two, or 0 where there is none; by three
 * passes of counting over the bits, which for floats of 0 or more have the order of the numbers.
 */
function medianOfPositive(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let positive = 0;
  for (let i = 0; i < bits.length; i++) if (bits[i] !== 0) positive++;
  if (positive === 0) return 0;
  // Values below the median: the zeros, and half of the others.
  let rank = bits.length - positive + Math.floor(positive / 2);
  let prefix = 0;
  let known = 0;
  for (const [shift, width] of [[21, 11], [10, 11], [0, 10]]) {
    const counts = new Uint32Array(1 << width);
    for (let i = 0; i < bits.length; i++) {
      if ((bits[i] & known) >>> 0 === prefix) counts[(bits[i] >>> shift) & (counts.length - 1)]++;
    }
    let digit = 0;
    while (rank >= counts[digit]) rank -= counts[digit++];
    prefix = (prefix | digit << shift) >>> 0;
    known = (known | (counts.length - 1) << shift) >>> 0;
  }
  return new Float32Array(new Uint32Array([prefix]).buffer)[0];
}

function assertFiniteResponses(responses: Float32Array): void {
  for (let i = 0; i < responses.length; i++) {
    if (!Number.isFinite(responses[i])) {
      throw new InputError(
        "Cannot estimate the noise of a stack with voxels that are NaN or infinite; replace them",
      );
    }
  }
}
