/**
 * The noise of a stack, estimated in a graph as `estimateNoise` does, and its peak.
 *
 * @module
 */
import { MAX_RESPONSES, NORMAL_MEDIAN } from "../degrade/estimate_noise.ts";
import {
  createBranch,
  emit,
  emitNode,
  emitPair,
  type Graph,
  integer,
  integers,
  nameOutput,
  real,
  type Value,
} from "./graph.ts";
import { reshape, slice, times } from "./operators.ts";
import type { GraphSize } from "./transform_graph.ts";

/** Gain of the mask on white noise, as in `estimateNoise`. */
const MASK_GAIN = 6;

/**
 * Standard deviation of the noise as a part of the peak, `[c]`: `given` where it is not negative,
 * else what the stack `[c, z, y, x]` itself tells, whose peak is its maximum over `peakRatio`. The
 * estimate costs nothing where it is given.
 */
export function chooseSigma(
  graph: Graph,
  stack: Value,
  options: { size: GraphSize; channelCount: Value; given: Value; peakRatio: number },
): Value {
  const { given } = options;
  const least = emitNode(graph, "ReduceMin", [given], { keepdims: 0 });
  const isUnknown = emitNode(graph, "Less", [least, real(0)]);
  const estimated = createBranch(graph);
  const sigma = estimateSigma(estimated, stack, options);
  nameOutput(estimated, sigma, "sigma_estimated");
  const known = createBranch(graph);
  nameOutput(known, given, "sigma_given");
  const branches = { then_branch: estimated, else_branch: known };
  return emitNode(graph, "If", [isUnknown], branches, "noise");
}

/**
 * What intensities are relative to, `[1]`: `given` where it is above 0, else the maximum of all
 * channels over `peakRatio`; 1 of a stack without light.
 */
export function choosePeak(
  graph: Graph,
  stack: Value,
  { given, peakRatio }: { given: Value; peakRatio: number },
): Value {
  const found = emit(graph, "Div", [findPeak(graph, stack), real(peakRatio)]);
  const isGiven = emitNode(graph, "Less", [real(0), given]);
  return emitNode(graph, "Where", [isGiven, given, found]);
}

/** The largest voxel of all channels; 1 where there is no light. */
function findPeak(graph: Graph, stack: Value): Value {
  const largest = emitNode(graph, "ReduceMax", [stack], { keepdims: 0 });
  const hasLight = emitNode(graph, "Less", [real(0), largest]);
  return emitNode(graph, "Where", [hasLight, largest, real(1)]);
}

/** Noise over the peak of all channels. */
function estimateSigma(
  graph: Graph,
  stack: Value,
  { size, channelCount, peakRatio }: {
    size: GraphSize;
    channelCount: Value;
    peakRatio: number;
  },
): Value {
  const peak = findPeak(graph, stack);
  const responses = reshape(graph, respond(graph, stack, size), [channelCount, -1]);
  const median = medianOfPositive(graph, responses);
  const scale = emit(graph, "Mul", [peak, real(MASK_GAIN * NORMAL_MEDIAN / peakRatio)]);
  return emit(graph, "Div", [median, scale]);
}

/** |m * y| at the strides of the stack's size, `[c, z, y, x]`. */
function respond(graph: Graph, stack: Value, size: GraphSize): Value {
  const [depth, height, width] = size;
  const strides = strideSizes(graph, size);
  const minus = (value: Value, n: number) => emit(graph, "Sub", [value, integer(n)]);
  const planes = slice(graph, stack, { axis: 1, start: 0, end: depth, step: strides.z });
  const rows = [2, 1, 0].map((after, start) =>
    slice(graph, planes, { axis: 2, start, end: minus(height, after), step: strides.y })
  );
  // Twice second differences, as sums that are exact for whole numbers.
  const columns = secondDifference(graph, rows);
  const responses = secondDifference(
    graph,
    [2, 1, 0].map((after, start) =>
      slice(graph, columns, { axis: 3, start, end: minus(width, after) })
    ),
  );
  return emitNode(graph, "Abs", [responses]);
}

/** a - 2 b + c */
function secondDifference(graph: Graph, [a, b, c]: readonly Value[]): Value {
  const twice = emit(graph, "Mul", [b, real(2)]);
  return emit(graph, "Add", [emit(graph, "Sub", [a, twice]), c]);
}

/** As `noiseStrides`: rows are skipped first, then planes. */
function strideSizes(graph: Graph, [depth, height, width]: GraphSize): { y: Value; z: Value } {
  const most = integer(MAX_RESPONSES);
  const rowsOfPlane = emit(graph, "Sub", [height, integer(2)]);
  const perRow = emit(graph, "Sub", [width, integer(2)]);
  const needed = divideUp(graph, times(graph, depth, rowsOfPlane, perRow), most);
  const y = emit(graph, "Min", [rowsOfPlane, needed]);
  const rows = divideUp(graph, rowsOfPlane, y);
  return { y, z: divideUp(graph, times(graph, depth, rows, perRow), most) };
}

/** The quotient of two positive whole numbers, rounded up. */
function divideUp(graph: Graph, a: Value, b: Value): Value {
  const sum = emit(graph, "Add", [a, emit(graph, "Sub", [b, integer(1)])]);
  return emit(graph, "Div", [sum, b]);
}

/**
 * Median of the values above 0 in every row of `[c, n]`, the upper one of two, or 0: of p such
 * values the one with p - 1 - floor(p / 2) larger ones.
 */
function medianOfPositive(graph: Graph, values: Value): Value {
  const isPositive = emitNode(graph, "Cast", [
    emitNode(graph, "Less", [real(0), values]),
  ], { to: "int64" });
  const count = emitNode(graph, "ReduceSum", [isPositive, integers([1])], { keepdims: 1 });
  const half = emitNode(graph, "Div", [count, integer(2)]);
  const larger = emitNode(graph, "Sub", [emitNode(graph, "Sub", [count, half]), integer(1)]);
  const place = emitNode(graph, "Max", [larger, integer(0)]);
  const most = emitNode(graph, "ReduceMax", [place], { keepdims: 0 });
  const sorted = reshape(graph, emit(graph, "Add", [most, integer(1)]), [1]);
  const [largest] = emitPair(graph, "TopK", [values, sorted], { axis: 1 });
  const median = emitNode(graph, "GatherElements", [largest, place], { axis: 1 });
  return reshape(graph, median, [-1]);
}
