import assert from "node:assert/strict";
import { type AdmmProblem, solveSeries } from "../../../core/baselines/admm.ts";
import { baselineGrid } from "../../../core/baselines/boundary.ts";
import { ICTM } from "../../../core/baselines/ictm.ts";
import type { BaselineMethod, Boundary } from "../../../core/baselines/method.ts";
import { differencePowers, squaredFrequencies } from "../../../core/baselines/penalty.ts";
import { TOTAL_VARIATION } from "../../../core/baselines/total_variation.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Size } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import {
  createPlainModel,
  dot,
  gradient,
  gradientAdjoint,
  misfit,
  observe,
  oddPsf,
  type PlainModel,
  smallScene,
  spectralBiharmonic,
  totalVariation,
} from "./plain.ts";

/** Small: the plain methods work with dense matrices. */
const SIZES: Readonly<Record<Boundary, Size>> = {
  "periodic": [3, 5, 6],
  "replicate-taper": [2, 4, 4],
  "field-of-view": [2, 4, 4],
};
const PSF_SIZE: Size = [3, 3, 3];
const LAMBDA = { quadratic: 0.004, totalVariation: 0.01 };

function prepare(boundary: Boundary) {
  const psf = oddPsf(PSF_SIZE);
  const observed = observe(smallScene(SIZES[boundary]), psf, 0.03);
  return { psf, observed, model: createPlainModel(observed, { psf, boundary }) };
}

/** The rows of a linear map of n values. */
function denseOf(map: (x: Float64Array) => Float64Array, n: number): Float64Array[] {
  const columns = Array.from({ length: n }, (_, i) => map(new Float64Array(n).with(i, 1)));
  return columns[0].length === n
    ? Array.from({ length: n }, (_, row) => Float64Array.from(columns, (column) => column[row]))
    : [];
}

function apply(rows: readonly Float64Array[], x: Float64Array): Float64Array {
  return Float64Array.from(rows, (row) => dot(row, x));
}

/** min over x >= 0 of 1/2 ||M K x - y||^2 + lambda / 2 ||L x||^2 by accelerated projected gradients. */
function plainQuadratic(model: PlainModel): Float64Array {
  const n = model.grid[0] * model.grid[1] * model.grid[2];
  const lambda = LAMBDA.quadratic;
  const rows = denseOf((x) => {
    const prior = spectralBiharmonic(x, model.grid);
    return model.adjoint(model.blur(x)).map((value, i) => value + lambda * prior[i]);
  }, n);
  const back = model.adjoint(model.y);
  const step = 1 / (1 + lambda * (3 * Math.PI ** 2) ** 2);
  let x = new Float64Array(n);
  let s = x;
  for (let i = 1; i <= 2000; i++) {
    const slope = apply(rows, s);
    const next = s.map((value, k) => Math.max(0, value - step * (slope[k] - back[k])));
    // Momentum, begun anew where it points uphill (O'Donoghue & Candes 2015).
    const uphill = dot(s.map((value, k) => value - next[k]), next.map((v, k) => v - x[k])) > 0;
    s = next.map((value, k) => value + (uphill ? 0 : (i - 1) / (i + 2)) * (value - x[k]));
    x = next;
  }
  return x;
}

/**
 * min over x >= 0 of 1/2 ||M K x - y||^2 + lambda TV(x) by the primal-dual method of Condat, "A
 * primal-dual splitting method for convex optimization", J. Optim. Theory Appl. 158, 2013.
 */
function plainTotalVariation(model: PlainModel): Float64Array {
  const { grid } = model;
  const n = grid[0] * grid[1] * grid[2];
  const rows = denseOf((x) => model.adjoint(model.blur(x)), n);
  const back = model.adjoint(model.y);
  const [tau, sigma] = [0.6, 0.09];
  let x = new Float64Array(n);
  let p: readonly Float64Array[] = gradient(x, grid);
  for (let i = 0; i < 3000; i++) {
    const slope = apply(rows, x);
    const divergence = gradientAdjoint(p, grid);
    const next = x.map((v, k) => Math.max(0, v - tau * (slope[k] - back[k] + divergence[k])));
    const ahead = gradient(next.map((value, k) => 2 * value - x[k]), grid);
    const q = p.map((component, axis) => component.map((v, k) => v + sigma * ahead[axis][k]));
    p = q.map((component) =>
      component.map((v, k) =>
        v / Math.max(1, Math.hypot(q[0][k], q[1][k], q[2][k]) / LAMBDA.totalVariation)
      )
    );
    x = next;
  }
  return x;
}

const PROBLEMS: readonly (readonly [
  BaselineMethod,
  plain: (model: PlainModel) => Float64Array,
  problem: (grid: Size) => AdmmProblem,
])[] = [
  [ICTM, plainQuadratic, (grid) => ({
    tables: squaredFrequencies(grid),
    quadratic: (sum) => LAMBDA.quadratic * sum * sum,
    weights: { positivity: 0.05, gradient: 0, image: 0.3 },
    tolerance: 1e-8,
  })],
  [TOTAL_VARIATION, plainTotalVariation, (grid) => ({
    tables: differencePowers(grid),
    quadratic: (sum) => 0.3 * sum,
    totalVariation: LAMBDA.totalVariation,
    weights: { positivity: 0.1, gradient: 0.3, image: 0.3 },
    tolerance: 1e-8,
  })],
];

for (const [method, plain, problemOf] of PROBLEMS) {
  for (const boundary of ["periodic", "replicate-taper", "field-of-view"] as const) {
    Deno.test(`${method.name} comes to the minimum that plain iterations find, ${boundary}`, async () => {
      const { psf, observed, model } = prepare(boundary);
      const expected = plain(model);
      const engine = await createCpuEngine({ threads: 1 });
      const channel = {
        observed: observed.data,
        size: SIZES[boundary],
        psf: psf.data,
        psfSize: PSF_SIZE,
        boundary,
        iterations: 1500,
      };
      const grid = baselineGrid(channel);
      const [solved] = await solveSeries(engine, channel, [problemOf(grid)]);
      engine.close();
      assertClose(solved, model.crop(expected), 2e-3);
      assert.ok(solved.every((value) => value >= 0));
    });
  }

  Deno.test(`the objective of ${method.name} decreases, to within 0.5 % where it stops`, async () => {
    const { psf, observed, model } = prepare("periodic");
    const quadratic = method === ICTM;
    const lambda = quadratic ? LAMBDA.quadratic : LAMBDA.totalVariation;
    const objective = (x: Float64Array) =>
      misfit(model, x) +
      (quadratic
        ? lambda / 2 * dot(x, spectralBiharmonic(x, model.grid))
        : lambda * totalVariation(x, model.grid));
    const least = objective(plain(model));
    const engine = await createCpuEngine({ threads: 1 });
    const after = async (iterations?: number) => {
      const { data } = await method.restore(engine, {
        observed,
        psf,
        parameter: lambda,
        iterations,
        boundary: "periodic",
      });
      return objective(Float64Array.from(data)) / least - 1;
    };
    const values = [await after(1), await after(3), await after(10), await after()];
    engine.close();
    assert.ok(values.every((value, i) => i === 0 || value < values[i - 1]), `${values}`);
    assert.ok(values[3] < 0.005 && values[3] > -1e-4, `${values}`);
  });
}
