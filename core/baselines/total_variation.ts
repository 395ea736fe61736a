/**
 * Isotropic total variation.
 *
 * @module
 */
import { type AdmmProblem, solveSeries } from "./admm.ts";
import { baselineGrid } from "./boundary.ts";
import { createMethod } from "./create_method.ts";
import type { BaselineMethod } from "./method.ts";
import { differencePowers } from "./penalty.ts";
import { logarithmicGrid } from "./wiener.ts";

/**
 * Deconvolution with isotropic total variation (L. I. Rudin, S. Osher & E. Fatemi, "Nonlinear total
 * variation based noise removal algorithms", Physica D 60, 1992) and positivity:
 *
 *     min over x >= 0 of  1/2 ||M K x - y||^2 + lambda sum |grad x|
 *
 * by ADMM (see admm.ts). It stops when an iteration changes the estimate by less than 1e-3 of its
 * norm, where the objective is within 0.5 % of its minimum, or after the given number of iterations.
 * Negative voxels of the observed stack stay as they are; the restored ones are 0 or more.
 */
export const TOTAL_VARIATION: BaselineMethod = createMethod({
  name: "total-variation",
  label: "Isotropic TV",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-5, 1, { perDecade: 3 }),
    default: 4.6e-4,
  },
  parameterKind: "positive",
  boundaries: ["field-of-view", "replicate-taper", "periodic"],
  series: "separate",
  iterations: 200,
  run: (engine, channel, lambdas) => {
    const tables = differencePowers(baselineGrid(channel));
    return solveSeries(
      engine,
      channel,
      lambdas.map((lambda): AdmmProblem => {
        const gradient = gradientWeight(lambda);
        return {
          tables,
          // mu |D|^2
          quadratic: (sum) => gradient * sum,
          totalVariation: lambda,
          weights: { positivity: 0.05, gradient, image: 0.3 },
          tolerance: 1e-3,
        };
      }),
    );
  },
});

/** As measured on `hela3d`: thresholds lambda / mu of about 1/60 converge fastest on a peak of 1. */
function gradientWeight(lambda: number): number {
  return Math.min(Math.max(60 * lambda, 0.03), 1);
}
