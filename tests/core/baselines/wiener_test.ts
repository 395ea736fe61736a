import assert from "node:assert/strict";
import { RIF, TIKHONOV_MILLER } from "../../../core/baselines/rif.ts";
import type { BaselineMethod } from "../../../core/baselines/method.ts";
import {
  INVERSE,
  WIENER_GRADIENT,
  WIENER_IDENTITY,
  WIENER_LAPLACIAN,
} from "../../../core/baselines/wiener.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { gridFor } from "../../../core/compute/grid.ts";
import { createVolume, type Size, sizeOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import {
  createPlainModel,
  dot,
  gradient,
  gradientAdjoint,
  laplacian,
  misfit,
  observe,
  oddPsf,
  type PlainModel,
  smallScene,
  spectralBiharmonic,
  taper,
} from "./plain.ts";

type Penalty = (x: Float64Array, grid: Size) => Float64Array;

/** L^T L x of every method, from the stencils. */
const METHODS: readonly (readonly [BaselineMethod, Penalty, lambda: number])[] = [
  [INVERSE, (x) => x, 1e-3],
  [WIENER_IDENTITY, (x) => x, 0.02],
  [WIENER_GRADIENT, (x, grid) => gradientAdjoint(gradient(x, grid), grid), 0.05],
  [WIENER_LAPLACIAN, (x, grid) => laplacian(laplacian(x, grid), grid), 0.05],
  [RIF, spectralBiharmonic, 0.003],
];

/** The sizes of a stack and its PSF; both periodic sizes have a transform. */
const GEOMETRIES: readonly (readonly [string, Size, Size])[] = [
  ["3D", [6, 9, 10], [3, 5, 4]],
  ["2D", [1, 14, 15], [1, 5, 5]],
];

function prepare(size: Size, psfSize: Size) {
  const psf = oddPsf(psfSize);
  const observed = observe(smallScene(size), psf, 0.02);
  return { psf, observed };
}

function objectiveOf(model: PlainModel, penalty: Penalty, lambda: number) {
  return (x: Float64Array) => misfit(model, x) + lambda / 2 * dot(x, penalty(x, model.grid));
}

for (const [name, size, psfSize] of GEOMETRIES) {
  for (const [method, penalty, lambda] of METHODS) {
    Deno.test(`${method.name} solves (K^T K + lambda L^T L) x = K^T y, ${name}`, async () => {
      const { psf, observed } = prepare(size, psfSize);
      const engine = await createCpuEngine({ threads: 1 });
      const restored = await method.restore(engine, {
        observed,
        psf,
        parameter: lambda,
        boundary: "periodic",
      });
      engine.close();
      const model = createPlainModel(observed, { psf, boundary: "periodic" });
      const x = Float64Array.from(restored.data);
      const left = model.adjoint(model.blur(x));
      const prior = penalty(x, model.grid);
      assertClose(left.map((value, i) => value + lambda * prior[i]), model.adjoint(model.y), 5e-5);
      // The minimum: lower than the observed stack, and than a step off in any direction.
      const objective = objectiveOf(model, penalty, lambda);
      assert.ok(objective(x) < objective(model.y));
      for (const step of [1e-2, -1e-2]) {
        const aside = x.map((value, i) => value + step * Math.sin(3 * i));
        assert.ok(objective(aside) > objective(x));
      }
    });
  }

  Deno.test(`tikhonov-miller is as many gradient steps as it says, ${name}`, async () => {
    const { psf, observed } = prepare(size, psfSize);
    const lambda = 0.01;
    const model = createPlainModel(observed, { psf, boundary: "periodic" });
    const engine = await createCpuEngine({ threads: 1 });
    const largest = size.reduce((sum, n) => sum + (2 * Math.PI * Math.floor(n / 2) / n) ** 2, 0);
    const gamma = 1 / (1 + lambda * largest ** 2);
    const back = model.adjoint(model.y);
    let x = back.map((value) => gamma * value);
    const objective = objectiveOf(model, spectralBiharmonic, lambda);
    let last = Infinity;
    for (let i = 1; i <= 20; i++) {
      const normal = model.adjoint(model.blur(x));
      const prior = spectralBiharmonic(x, model.grid);
      x = x.map((value, k) => value + gamma * (back[k] - normal[k] - lambda * prior[k]));
      if (i !== 1 && i !== 7 && i !== 20) continue;
      const restored = await TIKHONOV_MILLER.restore(engine, {
        observed,
        psf,
        parameter: lambda,
        iterations: i,
        boundary: "periodic",
      });
      assertClose(restored.data, x, 2e-5, `${i} steps:`);
      const value = objective(Float64Array.from(restored.data));
      assert.ok(value < last, `the objective rises to ${value} after ${i} steps`);
      last = value;
    }
    engine.close();
  });
}

for (const [method, , lambda] of METHODS) {
  Deno.test(`${method.name} with a taper is the periodic one on the tapered stack`, async () => {
    const [, size, psfSize] = GEOMETRIES[0];
    const { psf, observed } = prepare(size, psfSize);
    const engine = await createCpuEngine({ threads: 1 });
    const restored = await method.restore(engine, { observed, psf, parameter: lambda });
    const grid = gridFor(size, psfSize);
    const tapered = Float32Array.from(taper(Float64Array.from(observed.data), size, grid));
    const whole = await method.restore(engine, {
      observed: createVolume([1, ...grid], tapered),
      psf,
      parameter: lambda,
      boundary: "periodic",
    });
    engine.close();
    const { crop } = createPlainModel(observed, { psf, boundary: "replicate-taper" });
    assert.deepEqual(sizeOf(restored.shape), size);
    assertClose(restored.data, crop(Float64Array.from(whole.data)), 2e-5);
  });
}
