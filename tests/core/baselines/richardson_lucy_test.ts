import assert from "node:assert/strict";
import type { BaselineMethod, Boundary } from "../../../core/baselines/method.ts";
import {
  ACCELERATED_RICHARDSON_LUCY,
  RICHARDSON_LUCY,
} from "../../../core/baselines/richardson_lucy.ts";
import { RICHARDSON_LUCY_TV } from "../../../core/baselines/richardson_lucy_tv.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { createVolume, type Size, type Volume } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import {
  createPlainModel,
  dot,
  gradient,
  gradientAdjoint,
  observe,
  oddPsf,
  type PlainModel,
  smallScene,
  totalVariation,
} from "./plain.ts";

const GEOMETRIES: readonly (readonly [string, Size, Size, Boundary])[] = [
  ["3D, tapered", [5, 8, 9], [3, 3, 4], "replicate-taper"],
  ["3D, in the field of view", [5, 8, 9], [3, 3, 4], "field-of-view"],
  ["3D, periodic", [4, 8, 9], [3, 3, 4], "periodic"],
  ["2D, in the field of view", [1, 13, 14], [1, 5, 4], "field-of-view"],
];

/** y without negative voxels, 1 / (K^T M^T 1) or 0, and the start. */
function prepare(observed: Volume, psf: Volume, boundary: Boundary) {
  const model = createPlainModel(observed, { psf, boundary });
  const y = model.y.map((value) => Math.max(value, 0));
  const reach = model.adjoint(y.map(() => 1));
  const inverse = reach.map((value) =>
    boundary !== "field-of-view" ? 1 : value > 0.01 ? 1 / value : 0
  );
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const correct = (x: Float64Array) => {
    const image = model.blur(x);
    const back = model.adjoint(y.map((value, i) => value / Math.max(image[i], 1e-6)));
    return back.map((value, i) => value * inverse[i]);
  };
  return { model, y, correct, start: inverse.map((value) => value > 0 ? mean : 0) };
}

type Prepared = ReturnType<typeof prepare>;

/** The estimates of the plain method after every iteration. */
type PlainMethod = (prepared: Prepared, iterations: number) => readonly Float64Array[];

function plainLucy({ correct, start }: Prepared, iterations: number): readonly Float64Array[] {
  const estimates = [start];
  for (let i = 0; i < iterations; i++) {
    const x = estimates[i];
    const c = correct(x);
    estimates.push(x.map((value, k) => value * c[k]));
  }
  return estimates.slice(1);
}

function plainAccelerated({ correct, start }: Prepared, iterations: number) {
  const estimates = [start];
  const steps: Float64Array[] = [];
  for (let i = 0; i < iterations; i++) {
    let share = 0;
    if (i >= 2) {
      share = dot(steps[i - 1], steps[i - 2]) / dot(steps[i - 2], steps[i - 2]);
      share = Math.min(Math.max(share, 0), 1);
    }
    const before = estimates[Math.max(i - 1, 0)];
    const ahead = estimates[i].map((value, k) => Math.max(value + share * (value - before[k]), 0));
    const c = correct(ahead);
    const next = ahead.map((value, k) => value * c[k]);
    steps.push(next.map((value, k) => value - ahead[k]));
    estimates.push(next);
  }
  return estimates.slice(1);
}

function plainTv(lambda: number): PlainMethod {
  return ({ model, correct, start }, iterations) => {
    const estimates = [start];
    for (let i = 0; i < iterations; i++) {
      const x = estimates[i];
      const [z, y, h] = gradient(x, model.grid);
      const unit = [z, y, h].map((component) =>
        component.map((value, k) => value / Math.max(Math.hypot(z[k], y[k], h[k]), 1e-4))
      );
      // D^T = -div
      const curvature = gradientAdjoint(unit, model.grid);
      const c = correct(x);
      estimates.push(
        x.map((value, k) => value * c[k] / Math.max(1 + lambda * curvature[k], 1e-2)),
      );
    }
    return estimates.slice(1);
  };
}

const LAMBDA = 0.02;

const METHODS: readonly (readonly [
  BaselineMethod,
  PlainMethod,
  (iterations: number) => { readonly parameter: number; readonly iterations?: number },
])[] = [
  [RICHARDSON_LUCY, plainLucy, (parameter) => ({ parameter })],
  [ACCELERATED_RICHARDSON_LUCY, plainAccelerated, (parameter) => ({ parameter })],
  [RICHARDSON_LUCY_TV, plainTv(LAMBDA), (iterations) => ({ parameter: LAMBDA, iterations })],
];

for (const [method, plain, parametersOf] of METHODS) {
  for (const [name, size, psfSize, boundary] of GEOMETRIES) {
    Deno.test(`${method.name} agrees with plain sums, ${name}`, async () => {
      const psf = oddPsf(psfSize);
      const observed = observe(smallScene(size), psf, 0.02);
      assert.ok(observed.data.some((value) => value < 0), "no negative voxel to clip");
      const prepared = prepare(observed, psf, boundary);
      const estimates = plain(prepared, 9);
      const engine = await createCpuEngine({ threads: 1 });
      for (const iterations of [1, 4, 9]) {
        const restored = await method.restore(engine, {
          observed,
          psf,
          boundary,
          ...parametersOf(iterations),
        });
        const expected = prepared.model.crop(estimates[iterations - 1]);
        assertClose(restored.data, expected, 1e-4, `${iterations} iterations:`);
        assert.ok(restored.data.every((value) => value >= 0));
      }
      engine.close();
    });
  }
}

/** sum K x - y log K x, the likelihood up to a constant. */
function likelihood({ model, y }: { model: PlainModel; y: Float64Array }, x: Float64Array): number {
  return model.blur(x).reduce(
    (sum, value, i) => sum + value - y[i] * Math.log(Math.max(value, 1e-12)),
    0,
  );
}

for (const [method, , parametersOf] of METHODS) {
  Deno.test(`the objective of ${method.name} decreases`, async () => {
    const size: Size = [4, 8, 10];
    const psf = oddPsf([3, 3, 3]);
    const observed = observe(smallScene(size), psf, 0.01);
    const prepared = prepare(observed, psf, "periodic");
    const weight = method === RICHARDSON_LUCY_TV ? LAMBDA : 0;
    const objective = (x: Float64Array) =>
      likelihood(prepared, x) + weight * totalVariation(x, prepared.model.grid);
    const engine = await createCpuEngine({ threads: 1 });
    let last = objective(prepared.start);
    for (const iterations of [1, 2, 3, 5, 8, 13, 21, 34]) {
      const { data } = await method.restore(engine, {
        observed,
        psf,
        boundary: "periodic",
        ...parametersOf(iterations),
      });
      const value = objective(Float64Array.from(data));
      assert.ok(value < last, `from ${last} to ${value} after ${iterations} iterations`);
      last = value;
    }
    engine.close();
  });
}

Deno.test("accelerated Richardson-Lucy is ahead of the plain one", async () => {
  const psf = oddPsf([3, 5, 5]);
  const observed = observe(smallScene([5, 12, 12]), psf, 0);
  const prepared = prepare(observed, psf, "periodic");
  const engine = await createCpuEngine({ threads: 1 });
  const values: number[] = [];
  for (const method of [RICHARDSON_LUCY, ACCELERATED_RICHARDSON_LUCY]) {
    const input = { observed, psf, parameter: 20, boundary: "periodic" } as const;
    const { data } = await method.restore(engine, input);
    values.push(likelihood(prepared, Float64Array.from(data)));
  }
  engine.close();
  assert.ok(values[1] < values[0], `${values}`);
});

Deno.test("the field of view restores spots at the border better than the taper", async () => {
  // The stack is the middle of a larger scene, with spots where it ends.
  const psf = oddPsf([1, 7, 7]);
  const whole = createVolume([1, 1, 36, 36]);
  for (let y = 0; y < 36; y++) {
    for (let x = 0; x < 36; x++) {
      for (const [spotY, spotX] of [[8, 18], [18, 27], [26, 10], [13, 8], [29, 20]]) {
        whole.data[y * 36 + x] += Math.exp(-((y - spotY) ** 2 + (x - spotX) ** 2) / 3);
      }
    }
  }
  const middle = (volume: Volume): Volume => {
    const out = createVolume([1, 1, 20, 20]);
    for (let y = 0; y < 20; y++) {
      out.data.set(volume.data.subarray((y + 8) * 36 + 8, (y + 8) * 36 + 28), y * 20);
    }
    return out;
  };
  const target = middle(whole).data;
  const engine = await createCpuEngine({ threads: 1 });
  const errors: number[] = [];
  for (const boundary of ["replicate-taper", "field-of-view"] as const) {
    const observed = middle(observe(whole, psf, 0));
    const { data } = await RICHARDSON_LUCY.restore(engine, {
      observed,
      psf,
      parameter: 40,
      boundary,
    });
    errors.push(data.reduce((sum, value, i) => sum + (value - target[i]) ** 2, 0));
  }
  engine.close();
  assert.ok(errors[1] < 0.7 * errors[0], `${errors}`);
});

Deno.test("Richardson-Lucy of negative voxels alone is 0, not NaN", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  const observed = createVolume([1, 3, 6, 6], new Float32Array(108).fill(-1));
  for (const [method, , parametersOf] of METHODS) {
    for (const boundary of method.boundaries.filter((b) => b !== "periodic")) {
      const { data } = await method.restore(engine, {
        observed,
        psf: oddPsf([3, 3, 3]),
        boundary,
        ...parametersOf(5),
      });
      assert.ok(data.every((value) => value === 0), `${method.name} ${boundary}`);
    }
  }
  engine.close();
});
