// What iterative methods need of an engine: the same cases on every engine, against the readable one.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine, Field, VectorField, WaveletOptions } from "../../../core/compute/engine.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { transformWavelet } from "../../../core/compute/reference/wavelet.ts";
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

/** Even, odd, flat and narrow: last vectors of a row are cut in every way. */
const SIZES: readonly Size[] = [[6, 10, 24], [5, 7, 9], [1, 11, 14], [3, 5, 1], [9, 1, 2], [
  2,
  3,
  7,
]];

/** Daubechies' four taps: (1 +- sqrt 3) / (4 sqrt 2) and (3 +- sqrt 3) / (4 sqrt 2). */
const DAUBECHIES4 = Float64Array.of(
  (1 + Math.sqrt(3)) / (4 * Math.SQRT2),
  (3 + Math.sqrt(3)) / (4 * Math.SQRT2),
  (3 - Math.sqrt(3)) / (4 * Math.SQRT2),
  (1 - Math.sqrt(3)) / (4 * Math.SQRT2),
);
const HAAR = Float64Array.of(Math.SQRT1_2, Math.SQRT1_2);

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
}

function fieldOf(engine: Engine, size: Size, seed: number): Field {
  const field = engine.createField(size);
  engine.write(field, noise(voxelsOf(size), seed));
  return field;
}

function vectorsOf(engine: Engine, size: Size, seed: number): VectorField {
  return [0, 1, 2].map((i) => fieldOf(engine, size, seed + i)) as unknown as VectorField;
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

/** Reads fields one after the other. */
async function readAll(engine: Engine, fields: readonly Field[]): Promise<Float32Array[]> {
  const results: Float32Array[] = [];
  for (const field of fields) results.push(await engine.read(field));
  return results;
}

const WAVELETS: readonly (readonly [Size, WaveletOptions])[] = [
  [[8, 16, 24], { lowpass: HAAR, origin: 0, levels: [3, 3, 3], shift: [0, 0, 0], threshold: 0.4 }],
  [[4, 12, 20], { lowpass: HAAR, origin: 0, levels: [1, 2, 2], shift: [3, 1, 7], threshold: 0.4 }],
  [[1, 10, 36], {
    lowpass: DAUBECHIES4,
    origin: 1,
    levels: [0, 1, 2],
    shift: [0, 5, 35],
    threshold: 0.3,
  }],
  // More taps than samples: a random filter shows every tap, orthonormal or not.
  [[2, 6, 4], {
    lowpass: Float64Array.from(noise(11, 3)),
    origin: 4,
    levels: [1, 1, 2],
    shift: [1, 0, 2],
    threshold: 0,
  }],
];

for (const [engineName, start, ignore = false] of engines) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engineName}: ${name}`, ignore, fn });

  test("sums of up to four fields agree with the reference", () =>
    compare(start, async (engine) => {
      const results: Field[] = [];
      for (const size of SIZES) {
        const [a, b, c, d] = [1, 2, 3, 4].map((seed) => fieldOf(engine, size, seed));
        const out = fieldOf(engine, size, 5);
        engine.combine(out, [], { constant: 2.5 });
        results.push(out, fieldOf(engine, size, 5));
        engine.combine(results.at(-1)!, [[0.5, a], [-2, b], [1, c], [3, d]]);
        engine.combine(a, [[2, a], [-1, b]], { constant: 0.25, positivity: "rectify" });
        results.push(a);
      }
      return await readAll(engine, results);
    }));

  test("sums of planes agree with the reference", () =>
    compare(start, async (engine) => {
      const grid: Size = [4, 6, 10];
      const field = fieldOf(engine, [3, 5, 9], 1);
      const [a, b] = [1, 2].map((seed) => {
        const planes = engine.createPlanes(grid, 3);
        engine.forwardLateral(fieldOf(engine, [3, 5, 9], seed), planes, "zero");
        return planes;
      });
      engine.combine(a, [[0.5, a], [3, b]]);
      engine.inverseLateral(a, field);
      return [await engine.read(field)];
    }));

  test("a field of the first planes leaves the others as they are", () =>
    compare(start, async (engine) => {
      const grid: Size = [6, 10, 9];
      const planes = engine.createPlanes(grid, 5);
      const whole = fieldOf(engine, [5, 10, 9], 1);
      const slab = fieldOf(engine, [2, 10, 9], 2);
      const stack = fieldOf(engine, [2, 7, 8], 3);
      engine.forwardLateral(whole, planes, "zero");
      engine.inverseLateral(planes, slab);
      const first = await engine.read(slab);
      engine.copy(slab, stack);
      engine.forwardLateral(slab, planes, "zero");
      engine.inverseLateral(planes, whole);
      return [first, await engine.read(whole)];
    }));

  test("planes that were filtered are as those that were not", () =>
    compare(start, async (engine) => {
      const grid: Size = [4, 6, 10];
      const field = fieldOf(engine, grid, 1);
      const planes = engine.createPlanes(grid, 4);
      const sum = engine.createPlanes(grid, 4);
      const transfer = engine.createSpectrum(grid);
      engine.forwardLateral(fieldOf(engine, grid, 2), planes, "zero");
      engine.forwardAxial(planes, transfer, "zero");
      engine.forwardLateral(field, planes, "zero");
      const filter = { kind: "multiply", transfer, extension: "zero" } as const;
      engine.filter(planes, planes, filter);
      engine.combine(sum, [[1, planes]]);
      engine.filter(planes, planes, filter);
      engine.combine(sum, [[1, sum], [1, planes]]);
      engine.inverseLateral(sum, field);
      return [await engine.read(field)];
    }));

  test("products, quotients and inner products agree with the reference", () =>
    compare(start, async (engine) => {
      const results: ArrayLike<number>[] = [];
      for (const size of [...SIZES, [3, 60, 71]] as Size[]) {
        const [a, b, out] = [1, 2, 3].map((seed) => fieldOf(engine, size, seed));
        engine.modulate(out, [a, b], { kind: "multiply" });
        engine.modulate(b, [a, b], { kind: "divide", floor: 0.3 });
        const norm = Math.sqrt(await engine.dot(a, a) * await engine.dot(b, b));
        results.push(await engine.read(out), await engine.read(b));
        results.push([1 + await engine.dot(a, b) / norm, await engine.dot(a, a)]);
      }
      return results;
    }));

  for (const size of SIZES) {
    test(`total variation agrees with the reference, ${size.join(" x ")}`, () =>
      compare(start, async (engine) => {
        const x = fieldOf(engine, size, 9);
        const out = fieldOf(engine, size, 10);
        const dual = vectorsOf(engine, size, 1);
        engine.ascendDual(dual, x, { radius: 0.7, relaxation: 1.6 });
        engine.addDivergence(out, dual, { kind: "reflect", radius: 0.7, weight: 0.4 });
        const results = await readAll(engine, [...dual, out]);
        engine.ascendDual(dual, x, { radius: 0 });
        engine.addDivergence(out, dual, { kind: "unit", radius: 0.5, weight: -2 });
        return [...results, ...await readAll(engine, [...dual, out])];
      }));
  }

  test("the differences' adjoint is the divergence", async () => {
    const engine = await start();
    for (const size of SIZES) {
      const x = fieldOf(engine, size, 1);
      const dual = vectorsOf(engine, size, 2);
      const zero = engine.createField(size);
      engine.combine(zero, []);
      // "unit" with a large radius is v / radius: <D x, v> = <x, D^T v>
      engine.addDivergence(zero, dual, { kind: "unit", radius: 1e3, weight: 1e3 });
      const right = await engine.dot(x, zero);
      const gradient = vectorsOf(engine, size, 5);
      engine.ascendDual(gradient, x, { radius: 0 });
      let left = 0;
      for (const axis of [0, 1, 2]) left += await engine.dot(gradient[axis], dual[axis]);
      const scale = Math.sqrt(await engine.dot(x, x) * await engine.dot(zero, zero));
      assert.ok(Math.abs(left - right) <= 1e-5 * Math.max(scale, 1), `${size}: ${left}, ${right}`);
    }
    engine.close();
  });

  test("wavelet thresholding agrees with the reference", () =>
    compare(start, async (engine) => {
      const results: ArrayLike<number>[] = [];
      for (const [size, options] of WAVELETS) {
        const field = fieldOf(engine, size, 7);
        engine.shrinkWavelet(field, options);
        results.push(await engine.read(field));
      }
      return results;
    }));

  test("a threshold of 0 leaves a field as it is, whatever the shift", async () => {
    const engine = await start();
    for (const [size, options] of WAVELETS.slice(0, 3)) {
      const field = fieldOf(engine, size, 7);
      engine.shrinkWavelet(field, { ...options, threshold: 0 });
      assertClose(await engine.read(field), noise(voxelsOf(size), 7), 2e-6);
    }
    assert.throws(
      () => engine.shrinkWavelet(fieldOf(engine, [6, 8, 8], 1), WAVELETS[0][1]),
      /length of 6 cannot be halved 3 times/,
    );
    engine.close();
  });

  test("a spectrum comes out as its definition says and goes back in", () =>
    compare(start, async (engine) => {
      const results: ArrayLike<number>[] = [];
      for (const grid of [[4, 6, 10], [3, 5, 7], [1, 8, 9], [2, 3, 1]] as Size[]) {
        const field = fieldOf(engine, grid, 3);
        const planes = engine.createPlanes(grid, grid[0]);
        const [first, second] = [engine.createSpectrum(grid), engine.createSpectrum(grid)];
        engine.forwardLateral(field, planes, "zero");
        engine.forwardAxial(planes, first, "zero");
        const values = await engine.readSpectrum(first);
        engine.writeSpectrum(second, values.map((value) => 2 * value));
        engine.inverseAxial(second, planes);
        engine.inverseLateral(planes, field);
        results.push(values, await engine.read(field));
      }
      return results;
    }));

  test("refuses fields of different sizes, and too many terms", async () => {
    const engine = await start();
    const [a, b] = [engine.createField([1, 2, 3]), engine.createField([1, 2, 4])];
    assert.throws(() => engine.combine(a, [[1, b]]), /\[1, 2, 4\] does not go with/);
    assert.throws(() => engine.modulate(a, [a, b], { kind: "multiply" }), /does not go with/);
    assert.throws(() => engine.combine(a, Array(5).fill([1, a])), /at most 4 terms, not 5/);
    engine.close();
  });
}

Deno.test("transformWavelet() with Haar is sums and differences over sqrt 2", () => {
  const data = Float64Array.of(1, 2, 5, 3);
  transformWavelet(data, {
    lowpass: HAAR,
    origin: 0,
    levels: [0, 0, 2],
    size: [1, 1, 4],
    direction: "analysis",
  });
  assertClose(data, [5.5, -2.5, -Math.SQRT1_2, Math.SQRT2], 1e-12);
});

Deno.test("transformWavelet() keeps the sum of squares and is undone by its adjoint", () => {
  const options = {
    lowpass: DAUBECHIES4,
    origin: 1,
    levels: [1, 2, 3] as Size,
    size: [2, 4, 8] as Size,
  };
  const before = Float64Array.from(noise(64, 1));
  const data = before.slice();
  const energy = (values: Float64Array) => values.reduce((sum, v) => sum + v * v, 0);
  transformWavelet(data, { ...options, direction: "analysis" });
  assert.ok(Math.abs(energy(data) / energy(before) - 1) < 1e-12);
  transformWavelet(data, { ...options, direction: "synthesis" });
  assertClose(data, before, 1e-12);
});
