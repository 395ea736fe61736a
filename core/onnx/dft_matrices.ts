/**
 * The transforms' matrices: cosines and sines looked up by whole numbers, laid out so that every
 * step of a transform is one matrix product of real numbers. A complex number is a pair `c` (real
 * part, imaginary part) among the rows and columns; indices in brackets are in the order of memory.
 *
 * @module
 */
import { type Axis, frequenciesOf, lookUp, type Phases, taperShares } from "./axis.ts";
import { emit, type Graph, integer, real, type Value } from "./graph.ts";
import { along, concat, range, rangeAlong, reshape, times, transpose } from "./operators.ts";

/** "forward" turns by exp(-j angle), "inverse" by exp(+j angle). */
export type Direction = "forward" | "inverse";

/** k1 = 0 .. N1 / 2: with all of k2 these say all of a real signal's spectrum. */
export function halfOf(graph: Graph, axis: Axis): Value {
  const half = emit(graph, "Div", [axis.slow, integer(2)]);
  return emit(graph, "Add", [half, integer(1)]);
}

/** First step of real samples: `[(k1, c), i1]`, k1 up to a half. */
export function realSlowForward(graph: Graph, axis: Axis): Value {
  const k1 = rangeAlong(graph, halfOf(graph, axis), { axis: 0, rank: 3 });
  const i1 = rangeAlong(graph, axis.slow, { axis: 2, rank: 3 });
  const { cosines, sines } = lookUp(graph, axis, times(graph, axis.fast, k1, i1));
  const parts = concat(graph, [cosines, emit(graph, "Neg", [sines])], 1);
  return flatten(graph, parts, axis.slow);
}

/**
 * Last step back to real samples: `[i1, (k1, c)]`. A k1 whose mirror image N1 - k1 was left out
 * stands for both.
 */
export function realSlowInverse(graph: Graph, axis: Axis): Value {
  const count = halfOf(graph, axis);
  const i1 = rangeAlong(graph, axis.slow, { axis: 0, rank: 3 });
  const k1 = rangeAlong(graph, count, { axis: 1, rank: 3 });
  const { cosines, sines } = lookUp(graph, axis, times(graph, axis.fast, k1, i1));
  const parts = concat(graph, [cosines, emit(graph, "Neg", [sines])], 2);
  const mirrored = (a: Value, b: Value) =>
    emit(graph, "Cast", [emit(graph, "Equal", [a, b])], { to: "float32" });
  // 2, but 1 where k1 is its own mirror image: 0 and N1 / 2
  const own = emit(graph, "Add", [
    mirrored(k1, integer(0)),
    mirrored(times(graph, 2, k1), axis.slow),
  ]);
  const weight = emit(graph, "Div", [
    emit(graph, "Sub", [real(2), own]),
    emit(graph, "Cast", [axis.length], { to: "float32" }),
  ]);
  return flatten(graph, emit(graph, "Mul", [parts, weight]), times(graph, 2, count));
}

/** First step of complex samples: `[(k1, c'), (c, i1)]`. */
export function slowForward(graph: Graph, axis: Axis): Value {
  const k1 = rangeAlong(graph, axis.slow, { axis: 0, rank: 4 });
  const i1 = rangeAlong(graph, axis.slow, { axis: 3, rank: 4 });
  const phases = lookUp(graph, axis, times(graph, axis.fast, k1, i1));
  const matrix = rotate(graph, phases, { direction: "forward", row: 1, column: 2 });
  return flatten(graph, matrix, times(graph, 2, axis.slow));
}

/** Last step back: `[(c', i1), (k1, c)]`, divided by N. */
export function slowInverse(graph: Graph, axis: Axis): Value {
  const i1 = rangeAlong(graph, axis.slow, { axis: 1, rank: 4 });
  const k1 = rangeAlong(graph, axis.slow, { axis: 2, rank: 4 });
  const phases = lookUp(graph, axis, times(graph, axis.fast, k1, i1));
  const matrix = rotate(graph, phases, { direction: "inverse", row: 0, column: 3 });
  const scaled = emit(graph, "Div", [
    matrix,
    emit(graph, "Cast", [axis.length], { to: "float32" }),
  ]);
  return flatten(graph, scaled, times(graph, 2, axis.slow));
}

/** In which order the second step has the parts `c` of a number and its place k2. */
export type PartOrder =
  /** `(k2, c)` */
  | "together"
  /** `(c, k2)` */
  | "apart";

/** For how many k1 a second step is, and the order of its frequencies. */
export interface FastOptions {
  readonly count: Value;
  readonly order: PartOrder;
}

/** Second step: `[k1, (k2, c'), (c, i2)]`, or `(c', k2)`. */
export function fastForward(graph: Graph, axis: Axis, { count, order }: FastOptions): Value {
  const [k2, row] = order === "together" ? [1, 2] : [2, 1];
  const phases = fastPhases(graph, axis, { count, k2, i2: 4 });
  const matrix = rotate(graph, phases, { direction: "forward", row, column: 3 });
  const size = times(graph, 2, axis.fast);
  return reshape(graph, matrix, [-1, size, size]);
}

/** Its inverse: `[k1, (c', i2), (k2, c)]`, or `(c, k2)`. */
export function fastInverse(graph: Graph, axis: Axis, { count, order }: FastOptions): Value {
  const [k2, column] = order === "together" ? [3, 4] : [4, 3];
  const phases = fastPhases(graph, axis, { count, k2, i2: 2 });
  const matrix = rotate(graph, phases, { direction: "inverse", row: 1, column });
  const size = times(graph, 2, axis.fast);
  return reshape(graph, matrix, [-1, size, size]);
}

/** A whole transform of complex samples with their taper: `[(k, c'), (i, c)]`. */
export function taperedForward(graph: Graph, axis: Axis): Value {
  const k = rangeAlong(graph, axis.length, { axis: 0, rank: 4 });
  const i = rangeAlong(graph, axis.length, { axis: 3, rank: 4 });
  const phases = lookUp(graph, axis, times(graph, k, i));
  const onGrid = rotate(graph, phases, { direction: "forward", row: 1, column: 2 });
  // [k, c', c, grid] x [grid, i]
  const matrix = emit(graph, "MatMul", [onGrid, extensionOf(graph, axis)]);
  return flatten(graph, transpose(graph, matrix, [0, 1, 3, 2]), times(graph, 2, axis.samples));
}

/** A whole transform of the first `count` complex samples, the others being 0: `[(k, c'), (i, c)]`. */
export function wholeForward(graph: Graph, axis: Axis, count: Value): Value {
  const k = rangeAlong(graph, axis.length, { axis: 0, rank: 4 });
  const i = rangeAlong(graph, count, { axis: 2, rank: 4 });
  const phases = lookUp(graph, axis, times(graph, k, i));
  const matrix = rotate(graph, phases, { direction: "forward", row: 1, column: 3 });
  return flatten(graph, matrix, times(graph, 2, count));
}

/** A whole transform back to the first `count` samples: `[(i, c'), (k, c)]`, divided by N. */
export function wholeInverse(graph: Graph, axis: Axis, count: Value): Value {
  const i = rangeAlong(graph, count, { axis: 0, rank: 4 });
  const k = rangeAlong(graph, axis.length, { axis: 2, rank: 4 });
  const phases = lookUp(graph, axis, times(graph, k, i));
  const matrix = rotate(graph, phases, { direction: "inverse", row: 1, column: 3 });
  const scaled = emit(graph, "Div", [
    matrix,
    emit(graph, "Cast", [axis.length], { to: "float32" }),
  ]);
  return flatten(graph, scaled, times(graph, 2, axis.length));
}

/** Samples of a small array around an origin: a PSF, or the lags of a regularizer. */
export interface SmallAxis {
  readonly samples: Value;
  /** The sample that lies at the grid's origin. */
  readonly origin: Value;
}

/** Transform of few real samples: `[i, (c, k)]`, k in the order (k1, k2), k1 up to a half. */
export function smallReal(graph: Graph, axis: Axis, small: SmallAxis): Value {
  const k = along(graph, frequenciesOf(graph, axis, halfOf(graph, axis)), { axis: 2, rank: 3 });
  const i = along(graph, placesOf(graph, small), { axis: 0, rank: 3 });
  const { cosines, sines } = lookUp(graph, axis, times(graph, k, i));
  const matrix = concat(graph, [cosines, emit(graph, "Neg", [sines])], 1);
  return reshape(graph, matrix, [small.samples, -1]);
}

/** Transform of few complex samples: `[(c', k), (i, c)]`, k in the order (k1, k2). */
export function smallComplex(graph: Graph, axis: Axis, small: SmallAxis): Value {
  const k = along(graph, frequenciesOf(graph, axis), { axis: 1, rank: 4 });
  const i = along(graph, placesOf(graph, small), { axis: 2, rank: 4 });
  const phases = lookUp(graph, axis, times(graph, k, i));
  const matrix = rotate(graph, phases, { direction: "forward", row: 0, column: 3 });
  return flatten(graph, matrix, times(graph, 2, small.samples));
}

/** The same in the order of frequency, real and imaginary parts apart: `[k, (i, c)]` each. */
export function smallParts(
  graph: Graph,
  axis: Axis,
  small: SmallAxis,
): readonly [Value, Value] {
  const k = rangeAlong(graph, axis.length, { axis: 0, rank: 3 });
  const i = along(graph, placesOf(graph, small), { axis: 1, rank: 3 });
  const phases = lookUp(graph, axis, times(graph, k, i));
  return rotationRows(graph, phases, { direction: "forward", column: 2 })
    .map((row) => flatten(graph, row, times(graph, 2, small.samples))) as [Value, Value];
}

function placesOf(graph: Graph, { samples, origin }: SmallAxis): Value {
  return emit(graph, "Sub", [range(graph, samples), origin]);
}

/** i2 (k1 + N1 k2) */
function fastPhases(
  graph: Graph,
  axis: Axis,
  { count, k2, i2 }: { count: Value; k2: number; i2: number },
): Phases {
  const rank = 5;
  const k = emit(graph, "Add", [
    rangeAlong(graph, count, { axis: 0, rank }),
    times(graph, axis.slow, rangeAlong(graph, axis.fast, { axis: k2, rank })),
  ]);
  const i = rangeAlong(graph, axis.fast, { axis: i2, rank });
  return lookUp(graph, axis, times(graph, k, i));
}

/** The 2 x 2 rotation of (re, im) along two axes where the phases have size 1. */
function rotate(
  graph: Graph,
  phases: Phases,
  { direction, row, column }: { direction: Direction; row: number; column: number },
): Value {
  return concat(graph, rotationRows(graph, phases, { direction, column }), row);
}

/** What gives the real part, and what gives the imaginary part: re' = C re + S im, ... */
function rotationRows(
  graph: Graph,
  { cosines, sines }: Phases,
  { direction, column }: { direction: Direction; column: number },
): readonly [Value, Value] {
  const turned = emit(graph, "Neg", [sines]);
  const [plus, minus] = direction === "forward" ? [sines, turned] : [turned, sines];
  return [concat(graph, [cosines, plus], column), concat(graph, [minus, cosines], column)];
}

/** `[grid, samples]`: the samples, then the gap that goes from the last one to the first. */
function extensionOf(graph: Graph, axis: Axis): Value {
  const point = rangeAlong(graph, axis.length, { axis: 0, rank: 2 });
  const sample = rangeAlong(graph, axis.samples, { axis: 1, rank: 2 });
  const isTrue = (operator: string, a: Value, b: Value) =>
    emit(graph, "Cast", [emit(graph, operator, [a, b])], { to: "float32" });
  const last = emit(graph, "Sub", [axis.samples, integer(1)]);
  const inGap = isTrue("Less", last, point);
  const share = emit(graph, "Mul", [inGap, taperShares(graph, axis, point)]);
  const rest = emit(graph, "Sub", [inGap, share]);
  return [
    emit(graph, "Mul", [share, isTrue("Equal", sample, integer(0))]),
    emit(graph, "Mul", [rest, isTrue("Equal", sample, last)]),
  ].reduce((sum, part) => emit(graph, "Add", [sum, part]), isTrue("Equal", point, sample));
}

/** As a matrix with so many columns. */
function flatten(graph: Graph, value: Value, columns: Value): Value {
  return reshape(graph, value, [-1, columns]);
}
