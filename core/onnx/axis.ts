/**
 * An axis of the transforms' grid in a graph: its lengths and its table of cosines and sines.
 *
 * A transform of length N = N1 N2 is done in two steps (Cooley & Tukey 1965): with the sample
 * i = i1 N2 + i2 and the frequency k = k1 + N1 k2,
 *
 *     X(k) = sum_i2 exp(-2 pi j i2 k / N) sum_i1 exp(-2 pi j i1 k1 / N1) x(i)
 *
 * Frequencies stay in the order (k1, k2) of the two steps; nothing in the filter asks for another.
 *
 * @module
 */
import { fastLength, isFastLength } from "../compute/grid.ts";
import {
  array,
  type Constant,
  emit,
  type Graph,
  integer,
  integers,
  real,
  type Value,
} from "./graph.ts";
import { at, combineAll, range, reshape } from "./operators.ts";

/** An axis. Lengths are whole numbers without a dimension. */
export interface Axis {
  /** n, of the stack. */
  readonly samples: Value;
  /** N, of the grid. */
  readonly length: Value;
  /** N1 */
  readonly slow: Value;
  /** N2 */
  readonly fast: Value;
  /** cos(2 pi i / N) for i = 0..N-1 */
  readonly cosines: Value;
  readonly sines: Value;
}

/** Cosines and sines of the same angles. */
export interface Phases {
  readonly cosines: Value;
  readonly sines: Value;
}

/** The longest grid axis that a graph for any size finds; far above what memory allows. */
export const MAX_LENGTH = 65536;

/** Intervals of the stored circle. */
const CIRCLE = 1024;

/** Whether an axis has a whole spectrum, or the half of real samples. */
export type AxisKind = "whole" | "half";

/**
 * The axis for `samples` of a stack and `psfSamples` of a PSF, as `gridFor` has it.
 */
export function createAxis(
  graph: Graph,
  { samples, psfSamples, kind }: { samples: Value; psfSamples: Value; kind: AxisKind },
): Axis {
  const half = emit(graph, "Div", [psfSamples, integer(2)]);
  const needed = combineAll(graph, "Add", [samples, half, half]);
  if (needed.kind === "constant") {
    const length = fastLength(needed.data[0]);
    const slow = slowFactor(length, kind);
    const [cosines, sines] = [Math.cos, Math.sin].map((f) =>
      array(Float64Array.from({ length }, (_, i) => f(2 * Math.PI * i / length)), [length])
    );
    const [n, n1, n2] = [length, slow, length / slow].map(integer);
    return { samples, length: n, slow: n1, fast: n2, cosines, sines };
  }
  const table = fastLengths();
  // The place of the first length that is enough; beyond the last one, the runtime refuses it.
  const tooShort = emit(graph, "Cast", [
    emit(graph, "Less", [table.lengths, needed]),
  ], { to: "int64" });
  const index = emit(graph, "ReduceSum", [tooShort, integers([0])], { keepdims: 0 });
  const length = at(graph, table.lengths, index);
  const slow = at(graph, table[kind], index);
  const fast = emit(graph, "Div", [length, slow]);
  const { cosines, sines } = phasesOf(graph, range(graph, length), length);
  return { samples, length, slow, fast, cosines, sines };
}

/** cos and sin of 2 pi product / N, for whole numbers `product` of any sign. */
export function lookUp(graph: Graph, axis: Axis, product: Value): Phases {
  const index = emit(graph, "Mod", [product, axis.length]);
  return {
    cosines: emit(graph, "Gather", [axis.cosines, index], {}, "cosines"),
    sines: emit(graph, "Gather", [axis.sines, index], {}, "sines"),
  };
}

/**
 * cos and sin of 2 pi numerator / denominator for whole numbers, 0 <= numerator <= denominator, as
 * float32 within 1e-7: the nearest point q / 1024 of a stored circle before, turned by the angle
 * t < 2 pi / 1024 that is left over, whose series ends after two terms. The division is one of whole
 * numbers, so that the angle has no error, and the turn is a small number added to the stored one,
 * so that it has none that counts. Without float64, which runtimes on graphics cards do not have.
 */
export function phasesOf(graph: Graph, numerator: Value, denominator: Value): Phases {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const single = (value: Value) => emit(graph, "Cast", [value], { to: "float32" });
  const scaled = op("Mul", numerator, integer(CIRCLE));
  const nearest = op("Div", scaled, denominator);
  const rest = op("Sub", scaled, op("Mul", nearest, denominator));
  const t = op("Div", op("Mul", single(rest), real(2 * Math.PI / CIRCLE)), single(denominator));
  const square = op("Mul", t, t);
  // cos t - 1 = -t^2 / 2,  sin t = t - t^3 / 6
  const cosine = op("Mul", square, real(-1 / 2));
  const sine = op("Sub", t, op("Mul", t, op("Mul", square, real(1 / 6))));
  const nearCos = emit(graph, "Gather", [circle.cosines, nearest]);
  const nearSin = emit(graph, "Gather", [circle.sines, nearest]);
  // cos(q + t) = cos q + (cos q (cos t - 1) - sin q sin t),  sin(q + t) = sin q + (...)
  return {
    cosines: op("Add", nearCos, op("Sub", op("Mul", nearCos, cosine), op("Mul", nearSin, sine))),
    sines: op("Add", nearSin, op("Add", op("Mul", nearSin, cosine), op("Mul", nearCos, sine))),
  };
}

/**
 * How `taperWeights` joins the last sample to the first, as the share of the first one at the grid's
 * points from `first` on: 0.5 - 0.5 cos(pi (g + 1) / (gap + 1)) at the gap's g-th point.
 */
export function taperShares(graph: Graph, axis: Axis, points: Value): Value {
  const gap = emit(graph, "Sub", [axis.length, axis.samples]);
  const place = emit(graph, "Add", [emit(graph, "Sub", [points, axis.samples]), integer(1)]);
  const denominator = emit(graph, "Mul", [
    emit(graph, "Add", [gap, integer(1)]),
    integer(2),
  ]);
  const { cosines } = phasesOf(graph, emit(graph, "Max", [place, integer(0)]), denominator);
  const half = real(1 / 2);
  return emit(graph, "Sub", [half, emit(graph, "Mul", [cosines, half])]);
}

/** k = k1 + N1 k2 for `count` values of k1 and all of k2, `[k1, k2]` as one list. */
export function frequenciesOf(graph: Graph, axis: Axis, count: Value = axis.slow): Value {
  const k1 = reshape(graph, range(graph, count), [-1, 1]);
  const k2 = reshape(graph, range(graph, axis.fast), [1, -1]);
  const k = emit(graph, "Add", [k1, emit(graph, "Mul", [axis.slow, k2])]);
  return reshape(graph, k, [-1]);
}

/**
 * N1: the divisor with which the two steps cost the least. Of a half spectrum k1 goes from 0 to N1 / 2,
 * so that its 1 + N1 / 2 times N2 frequencies are the fewer the larger N1 is; they are what all
 * later steps work on, and `LATER_STEPS` is what these cost beside the first two.
 */
export function slowFactor(length: number, kind: AxisKind): number {
  const cost = (slow: number) => {
    const fast = length / slow;
    if (kind === "whole") return slow + fast;
    return (Math.floor(slow / 2) + 1) * fast * (2 * slow + 4 * fast + LATER_STEPS);
  };
  let best = 1;
  for (let divisor = 1; divisor * divisor <= length; divisor++) {
    if (length % divisor !== 0) continue;
    for (const slow of [divisor, length / divisor]) if (cost(slow) < cost(best)) best = slow;
  }
  return best;
}

/** Multiplications for every frequency along x in the steps along y and z, about. */
const LATER_STEPS = 400;

/** Cosine and sine at the points of a circle, one more than a turn: numerator = denominator. */
const circle = {
  cosines: circleOf(Math.cos),
  sines: circleOf(Math.sin),
};

function circleOf(f: (angle: number) => number): Constant {
  const points = Float64Array.from({ length: CIRCLE + 1 }, (_, i) => f(2 * Math.PI * i / CIRCLE));
  return array(points, [CIRCLE + 1]);
}

/** All fast lengths, and N1 of each. */
interface FastLengths {
  readonly lengths: Constant;
  readonly whole: Constant;
  readonly half: Constant;
}

let fastLengthsKnown: FastLengths | undefined;

function fastLengths(): FastLengths {
  if (!fastLengthsKnown) {
    const lengths = Array.from({ length: MAX_LENGTH }, (_, i) => i + 1).filter(isFastLength);
    fastLengthsKnown = {
      lengths: integers(lengths),
      whole: integers(lengths.map((length) => slowFactor(length, "whole"))),
      half: integers(lengths.map((length) => slowFactor(length, "half"))),
    };
  }
  return fastLengthsKnown;
}
