// What a cascade needs of an engine: the same cases on every engine, against the readable one.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type {
  AxisTaps,
  Engine,
  Field,
  ShrinkageGradients,
  ShrinkageKernels,
  Taps,
} from "../../../core/compute/engine.ts";
import { GAIN_COUNT } from "../../../core/compute/gain.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { tapsOf } from "../../../core/compute/taps.ts";
import { createWebgpuEngine } from "../../../core/compute/webgpu/webgpu_engine.ts";
import { createRandom } from "../../../core/random.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";

const engines: readonly [name: string, start: () => Promise<Engine>, ignore?: boolean][] = [
  ["cpu, one thread", () => createCpuEngine({ threads: 1 })],
  ["cpu, three threads", () => createCpuEngine({ threads: 3 })],
  [`webgpu${NO_ADAPTER}`, () => createWebgpuEngine(), !ADAPTER],
];

/** Rounding grows with the number of voxels that a sum is of; the cases have up to 21,000. */
const TOLERANCE = 1e-5;

/** A bank on an estimate of size `grid` with the field of view `size`. */
interface Geometry {
  readonly size: Size;
  readonly grid: Size;
  readonly kernel: Size;
  readonly count: number;
}

/** Even and odd kernels, with and without a margin, narrow and wide, shallow and deep. */
const GEOMETRIES: Readonly<Record<string, Geometry>> = {
  "2D": { size: [1, 17, 19], grid: [1, 20, 24], kernel: [1, 5, 5], count: 24 },
  "2D, whole vectors": { size: [1, 16, 32], grid: [1, 24, 40], kernel: [1, 3, 3], count: 4 },
  "2D, wider than a tile": { size: [1, 70, 301], grid: [1, 75, 320], kernel: [1, 3, 3], count: 1 },
  "2D, even kernels": { size: [1, 14, 21], grid: [1, 15, 25], kernel: [1, 4, 2], count: 5 },
  "2D, no margin": { size: [1, 12, 15], grid: [1, 12, 15], kernel: [1, 5, 5], count: 5 },
  "2D, wide kernels": { size: [1, 20, 33], grid: [1, 21, 35], kernel: [1, 7, 9], count: 3 },
  "2D, deep kernels": { size: [1, 9, 10], grid: [1, 10, 12], kernel: [3, 3, 3], count: 2 },
  "3D": { size: [5, 14, 18], grid: [9, 20, 24], kernel: [3, 5, 5], count: 15 },
  "3D, several tiles": { size: [3, 40, 21], grid: [5, 42, 24], kernel: [3, 3, 3], count: 2 },
  "3D, odd": { size: [4, 11, 10], grid: [7, 15, 15], kernel: [3, 3, 3], count: 5 },
  "3D, even kernels": { size: [6, 13, 9], grid: [7, 14, 10], kernel: [2, 4, 4], count: 5 },
  "3D, no margin": { size: [6, 10, 14], grid: [6, 10, 14], kernel: [3, 5, 5], count: 5 },
  "3D, kernels wider than the margin": {
    size: [5, 9, 13],
    grid: [6, 10, 14],
    kernel: [5, 5, 5],
    count: 2,
  },
  "3D, deep": { size: [37, 5, 7], grid: [40, 8, 9], kernel: [3, 3, 3], count: 5 },
  "kernels larger than the grid": { size: [2, 3, 3], grid: [2, 3, 4], kernel: [5, 5, 7], count: 2 },
  "flat kernels in a stack": { size: [5, 9, 11], grid: [6, 12, 12], kernel: [1, 3, 3], count: 5 },
  "kernels of one voxel": { size: [3, 6, 7], grid: [4, 7, 8], kernel: [1, 1, 1], count: 5 },
  "a line": { size: [1, 1, 11], grid: [1, 1, 15], kernel: [1, 1, 3], count: 5 },
  "columns": { size: [9, 1, 1], grid: [10, 3, 2], kernel: [3, 3, 1], count: 5 },
};

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
}

function fieldOf(engine: Engine, size: Size, seed: number): Field {
  const field = engine.createField(size);
  engine.write(field, noise(voxelsOf(size), seed));
  return field;
}

/** Gains of either sign, thresholds near the responses' size: every part of the curve is met. */
function bankOf({ kernel, count }: Geometry, seed: number): ShrinkageKernels {
  const taps = voxelsOf(kernel);
  const values = noise(count * taps, seed).map((value) => value / Math.sqrt(taps));
  const random = createRandom(seed + 1);
  return {
    kernelSize: kernel,
    kernels: Float64Array.from(values),
    gains: Float64Array.from({ length: count * GAIN_COUNT }, () => random.normal()),
    thresholds: Float64Array.from({ length: count }, () => 0.1 + 2 * random.uniform()),
  };
}

/** Runs `body` on the engine and on the reference and compares the arrays it returns. */
async function compare(
  start: () => Promise<Engine>,
  body: (engine: Engine) => Promise<ArrayLike<number>[]>,
  tolerance = 2e-6,
): Promise<void> {
  const engine = await start();
  const reference = createReferenceEngine();
  try {
    const actual = await body(engine);
    const expected = await body(reference);
    actual.forEach((values, index) => assertClose(values, expected[index], tolerance, `${index}:`));
  } finally {
    engine.close();
    reference.close();
  }
}

/** The shrunk responses, then all their gradients with the one of x added to what was there. */
async function shrink(
  engine: Engine,
  geometry: Geometry,
  kernels = bankOf(geometry, 25),
): Promise<ArrayLike<number>[]> {
  const { size, grid } = geometry;
  const estimate = fieldOf(engine, grid, 21);
  const gradient = fieldOf(engine, grid, 22);
  const total = fieldOf(engine, grid, 23);
  // What was in the output does not matter.
  const output = fieldOf(engine, size, 24);
  engine.shrinkResponses(estimate, output, kernels);
  const sums = await engine.shrinkResponsesGradient(estimate, total, { gradient, size, kernels });
  const results = [
    await engine.read(output),
    await engine.read(total),
    sums.kernels,
    // Where the steps are all but empty, the gradient by a gain is smaller the higher its knee.
    ...[0, 1, 2, 3].map((k) => sums.gains.filter((_, i) => i % GAIN_COUNT === k)),
    byThresholds(sums, kernels),
    // Near 0 by chance: beside the others' scale.
    [sums.product, ...sums.gains],
    await engine.read(estimate),
    await engine.read(gradient),
  ];
  engine.free(estimate, gradient, total, output);
  return results;
}

/**
 * Where strengths are beyond the one at which they are cut, every step is full: the gradient by the
 * threshold's logarithm is 0 but for rounding, and stands beside the others' scale.
 */
function byThresholds(
  { thresholds, gains }: ShrinkageGradients,
  kernels: ShrinkageKernels,
): ArrayLike<number> {
  if (kernels.thresholds.some((threshold) => threshold > 1e-6)) return thresholds;
  return [...thresholds.map((value, d) => value * kernels.thresholds[d]), ...gains];
}

/** None to three taps for every output. */
function randomTaps(count: number, length: number, seed: number): AxisTaps {
  const random = createRandom(seed, 43);
  return tapsOf(Array.from({ length: count }, (_, i) =>
    Array.from(
      { length: i % 4 },
      () => [random.integer(length), random.normal()] as const,
    )));
}

/** "solve", a quotient with a prior, and the gradient of one that is known, on one geometry. */
async function solve(
  engine: Engine,
  { size, grid }: { size: Size; grid: Size },
): Promise<ArrayLike<number>[]> {
  const psf: Size = [Math.min(3, size[0]), 5, 5];
  const kernel: Size = [Math.min(2, size[0]), 3, 3];
  const psfField = engine.createField(psf);
  const values = noise(voxelsOf(psf), 5).map(Math.abs);
  const sum = values.reduce((a, b) => a + b);
  engine.write(psfField, values.map((value) => value / sum));
  const psfPlanes = engine.createPlanes(grid, psf[0]);
  const transfer = engine.createSpectrum(grid);
  engine.forwardLateral(psfField, psfPlanes, "centred");
  engine.forwardAxial(psfPlanes, transfer, "centred");
  const regularizer = engine.createRegularizer(grid, kernel);
  // Of a point and a weak difference: R is nowhere 0.
  const lags = new Float64Array(kernel[0] * 25);
  lags[12] = 2;
  lags[lags.length - 1] = -0.5;
  engine.setRegularizer(regularizer, lags);

  const field = fieldOf(engine, grid, 31);
  const inner = fieldOf(engine, size, 32);
  const estimate = engine.createPlanes(grid, grid[0]);
  const planes = engine.createPlanes(grid, size[0]);
  const wiener = { transfer, regularizer, weight: 0.4, extension: "zero" } as const;
  engine.forwardLateral(field, estimate, "zero");
  engine.filter(estimate, estimate, { kind: "solve", ...wiener });
  engine.inverseLateral(estimate, field);
  const results: ArrayLike<number>[] = [await engine.read(field)];

  // What is expected, on the grid or on the stack's planes only; the rest of the estimate is the input.
  for (const depth of [grid[0], size[0]]) {
    const prior = engine.createPlanes(grid, depth);
    const expected = fieldOf(engine, [depth, size[1], size[2]], 33);
    const rest = fieldOf(engine, grid, 34);
    engine.forwardLateral(expected, prior, "zero");
    engine.forwardLateral(rest, estimate, "zero");
    engine.filter(estimate, estimate, { kind: "wiener", prior, ...wiener });
    engine.inverseLateral(estimate, rest);
    results.push(await engine.read(rest));
    engine.free(prior, expected, rest);
  }

  engine.forwardLateral(field, estimate, "zero");
  engine.forwardLateral(inner, planes, "zero");
  for (const operand of ["estimate", "observed"] as const) {
    results.push(
      await engine.regularizerGradient(planes, { ...wiener, operand, planes: estimate }),
    );
  }
  engine.free(psfField, psfPlanes, transfer, regularizer, field, inner, estimate, planes);
  return results;
}

for (const [engineName, start, ignore = false] of engines) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engineName}: ${name}`, ignore, fn });

  for (const [name, geometry] of Object.entries(GEOMETRIES)) {
    test(`shrunk responses and their gradients agree with the reference, ${name}`, () =>
      compare(start, (engine) => shrink(engine, geometry), TOLERANCE));
  }

  for (const size of [[5, 9, 13], [1, 17, 19]] as const) {
    test(`"solve", a prior, and a quotient's gradient, ${size.length} axes from ${size[0]}`, () =>
      compare(
        start,
        (engine) => solve(engine, { size, grid: [size[0] === 1 ? 1 : 8, 20, 21] }),
        2e-5,
      ));
  }

  test("copy takes the part that both fields have", () =>
    compare(start, async (engine) => {
      const results: ArrayLike<number>[] = [];
      const sizes: readonly Size[] = [[3, 5, 7], [4, 8, 9], [1, 9, 4], [2, 3, 1], [3, 5, 7]];
      for (const from of sizes) {
        for (const to of sizes) {
          const input = fieldOf(engine, from, 1);
          const output = fieldOf(engine, to, 2);
          engine.copy(output, input);
          results.push(await engine.read(output), await engine.read(input));
          engine.free(input, output);
        }
      }
      return results;
    }, 1e-7));

  const resampled: Readonly<Record<string, readonly [output: Size, input: Size, count: Size]>> = {
    "2D": [[1, 11, 13], [1, 37, 43], [1, 11, 13]],
    "3D, to a larger field": [[5, 19, 70], [3, 7, 21], [4, 17, 69]],
    "from one value": [[3, 4, 5], [1, 1, 1], [3, 4, 5]],
    "to none": [[2, 3, 4], [2, 3, 4], [2, 0, 4]],
  };
  for (const [name, [size, from, counts]] of Object.entries(resampled)) {
    test(`weighted sums along all axes, ${name}`, () =>
      compare(start, async (engine) => {
        const taps = counts.map((count, axis) => randomTaps(count, from[axis], axis)) as unknown;
        const input = fieldOf(engine, from, 41);
        const output = fieldOf(engine, size, 42);
        const results: ArrayLike<number>[] = [];
        for (const options of [undefined, { weight: -1.5, mode: "add" }, { weight: 2 }] as const) {
          engine.resample(output, input, taps as Taps, options);
          results.push(await engine.read(output));
        }
        results.push(await engine.read(input));
        engine.free(input, output);
        return results;
      }));
  }

  test("weighted sums refuse what is not there", async () => {
    const engine = await start();
    const field = fieldOf(engine, [1, 2, 3], 1);
    const own = tapsOf([[[0, 1]]]);
    for (const wrong of [tapsOf([[[3, 1]]]), tapsOf([[[-1, 1]]]), tapsOf([[], [], [], []])]) {
      assert.throws(() => engine.resample(field, field, [own, own, wrong]), RangeError);
    }
    engine.close();
  });

  test("gate lets a gradient pass where the other field is above 0", () =>
    compare(start, async (engine) => {
      const results: ArrayLike<number>[] = [];
      for (const size of [[3, 41, 43], [1, 5, 7]] as const) {
        const a = fieldOf(engine, size, 1);
        const b = engine.createField(size);
        // Zeros of either sign are not above 0.
        const values = noise(voxelsOf(size), 2);
        engine.write(b, values.map((value, i) => i % 7 === 0 ? 0 : i % 7 === 1 ? -0 : value));
        engine.modulate(b, [a, b], { kind: "gate" });
        results.push(await engine.read(b));
        engine.modulate(a, [a, a], { kind: "gate" });
        results.push(await engine.read(a));
        engine.free(a, b);
      }
      return results;
    }, 1e-7));

  test("responses of 0 stay 0, and so do the gradients of their kernels", async () => {
    const engine = await start();
    const geometry = GEOMETRIES["3D, odd"];
    const { size, grid } = geometry;
    const estimate = engine.createField(grid);
    engine.write(estimate, new Float32Array(voxelsOf(grid)));
    const output = fieldOf(engine, size, 1);
    const total = fieldOf(engine, grid, 2);
    const before = await engine.read(total);
    const gradient = fieldOf(engine, grid, 3);
    const bank = bankOf(geometry, 4);
    // Whose inverse is more than 32 bits hold.
    bank.thresholds[0] = 1e-50;
    // Of steps alone, the gain of a response of 0 is 0, and so is the gradient through it.
    const steps = bank.gains.map((gain, i) => i % GAIN_COUNT === 0 ? 0 : gain);
    for (const kernels of [{ ...bank, gains: steps }, bank]) {
      engine.shrinkResponses(estimate, output, kernels);
      const options = { gradient, size, kernels };
      const sums = await engine.shrinkResponsesGradient(estimate, total, options);
      assert.ok((await engine.read(output)).every((value) => value === 0));
      if (kernels.gains === steps) assert.deepEqual(await engine.read(total), before);
      assert.ok([...sums.kernels, ...sums.gains, ...sums.thresholds].every((v) => v === 0));
      assert.equal(sums.product, 0);
    }
    assert.notDeepEqual(await engine.read(total), before);
    engine.close();
  });

  // Where the steps are full, or all but empty.
  for (const threshold of [1e-50, 1e-7, 0.02, 50, 1e6, 1e12]) {
    test(`shrunk responses and their gradients agree with the reference, threshold ${threshold}`, () =>
      compare(start, (engine) => {
        const geometry = GEOMETRIES["3D, odd"];
        const bank = bankOf(geometry, 26);
        return shrink(engine, geometry, { ...bank, thresholds: bank.thresholds.fill(threshold) });
      }, TOLERANCE));
  }

  test("a constant gain is a factor, whatever the threshold", async () => {
    const engine = await start();
    const geometry = GEOMETRIES["3D, odd"];
    const { size, grid, count } = geometry;
    const bank = bankOf(geometry, 27);
    const gains = bank.gains.map((_, i) => i % GAIN_COUNT === 0 ? 1 : 0);
    const [estimate, output] = [fieldOf(engine, grid, 21), fieldOf(engine, size, 22)];
    const read = async (gains: Float64Array, threshold: number) => {
      const thresholds = new Float64Array(count).fill(threshold);
      engine.shrinkResponses(estimate, output, { ...bank, gains, thresholds });
      return await engine.read(output);
    };
    const once = await read(gains, 1);
    for (const threshold of [1e-50, 1e12]) {
      for (const factor of [-3, 1e5]) {
        assertClose(
          await read(gains.map((gain) => factor * gain), threshold),
          once.map((v) => factor * v),
          1e-6,
        );
      }
    }
    engine.close();
  });

  test("shrunk responses keep no memory", async () => {
    const engine = await start();
    const geometry = GEOMETRIES["3D, even kernels"];
    await shrink(engine, geometry);
    const before = engine.memory.bytes;
    await shrink(engine, geometry);
    assert.equal(engine.memory.bytes, before);
    engine.close();
  });
}

Deno.test("cpu: shrunk responses and gradients are the same for any number of threads", async () => {
  const geometry: Geometry = { size: [3, 90, 70], grid: [5, 98, 80], kernel: [3, 5, 5], count: 6 };
  const results: ArrayLike<number>[][] = [];
  for (const threads of [1, 2, 3]) {
    const engine = await createCpuEngine({ threads });
    results.push(await shrink(engine, geometry));
    engine.close();
  }
  for (const other of results.slice(1)) assert.deepEqual(other, results[0]);
});
