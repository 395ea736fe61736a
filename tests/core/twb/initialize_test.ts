import assert from "node:assert/strict";
import { createStage } from "../../../core/twb/initialize.ts";
import { normalizeKernels } from "../../../core/twb/kernels.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { inputError } from "../dataset/write_stack.ts";

function kernelsOf(stage: ReturnType<typeof createStage>): Float64Array[] {
  const n = voxelsOf(stage.kernelSize);
  return Array.from(stage.scales, (_, i) => stage.kernels.subarray(i * n, (i + 1) * n));
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

// A. Moskalev's slides, 2019: all atoms but the constant one.
for (
  const [kernelSize, count] of [
    [[3, 5, 5], 74],
    [[3, 3, 3], 26],
    [[5, 5, 5], 124],
    [[1, 5, 5], 24],
  ] as readonly (readonly [Size, number])[]
) {
  Deno.test(`dct: ${kernelSize.toReversed().join("x")} has ${count} orthonormal kernels without mean`, () => {
    const stage = createStage({ kernelSize, kernelCount: "full" });
    assert.equal(stage.kernelCount, count);
    const kernels = kernelsOf(stage);
    const mean = new Float64Array(voxelsOf(kernelSize)).fill(1);
    for (const [i, kernel] of kernels.entries()) {
      assert.ok(Math.abs(dot(kernel, mean)) < 1e-12, `kernel ${i} has a mean`);
      for (let j = 0; j <= i; j++) {
        const expected = i === j ? 1 : 0;
        assert.ok(Math.abs(dot(kernel, kernels[j]) - expected) < 1e-12, `kernels ${i} and ${j}`);
      }
    }
  });
}

/** Frequencies of a DCT atom: how often it changes its sign along each axis. */
function totalFrequency(kernel: Float64Array, [depth, height, width]: Size): number {
  const value = (z: number, y: number, x: number) => kernel[(z * height + y) * width + x];
  let total = 0;
  // The corner voxel's lines never touch a zero of the other axes' factors.
  for (let z = 1; z < depth; z++) total += value(z, 0, 0) * value(z - 1, 0, 0) < 0 ? 1 : 0;
  for (let y = 1; y < height; y++) total += value(0, y, 0) * value(0, y - 1, 0) < 0 ? 1 : 0;
  for (let x = 1; x < width; x++) total += value(0, 0, x) * value(0, 0, x - 1) < 0 ? 1 : 0;
  return total;
}

Deno.test("dct: kernels come in the order of their total frequency", () => {
  // Even lengths: no atom has a zero, so that signs tell the frequency.
  const kernelSize: Size = [2, 4, 4];
  const stage = createStage({ kernelSize, kernelCount: "full" });
  const frequencies = kernelsOf(stage).map((kernel) => totalFrequency(kernel, kernelSize));
  assert.deepEqual(frequencies, frequencies.toSorted((a, b) => a - b));
  assert.deepEqual([frequencies[0], frequencies.at(-1)], [1, 1 + 3 + 3]);
  const first = createStage({ kernelSize, kernelCount: 5 });
  assert.deepEqual(first.kernels, stage.kernels.subarray(0, first.kernels.length));
});

Deno.test("gabor: unit kernels without mean, all different, in 2D and 3D", () => {
  for (const kernelSize of [[3, 5, 5], [1, 5, 5]] as const) {
    const kernels = kernelsOf(
      createStage({ kernelSize, kernelCount: 15, initialization: "gabor" }),
    );
    for (const [i, kernel] of kernels.entries()) {
      assert.ok(Math.abs(dot(kernel, kernel) - 1) < 1e-12);
      assert.ok(Math.abs(kernel.reduce((a, b) => a + b)) < 1e-12, `kernel ${i} has a mean`);
      for (let j = 0; j < i; j++) {
        assert.ok(Math.abs(dot(kernel, kernels[j])) < 0.999, `kernels ${i} and ${j} are the same`);
      }
    }
  }
});

Deno.test("gabor: takes as many kernels as asked for, up to full", () => {
  for (const kernelCount of [1, 26, "full"] as const) {
    const stage = createStage({ kernelSize: [3, 3, 3], kernelCount, initialization: "gabor" });
    assert.equal(stage.scales.length, kernelCount === "full" ? 26 : kernelCount);
    assert.ok(stage.kernels.every(Number.isFinite));
  }
});

Deno.test("xavier: normal with variance 2 / (n + D n), another for every seed", () => {
  const options = { kernelSize: [5, 5, 5], kernelCount: 124, initialization: "xavier" } as const;
  const { kernels } = createStage({ ...options, seed: 3 });
  const mean = (power: number) =>
    kernels.reduce((sum, value) => sum + value ** power, 0) / kernels.length;
  const variance = 2 / (125 + 124 * 125);
  // 15500 values: the standard errors are 0.8 %, 1.1 % and 1.3 % of these.
  assert.ok(Math.abs(mean(1)) < 4 * Math.sqrt(variance / kernels.length));
  assert.ok(Math.abs(mean(2) / variance - 1) < 0.045, `variance ${mean(2) / variance}`);
  assert.ok(Math.abs(mean(4) / (3 * variance ** 2) - 1) < 0.11, `kurtosis`);
  assert.deepEqual(createStage({ ...options, seed: 3 }).kernels, kernels);
  assert.notDeepEqual(createStage({ ...options, seed: 4 }).kernels, kernels);
});

Deno.test("dictionaries begin alike in all channels, xavier differently", () => {
  const kernels = (initialization: "dct" | "gabor" | "xavier") =>
    kernelsOf(createStage({ kernelCount: 2, kernelChannels: 2, initialization }));
  for (const name of ["dct", "gabor"] as const) {
    assert.deepEqual(kernels(name)[0], kernels(name)[1]);
    assert.notDeepEqual(kernels(name)[0], kernels(name)[2]);
  }
  assert.notDeepEqual(kernels("xavier")[0], kernels("xavier")[1]);
});

Deno.test("every initialization makes kernels with a direction", () => {
  for (const initialization of ["dct", "gabor", "xavier"] as const) {
    const { norms } = normalizeKernels(createStage({ initialization }));
    assert.ok(norms.every((norm) => norm > 1e-3), `${initialization}: ${norms}`);
  }
});

Deno.test("createStage() refuses what it has no kernels for", () => {
  assert.throws(
    () => createStage({ kernelSize: [1, 3, 3], kernelCount: 9 }),
    inputError("3x3x1", "8 kernels", "not 9", "--kernels"),
  );
  assert.throws(() => createStage({ kernelSize: [1, 1, 1] }), inputError("one voxel", "3x1"));
  assert.throws(
    () => createStage({ kernelSize: [3, 1, 1], kernelCount: 1, initialization: "gabor" }),
    inputError("Gabor", "--init dct"),
  );
});
