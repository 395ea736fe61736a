/**
 * The regularized inverse filter and Tikhonov-Miller, with the Laplacian that DeconvolutionLab2 takes.
 *
 * @module
 */
import type { Engine, Spectrum } from "../compute/engine.ts";
import type { Size } from "../volume.ts";
import { createMethod } from "./create_method.ts";
import { FILTER_BOUNDARIES, type LinearFilter, runFilter } from "./linear_filter.ts";
import type { BaselineMethod } from "./method.ts";
import { squaredFrequencies } from "./penalty.ts";
import { largestPower, mapSpectrum } from "./spectrum_map.ts";
import { logarithmicGrid } from "./wiener.ts";

/** A filter conj(K) f(|K|^2, |L|^2), |L| = wz^2 + wy^2 + wx^2 the Laplacian's response. */
async function createLaplacianFilter(
  engine: Engine,
  options: {
    readonly grid: Size;
    readonly transfer: Spectrum;
    /** For one parameter; `largest` is the largest |K|^2. */
    factorOf(
      parameter: number,
      bounds: { readonly power: number; readonly penalty: number },
    ): (power: number, penalty: number) => number;
  },
): Promise<LinearFilter> {
  const { grid, transfer, factorOf } = options;
  const values = await engine.readSpectrum(transfer);
  const tables = squaredFrequencies(grid);
  const sum = Object.values(tables).reduce((total, table) => total + Math.max(...table), 0);
  const bounds = { power: largestPower(values), penalty: sum * sum };
  return {
    apply(input, output, { parameter, extension }) {
      const factor = factorOf(parameter, bounds);
      const filter = mapSpectrum(engine, { values, grid, tables }, {
        kind: "conjugate",
        f: (power, laplacian) => factor(power, laplacian * laplacian),
      });
      engine.filter(input, output, { kind: "multiply", transfer: filter, extension });
      engine.free(filter);
    },
    close() {},
  };
}

/** Keeps 0 / 0 out where the PSF passes nothing and there is no penalty. */
const TINY = 1e-12;

/**
 * The regularized inverse filter as published with DeconvolutionLab2 (Sage et al.,
 * "DeconvolutionLab2: an open-source software for deconvolution microscopy", Methods 115, 2017):
 *
 *     X = conj(K) Y / (|K|^2 + lambda |w|^4)
 *
 * The penalty is the continuous Laplacian's, |w|^2 = wz^2 + wy^2 + wx^2 with w in (-pi, pi], where
 * `WIENER_LAPLACIAN` takes second differences. One pass; the restored voxels may be negative.
 */
export const RIF: BaselineMethod = createMethod({
  name: "rif",
  label: "RIF",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-6, 100, { perDecade: 3 }),
    default: 0.046,
  },
  parameterKind: "positive",
  boundaries: FILTER_BOUNDARIES,
  series: "shared",
  run: (engine, channel, parameters) =>
    runFilter(engine, channel, {
      parameters,
      create: (grid, transfer) =>
        createLaplacianFilter(engine, {
          grid,
          transfer,
          factorOf: (lambda) => (power, penalty) => 1 / (power + lambda * penalty + TINY),
        }),
    }),
});

/**
 * Tikhonov-Miller as DeconvolutionLab2 runs it: N gradient steps of the RIF's objective,
 *
 *     x_0 = gamma K^T y,   x_{i+1} = x_i + gamma ( K^T y - (K^T K + lambda L^T L) x_i )
 *
 * stopped early, which regularizes too. All steps are linear, so that frequency by frequency they
 * sum up to a single filter and cost nothing:
 *
 *     X_N = conj(K) Y (1 - (1 - gamma D)^(N+1)) / D,   D = |K|^2 + lambda |w|^4
 *
 * The step is gamma = 1 / max D, with which the objective decreases for any lambda (at lambda 0 it is
 * DeconvolutionLab2's default, 1); with that, 500 steps restore `hela3d` better than fewer. The restored
 * voxels may be negative.
 */
export const TIKHONOV_MILLER: BaselineMethod = createMethod({
  name: "tikhonov-miller",
  label: "Tikhonov-Miller",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-6, 10, { perDecade: 3 }),
    default: 0.01,
  },
  parameterKind: "weight",
  boundaries: FILTER_BOUNDARIES,
  series: "shared",
  iterations: 500,
  run: (engine, channel, parameters) =>
    runFilter(engine, channel, {
      parameters,
      create: (grid, transfer) =>
        createLaplacianFilter(engine, {
          grid,
          transfer,
          factorOf: (lambda, bounds) => {
            const gamma = 1 / (bounds.power + lambda * bounds.penalty);
            const steps = channel.iterations + 1;
            return (power, penalty) => {
              const d = power + lambda * penalty;
              // 1 - (1 - gamma D)^(N+1), exact where gamma D is small
              return d > TINY
                ? -Math.expm1(steps * Math.log1p(-Math.min(gamma * d, 1))) / d
                : gamma * steps;
            };
          },
        }),
    }),
});
