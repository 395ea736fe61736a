/**
 * A stage with shrunk responses as a part of a graph. Its kernels work plane by plane: the planes that
 * a kernel reaches along z are the channels of a 2D convolution, which every runtime has and does fast,
 * on graphics cards too.
 *
 * @module
 */
import type { Axis } from "./axis.ts";
import { normalizeKernels } from "../twb/kernels.ts";
import type { CoarseStage, ShrinkageStage } from "../twb/stage.ts";
import { voxelsOf } from "../volume.ts";
import { emitGain, emitGained } from "./gain_graph.ts";
import {
  array,
  type Constant,
  emit,
  emitNode,
  type Graph,
  integer,
  integers,
  real,
  type Value,
} from "./graph.ts";
import {
  along,
  combineAll,
  range,
  rangeAlong,
  reshape,
  shapeOf,
  slice,
  times,
} from "./operators.ts";
import { correlateSpectra, mapSpectrum } from "./spectrum_graph.ts";
import { emitDivisor, type StageContext } from "./stage_context.ts";
import { cropToStack, forwardTransform, inverseTransform, padToGrid } from "./transform_graph.ts";
import { emitResidual, type StageInput } from "./wiener_graph.ts";

/** Kernels that are convolved with at a time: their responses are what takes memory. */
const KERNELS_AT_A_TIME = 8;

/** Samples of a field of view on a periodic line. */
export type PeriodicAxis = Pick<Axis, "samples" | "length">;

/** A field of view on a periodic grid. */
interface PeriodicGrid {
  readonly z: PeriodicAxis;
  readonly y: PeriodicAxis;
  readonly x: PeriodicAxis;
}

/** What responses are taken on, and at which noise. */
interface ResponseContext extends Pick<StageContext, "sigma" | "channelCount"> {
  readonly grid: PeriodicGrid;
}

/** A stage whose responses are changed, and what they are of. */
interface Shrinking {
  readonly stage: ShrinkageStage | CoarseStage;
  readonly context: ResponseContext;
}

/**
 * x + p (s - x) + k o, s = F^-1[ ( conj(K) F y' + w F (q + a^2 (x - o)) ) / (|K|^2 + w R) ], y' the
 * stack in the field of view and K x beyond it: F y' = K F x + F M^T (y - M K x); o is what positivity
 * took away, so that x + o is the estimate before it.
 */
export function emitShrinkageStage(
  graph: Graph,
  stage: ShrinkageStage,
  input: StageInput & { readonly context: StageContext },
): Value {
  const { estimate, before, extent, context } = input;
  const { grid, transfer } = context;
  const { anchor, relaxation, memory } = stage;
  const scaled = (value: Value, factor: number) => emit(graph, "Mul", [value, real(factor)]);
  const { predicted, residual } = emitResidual(graph, input);
  const completed = mapSpectrum(graph, "Add", [predicted, residual]);
  const { divisor, weight } = emitDivisor(graph, stage, context);
  const kept = emitShrunkResponses(graph, estimate, { stage, context });
  const held = emit(graph, "Sub", [
    scaled(estimate, 2 * anchor ** 2),
    scaled(before, anchor ** 2),
  ]);
  const target = emit(graph, "Add", [padToGrid(graph, kept, grid), held]);
  const prior = mapSpectrum(graph, "Mul", [forwardTransform(graph, target, grid, "grid"), weight]);
  const sum = mapSpectrum(graph, "Add", [correlateSpectra(graph, transfer, completed), prior]);
  const quotient = mapSpectrum(graph, "Div", [sum, divisor]);
  const solution = inverseTransform(graph, quotient, grid, extent);
  const [last, lastBefore] = [estimate, before].map((field) =>
    extent === "grid" ? field : cropToStack(graph, field, grid)
  );
  return combineAll(graph, "Add", [
    scaled(solution, relaxation),
    scaled(last, 1 - relaxation - memory),
    scaled(lastBefore, memory),
  ]);
}

/** q = sum_d g_d^T z_d in the field of view, of an estimate on the grid; `[c, z, y, x]`. */
export function emitShrunkResponses(
  graph: Graph,
  estimate: Value,
  { stage, context }: Shrinking,
): Value {
  const { sigma, channelCount } = context;
  const neighbours = gatherNeighbours(graph, estimate, { stage, context });
  const sigmas = emit(graph, "Expand", [sigma!, shapeOf(graph, [channelCount])]);
  if (stage.kernelChannels === 1) {
    return sumResponses(graph, neighbours, { stage, context, channel: 0, sigma: sigmas });
  }
  // Channels that have kernels of their own go through one after the other.
  const parts = Array.from({ length: stage.kernelChannels }, (_, channel) => {
    const only = { axis: 0, start: channel, end: channel + 1 };
    return sumResponses(graph, slice(graph, neighbours, only), {
      ...{ stage, context, channel },
      sigma: slice(graph, sigmas, only),
    });
  });
  return emit(graph, "Concat", parts, { axis: 0 });
}

/**
 * The estimate with the border that two convolutions use up, from a grid that goes on periodically, and
 * for every plane those that a kernel reaches: `[c, z, kz, y + 2 (ky - 1), x + 2 (kx - 1)]`.
 */
function gatherNeighbours(
  graph: Graph,
  estimate: Value,
  { stage, context: { grid } }: Shrinking,
): Value {
  const [depth, height, width] = stage.kernelSize;
  const axes = [[3, grid.x, width], [2, grid.y, height]] as const;
  const lateral = axes.reduce((work, [axis, { samples, length }, taps]) => {
    const count = emit(graph, "Add", [samples, integer(2 * (taps - 1))]);
    const places = emit(graph, "Sub", [range(graph, count), integer(taps - 1)]);
    return emit(graph, "Gather", [work, emit(graph, "Mod", [places, length])], { axis });
  }, estimate);
  const { samples, length } = grid.z;
  const planes = emit(graph, "Add", [
    rangeAlong(graph, samples, { axis: 0, rank: 2 }),
    along(graph, offsetsOf(depth), { axis: 1, rank: 2 }),
  ]);
  return emit(graph, "Gather", [lateral, emit(graph, "Mod", [planes, length])], { axis: 1 });
}

/** Where the taps of a kernel are: u - floor(size / 2). */
function offsetsOf(taps: number): Constant {
  return integers(Array.from({ length: taps }, (_, u) => u - Math.floor(taps / 2)));
}

/** Responses and what they are put back to, for the kernels of one channel. */
function sumResponses(
  graph: Graph,
  neighbours: Value,
  { stage, context: { grid }, channel, sigma }: Shrinking & {
    /** Of the kernels. */
    readonly channel: number;
    /** Noise as a part of the peak, `[c]` */
    readonly sigma: Value;
  },
): Value {
  const { kernelCount, kernelSize: [depth, height, width] } = stage;
  const { z, y, x } = grid;
  const plus = (value: Value, n: number) => emit(graph, "Add", [value, integer(n)]);
  const bordered = [plus(y.samples, height - 1), plus(x.samples, width - 1)];
  // [(c z), kz, y, x]
  const wide = [plus(y.samples, 2 * (height - 1)), plus(x.samples, 2 * (width - 1))];
  const planes = reshape(graph, neighbours, [-1, depth, ...wide]);
  // Left to the runtime where it could be stored: it is as large as a plane.
  const inside = emitNode(graph, "Mul", [
    emitInside(graph, y, { taps: height, axis: 3 }),
    emitInside(graph, x, { taps: width, axis: 4 }),
  ]);
  const groups: Value[] = [];
  for (let first = 0; first < kernelCount; first += KERNELS_AT_A_TIME) {
    const bank = bankOf(stage, { channel, first });
    const [count] = bank.kernels.shape;
    const responses = emit(graph, "Conv", [planes, bank.kernels], {}, "responses");
    const shaped = reshape(graph, responses, [-1, z.samples, count, ...bordered]);
    const gain = emitGain(graph, stage, { sigma, indices: bank.indices, count });
    const shrunk = emit(graph, "Mul", [emitGained(graph, shaped, gain), inside]);
    const flat = reshape(graph, shrunk, [-1, count, ...bordered]);
    groups.push(emit(graph, "Conv", [flat, bank.adjoint], {}, "returned"));
  }
  return sumPlanes(graph, combineAll(graph, "Add", groups), { depth, grid });
}

/**
 * Which responses along an axis and around it, as far as kernels reach, are of the field of view on the
 * periodic grid: 1, or 0 beyond it. `[1, 1, 1, y, 1]` or `[1, 1, 1, 1, x]`.
 */
function emitInside(
  graph: Graph,
  { samples, length }: PeriodicAxis,
  { taps, axis }: { taps: number; axis: number },
): Value {
  const count = emit(graph, "Add", [samples, integer(taps - 1)]);
  const before = integer(taps - 1 - Math.floor(taps / 2));
  const places = emit(graph, "Mod", [emit(graph, "Sub", [range(graph, count), before]), length]);
  const isInside = emit(graph, "Less", [places, samples]);
  return along(graph, emit(graph, "Cast", [isInside], { to: "float32" }), { axis, rank: 5 });
}

/**
 * What every plane gives to those that a kernel reaches, `[(c z), kz, y, x]`, summed up: part u of a
 * plane belongs to the one u - floor(kz / 2) from it, on the periodic grid.
 */
function sumPlanes(
  graph: Graph,
  parts: Value,
  { depth, grid: { z, y, x } }: { readonly depth: number; readonly grid: PeriodicGrid },
): Value {
  const shape = [-1, z.samples, y.samples, x.samples];
  if (depth === 1) return reshape(graph, parts, shape);
  const reached = emit(graph, "Mod", [
    emit(graph, "Add", [
      rangeAlong(graph, z.samples, { axis: 1, rank: 3 }),
      along(graph, offsetsOf(depth), { axis: 2, rank: 3 }),
    ]),
    z.length,
  ]);
  const isOwn = emit(graph, "Equal", [
    rangeAlong(graph, z.samples, { axis: 0, rank: 3 }),
    reached,
  ]);
  const count = times(graph, depth, z.samples);
  // [z, (z' u)]
  const sums = reshape(graph, emit(graph, "Cast", [isOwn], { to: "float32" }), [-1, count]);
  const flat = reshape(graph, parts, [-1, count, times(graph, y.samples, x.samples)]);
  return reshape(graph, emit(graph, "MatMul", [sums, flat]), shape);
}

/** Some of a channel's kernels as weights of convolutions. */
interface GraphBank {
  /** `[d, kz, ky, kx]` */
  readonly kernels: Constant;
  /** g_d, every plane turned around: `[kz, d, ky, kx]` */
  readonly adjoint: Constant;
  /** Places of the group's kernels in `[d, c]`, without those that are added. */
  readonly indices: readonly number[];
}

/** The kernels of a group that begins with `first`; some may be added that are 0. */
function bankOf(
  stage: Shrinking["stage"],
  { channel, first }: { channel: number; first: number },
): GraphBank {
  const [depth, height, width] = stage.kernelSize;
  const used = Math.min(KERNELS_AT_A_TIME, stage.kernelCount - first);
  let count = used;
  while (isMistaken(depth, count) || isMistaken(count, depth)) count++;
  const n = voxelsOf(stage.kernelSize);
  const plane = height * width;
  const all = normalizeKernels(stage).kernels;
  const kernels = new Float64Array(count * n);
  const adjoint = new Float64Array(count * n);
  const indices = Array.from(
    { length: used },
    (_, d) => (first + d) * stage.kernelChannels + channel,
  );
  indices.forEach((index, d) => {
    const kernel = all.subarray(index * n, (index + 1) * n);
    kernels.set(kernel, d * n);
    for (let u = 0; u < depth; u++) {
      const turned = kernel.slice(u * plane, (u + 1) * plane).reverse();
      adjoint.set(turned, (u * count + d) * plane);
    }
  });
  return {
    kernels: array(kernels, [count, depth, height, width]),
    adjoint: array(adjoint, [depth, count, height, width]),
    indices,
  };
}

/**
 * Whether onnxruntime's convolution on WebGPU (1.30) gives something else: with 6, 9, 12 .. channels in
 * and 4, 8, 12 .. out.
 */
function isMistaken(channels: number, outputs: number): boolean {
  return channels > 3 && channels % 3 === 0 && outputs % 4 === 0;
}
