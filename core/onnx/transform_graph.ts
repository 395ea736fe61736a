/**
 * Transforms of stacks in a graph: padding, taper and transform in, transform and crop out.
 *
 * @module
 */
import { type Axis, createAxis, taperShares } from "./axis.ts";
import {
  fastForward,
  fastInverse,
  halfOf,
  realSlowForward,
  realSlowInverse,
  slowForward,
  slowInverse,
  smallComplex,
  smallParts,
  smallReal,
  taperedForward,
  wholeForward,
  wholeInverse,
} from "./dft_matrices.ts";
import { emit, emitPair, type Graph, integer, type Value } from "./graph.ts";
import {
  concat,
  type Dimension,
  rangeAlong,
  reshape,
  shapeOf,
  slice,
  times,
  transpose,
} from "./operators.ts";

/** The grid of a stack. */
export interface GraphGrid {
  readonly z: Axis;
  readonly y: Axis;
  readonly x: Axis;
}

/** Three sizes, `[z, y, x]`. */
export type GraphSize = readonly [depth: Value, height: Value, width: Value];

/** Real and imaginary parts, `[c, kz, ky, kx]` each, kx a half. */
export interface GraphSpectrum {
  readonly re: Value;
  readonly im: Value;
}

/** The grid for stacks of one size and PSFs of one size. */
export function createGrid(graph: Graph, size: GraphSize, psfSize: GraphSize): GraphGrid {
  const [z, y, x] = size.map((samples, axis) =>
    createAxis(graph, {
      samples,
      psfSamples: psfSize[axis],
      kind: axis === 2 ? "half" : "whole",
    })
  );
  return { z, y, x };
}

/**
 * What is transformed: a stack that a taper or zeros continue, or a field on all of the grid.
 */
export type Continuation = "taper" | "zero" | "grid";

/** What comes back: the stack's voxels, or all of the grid. */
export type Extent = "stack" | "grid";

/** Spectrum of stacks or fields `[c, z, y, x]`. */
export function forwardTransform(
  graph: Graph,
  field: Value,
  grid: GraphGrid,
  continuation: Continuation,
): GraphSpectrum {
  const { z, y, x } = grid;
  const multiply = (a: Value, b: Value) => emit(graph, "MatMul", [a, b]);
  const shaped = (value: Value, ...shape: Dimension[]) => reshape(graph, value, shape);
  const half = halfOf(graph, x);
  const width = times(graph, half, x.fast);
  const samples = continuation === "grid" ? z.length : z.samples;
  // [c, z, x, y]: x is transformed where it is not the last axis, as all of them are.
  let work = extendLaterally(graph, field, { grid, continuation });
  // [(c z), (k1 c), (i2 y)]
  work = shaped(work, -1, x.slow, times(graph, x.fast, y.length));
  work = multiply(realSlowForward(graph, x), work);
  // [(c z), k1, (k2 c), y]
  work = shaped(work, -1, half, times(graph, 2, x.fast), y.length);
  work = multiply(fastForward(graph, x, { count: half, order: "together" }), work);
  // [(c z), (c y), kx]
  work = transpose(graph, shaped(work, -1, width, times(graph, 2, y.length)), [0, 2, 1]);
  // [c, (kz c), (y kx)]
  work = shaped(work, -1, times(graph, 2, samples), times(graph, y.length, width));
  const along = continuation === "taper"
    ? taperedForward(graph, z)
    : wholeForward(graph, z, samples);
  work = multiply(along, work);
  // [(c kz), (k1 c), (i2 kx)]
  work = shaped(work, -1, times(graph, 2, y.slow), times(graph, y.fast, width));
  work = multiply(slowForward(graph, y), work);
  // [(c kz), k1, (c k2), kx]
  work = shaped(work, -1, y.slow, times(graph, 2, y.fast), width);
  work = multiply(fastForward(graph, y, { count: y.slow, order: "apart" }), work);
  const [re, im] = emitPair(graph, "Split", [work], { axis: 2 })
    .map((part) => shaped(part, -1, z.length, y.length, width));
  return { re, im };
}

/** Stacks or fields `[c, z, y, x]` of a spectrum. */
export function inverseTransform(
  graph: Graph,
  { re, im }: GraphSpectrum,
  grid: GraphGrid,
  extent: Extent,
): Value {
  const { z, y, x } = grid;
  const [depth, height] = [z, y].map((axis) => extent === "grid" ? axis.length : axis.samples);
  const multiply = (a: Value, b: Value) => emit(graph, "MatMul", [a, b]);
  const shaped = (value: Value, ...shape: Dimension[]) => reshape(graph, value, shape);
  const half = halfOf(graph, x);
  const width = times(graph, half, x.fast);
  // [(c kz), k1, (c i2), kx]
  const parts = [re, im].map((part) => shaped(part, -1, y.slow, y.fast, width));
  let work: Value = concat(graph, parts, 2);
  work = multiply(fastInverse(graph, y, { count: y.slow, order: "apart" }), work);
  // [(c kz), (c i1), (i2 kx)]
  work = shaped(work, -1, times(graph, 2, y.slow), times(graph, y.fast, width));
  work = multiply(slowInverse(graph, y), work);
  work = shaped(work, -1, 2, y.length, width);
  if (extent === "stack") work = crop(graph, work, y);
  // [c, (z c), (y kx)]
  work = shaped(work, -1, times(graph, 2, z.length), times(graph, height, width));
  work = multiply(wholeInverse(graph, z, depth), work);
  // [(c z), k1, (k2 c), y]
  work = transpose(graph, shaped(work, -1, times(graph, 2, height), width), [0, 2, 1]);
  work = shaped(work, -1, half, times(graph, 2, x.fast), height);
  work = multiply(fastInverse(graph, x, { count: half, order: "together" }), work);
  // [(c z), i1, (i2 y)]
  work = shaped(work, -1, times(graph, 2, half), times(graph, x.fast, height));
  work = multiply(realSlowInverse(graph, x), work);
  work = shaped(work, -1, depth, x.length, height);
  if (extent === "stack") work = crop(graph, work, x);
  return transpose(graph, work, [0, 1, 3, 2]);
}

/** The stack's voxels of a field on the grid, `[c, z, y, x]`. */
export function cropToStack(graph: Graph, field: Value, { z, y, x }: GraphGrid): Value {
  return [z, y, x].reduce((work, axis, index) => crop(graph, work, axis, index + 1), field);
}

/** The stack's voxels in a field on the grid that is 0 elsewhere, `[c, z, y, x]`. */
export function padToGrid(graph: Graph, stack: Value, { z, y, x }: GraphGrid): Value {
  const gaps = [z, y, x].map(({ length, samples }) => emit(graph, "Sub", [length, samples]));
  return emit(graph, "Pad", [stack, shapeOf(graph, [0, 0, 0, 0, 0, ...gaps])]);
}

/** What a small array is transformed with. */
export interface SmallTransform {
  readonly size: GraphSize;
  /** The sample at the grid's origin, `[z, y, x]`. */
  readonly origin: GraphSize;
}

/**
 * Spectrum of small arrays `[c, z, y, x]` around an origin. For an even array, whose spectrum is
 * real, the imaginary part is not used and costs nothing.
 */
export function transformSmall(
  graph: Graph,
  values: Value,
  grid: GraphGrid,
  { size, origin }: SmallTransform,
): { readonly re: Value; im(): Value } {
  const { z, y, x } = grid;
  const [small0, small1, small2] = size.map((samples, i) => ({ samples, origin: origin[i] }));
  const multiply = (a: Value, b: Value) => emit(graph, "MatMul", [a, b]);
  const shaped = (value: Value, ...shape: Dimension[]) => reshape(graph, value, shape);
  const width = times(graph, halfOf(graph, x), x.fast);
  // [(c z y), (c kx)]
  let work = multiply(shaped(values, -1, size[2]), smallReal(graph, x, small2));
  // [(c z), (c ky), kx]
  work = shaped(work, -1, times(graph, 2, size[1]), width);
  work = multiply(smallComplex(graph, y, small1), work);
  // [c, kz, (ky kx)]
  work = shaped(work, -1, times(graph, 2, size[0]), times(graph, y.length, width));
  const [ofRe, ofIm] = smallParts(graph, z, small0);
  const part = (matrix: Value) => shaped(multiply(matrix, work), -1, z.length, y.length, width);
  return { re: part(ofRe), im: () => part(ofIm) };
}

/** The field on all of the grid along y and x, `[c, z, x, y]`. */
function extendLaterally(
  graph: Graph,
  field: Value,
  { grid: { y, x }, continuation }: { grid: GraphGrid; continuation: Continuation },
): Value {
  const turn = (value: Value) => transpose(graph, value, [0, 1, 3, 2]);
  switch (continuation) {
    case "grid":
      return turn(field);
    case "taper":
      return extend(graph, turn(extend(graph, field, y)), x);
    case "zero": {
      const [gapX, gapY] = [x, y].map(({ length, samples }) =>
        emit(graph, "Sub", [length, samples])
      );
      return emit(graph, "Pad", [turn(field), shapeOf(graph, [0, 0, 0, 0, 0, 0, gapX, gapY])]);
    }
  }
}

/** Adds the gap behind the last sample along the third of four axes. */
function extend(graph: Graph, value: Value, axis: Axis): Value {
  const gap = emit(graph, "Sub", [axis.length, axis.samples]);
  if (gap.kind === "constant" && gap.data[0] === 0) return value;
  const first = slice(graph, value, { axis: 2, start: 0, end: 1 });
  const last = slice(graph, value, {
    axis: 2,
    start: emit(graph, "Sub", [axis.samples, integer(1)]),
    end: axis.samples,
  });
  const points = emit(graph, "Add", [
    rangeAlong(graph, gap, { axis: 0, rank: 2 }),
    axis.samples,
  ]);
  // value = last + share (first - last)
  const step = emit(graph, "Mul", [
    emit(graph, "Sub", [first, last]),
    taperShares(graph, axis, points),
  ]);
  return concat(graph, [value, emit(graph, "Add", [last, step])], 2);
}

/** The samples along one of four axes, the third if not said. */
function crop(graph: Graph, value: Value, axis: Axis, index = 2): Value {
  const { length, samples } = axis;
  if (length.kind === "constant" && samples.kind === "constant") {
    if (length.data[0] === samples.data[0]) return value;
  }
  return slice(graph, value, { axis: index, start: 0, end: samples });
}
