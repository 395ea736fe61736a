/**
 * What the stages of a model have in common in a graph: what they work on, the noise, and what every
 * kind divides by.
 *
 * @module
 */
import { regularizersOf } from "../twb/regularizer.ts";
import { LEAST_SIGMA, REFERENCE_SIGMA, type RegularizedStage } from "../twb/stage.ts";
import {
  array,
  type Constant,
  emit,
  type Graph,
  integer,
  real,
  store,
  type Value,
} from "./graph.ts";
import { reshape } from "./operators.ts";
import { type GraphGrid, type GraphSpectrum, transformSmall } from "./transform_graph.ts";

/** What keeps the quotient finite where neither K nor R says anything; the engines add it too. */
const FLOOR = 1e-12;

/** What all stages of a model work on. */
export interface StageContext {
  readonly grid: GraphGrid;
  /** K, `[1 or c, kz, ky, kx]` */
  readonly transfer: GraphSpectrum;
  /** Noise as a part of the peak, `[1 or c]`; for noise-adaptive models. */
  readonly sigma?: Value;
  /** Which of the kernels' channels the stack's channels are, `[c]`; all in order if not given. */
  readonly channels?: Value;
  /** Number of the stack's channels. */
  readonly channelCount: Value;
}

/** A weighted regularizer and what a stage divides by, `[1 or c, kz, ky, kx]` both. */
export interface StageDivisor {
  /** w R */
  readonly penalty: Value;
  /** |K|^2 + w R */
  readonly divisor: Value;
  /** w, `[1 or c, 1, 1, 1]` */
  readonly weight: Value;
}

/** What a stage divides by. */
export function emitDivisor(
  graph: Graph,
  stage: RegularizedStage,
  context: StageContext,
): StageDivisor {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const { re, im } = context.transfer;
  const power = op("Add", op("Mul", re, re), op("Mul", im, im));
  const regularizer = emit(graph, "Relu", [emitRegularizer(graph, stage, context)]);
  const weight = emitWeight(graph, stage, context);
  const penalty = op("Mul", regularizer, weight);
  const divisor = op("Add", power, op("Add", penalty, real(FLOOR)));
  return { penalty, divisor, weight };
}

/** w = e^alpha (sigma / 0.01)^(2 b), `[1 or c, 1, 1, 1]`, or without a dimension where it is fixed. */
function emitWeight(
  graph: Graph,
  { alpha, noiseExponent }: RegularizedStage,
  context: StageContext,
): Value {
  const scale = real(Math.exp(alpha));
  if (noiseExponent === 0 || !context.sigma) return scale;
  const factor = raiseNoise(graph, context.sigma, real(2 * noiseExponent));
  return reshape(graph, emit(graph, "Mul", [factor, scale]), [-1, 1, 1, 1]);
}

/** (max(sigma, 1e-4) / 0.01)^exponent */
export function raiseNoise(graph: Graph, sigma: Value, exponent: Value): Value {
  const level = emit(graph, "Max", [sigma, real(LEAST_SIGMA)]);
  const relative = emit(graph, "Div", [level, real(REFERENCE_SIGMA)]);
  return emit(graph, "Pow", [relative, exponent]);
}

/** R, `[1 or c, kz, ky, kx]`: the transform of the kernels' summed autocorrelation. */
function emitRegularizer(
  graph: Graph,
  stage: RegularizedStage,
  { grid, channels, channelCount }: StageContext,
): Value {
  const [depth, height, width] = stage.kernelSize;
  const size = [depth, 2 * height - 1, 2 * width - 1].map(integer) as [Value, Value, Value];
  const lags = store(graph, lagsOf(stage), nameLags(graph));
  const chosen = channels ? emit(graph, "Gather", [lags, channels]) : lags;
  // As many as the stack has, or this fails: another count must not be repeated silently.
  const count = stage.kernelChannels === 1 ? 1 : channelCount;
  const origin = [0, height - 1, width - 1].map(integer) as [Value, Value, Value];
  return transformSmall(graph, reshape(graph, chosen, [count, ...size]), grid, { size, origin }).re;
}

/** One name per stage. */
function nameLags({ initializers }: Graph): string {
  const name = "autocorrelation";
  const taken = [...initializers.keys()].filter((key) => key.startsWith(name)).length;
  return taken === 0 ? name : `${name}_${taken + 1}`;
}

/** R at the lags of `autocorrelateKernels`, `[c, z, y, x]`; lags along z stand for both signs. */
function lagsOf(stage: RegularizedStage): Constant {
  const [depth, height, width] = stage.kernelSize;
  const plane = (2 * height - 1) * (2 * width - 1);
  const all = regularizersOf(stage).flatMap((lags) =>
    Array.from(lags, (value, i) => i % lags.length < plane ? value : 2 * value)
  );
  return array(all, [stage.kernelChannels, depth, 2 * height - 1, 2 * width - 1]);
}
