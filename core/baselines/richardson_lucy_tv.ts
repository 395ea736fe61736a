/**
 * Richardson-Lucy with total variation.
 *
 * @module
 */
import type { VectorField } from "../compute/engine.ts";
import { createMethod } from "./create_method.ts";
import { iterate } from "./iterate.ts";
import type { BaselineMethod } from "./method.ts";
import { createLucyStep } from "./richardson_lucy.ts";
import { logarithmicGrid } from "./wiener.ts";

/** A gradient shorter than this part of the peak has no direction. */
const SHORTEST = 1e-4;
/** 1 - lambda div(...) is kept above this, so that estimates stay positive. */
const LEAST_DENOMINATOR = 1e-2;

/**
 * Richardson-Lucy with total variation (N. Dey et al., "Richardson-Lucy algorithm with total variation
 * regularization for 3D confocal microscope deconvolution", Microscopy Research and Technique 69,
 * 2006), as published with DeconvolutionLab2:
 *
 *     x_{i+1} = x_i K^T( y / (K x_i) ) / ( 1 - lambda div( grad x_i / |grad x_i| ) )
 *
 * a fixed-point step for sum( K x - y log K x ) + lambda sum |grad x|, in the field of view with
 * Bertero & Boccacci's weights on the correction. grad takes the differences to the next voxel and
 * div is its negative adjoint, on a periodic grid; where |grad x| is below 1e-4 it is divided by
 * that. The denominator is at least 0.01 (Dey et al. ask for a small lambda to the same end).
 * Estimates stay positive; negative voxels of the observed stack are set to 0; the start is constant,
 * at the stack's mean; it stops after the given number of iterations.
 */
export const RICHARDSON_LUCY_TV: BaselineMethod = createMethod({
  name: "richardson-lucy-tv",
  label: "Richardson-Lucy TV",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(0.001, 0.22, { perDecade: 3 }),
    default: 0.01,
  },
  parameterKind: "weight",
  boundaries: ["field-of-view", "replicate-taper", "periodic"],
  series: "separate",
  iterations: 50,
  async run(engine, channel, lambdas) {
    const lucy = await createLucyStep(engine, channel);
    const { model } = lucy;
    const [estimate, correction, denominator, ...rest] = Array.from(
      { length: 6 },
      () => model.createScene(),
    );
    const gradient: VectorField = [rest[0], rest[1], rest[2]];
    const results: Float32Array[] = [];
    try {
      for (const lambda of lambdas) {
        engine.write(estimate, lucy.start);
        // deno-lint-ignore require-await
        await iterate(channel, async () => {
          // d = 1 - lambda div( grad x / |grad x| )
          engine.ascendDual(gradient, estimate, { radius: 0 });
          engine.combine(denominator, [], { constant: 1 });
          engine.addDivergence(denominator, gradient, {
            kind: "unit",
            radius: SHORTEST,
            weight: lambda,
          });
          // x = x K^T( y / (K x) ) / d
          lucy.correct(estimate, correction);
          engine.modulate(estimate, [estimate, correction], { kind: "multiply" });
          engine.modulate(estimate, [estimate, denominator], {
            kind: "divide",
            floor: LEAST_DENOMINATOR,
          });
          return "continue";
        });
        results.push(await model.read(estimate));
      }
    } finally {
      lucy.close();
    }
    return results;
  },
});
