/**
 * Constrained Tikhonov-Miller.
 *
 * @module
 */
import { type AdmmProblem, solveSeries } from "./admm.ts";
import { baselineGrid } from "./boundary.ts";
import { createMethod } from "./create_method.ts";
import type { BaselineMethod } from "./method.ts";
import { squaredFrequencies } from "./penalty.ts";
import { logarithmicGrid } from "./wiener.ts";

/**
 * Tikhonov-Miller with positivity, the objective of the iterative constrained Tikhonov-Miller
 * algorithm (H. T. M. van der Voort & K. C. Strasters, "Restoration of confocal images for quantitative
 * image analysis", Journal of Microscopy 178, 1995; G. M. P. van Kempen et al., "A quantitative
 * comparison of image restoration methods for confocal microscopy", Journal of Microscopy 185, 1997):
 *
 *     min over x >= 0 of  1/2 ||M K x - y||^2 + lambda / 2 ||L x||^2
 *
 * with the Laplacian L of the RIF. They clip the steps of a conjugate gradient or (DeconvolutionLab2)
 * of a gradient descent; here ADMM (see admm.ts) comes to the same minimum in fewer. It stops when an
 * iteration changes the estimate by less than 1e-3 of its norm, or after the given number of
 * iterations. Negative voxels of the observed stack stay as they are; the restored ones are 0 or more.
 */
export const ICTM: BaselineMethod = createMethod({
  name: "ictm",
  label: "Constrained Tikhonov-Miller",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-5, 100, { perDecade: 3 }),
    default: 0.0046,
  },
  parameterKind: "weight",
  boundaries: ["field-of-view", "replicate-taper", "periodic"],
  series: "separate",
  iterations: 100,
  run: (engine, channel, lambdas) => {
    const tables = squaredFrequencies(baselineGrid(channel));
    return solveSeries(
      engine,
      channel,
      lambdas.map((lambda): AdmmProblem => ({
        tables,
        quadratic: (sum) => lambda * sum * sum,
        weights: { positivity: 0.01, gradient: 0, image: 0.3 },
        tolerance: 1e-3,
      })),
    );
  },
});
