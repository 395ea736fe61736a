// Adapters that bind little at a time or have little workgroup memory: lines go through a scratch
// buffer, fields and spectra are cut. The limits are lowered so that small cases meet them.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { checkEngine } from "../../../core/compute/diagnose_engine.ts";
import type { Engine, Field, Taps, VectorField } from "../../../core/compute/engine.ts";
import { tapsOf } from "../../../core/compute/taps.ts";
import { chunksOf, slabsOf } from "../../../core/compute/webgpu/layout.ts";
import {
  cutBox,
  planColumns,
  planTiles,
  RESPONSE_BYTES,
} from "../../../core/compute/webgpu/shrinkage_plan.ts";
import {
  createWebgpuEngine,
  type WebgpuEngineOptions,
} from "../../../core/compute/webgpu/webgpu_engine.ts";
import { DeviceMemoryError } from "../../../core/errors.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { normals } from "../../support/pattern.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";

type Limits = NonNullable<WebgpuEngineOptions["limits"]>;

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name: `webgpu: ${name}${NO_ADAPTER}`, ignore: !ADAPTER, fn });
}

async function compareWithCpu(
  limits: Limits,
  body: (engine: Engine) => Promise<ArrayLike<number>[]>,
  tolerance = 2e-6,
): Promise<void> {
  const engines = [await createWebgpuEngine({ limits }), await createCpuEngine({ threads: 1 })];
  try {
    const [actual, expected] = [await body(engines[0]), await body(engines[1])];
    actual.forEach((values, i) => assertClose(values, expected[i], tolerance, `${i}:`));
  } finally {
    for (const engine of engines) engine.close();
  }
}

function fieldOf(engine: Engine, size: Size, seed: number): Field {
  const field = engine.createField(size);
  engine.write(field, normals(voxelsOf(size), seed));
  return field;
}

test("lines longer than workgroup memory, along every axis", async () => {
  // Five points; the gradient's lines lie there in pairs.
  const engine = await createWebgpuEngine({ limits: { workgroupBytes: 40 } });
  const { verdict, error } = await checkEngine(engine);
  assert.equal(verdict, "right", `error ${error}`);
  engine.close();
});

test("a spectrum in slabs of columns", async () => {
  const bindingBytes = 16 * 15 * 64;
  assert.equal(slabsOf([7, 15, 24], bindingBytes).length, 2);
  const engine = await createWebgpuEngine({ limits: { bindingBytes } });
  const { verdict, error } = await checkEngine(engine);
  assert.equal(verdict, "right", `error ${error}`);
  engine.close();
});

/** What a field goes through, voxel by voxel, along lines and as a spectrum. */
async function passThrough(engine: Engine, size: Size, grid: Size): Promise<ArrayLike<number>[]> {
  const [a, b] = [fieldOf(engine, size, 1), fieldOf(engine, size, 2)];
  const planes = engine.createPlanes(grid, size[0]);
  const spectrum = engine.createSpectrum(grid);
  engine.forwardLateral(a, planes, "taper");
  engine.forwardAxial(planes, spectrum, "taper");
  const values = await engine.readSpectrum(spectrum);
  engine.writeSpectrum(spectrum, values.map((value) => value / 2));
  engine.inverseAxial(spectrum, planes);
  engine.inverseLateral(planes, a);
  const halved = await engine.read(a);
  engine.addNoise(a, { sigma: 0.5, seed: 3 });
  engine.combine(a, [[2, a], [1, b]]);
  const sums = [await engine.dot(a, b) / await engine.dot(a, a)];
  sums.push(await engine.residual(a, b, "rectify") / voxelsOf(size));
  return [values, halved, sums, await engine.read(a)];
}

test("a field in chunks of planes", async () => {
  const size: Size = [33, 10, 30];
  const bindingBytes = 35 * 10 * 64;
  assert.deepEqual(chunksOf(size, bindingBytes).map(({ planes }) => planes), [18, 15]);
  assert.equal(slabsOf([35, 10, 32], bindingBytes).length, 3);
  await compareWithCpu({ bindingBytes }, (engine) => passThrough(engine, size, [35, 10, 32]));
});

test("a plane in chunks of rows", async () => {
  const size: Size = [1, 9, 450];
  const bindingBytes = 16 * 10 * 64;
  assert.deepEqual(chunksOf(size, bindingBytes).map(({ rows }) => rows), [4, 4, 1]);
  await compareWithCpu({ bindingBytes }, (engine) => passThrough(engine, size, [1, 10, 480]));
});

test("total variation across chunks", () =>
  compareWithCpu({ bindingBytes: 3000 }, async (engine) => {
    const size: Size = [7, 9, 25];
    const [x, out] = [fieldOf(engine, size, 1), fieldOf(engine, size, 2)];
    const dual = [3, 4, 5].map((seed) => fieldOf(engine, size, seed)) as unknown as VectorField;
    engine.ascendDual(dual, x, { radius: 0.7, relaxation: 1.5 });
    engine.addDivergence(out, dual, { kind: "reflect", radius: 0.7, weight: 0.4 });
    return [await engine.read(out), await engine.read(dual[0])];
  }));

test("weighted sums across chunks, of planes and of rows", async () => {
  const bindingBytes = 1200;
  const [deep, wide]: Size[] = [[7, 6, 20], [1, 30, 25]];
  assert.ok(chunksOf(deep, bindingBytes).length > 2);
  assert.ok(chunksOf(wide, bindingBytes).some(({ rows }) => rows < 30));
  await compareWithCpu({ bindingBytes }, async (engine) => {
    const results: ArrayLike<number>[] = [];
    for (const [from, to] of [[deep, wide], [wide, deep]]) {
      const taps = to.map((count, axis) =>
        tapsOf(Array.from({ length: count }, (_, i) => [
          [i % from[axis], 0.5],
          [(3 * i + 1) % from[axis], -0.7],
        ]))
      ) as unknown as Taps;
      const [input, output] = [fieldOf(engine, from, 1), fieldOf(engine, to, 2)];
      engine.resample(output, input, taps, { weight: 2 });
      results.push(await engine.read(output));
      engine.resample(output, input, taps, { mode: "add" });
      results.push(await engine.read(output));
    }
    return results;
  });
});

/** Shrunk responses and all their gradients. */
async function shrink(
  engine: Engine,
  { size, grid, kernel }: { readonly size: Size; readonly grid: Size; readonly kernel: Size },
): Promise<ArrayLike<number>[]> {
  const taps = voxelsOf(kernel);
  const kernels = {
    kernelSize: kernel,
    kernels: normals(5 * taps, 4).map((value) => value / Math.sqrt(taps)),
    gains: normals(5 * 4, 5),
    thresholds: Float64Array.of(0.2, 1, 0.5, 2, 0.8),
  };
  const [estimate, gradient, total] = [1, 2, 3].map((seed) => fieldOf(engine, grid, seed));
  const output = engine.createField(size);
  engine.shrinkResponses(estimate, output, kernels);
  const sums = await engine.shrinkResponsesGradient(estimate, total, { gradient, size, kernels });
  const { gains, thresholds, product } = sums;
  const voxels = [await engine.read(output), await engine.read(total)];
  return [...voxels, sums.kernels, gains, thresholds, [product, ...gains]];
}

test("shrunk responses across chunks, box by box", async () => {
  const bindingBytes = 5000;
  const [size, grid, kernel]: Size[] = [[5, 8, 20], [6, 9, 25], [3, 3, 3]];
  assert.equal(chunksOf(grid, bindingBytes).length, 2);
  const boxes = cutBox({ begin: [0, 0, 0], size }, kernel, bindingBytes);
  assert.ok(new Set(boxes.map(({ begin }) => begin[0])).size > 1, "no cut along z");
  assert.ok(new Set(boxes.map(({ begin }) => begin[1])).size > 1, "no cut along y");
  await compareWithCpu({ bindingBytes }, (engine) => shrink(engine, { size, grid, kernel }), 1e-5);
});

test("kernels that little workgroup memory takes in slices, and more taps than threads", async () => {
  const limits = { workgroupBytes: 16384 };
  const [size, grid]: Size[] = [[3, 9, 11], [10, 14, 25]];
  for (const kernel of [[3, 8, 8], [9, 6, 15]] as const) {
    const tiles = planTiles(size, kernel, { ...limits, elementBytes: RESPONSE_BYTES });
    assert.ok(tiles.constants.slices < kernel[0]);
    await compareWithCpu(limits, (engine) => shrink(engine, { size, grid, kernel }), 1e-5);
  }
  assert.equal(planColumns([9, 6, 15], limits.workgroupBytes).sets, 2);
});

test("copy between fields that are cut differently", () =>
  compareWithCpu({ bindingBytes: 800 }, async (engine) => {
    const sizes: readonly Size[] = [[5, 6, 7], [3, 14, 25], [7, 2, 9]];
    const results: ArrayLike<number>[] = [];
    for (const from of sizes) {
      for (const to of sizes) {
        const [input, output] = [fieldOf(engine, from, 1), fieldOf(engine, to, 2)];
        engine.copy(output, input);
        results.push(await engine.read(output));
        engine.free(input, output);
      }
    }
    return results;
  }));

test("what cannot be cut is refused in one line", async () => {
  const engine = await createWebgpuEngine({ limits: { bindingBytes: 4096 } });
  const refused = (fn: () => unknown) =>
    assert.throws(fn, (error: Error) => {
      assert.ok(error instanceof DeviceMemoryError);
      assert.match(error.message, /too (many|large) for this GPU.*--backend cpu$/);
      return !error.message.includes("\n");
    });
  refused(() => engine.createPlanes([16, 100, 100], 16));
  refused(() => engine.createField([1, 2, 1000]));
  const plane = engine.createField([1, 50, 50]);
  refused(() => engine.ascendDual([plane, plane, plane], plane, { radius: 1 }));
  const shift: Size = [0, 0, 0];
  const haar = { lowpass: Float64Array.of(0.7, 0.7), origin: 0, threshold: 0 };
  const wide = { kernelSize: [1, 61, 61] as const, kernels: normals(3721, 1) };
  const bank = { ...wide, gains: Float64Array.of(1, 0, 0, 0), thresholds: Float64Array.of(1) };
  refused(() => engine.shrinkResponses(plane, plane, bank));
  refused(() => engine.shrinkWavelet(plane, { ...haar, levels: [0, 1, 1], shift }));
  engine.close();
});
