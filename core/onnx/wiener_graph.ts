/**
 * The stages of a model as parts of a graph: one function for every kind of stage.
 *
 * @module
 */
import { autocorrelateKernels, normalizeKernels } from "../twb/kernels.ts";
import { REFERENCE_SIGMA, type Stage, type WienerStage } from "../twb/stage.ts";
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
import {
  forwardTransform,
  type GraphGrid,
  type GraphSpectrum,
  inverseTransform,
  transformSmall,
} from "./transform_graph.ts";

/** What keeps the quotient finite where neither K nor R says anything; the engines add it too. */
const FLOOR = 1e-12;

/** What all stages of a model work on. */
export interface StageContext {
  readonly grid: GraphGrid;
  /** K, `[1 or c, kz, ky, kx]` */
  readonly transfer: GraphSpectrum;
  /** Noise as a part of the peak, `[c]`; for noise-adaptive models. */
  readonly sigma?: Value;
  /** Which of the kernels' channels the stack's channels are, `[c]`; all in order if not given. */
  readonly channels?: Value;
  /** Number of the stack's channels. */
  readonly channelCount: Value;
}

/** A stage, from its input to its output, `[c, z, y, x]` both. */
export function emitStage(graph: Graph, input: Value, stage: Stage, context: StageContext): Value {
  switch (stage.kind) {
    case "wiener":
      return emitWienerStage(graph, input, stage, context);
  }
}

function emitWienerStage(
  graph: Graph,
  input: Value,
  stage: WienerStage,
  context: StageContext,
): Value {
  const { grid, transfer } = context;
  const observed = forwardTransform(graph, input, grid);
  const penalty = weighRegularizer(graph, stage, context);
  const estimate = divide(graph, observed, { transfer, penalty });
  const restored = inverseTransform(graph, estimate, grid);
  return stage.positivity === "rectify" ? emit(graph, "Relu", [restored]) : restored;
}

/** conj(K) Y / (|K|^2 + w R); the quotient of K alone first, which a fixed PSF's graph holds. */
function divide(
  graph: Graph,
  { re, im }: GraphSpectrum,
  { transfer, penalty }: { transfer: GraphSpectrum; penalty: Value },
): GraphSpectrum {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const power = op("Add", op("Mul", transfer.re, transfer.re), op("Mul", transfer.im, transfer.im));
  const divisor = op("Add", power, op("Add", penalty, real(FLOOR)));
  const filterRe = op("Div", transfer.re, divisor);
  const filterIm = op("Div", transfer.im, divisor);
  return {
    re: op("Add", op("Mul", filterRe, re), op("Mul", filterIm, im)),
    im: op("Sub", op("Mul", filterRe, im), op("Mul", filterIm, re)),
  };
}

/** w R, `[1 or c, kz, ky, kx]`, w = e^alpha (sigma / 0.01)^(2 b) */
function weighRegularizer(graph: Graph, stage: WienerStage, context: StageContext): Value {
  const { alpha, noiseExponent } = stage;
  const power = emit(graph, "Relu", [emitRegularizer(graph, stage, context)]);
  const scale = real(Math.exp(alpha));
  if (noiseExponent === 0 || !context.sigma) return emit(graph, "Mul", [power, scale]);
  const relative = emit(graph, "Div", [context.sigma, real(REFERENCE_SIGMA)]);
  const factor = emit(graph, "Pow", [relative, real(2 * noiseExponent)]);
  const weight = emit(graph, "Mul", [factor, scale]);
  return emit(graph, "Mul", [power, reshape(graph, weight, [-1, 1, 1, 1])]);
}

/** R, `[1 or c, kz, ky, kx]`: the transform of the kernels' summed autocorrelation. */
function emitRegularizer(
  graph: Graph,
  stage: WienerStage,
  { grid, channels, channelCount }: StageContext,
): Value {
  const [depth, height, width] = stage.kernelSize;
  const size = [depth, 2 * height - 1, 2 * width - 1].map(integer) as [Value, Value, Value];
  const lags = store(graph, lagsOf(stage), "autocorrelation");
  const chosen = channels ? emit(graph, "Gather", [lags, channels]) : lags;
  // As many as the stack has, or this fails: another count must not be repeated silently.
  const count = stage.kernelChannels === 1 ? 1 : channelCount;
  const origin = [0, height - 1, width - 1].map(integer) as [Value, Value, Value];
  return transformSmall(graph, reshape(graph, chosen, [count, ...size]), grid, { size, origin }).re;
}

/** A at the lags of `autocorrelateKernels`, `[c, z, y, x]`; lags along z stand for both signs. */
function lagsOf(stage: WienerStage): Constant {
  const { kernels } = normalizeKernels(stage);
  const [depth, height, width] = stage.kernelSize;
  const plane = (2 * height - 1) * (2 * width - 1);
  const all = Array.from(
    { length: stage.kernelChannels },
    (_, channel) => autocorrelateKernels(kernels, { ...stage, channel }),
  ).flatMap((lags) => Array.from(lags, (value, i) => i % lags.length < plane ? value : 2 * value));
  return array(all, [stage.kernelChannels, depth, 2 * height - 1, 2 * width - 1]);
}
