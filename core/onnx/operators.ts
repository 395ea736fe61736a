/**
 * Short names for what the graphs do again and again.
 *
 * @module
 */
import { emit, emitNode, type Graph, integer, integers, type Value } from "./graph.ts";

/** A size of a shape: a number, -1 for what is left over, or a whole number of the graph. */
export type Dimension = number | Value;

/** The value in another shape. */
export function reshape(graph: Graph, value: Value, shape: readonly Dimension[]): Value {
  return emit(graph, "Reshape", [value, shapeOf(graph, shape)]);
}

/** A shape as the list that operators take. */
export function shapeOf(graph: Graph, shape: readonly Dimension[]): Value {
  const parts = shape.map((n) => typeof n === "number" ? integer(n) : n);
  if (parts.every((part) => part.kind === "constant")) {
    return integers(parts.map((part) => part.data[0]));
  }
  const lists = parts.map((part) => emit(graph, "Reshape", [part, integers([1])]));
  return emit(graph, "Concat", lists, { axis: 0 }, "shape");
}

/** 0, 1, .. n - 1 */
export function range(graph: Graph, n: Value): Value {
  return emit(graph, "Range", [integer(0), n, integer(1)]);
}

/** 0, 1, .. n - 1 along one axis of `rank`. */
export function rangeAlong(
  graph: Graph,
  n: Value,
  { axis, rank }: { axis: number; rank: number },
): Value {
  return along(graph, range(graph, n), { axis, rank });
}

/** A list along one axis of `rank`. */
export function along(
  graph: Graph,
  list: Value,
  { axis, rank }: { axis: number; rank: number },
): Value {
  return reshape(graph, list, Array.from({ length: rank }, (_, i) => i === axis ? -1 : 1));
}

/** Three or more values, added or multiplied. */
export function combineAll(graph: Graph, operator: "Add" | "Mul", values: readonly Value[]): Value {
  return values.reduce((sum, value) => emit(graph, operator, [sum, value]));
}

/** A product of sizes. */
export function times(graph: Graph, ...values: readonly Dimension[]): Value {
  return combineAll(graph, "Mul", values.map((n) => typeof n === "number" ? integer(n) : n));
}

/** One number of a list. */
export function at(graph: Graph, list: Value, index: Value): Value {
  return emit(graph, "Gather", [list, index], { axis: 0 });
}

/** A size of a tensor. */
export function sizeAt(graph: Graph, tensor: Value, axis: number): Value {
  return at(graph, emitNode(graph, "Shape", [tensor]), integer(axis));
}

/** Axes in another order. */
export function transpose(graph: Graph, value: Value, perm: readonly number[]): Value {
  return emit(graph, "Transpose", [value], { perm });
}

/** The values side by side along an axis. */
export function concat(graph: Graph, values: readonly Value[], axis: number): Value {
  return emit(graph, "Concat", values, { axis });
}

/** The part from `start` to before `end` along an axis, every `step`-th. */
export function slice(
  graph: Graph,
  value: Value,
  { axis, start, end, step = 1 }: {
    axis: number;
    start: Dimension;
    end: Dimension;
    step?: Dimension;
  },
): Value {
  const list = (n: Dimension) => shapeOf(graph, [n]);
  return emitNode(graph, "Slice", [value, list(start), list(end), integers([axis]), list(step)]);
}
