/**
 * The alternating direction method of multipliers for
 *
 *     min over x >= 0 of  1/2 ||M K x - y||^2 + 1/2 <x, Q x> + lambda TV(x)
 *
 * with Q diagonal in frequency and TV(x) = sum |grad x|, differences to the next voxel, periodic.
 * S. Boyd et al., "Distributed optimization and statistical learning via the alternating direction
 * method of multipliers", Found. Trends Mach. Learn. 3, 2011; for total variation also known as split
 * Bregman (T. Goldstein & S. Osher, SIAM J. Imaging Sciences 2, 2009).
 *
 * @module
 */
import type { Engine, Field, VectorField } from "../compute/engine.ts";
import { type BlurModel, createBlurModel } from "./blur_model.ts";
import type { ChannelInput } from "./create_method.ts";
import { createDataStep } from "./data_step.ts";
import { iterate, relativeChange } from "./iterate.ts";
import type { AxisTables } from "./penalty.ts";

/** The weights of the splittings: they change the way, not where it leads. */
export interface AdmmWeights {
  /** Of z = x, which is kept positive. */
  readonly positivity: number;
  /** Of d = grad x, which is shrunk; unused without total variation. */
  readonly gradient: number;
  /** Of s = K x, in the field of view. */
  readonly image: number;
}

/** A problem. */
export interface AdmmProblem {
  /** The sum of the axes' entries is what `quadratic` takes. */
  readonly tables: AxisTables;
  /** Q(w), or what the differences' operator is worth with total variation. */
  quadratic(sum: number): number;
  /** lambda of the total variation. @default 0 */
  readonly totalVariation?: number;
  readonly weights: AdmmWeights;
  /** Stops when ||x_{i+1} - x_i|| is at most this part of ||x_{i+1}||. */
  readonly tolerance: number;
}

/** Over-relaxation (Eckstein & Bertsekas 1992): 1 is none, below 2 converges. */
const RELAXATION = 1.6;

/** Solves a series of problems for one channel. */
export async function solveSeries(
  engine: Engine,
  channel: ChannelInput,
  problems: readonly AdmmProblem[],
): Promise<readonly Float32Array[]> {
  const model = createBlurModel(engine, { channel });
  const values = await engine.readSpectrum(model.transfer);
  const state = createState(model, problems.some(({ totalVariation = 0 }) => totalVariation > 0));
  const results: Float32Array[] = [];
  try {
    for (const problem of problems) {
      await solve(problem, { model, values, state, channel });
      results.push(await model.read(state.positive));
    }
  } finally {
    model.close();
  }
  return results;
}

interface AdmmState {
  /** x, and x of the step before. */
  estimate: Field;
  previous: Field;
  /** z = max(w, 0) */
  readonly positive: Field;
  /** w = x + its dual */
  readonly shifted: Field;
  /** v = grad x + its dual */
  readonly gradient?: VectorField;
}

function createState(model: BlurModel, differences: boolean): AdmmState {
  const [estimate, previous, positive, shifted] = Array.from(
    { length: 4 },
    () => model.createScene(),
  );
  const gradient = [0, 1, 2].map(() => differences ? model.createScene() : estimate);
  return {
    estimate,
    previous,
    positive,
    shifted,
    gradient: differences ? [gradient[0], gradient[1], gradient[2]] : undefined,
  };
}

async function solve(
  problem: AdmmProblem,
  { model, values, state, channel }: {
    readonly model: BlurModel;
    readonly values: Float32Array;
    readonly state: AdmmState;
    readonly channel: ChannelInput;
  },
): Promise<void> {
  const { engine, grid } = model;
  const { tables, quadratic, totalVariation = 0, weights, tolerance } = problem;
  const { positive, shifted, gradient } = state;
  const radius = totalVariation / weights.gradient;
  const step = createDataStep(model, {
    map: { values, grid, tables },
    local: (sum) => quadratic(sum) + weights.positivity,
    imageWeight: weights.image,
  });
  for (const field of [state.estimate, shifted, ...gradient ?? []]) engine.combine(field, []);
  try {
    await iterate(channel, async () => {
      // z = max(w, 0); with the dual w - z of z = x, z - (w - z) = 2 z - w
      engine.combine(positive, [[1, shifted]], { positivity: "rectify" });
      const rho = weights.positivity;
      engine.combine(state.previous, [[2 * rho, positive], [-rho, shifted]]);
      if (gradient) {
        // + mu D^T( d - dual ), of v = D x + dual: d = v - clip(v), dual' = clip(v)
        engine.addDivergence(state.previous, gradient, {
          kind: "reflect",
          radius,
          weight: weights.gradient,
        });
      }
      step.solve(state.previous);
      [state.estimate, state.previous] = [state.previous, state.estimate];
      // w = a x + (1 - a) z + (w - z), and the same for v
      engine.combine(shifted, [[1, shifted], [RELAXATION, state.estimate], [
        -RELAXATION,
        positive,
      ]]);
      if (gradient) {
        engine.ascendDual(gradient, state.estimate, { radius, relaxation: RELAXATION });
      }
      const change = await relativeChange(engine, state.estimate, state.previous);
      return change <= tolerance ? "converged" : "continue";
    });
    engine.combine(positive, [[1, shifted]], { positivity: "rectify" });
  } finally {
    step.close();
  }
}
