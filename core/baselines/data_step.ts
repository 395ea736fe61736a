/**
 * The step of ADMM that knows the microscope: one linear solve, frequency by frequency.
 *
 * @module
 */
import type { Field } from "../compute/engine.ts";
import type { BlurModel } from "./blur_model.ts";
import { type MapOptions, mapSpectrum } from "./spectrum_map.ts";

/** What a step is made for. */
export interface DataStepOptions {
  /** K and the tables that `local` takes its sum from. */
  readonly map: MapOptions;
  /** P(w), what the other terms have on the diagonal; above 0. */
  local(sum: number): number;
  /** Weight m of the splitting s = K x; for a part's view alone. */
  readonly imageWeight: number;
}

/** A data step. */
export interface DataStep {
  /** `field` has the other terms' right-hand side b and takes x. */
  solve(field: Field): void;
  /** As if no step had been made. */
  reset(): void;
  close(): void;
}

/** The step of a model. */
export function createDataStep(model: BlurModel, options: DataStepOptions): DataStep {
  return model.view === "whole" ? createWholeStep(model, options) : createPartStep(model, options);
}

/** x = (K^T K + P)^-1 (K^T y + b) */
function createWholeStep(model: BlurModel, { map, local }: DataStepOptions): DataStep {
  const { engine, observed } = model;
  const back = model.createScene();
  model.adjoint(observed, back);
  const inverse = mapSpectrum(engine, map, {
    kind: "power",
    f: (power, sum) => 1 / (power + local(sum)),
  });
  return {
    solve(field) {
      engine.combine(field, [[1, field], [1, back]]);
      model.apply(inverse, { from: field, to: field });
    },
    reset() {},
    close: () => engine.free(inverse),
  };
}

/**
 * With M a crop, K^T M^T M K is not diagonal, so s = K x is split off (Almeida & Figueiredo 2013). Its
 * step keeps s = K x beyond the view and mixes y in within it; with its scaled dual u, which is 0
 * beyond the view,
 *
 *     v = M K x + u,   u' = (v - y) / (1 + m),   s - u' = K x beyond the view, v - 2 u' within it
 *     x' = (m K^T K + P)^-1 ( m K^T (s - u') + b )
 *
 * F (s - u') is kept: beyond the view's planes it is K F x, which needs no transform.
 */
function createPartStep(model: BlurModel, options: DataStepOptions): DataStep {
  const { map, local, imageWeight: m } = options;
  const { engine, observed, transfer, grid, imageSize, scenePlanes } = model;
  const inverseOf = (power: number, sum: number) => 1 / (m * power + local(sum));
  const inverse = mapSpectrum(engine, map, { kind: "power", f: inverseOf });
  const back = mapSpectrum(engine, map, {
    kind: "conjugate",
    f: (power, sum) => m * inverseOf(power, sum),
  });
  /** u of this step and of the last, and K x and s - u' in the view. */
  let [dual, last] = [engine.createField(imageSize), engine.createField(imageSize)];
  const image = engine.createField(imageSize);
  /** The view's planes, as wide as the grid. */
  const slab = engine.createField([imageSize[0], grid[1], grid[2]]);
  const split = engine.createPlanes(grid, grid[0]);
  const multiply = { kind: "multiply", extension: "zero" } as const;
  const reset = () => {
    // As after a step to x = 0: the view says s = y there.
    engine.combine(dual, []);
    engine.combine(slab, []);
    engine.copy(slab, observed);
    engine.combine(split, []);
    engine.forwardLateral(slab, split, "zero");
  };
  reset();
  return {
    solve(field) {
      // F x' = ( F b + m conj(K) F (s - u') ) / (m |K|^2 + P)
      engine.forwardLateral(field, scenePlanes, "zero");
      engine.filter(scenePlanes, scenePlanes, { ...multiply, transfer: inverse });
      engine.filter(split, split, { ...multiply, transfer: back });
      engine.combine(scenePlanes, [[1, scenePlanes], [1, split]]);
      engine.filter(scenePlanes, split, { ...multiply, transfer });
      engine.inverseLateral(scenePlanes, field);
      engine.inverseLateral(split, slab);
      engine.copy(image, slab);
      [dual, last] = [last, dual];
      const share = 1 / (1 + m);
      engine.combine(dual, [[share, image], [share, last], [-share, observed]]);
      engine.combine(image, [[1, image], [1, last], [-2, dual]]);
      engine.copy(slab, image);
      engine.forwardLateral(slab, split, "zero");
    },
    reset,
    close: () => engine.free(inverse, back, dual, last, image, slab, split),
  };
}
