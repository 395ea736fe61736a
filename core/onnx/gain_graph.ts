/**
 * How a graph weakens or strengthens the responses to a stage's kernels.
 *
 * @module
 */
import { GAIN_COUNT, KNEES, LEAST_SQUARE } from "../compute/gain.ts";
import { type CoarseStage, REFERENCE_SIGMA, type ShrinkageStage } from "../twb/stage.ts";
import { array, emit, type Graph, real, type Value } from "./graph.ts";
import { along } from "./operators.ts";
import { raiseNoise } from "./stage_context.ts";

/**
 * Gains of some kernels by the squares of their responses, every number `[c, 1, d, 1, 1]`:
 *
 *     gain = most - sum_k drop_k / (r^2 + place_k),   drop_k = gain_dk place_k
 *
 * which is gain_d0 + sum_k gain_dk v / (v + knee_k) in the fewest steps over all responses.
 */
export interface GraphGain {
  /** Of the strongest responses: the constant, and all steps. */
  readonly most: Value;
  readonly steps: readonly { readonly place: Value; readonly drop: Value }[];
}

/**
 * Gains at the noise `sigma`, `[c]`; `indices` are the kernels' places in the stage's `[d, c]`.
 * Kernels behind them, up to `count`, have no gain.
 */
export function emitGain(
  graph: Graph,
  stage: ShrinkageStage | CoarseStage,
  { sigma, indices, count }: {
    readonly sigma: Value;
    readonly indices: readonly number[];
    readonly count: number;
  },
): GraphGain {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const listed = (valueAt: (index: number) => number) => {
    const data = new Float64Array(count);
    indices.forEach((index, d) => data[d] = valueAt(index));
    return array(data, [1, 1, count, 1, 1]);
  };
  const noise = along(graph, sigma, { axis: 0, rank: 5 });
  // tau^2
  const threshold = op(
    "Mul",
    raiseNoise(graph, noise, listed((index) => 2 * stage.thresholdExponents[index])),
    listed((index) => Math.exp(2 * stage.thresholdLogs[index])),
  );
  const square = op("Max", threshold, real(LEAST_SQUARE));
  const balance = emitBalance(graph, noise);
  const gainOf = (gains: (of: Float64Array, index: number) => number) => {
    const sum = op(
      "Add",
      op("Mul", balance, listed((index) => gains(stage.gainSlopes, index))),
      listed((index) => gains(stage.gains, index)),
    );
    return stage.kind === "coarse" ? op("Mul", sum, emitShare(graph, noise)) : sum;
  };
  const sumOf = (of: Float64Array, index: number) =>
    of.subarray(index * GAIN_COUNT, (index + 1) * GAIN_COUNT).reduce((sum, n) => sum + n, 0);
  return {
    most: gainOf(sumOf),
    steps: KNEES.map((knee, k) => {
      const place = op("Mul", square, real(knee));
      const height = gainOf((of, index) => of[index * GAIN_COUNT + 1 + k]);
      return { place, drop: op("Mul", height, place) };
    }),
  };
}

/** t = (sigma - 0.01) / (sigma + 0.01) */
function emitBalance(graph: Graph, sigma: Value): Value {
  const [from, to] = ["Sub", "Add"].map((operator) =>
    emit(graph, operator, [sigma, real(REFERENCE_SIGMA)])
  );
  return emit(graph, "Div", [from, to]);
}

/** (sigma / (sigma + 0.01))^2 */
function emitShare(graph: Graph, sigma: Value): Value {
  const whole = emit(graph, "Add", [sigma, real(REFERENCE_SIGMA)]);
  const share = emit(graph, "Div", [sigma, whole]);
  return emit(graph, "Mul", [share, share]);
}

/** z of responses `[c, z, d, y, x]`. */
export function emitGained(graph: Graph, responses: Value, { most, steps }: GraphGain): Value {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const square = op("Mul", responses, responses);
  const gain = steps.reduce(
    (left, { place, drop }) => op("Sub", left, op("Div", drop, op("Add", square, place))),
    most,
  );
  return op("Mul", responses, gain);
}
