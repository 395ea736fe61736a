import assert from "node:assert/strict";
import {
  estimateNoise,
  MAX_RESPONSES,
  NOISE_MASK,
  noiseStrides,
  NORMAL_MEDIAN,
} from "../../../core/degrade/estimate_noise.ts";
import { createPhantom, PHANTOM_STRUCTURES } from "../../../core/dataset/phantom.ts";
import { InputError } from "../../../core/errors.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, type Shape, type Volume } from "../../../core/volume.ts";

/** A copy of `volume` blurred along x and y by a binomial of 5, a standard deviation of 1. */
function blurred(volume: Volume): Volume {
  const { data, shape: [, , height, width] } = volume;
  const along = (from: Float32Array, stride: number, length: number) => {
    const to = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const at = Math.floor(i / stride) % length;
      [1, 4, 6, 4, 1].forEach((weight, k) => {
        const j = at + k - 2;
        if (j >= 0 && j < length) to[i] += weight / 16 * from[i + (k - 2) * stride];
      });
    }
    return to;
  };
  return createVolume(volume.shape, along(along(data, 1, width), width, height));
}

function withNoise(volume: Volume, sigma: number, seed = 1): Volume {
  const random = createRandom(seed);
  return createVolume(volume.shape, volume.data.map((v) => v + sigma * random.normal()));
}

/** The estimate as its definition reads: all responses, sorted. */
function estimateBySorting(volume: Volume): number {
  const { data, shape: [, depth, height, width] } = volume;
  const strides = noiseStrides(volume.shape);
  const responses: number[] = [];
  for (let z = 0; z < depth; z += strides.z) {
    for (let y = 0; y + 2 < height; y += strides.y) {
      for (let x = 0; x + 2 < width; x++) {
        let sum = 0;
        NOISE_MASK.forEach((row, j) =>
          row.forEach((m, i) => sum += m * data[(z * height + y + j) * width + x + i])
        );
        if (sum !== 0) responses.push(Math.abs(sum));
      }
    }
  }
  responses.sort((a, b) => a - b);
  return responses[Math.floor(responses.length / 2)] / (6 * NORMAL_MEDIAN);
}

for (const structure of PHANTOM_STRUCTURES) {
  for (const depth of [6, 1]) {
    Deno.test(`estimateNoise() finds 0.5 % to 5 % within 5 % on blurred ${structure}, z = ${depth}`, () => {
      const scene = blurred(
        createPhantom({ shape: [1, depth, 128, 128], seed: 3, structures: [[structure]] }),
      );
      for (const sigma of [0.005, 0.01, 0.03, 0.05]) {
        const [found] = estimateNoise(withNoise(scene, sigma));
        assert.ok(Math.abs(found / sigma - 1) < 0.05, `${sigma}: ${found}`);
      }
    });
  }
}

Deno.test("estimateNoise() of a blurred scene without noise is below 0.05 % of the peak", () => {
  for (const structure of PHANTOM_STRUCTURES) {
    const scene = createPhantom({ shape: [1, 4, 96, 96], seed: 4, structures: [[structure]] });
    const [found] = estimateNoise(blurred(scene));
    assert.ok(found > 0 && found < 5e-4, `${structure}: ${found}`);
  }
});

Deno.test("estimateNoise() measures each channel by itself", () => {
  const random = createRandom(5);
  const stack = createVolume([3, 2, 64, 64]);
  const sigmas = [0.5, 20, 0];
  stack.data.forEach((_, i) => {
    stack.data[i] = 7 + sigmas[Math.floor(i / (2 * 64 * 64))] * random.normal();
  });
  const found = estimateNoise(stack);
  assert.equal(found.length, 3);
  assert.ok(Math.abs(found[0] / 0.5 - 1) < 0.05);
  assert.ok(Math.abs(found[1] / 20 - 1) < 0.05);
  assert.equal(found[2], 0);
});

Deno.test("estimateNoise() is the sorted median of the mask's responses", () => {
  for (const shape of [[1, 1, 3, 3], [1, 3, 9, 4], [1, 2, 20, 31]] as Shape[]) {
    const stack = withNoise(createVolume(shape), 3, shape[3]);
    const expected = estimateBySorting(stack);
    const [found] = estimateNoise(stack);
    assert.ok(Math.abs(found / expected - 1) < 1e-6, `${shape}: ${found}, ${expected}`);
  }
});

Deno.test("estimateNoise() follows the units and does not see an offset or a slope", () => {
  const stack = withNoise(createVolume([1, 2, 40, 40]), 1);
  const [one] = estimateNoise(stack);
  const changed = stack.data.map((v, i) => 1000 * v + 300 + 5 * (i % 40) - 2 * Math.floor(i / 40));
  const [other] = estimateNoise(createVolume(stack.shape, changed));
  assert.ok(Math.abs(other / (1000 * one) - 1) < 1e-4);
});

Deno.test("estimateNoise() leaves out what was clipped", () => {
  // Two thirds are exactly 0, as in a stack with its black level cut off.
  const stack = withNoise(createVolume([1, 1, 90, 90]), 2);
  stack.data.fill(0, 0, 60 * 90);
  const [found] = estimateNoise(stack);
  assert.ok(Math.abs(found / 2 - 1) < 0.1, `${found}`);
});

Deno.test("estimateNoise() is 0 where all voxels are the same", () => {
  assert.deepEqual(
    estimateNoise(createVolume([2, 1, 5, 5], new Float32Array(50).fill(0.1))),
    [0, 0],
  );
});

Deno.test("estimateNoise() samples a large stack by rows and still finds the noise", () => {
  const shape: Shape = [1, 8, 400, 500];
  const strides = noiseStrides(shape);
  assert.ok(strides.y > 1);
  const rows = Math.ceil(398 / strides.y) * Math.ceil(8 / strides.z);
  assert.ok(rows * 498 <= MAX_RESPONSES * 1.02 && rows * 498 > MAX_RESPONSES / 2);
  const stack = withNoise(createVolume(shape), 0.02);
  const [found] = estimateNoise(stack);
  assert.ok(Math.abs(found / 0.02 - 1) < 0.01, `${found}`);
  assert.equal(found, estimateNoise(stack)[0]);
});

Deno.test("noiseStrides() skips planes where a row of each is too much", () => {
  const { y, z } = noiseStrides([1, 4000, 10, 1000]);
  assert.equal(y, 8);
  assert.equal(z, Math.ceil(4000 * 998 / MAX_RESPONSES));
  assert.deepEqual(noiseStrides([1, 1, 3, 3]), { y: 1, z: 1 });
});

Deno.test("estimateNoise() refuses what it cannot measure", () => {
  assert.throws(
    () => estimateNoise(createVolume([1, 9, 2, 8])),
    (error: Error) => error instanceof InputError && /8 x 2 x 9.*--sigma$/.test(error.message),
  );
  const broken = withNoise(createVolume([1, 1, 8, 8]), 1);
  broken.data[20] = NaN;
  assert.throws(() => estimateNoise(broken), InputError);
  broken.data[20] = Infinity;
  assert.throws(() => estimateNoise(broken), InputError);
});
