/**
 * Adam: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
 *
 * @module
 */

/** Parameters with the running moments of their gradients. */
export interface AdamState {
  readonly parameters: Float64Array;
  readonly firstMoment: Float64Array;
  readonly secondMoment: Float64Array;
  readonly step: number;
}

/** How a step is made. */
export interface AdamOptions {
  readonly learningRate: number;
  /** @default 0.9 */
  readonly beta1?: number;
  /** @default 0.999 */
  readonly beta2?: number;
  /** @default 1e-8 */
  readonly epsilon?: number;
}

/** A state before the first step. */
export function createAdam(parameters: Float64Array): AdamState {
  return {
    parameters,
    firstMoment: new Float64Array(parameters.length),
    secondMoment: new Float64Array(parameters.length),
    step: 0,
  };
}

/**
 * The state after one more step.
 *
 *     m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
 *     p = p - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 *
 * @example
 * ```ts
 * import { createAdam, updateAdam } from "./adam.ts";
 * import assert from "node:assert/strict";
 *
 * const state = updateAdam(createAdam(Float64Array.of(1)), Float64Array.of(5), {
 *   learningRate: 0.1,
 * });
 * assert.ok(Math.abs(state.parameters[0] - 0.9) < 1e-8);
 * ```
 */
export function updateAdam(
  state: AdamState,
  gradients: Float64Array,
  options: AdamOptions,
): AdamState {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const step = state.step + 1;
  const correction1 = 1 - beta1 ** step;
  const correction2 = 1 - beta2 ** step;
  const firstMoment = state.firstMoment.map((m, i) => beta1 * m + (1 - beta1) * gradients[i]);
  const secondMoment = state.secondMoment.map((v, i) =>
    beta2 * v + (1 - beta2) * gradients[i] * gradients[i]
  );
  const parameters = state.parameters.map((p, i) =>
    p -
    learningRate * (firstMoment[i] / correction1) /
      (Math.sqrt(secondMoment[i] / correction2) + epsilon)
  );
  return { parameters, firstMoment, secondMoment, step };
}

/**
 * The gradient, scaled down where it is longer than `longest` (root of the sum of squares).
 *
 * @example
 * ```ts
 * import { clipNorm } from "./adam.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(clipNorm(Float64Array.of(3, 4), 10), Float64Array.of(3, 4));
 * assert.deepEqual(clipNorm(Float64Array.of(30, 40), 10), Float64Array.of(6, 8));
 * ```
 */
export function clipNorm(gradient: Float64Array, longest: number): Float64Array {
  const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
  return norm > longest ? gradient.map((value) => value * longest / norm) : gradient;
}
