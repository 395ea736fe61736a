// The same cases on every engine, against the readable one.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine, Restriction } from "../../../core/compute/engine.ts";
import type { Extension } from "../../../core/compute/grid.ts";
import { fastLength } from "../../../core/compute/grid.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
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

function noise(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal());
}

/** Runs `body` on the engine and on the reference and compares the arrays it returns. */
async function compare(
  start: () => Promise<Engine>,
  body: (engine: Engine) => Promise<ArrayLike<number>[]>,
  tolerance = 1e-5,
): Promise<void> {
  const engine = await start();
  const reference = createReferenceEngine();
  try {
    const actual = await body(engine);
    const expected = await body(reference);
    actual.forEach((values, index) => assertClose(values, expected[index], tolerance));
  } finally {
    engine.close();
    reference.close();
  }
}

function psfOf(size: Size): Float32Array {
  const values = noise(voxelsOf(size), 5).map(Math.abs);
  const sum = values.reduce((a, b) => a + b);
  return values.map((v) => v / sum);
}

/** Every operation of a training step on one geometry. */
async function step(
  engine: Engine,
  geometry: { size: Size; grid: Size; psf: Size; kernel: Size; extension: Extension },
): Promise<ArrayLike<number>[]> {
  const { size, grid, psf, kernel, extension } = geometry;
  const field = engine.createField(size);
  const target = engine.createField(size);
  const psfField = engine.createField(psf);
  const psfPlanes = engine.createPlanes(grid, psf[0]);
  const planes = engine.createPlanes(grid, size[0]);
  const other = engine.createPlanes(grid, size[0]);
  const transfer = engine.createSpectrum(grid);
  const regularizer = engine.createRegularizer(grid, kernel);
  const results: ArrayLike<number>[] = [];
  const lags = autocorrelationOf(kernel);

  engine.write(psfField, psfOf(psf));
  engine.forwardLateral(psfField, psfPlanes, "centred");
  engine.forwardAxial(psfPlanes, transfer, "centred");
  engine.setRegularizer(regularizer, lags);

  engine.write(field, noise(voxelsOf(size), 1));
  engine.write(target, noise(voxelsOf(size), 2));
  const wiener = { transfer, regularizer, weight: 0.3, extension } as const;
  engine.forwardLateral(field, planes, extension);
  engine.filter(planes, other, { kind: "wiener", ...wiener });
  engine.inverseLateral(other, field);
  results.push(await engine.read(field));

  results.push([await engine.residual(field, target, "none")]);
  results.push(await engine.read(field));
  engine.forwardLateral(field, other, "zero");
  results.push(await engine.regularizerGradient(other, { planes, ...wiener }));

  const restriction: Restriction = extension === "taper" ? { kind: "fold" } : { kind: "crop" };
  engine.filter(other, other, {
    ...wiener,
    kind: "wiener-adjoint",
    extension: "zero",
    restriction,
  });
  engine.inverseLateral(other, field, restriction);
  results.push(await engine.read(field));
  engine.free(field, target, psfField, psfPlanes, planes, other, transfer, regularizer);
  return results;
}

/** Of three random kernels together, so that R is nowhere small. */
function autocorrelationOf(size: Size): Float64Array {
  const lags = [7, 8, 9].map((seed) => autocorrelate(noise(voxelsOf(size), seed), size));
  return lags[0].map((value, index) => value + lags[1][index] + lags[2][index]);
}

function autocorrelate(kernel: Float32Array, [depth, height, width]: Size): Float64Array {
  const lags = new Float64Array(depth * (2 * height - 1) * (2 * width - 1));
  let index = 0;
  for (let lz = 0; lz < depth; lz++) {
    for (let ly = 1 - height; ly < height; ly++) {
      for (let lx = 1 - width; lx < width; lx++, index++) {
        for (let z = 0; z + lz < depth; z++) {
          for (let y = Math.max(0, -ly); y < height && y + ly < height; y++) {
            for (let x = Math.max(0, -lx); x < width && x + lx < width; x++) {
              lags[index] += kernel[(z * height + y) * width + x] *
                kernel[((z + lz) * height + y + ly) * width + x + lx];
            }
          }
        }
      }
    }
  }
  return lags;
}

const geometries: readonly (readonly [name: string, Parameters<typeof step>[1]])[] = [
  ["3D, even", {
    size: [5, 9, 13],
    grid: [8, 12, 16],
    psf: [3, 3, 3],
    kernel: [3, 3, 3],
    extension: "taper",
  }],
  ["3D, odd", {
    size: [4, 11, 10],
    grid: [7, 15, 15],
    psf: [3, 5, 5],
    kernel: [3, 5, 5],
    extension: "taper",
  }],
  ["3D, periodic", {
    size: [6, 10, 14],
    grid: [6, 10, 14],
    psf: [3, 5, 4],
    kernel: [2, 3, 5],
    extension: "zero",
  }],
  ["2D", {
    size: [1, 17, 19],
    grid: [1, 20, 21],
    psf: [1, 4, 3],
    kernel: [1, 5, 5],
    extension: "taper",
  }],
  ["a line", {
    size: [1, 1, 5],
    grid: [1, 1, 7],
    psf: [1, 1, 3],
    kernel: [1, 1, 3],
    extension: "taper",
  }],
  ["one voxel deep columns", {
    size: [9, 1, 1],
    grid: [10, 3, 2],
    psf: [3, 3, 1],
    kernel: [3, 1, 1],
    extension: "taper",
  }],
];

const LENGTHS = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 21, 35, 49, 63, 64, 81, 105, 125, 128, 210, 243, 343],
  ...[420, 512, 540, 576, 625, 1000, 1024, 2187],
];
/** Every radix and several stages: software adapters compile slowly. */
const FEW_LENGTHS = [1, 14, 35, 540, 1024, 2187];

for (const [engineName, start, ignore = false] of engines) {
  const test = (name: string, fn: () => Promise<void>) =>
    Deno.test({ name: `${engineName}: ${name}`, ignore, fn });

  for (const [name, geometry] of geometries) {
    test(`a Wiener step and its gradients agree with the reference, ${name}`, () =>
      compare(start, (engine) => step(engine, geometry), 2e-5));
  }

  test("a blur crops at an offset as the reference does", () =>
    compare(start, async (engine) => {
      const [region, grid, psf, crop]: Size[] = [[7, 14, 15], [8, 15, 16], [3, 5, 5], [5, 10, 11]];
      const field = engine.createField(region);
      const psfField = engine.createField(psf);
      const planes = engine.createPlanes(grid, region[0]);
      const psfPlanes = engine.createPlanes(grid, psf[0]);
      const blurred = engine.createPlanes(grid, crop[0]);
      const transfer = engine.createSpectrum(grid);
      const out = engine.createField(crop);
      engine.write(field, noise(voxelsOf(region), 3));
      engine.write(psfField, psfOf(psf));
      engine.forwardLateral(psfField, psfPlanes, "centred");
      engine.forwardAxial(psfPlanes, transfer, "centred");
      engine.forwardLateral(field, planes, "zero");
      const restriction = { kind: "crop", offset: [1, 2, 2] } as const;
      engine.filter(planes, blurred, {
        kind: "multiply",
        transfer,
        extension: "zero",
        restriction,
      });
      engine.inverseLateral(blurred, out, restriction);
      const first = await engine.read(out);
      engine.inverseAxial(transfer, psfPlanes);
      engine.inverseLateral(psfPlanes, psfField);
      return [first, await engine.read(psfField)];
    }));

  test("transforms of many lengths return what went in", async () => {
    const engine = await start();
    for (const length of engine.name === "webgpu" ? FEW_LENGTHS : LENGTHS) {
      for (const grid of [[1, 3, length], [2, length, 4], [length, 1, 5]] as const) {
        const field = engine.createField(grid);
        const planes = engine.createPlanes(grid, grid[0]);
        const spectrum = engine.createSpectrum(grid);
        const values = noise(voxelsOf(grid), length);
        engine.write(field, values);
        engine.forwardLateral(field, planes, "zero");
        engine.forwardAxial(planes, spectrum, "zero");
        engine.inverseAxial(spectrum, planes);
        engine.inverseLateral(planes, field);
        assertClose(await engine.read(field), values, 2e-6);
        engine.free(field, planes, spectrum);
      }
    }
    engine.close();
  });

  test("residual clips at zero and stops the gradient there", () =>
    compare(start, async (engine) => {
      const size: Size = [3, 41, 43];
      const estimate = engine.createField(size);
      const target = engine.createField(size);
      engine.write(estimate, noise(voxelsOf(size), 4));
      engine.write(target, noise(voxelsOf(size), 5));
      const sum = await engine.residual(estimate, target, "rectify");
      const gradient = await engine.read(estimate);
      engine.rectify(target);
      return [[sum], gradient, await engine.read(target)];
    }, 1e-6));

  test("noise is the reference's, number by number", () =>
    compare(start, async (engine) => {
      const field = engine.createField([1, 100, 103]);
      engine.addNoise(field, { sigma: 2, seed: 7, label: 3, sublabel: 11 });
      return [await engine.read(field)];
    }, 2e-6));

  test("freeing gives all memory back", async () => {
    const engine = await start();
    const geometry = geometries[0][1];
    await step(engine, geometry);
    const before = engine.memory.bytes;
    await step(engine, geometry);
    assert.equal(engine.memory.bytes, before);
    engine.close();
  });

  test("refuses grids it has no transform for", async () => {
    const engine = await start();
    assert.throws(() => engine.createPlanes([1, 11, 8], 1), /No transform of length 11.*12/);
    engine.close();
  });
}

Deno.test("addNoise() is normal: mean, variance, skewness and tails", () => {
  const engine = createReferenceEngine();
  const field = engine.createField([1, 500, 400]);
  engine.addNoise(field, { sigma: 1, seed: 1 });
  const values = engine.readExactly(field);
  const mean = (power: number) => values.reduce((sum, v) => sum + v ** power, 0) / values.length;
  assert.ok(Math.abs(mean(1)) < 0.01, `mean ${mean(1)}`);
  assert.ok(Math.abs(mean(2) - 1) < 0.015, `variance ${mean(2)}`);
  assert.ok(Math.abs(mean(3)) < 0.03, `third moment ${mean(3)}`);
  assert.ok(Math.abs(mean(4) - 3) < 0.1, `fourth moment ${mean(4)}`);
  const beyond = values.filter((v) => Math.abs(v) > 3).length / values.length;
  assert.ok(Math.abs(beyond - 0.0027) < 0.0005, `beyond three sigma ${beyond}`);
  let correlation = 0;
  for (let i = 1; i < values.length; i++) correlation += values[i] * values[i - 1];
  assert.ok(Math.abs(correlation / values.length) < 0.01, "neighbours are correlated");
});

Deno.test("fastLength() finds products of 2, 3, 5 and 7", () => {
  assert.deepEqual([1, 11, 538, 577, 1025].map(fastLength), [1, 12, 540, 588, 1029]);
});
