/**
 * The step of ADMM that knows the microscope: one linear solve, frequency by frequency.
 *
 * @module
 */
import type { Field, Spectrum } from "../compute/engine.ts";
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
      model.apply(inverse, field);
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
 *     v = M K x + u,   u' = (v - y) / (1 + m),   s - u' = K x + M^T (u - 2 u')
 *     x' = (m K^T K + P)^-1 ( m K^T (s - u') + b )
 *
 * F x is kept, so that K^T K x needs no transform.
 */
function createPartStep(model: BlurModel, options: DataStepOptions): DataStep {
  const { map, local, imageWeight: m } = options;
  const { engine, observed, transfer, grid, imageSize, scenePlanes, imagePlanes } = model;
  const spectra: readonly [inverse: Spectrum, power: Spectrum] = [
    mapSpectrum(engine, map, {
      kind: "power",
      f: (power, sum) => 1 / (m * power + local(sum)),
    }),
    mapSpectrum(engine, map, { kind: "power", f: (power) => power }),
  ];
  const [inverse, power] = spectra;
  /** u, and what the view adds to K x: u - 2 u'. */
  let [dual, image] = [engine.createField(imageSize), engine.createField(imageSize)];
  const sum = engine.createPlanes(grid, grid[0]);
  const estimate = engine.createPlanes(grid, grid[0]);
  const filtered = { kind: "multiply", extension: "zero" } as const;
  const reset = () => {
    // As after a step to x = 0: the view says s = y there.
    engine.combine(dual, []);
    engine.combine(image, [[1, observed]]);
    engine.combine(estimate, []);
  };
  reset();
  return {
    solve(field) {
      // F x' = ( F b + m conj(K) ( F M^T (u - 2 u') + K F x ) ) / (m |K|^2 + P)
      engine.forwardLateral(field, scenePlanes, "zero");
      engine.forwardLateral(image, imagePlanes, "zero");
      engine.filter(imagePlanes, sum, { ...filtered, kind: "correlate", transfer });
      engine.filter(estimate, estimate, { ...filtered, transfer: power });
      engine.combine(sum, [[1, scenePlanes], [m, sum], [m, estimate]]);
      engine.filter(sum, estimate, { ...filtered, transfer: inverse });
      // v = M K x + u, u' = (v - y) / (1 + m)
      engine.filter(estimate, imagePlanes, { ...filtered, transfer });
      engine.inverseLateral(imagePlanes, image);
      const share = 1 / (1 + m);
      engine.combine(image, [[share, image], [share, dual], [-share, observed]]);
      engine.combine(dual, [[1, dual], [-2, image]]);
      engine.combine(sum, [[1, estimate]]);
      engine.inverseLateral(sum, field);
      [dual, image] = [image, dual];
    },
    reset,
    close: () => engine.free(...spectra, dual, image, sum, estimate),
  };
}
