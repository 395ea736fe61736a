import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { createReferenceEngine } from "../../core/compute/reference/reference_engine.ts";
import { degradeVolume } from "../../core/degrade/degrade_volume.ts";
import { modelMethod } from "../../core/evaluate.ts";
import { isnr } from "../../core/loss/metrics.ts";
import type { Model } from "../../core/model/model.ts";
import { assertRestorable } from "../../core/restore.ts";
import { createStage, type StageOptions } from "../../core/twb/initialize.ts";
import { channelOf, createVolume, type Shape, type Size, type Volume } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { blob, blobPsf, normals } from "../support/pattern.ts";
import { learnedStage, modelOf } from "../support/stage.ts";
import { inputError } from "./dataset/write_stack.ts";

/** As training begins: the DCT dictionary at its usual weight. */
function freshModel(options: StageOptions = {}): Model {
  return modelOf(createStage(options));
}

async function onEngine(test: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createCpuEngine({ threads: 2 });
  try {
    await test(engine);
  } finally {
    engine.close();
  }
}

/** Bright spots on a grey ground, away from the borders where asked. */
function spots(shape: Shape, margin = 0): Volume {
  const volume = createVolume(shape);
  const [channels, depth, height, width] = shape;
  const values = normals(channels * 12, 4);
  for (let i = 0; i < channels * 4; i++) {
    const place = (length: number, value: number) => {
      const border = Math.min(margin, (length - 1) >> 1);
      return border + Math.floor(Math.abs(value * 7.3) % 1 * (length - 2 * border));
    };
    const z = place(depth, values[3 * i]);
    const y = place(height, values[3 * i + 1]);
    const x = place(width, values[3 * i + 2]);
    volume.data[(((i % channels) * depth + z) * height + y) * width + x] = 1 - 0.1 * i;
  }
  return volume;
}

function restore(engine: Engine, model: Model, { stack, psf, sigma = 0.01 }: {
  stack: Volume;
  psf: Volume;
  sigma?: number;
}): Promise<Volume> {
  return modelMethod("", model, engine).restore(stack, { psf, sigma });
}

Deno.test("createRestorer() restores channels as if each were alone, PSFs and kernels per channel", () =>
  onEngine(async (engine) => {
    const shape = [3, 5, 14, 11] as const;
    const stack = createVolume(shape, Float32Array.from(normals(3 * 770, 1)));
    const stage = learnedStage({ kernelSize: [2, 3, 3], kernelCount: 2, kernelChannels: 3 });
    const psf = createVolume([3, 3, 5, 5]);
    [0.8, 1.1, 1.5].forEach((width, c) => channelOf(psf, c).set(blob([3, 5, 5], width)));
    const together = await restore(engine, modelOf(stage), { stack, psf });
    for (const c of [0, 1, 2]) {
      const part = (values: Float64Array, length: number) =>
        Float64Array.from(
          { length: values.length / 3 },
          (_, i) => values[(Math.floor(i / length) * 3 + c) * length + i % length],
        );
      const alone = await restore(
        engine,
        modelOf({
          ...stage,
          kernelChannels: 1,
          kernels: part(stage.kernels, 18),
          scales: part(stage.scales, 1),
        }),
        {
          stack: createVolume([1, 5, 14, 11], channelOf(stack, c).slice()),
          psf: createVolume([1, 3, 5, 5], channelOf(psf, c).slice()),
        },
      );
      assert.deepEqual(channelOf(together, c), alone.data);
    }
  }));

Deno.test("createRestorer() shares kernels and PSF over any number of channels", () =>
  onEngine(async (engine) => {
    const data = Float32Array.from(normals(200, 2));
    const twice = createVolume([2, 2, 10, 10], Float32Array.of(...data, ...data));
    const model = modelOf(learnedStage({ kernelSize: [1, 3, 3], kernelCount: 2 }));
    const restored = await restore(engine, model, { stack: twice, psf: blobPsf([2, 3, 3]) });
    assert.deepEqual(channelOf(restored, 0), channelOf(restored, 1));
  }));

Deno.test("restoring is equivariant to scale and additive: the block is linear", () =>
  onEngine(async (engine) => {
    const shape = [1, 4, 12, 12] as const;
    const a = createVolume(shape, Float32Array.from(normals(576, 5)));
    const b = createVolume(shape, Float32Array.from(normals(576, 6)));
    const sum = createVolume(shape, a.data.map((value, i) => 1000 * value + b.data[i]));
    const options = { psf: blobPsf([3, 5, 5]) };
    const [x, y, both] = await Promise.all(
      [a, b, sum].map((stack) => restore(engine, freshModel(), { stack, ...options })),
    );
    assertClose(both.data, x.data.map((value, i) => 1000 * value + y.data[i]), 1e-5);
  }));

Deno.test("rectified restoring is equivariant to scale and has no voxel below 0", () =>
  onEngine(async (engine) => {
    const stack = createVolume([1, 4, 12, 12], Float32Array.from(normals(576, 5)));
    const model = freshModel({ positivity: "rectify" });
    const psf = blobPsf([3, 5, 5]);
    const restored = await restore(engine, model, { stack, psf });
    const louder = { ...stack, data: stack.data.map((value) => 4096 * value) };
    const scaled = await restore(engine, model, { stack: louder, psf });
    assert.ok(restored.data.every((value) => value >= 0) && restored.data.some((v) => v === 0));
    assertClose(scaled.data, restored.data.map((value) => 4096 * value), 1e-6);
  }));

Deno.test("with a PSF of one voxel and little weight the stack comes back", () =>
  onEngine(async (engine) => {
    const stack = createVolume([1, 3, 9, 10], Float32Array.from(normals(270, 7)));
    const model = freshModel({ alpha: -20 });
    const point = createVolume([1, 1, 1, 1], Float32Array.of(1));
    const { data } = await restore(engine, model, { stack, psf: point });
    assertClose(data, stack.data, 1e-6);
    // The same point in the middle of a larger PSF, of odd and even sizes.
    for (const size of [[3, 5, 5], [2, 4, 6]] as const) {
      const psf = createVolume([1, ...size]);
      psf.data[((size[0] >> 1) * size[1] + (size[1] >> 1)) * size[2] + (size[2] >> 1)] = 1;
      assertClose((await restore(engine, model, { stack, psf })).data, stack.data, 1e-6);
    }
  }));

Deno.test("restoring undoes a blur that it knows: at least 8 dB where nothing is noisy", () =>
  onEngine(async (engine) => {
    const noise = { sigma: 0, seed: 1 };
    const blur = (scene: Volume, psf: Volume) => degradeVolume(scene, { engine, psf, noise });
    const scene = await blur(spots([1, 8, 32, 32], 9), blobPsf([5, 5, 5], 0.8));
    const psf = blobPsf([5, 7, 7], 1.2);
    const observed = await blur(scene, psf);
    const restored = await restore(engine, freshModel({ alpha: -12 }), { stack: observed, psf });
    const gain = isnr(restored, scene, { observed });
    assert.ok(gain > 8, `${gain} dB`);
  }));

/** Centre of mass of |x|^2, which noise about zero does not move. */
function centroid({ data, shape: [, depth, height, width] }: Volume): number[] {
  const sums = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const at = [Math.floor(i / width / height), Math.floor(i / width) % height, i % width];
    const mass = data[i] * data[i];
    at.forEach((value, axis) => sums[axis] += mass * value);
    sums[3] += mass;
  }
  assert.equal(depth > 0 && sums[3] > 0, true);
  return sums.slice(0, 3).map((value) => value / sums[3]);
}

for (const size of [[3, 5, 7], [4, 6, 8], [4, 5, 6], [1, 4, 4]] as readonly Size[]) {
  Deno.test(`degrading and restoring by a PSF of ${size.toReversed().join("x")} shifts nothing`, () =>
    onEngine(async (engine) => {
      const depth = size[0] === 1 ? 1 : 13;
      const scene = createVolume([1, depth, 23, 27]);
      const place = [depth >> 1, 11, 13];
      scene.data[(place[0] * 23 + place[1]) * 27 + place[2]] = 1;
      // Round about its centre floor(size / 2), so that only a wrong centre can shift: an even size
      // has a plane at the beginning that has no partner.
      const psf = blobPsf(size, 1);
      const partner = [0, 1, 2].map((axis) => size[axis] % 2 === 0);
      psf.data.forEach((_, i) => {
        const at = [
          Math.floor(i / size[2] / size[1]),
          Math.floor(i / size[2]) % size[1],
          i % size[2],
        ];
        if (partner.some((even, axis) => even && at[axis] === 0)) psf.data[i] = 0;
      });
      const sum = psf.data.reduce((a, b) => a + b);
      psf.data.forEach((_, i) => psf.data[i] /= sum);
      const observed = await degradeVolume(scene, { engine, psf, noise: { sigma: 0, seed: 1 } });
      const model = freshModel({ kernelSize: [size[0] === 1 ? 1 : 3, 5, 5] });
      const restored = await restore(engine, model, { stack: observed, psf });
      for (const [name, volume] of [["observed", observed], ["restored", restored]] as const) {
        centroid(volume).forEach((value, axis) =>
          assert.ok(Math.abs(value - place[axis]) < 1e-4, `${name}: axis ${axis} at ${value}`)
        );
      }
    }));
}

for (
  const [what, size] of [
    ["a plane of 3 x 4", [1, 3, 4]],
    ["a stack thinner than the PSF", [2, 20, 20]],
    ["a stack lower than the PSF", [8, 3, 20]],
    ["a stack narrower than the PSF", [8, 20, 2]],
    ["one voxel", [1, 1, 1]],
    ["a stack smaller than the PSF on every axis", [3, 4, 5]],
  ] as readonly (readonly [string, Size])[]
) {
  Deno.test(`restoring ${what} works, and as the reference does`, async () => {
    const psf = blobPsf([size[0] === 1 ? 1 : 5, 9, 11], 1.5);
    const length = size[0] * size[1] * size[2];
    const stack = createVolume([1, ...size], Float32Array.from(normals(length, 8), Math.abs));
    const model = freshModel({ kernelSize: [size[0] === 1 ? 1 : 3, 3, 3], kernelCount: "full" });
    const reference = createReferenceEngine();
    const expected = await restore(reference, model, { stack, psf });
    await onEngine(async (engine) => {
      const { data } = await restore(engine, model, { stack, psf });
      assert.ok(data.every(Number.isFinite));
      assertClose(data, expected.data, 1e-4);
    });
  });
}

Deno.test("a constant stack stays what it is, whatever the padding", () =>
  onEngine(async (engine) => {
    const stack = createVolume([1, 3, 10, 10], new Float32Array(300).fill(0.75));
    const { data } = await restore(engine, freshModel(), { stack, psf: blobPsf([5, 5, 5], 1) });
    assertClose(data, stack.data, 1e-5);
  }));

Deno.test("a closed restorer gives the engine's memory back", () =>
  onEngine(async (engine) => {
    const stack = createVolume([1, 4, 12, 12], Float32Array.from(normals(576, 5)));
    const run = () => restore(engine, freshModel(), { stack, psf: blobPsf([3, 5, 5]) });
    await run();
    // What stays are the engine's own tables.
    const { bytes } = engine.memory;
    await run();
    assert.equal(engine.memory.bytes, bytes);
  }));

Deno.test("a noise-adaptive model smooths more where there is more noise", () =>
  onEngine(async (engine) => {
    const stack = createVolume([1, 1, 32, 32], Float32Array.from(normals(1024, 9)));
    const model = freshModel({ kernelSize: [1, 5, 5], noiseExponent: 1 });
    const psf = blobPsf([1, 5, 5], 1);
    const energies = [];
    for (const sigma of [0.003, 0.01, 0.03]) {
      const { data } = await restore(engine, model, { stack, psf, sigma });
      energies.push(data.reduce((sum, value) => sum + value * value, 0));
    }
    assert.ok(energies[0] > 2 * energies[1] && energies[1] > 2 * energies[2], `${energies}`);
    const fixed = freshModel({ kernelSize: [1, 5, 5] });
    const at = (sigma: number) => restore(engine, fixed, { stack, psf, sigma });
    assert.deepEqual((await at(0.003)).data, (await at(0.03)).data);
  }));

Deno.test("assertRestorable() tells what does not go together", () => {
  const three = modelOf(createStage({ kernelChannels: 3 }));
  const one = freshModel();
  const psf = (channels: number, depth = 1) => createVolume([channels, depth, 3, 3]);
  assertRestorable([3, 2, 9, 9], { model: three, psf: psf(3) });
  assertRestorable([3, 2, 9, 9], { model: one, psf: psf(1, 5) });
  assert.throws(
    () => assertRestorable([2, 2, 9, 9], { model: three, psf: psf(1) }),
    inputError("3 channels", "stack has 2", "--shared-kernels"),
  );
  assert.throws(
    () => assertRestorable([3, 2, 9, 9], { model: three, psf: psf(2) }),
    inputError("PSF has 2 channels", "stack has 3"),
  );
  assert.throws(
    () => assertRestorable([1, 1, 9, 9], { model: one, psf: psf(1, 5) }),
    inputError("PSF has 5 planes", "image one", "psf --size 3x3"),
  );
});
