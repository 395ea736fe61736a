/**
 * Richardson-Lucy, plain and accelerated.
 *
 * @module
 */
import type { Engine, Field } from "../compute/engine.ts";
import { voxelsOf } from "../volume.ts";
import { type BlurModel, createBlurModel } from "./blur_model.ts";
import { type ChannelInput, createMethod } from "./create_method.ts";
import { iterate } from "./iterate.ts";
import type { BaselineMethod } from "./method.ts";

/** Below this part of the peak a blurred estimate counts as this: keeps y / (K x) finite. */
const FLOOR = 1e-6;
/** Where less of a scene's voxel than this reaches the stack, it is not restored (as in deconwolf). */
const LEAST_WEIGHT = 0.01;

/** One step of Richardson-Lucy on an engine. */
export interface LucyStep {
  readonly model: BlurModel;
  /** The constant start, of the observed stack's mean: 0 where a voxel does not reach the stack. */
  readonly start: Float32Array;
  /** correction = K^T M^T( y / (M K x) ) / (K^T M^T 1): what an estimate is multiplied by. */
  correct(estimate: Field, correction: Field): void;
  close(): void;
}

/**
 * Prepares the step. The observed image's negative voxels are set to 0: the likelihood knows photons
 * alone, and a negative voxel makes the iteration diverge.
 */
export async function createLucyStep(engine: Engine, channel: ChannelInput): Promise<LucyStep> {
  const model = createBlurModel(engine, { channel, positivity: "rectify" });
  const { observed, imageSize, grid, view } = model;
  const image = engine.createField(imageSize);
  const mean = await meanOf(engine, observed, image);
  const weights = view === "part" ? await createWeights(model, image) : undefined;
  const start = weights
    ? weights.inverse.map((value) => value > 0 ? mean : 0)
    : new Float32Array(voxelsOf(grid)).fill(mean);
  return {
    model,
    start,
    correct(estimate, correction) {
      model.blur(estimate, image);
      engine.modulate(image, [observed, image], { kind: "divide", floor: FLOOR });
      model.adjoint(image, correction);
      if (weights) {
        engine.modulate(correction, [correction, weights.field], { kind: "multiply" });
      }
    },
    close() {
      engine.free(image);
      model.close();
    },
  };
}

async function meanOf(engine: Engine, field: Field, ones: Field): Promise<number> {
  engine.combine(ones, [], { constant: 1 });
  return await engine.dot(field, ones) / voxelsOf(field.size);
}

/** 1 / (K^T M^T 1), 0 where the denominator is small (Bertero & Boccacci 2005). */
async function createWeights(
  model: BlurModel,
  ones: Field,
): Promise<{ readonly inverse: Float32Array; readonly field: Field }> {
  const { engine } = model;
  const field = model.createScene();
  engine.combine(ones, [], { constant: 1 });
  model.adjoint(ones, field);
  const inverse = await engine.read(field);
  for (let i = 0; i < inverse.length; i++) {
    inverse[i] = inverse[i] > LEAST_WEIGHT ? 1 / inverse[i] : 0;
  }
  engine.write(field, inverse);
  return { inverse, field };
}

/** Runs to each of the counts, in any order, and returns the estimates in the order asked for. */
async function runToCounts(
  channel: ChannelInput,
  counts: readonly number[],
  options: { step(): Promise<void>; read(): Promise<Float32Array> },
): Promise<readonly Float32Array[]> {
  const results: Float32Array[] = new Array(counts.length);
  await iterate({ ...channel, iterations: Math.max(...counts) }, async (iteration) => {
    await options.step();
    if (counts.includes(iteration)) {
      const estimate = await options.read();
      counts.forEach((count, index) => {
        if (count === iteration) results[index] = estimate;
      });
    }
    return "continue";
  });
  return results;
}

/** How many iterations are searched. */
const COUNTS: readonly number[] = [3, 5, 7, 10, 15, 20, 30, 40, 50, 75, 100, 150, 200];

/**
 * Richardson-Lucy (W. H. Richardson, "Bayesian-based iterative method of image restoration", JOSA 62,
 * 1972; L. B. Lucy, "An iterative technique for the rectification of observed distributions",
 * Astronomical Journal 79, 1974), as published with DeconvolutionLab2:
 *
 *     x_{i+1} = x_i K^T( y / (K x_i) )
 *
 * and in the field of view with Bertero & Boccacci's weights, x_{i+1} = x_i K^T M^T( y / (M K x_i) ) /
 * (K^T M^T 1). The Kullback-Leibler divergence of y from K x decreases; the noise is kept out by
 * stopping early, so the number of iterations is the parameter. Estimates stay positive; negative
 * voxels of the observed stack are set to 0; the start is constant, at the stack's mean.
 */
export const RICHARDSON_LUCY: BaselineMethod = createMethod({
  name: "richardson-lucy",
  label: "Richardson-Lucy",
  parameter: { name: "iterations", values: COUNTS, default: 20 },
  parameterKind: "count",
  boundaries: ["replicate-taper", "field-of-view", "periodic"],
  series: "shared",
  async run(engine, channel, counts) {
    const lucy = await createLucyStep(engine, channel);
    const { model } = lucy;
    const estimate = model.createScene();
    const correction = model.createScene();
    try {
      engine.write(estimate, lucy.start);
      return await runToCounts(channel, counts, {
        // deno-lint-ignore require-await
        async step() {
          // x = x K^T( y / (K x) )
          lucy.correct(estimate, correction);
          engine.modulate(estimate, [estimate, correction], { kind: "multiply" });
        },
        read: () => model.read(estimate),
      });
    } finally {
      lucy.close();
    }
  },
});

/**
 * Richardson-Lucy with vector extrapolation (D. S. C. Biggs & M. Andrews, "Acceleration of iterative
 * image restoration algorithms", Applied Optics 36, 1997) in the field of view of Bertero & Boccacci,
 * the combination that deconwolf runs:
 *
 *     v_i = max(0, x_i + a_i (x_i - x_{i-1})),   x_{i+1} = RL(v_i),   g_i = x_{i+1} - v_i
 *     a_i = <g_{i-1}, g_{i-2}> / <g_{i-2}, g_{i-2}>, kept in [0, 1]
 *
 * The number of iterations is the parameter. Estimates stay positive; negative voxels of the observed
 * stack are set to 0; the start is constant, at the stack's mean.
 */
export const ACCELERATED_RICHARDSON_LUCY: BaselineMethod = createMethod({
  name: "accelerated-richardson-lucy",
  label: "Accelerated Richardson-Lucy",
  parameter: {
    name: "iterations",
    values: [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 25, 30, 40, 50, 75, 100],
    default: 10,
  },
  parameterKind: "count",
  boundaries: ["field-of-view", "replicate-taper", "periodic"],
  series: "shared",
  async run(engine, channel, counts) {
    const lucy = await createLucyStep(engine, channel);
    const { model } = lucy;
    let [current, last, ahead, step, lastStep] = Array.from(
      { length: 5 },
      () => model.createScene(),
    );
    let share = 0;
    let iteration = 0;
    try {
      engine.write(current, lucy.start);
      return await runToCounts(channel, counts, {
        async step() {
          iteration++;
          // v = max(0, x + a (x - x'))
          if (share > 0) {
            engine.combine(ahead, [[1 + share, current], [-share, last]], {
              positivity: "rectify",
            });
          } else {
            engine.combine(ahead, [[1, current]]);
          }
          // x'' = v K^T( y / (K v) ), where x' was
          lucy.correct(ahead, last);
          engine.modulate(last, [last, ahead], { kind: "multiply" });
          [current, last] = [last, current];
          // g = x'' - v
          engine.combine(step, [[1, current], [-1, ahead]]);
          // From the third iteration on there are two steps to compare.
          if (iteration > 1) {
            const scale = await engine.dot(lastStep, lastStep);
            const along = await engine.dot(step, lastStep);
            share = scale > 0 ? Math.min(Math.max(along / scale, 0), 1) : 0;
          }
          [step, lastStep] = [lastStep, step];
        },
        read: () => model.read(current),
      });
    } finally {
      lucy.close();
    }
  },
});
