/**
 * A stage on a coarser scale as a part of a graph: means around nodes every few voxels, what their
 * responses say of them, and that spread over the voxels between the nodes.
 *
 * @module
 */
import type { CoarseStage } from "../twb/stage.ts";
import { array, emit, type Graph, integer, real, type Value } from "./graph.ts";
import { along, range, rangeAlong, reshape, sizeAt } from "./operators.ts";
import { emitShrunkResponses, type PeriodicAxis } from "./shrinkage_graph.ts";
import type { StageContext } from "./stage_context.ts";
import { cropToStack, padToGrid } from "./transform_graph.ts";
import type { StageInput } from "./wiener_graph.ts";

/** Nodes along an axis of the stack, and the voxels that they are made from. */
interface NodeAxis extends PeriodicAxis {
  /** Of the stack. */
  readonly voxels: Value;
  /** Voxels from node to node. */
  readonly factor: number;
  /** Nodes before the first one that kernels reach. */
  readonly before: number;
  /** Of tensors `[c, z, y, x]`. */
  readonly axis: number;
}

/** x - U sum_d g_d^T z_d of the estimate's means. */
export function emitCoarseStage(
  graph: Graph,
  stage: CoarseStage,
  { estimate, extent, context }: Pick<StageInput, "estimate" | "extent"> & {
    readonly context: StageContext;
  },
): Value {
  const { grid } = context;
  const [z, y, x] = [grid.z, grid.y, grid.x].map(({ samples }, i) =>
    nodesAlong(graph, samples, {
      factor: stage.factor[i],
      taps: stage.kernelSize[i],
      axis: i + 1,
    })
  );
  const seen = cropToStack(graph, estimate, grid);
  const means = [x, y, z].reduce((work, axis) => averageAlong(graph, work, axis), seen);
  const responses = emitShrunkResponses(graph, means, {
    stage,
    context: { ...context, grid: { z, y, x } },
  });
  const error = [z, y, x].reduce((work, axis) => spreadAlong(graph, work, axis), responses);
  return extent === "stack"
    ? emit(graph, "Sub", [seen, error])
    : emit(graph, "Sub", [estimate, padToGrid(graph, error, grid)]);
}

function nodesAlong(
  graph: Graph,
  voxels: Value,
  { factor, taps, axis }: { factor: number; taps: number; axis: number },
): NodeAxis {
  const plus = (value: Value, n: number) => emit(graph, "Add", [value, integer(n)]);
  // From voxel 0 to the last one, or the first behind it.
  const samples = plus(emit(graph, "Div", [plus(voxels, factor - 2), integer(factor)]), 1);
  const length = plus(samples, taps - 1);
  return { samples, length, voxels, factor, before: Math.floor(taps / 2), axis };
}

/** Weights (f - |d|) / f^2 at the distances |d| < f from every node; lines are mirrored at their ends. */
function averageAlong(graph: Graph, value: Value, nodes: NodeAxis): Value {
  const { length, voxels, factor, before, axis } = nodes;
  // Kernels of one tap reach no other node: the means are the voxels.
  if (factor === 1 && before === 0) return value;
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const count = 2 * factor - 1;
  // The nodes before the first one are the last ones of the periodic line.
  const shifted = op("Add", rangeAlong(graph, length, { axis: 0, rank: 2 }), integer(before));
  const node = op("Sub", op("Mod", shifted, length), integer(before));
  const taps = Array.from({ length: count }, (_, i) => i - factor + 1);
  const distances = array(taps, [1, count], "int64");
  const period = op("Mul", voxels, integer(2));
  const place = op("Mod", op("Add", op("Mul", node, integer(factor)), distances), period);
  const mirrored = op("Sub", op("Sub", period, integer(1)), place);
  const list = reshape(graph, op("Min", place, mirrored), [-1]);
  const gathered = emit(graph, "Gather", [value, list], { axis });
  if (count === 1) return gathered;
  const sizes = [0, 1, 2, 3].map((i) => i === axis ? length : sizeAt(graph, value, i));
  const apart = reshape(graph, gathered, [
    ...sizes.slice(0, axis + 1),
    count,
    ...sizes.slice(axis + 1),
  ]);
  const shares = array(taps.map((d) => (factor - Math.abs(d)) / factor ** 2), [count]);
  const weighted = op("Mul", apart, along(graph, shares, { axis: axis + 1, rank: 5 }));
  const axes = array([axis + 1], [1], "int64");
  return emit(graph, "ReduceSum", [weighted, axes], { keepdims: 0 });
}

/** Linear between the nodes on both sides. */
function spreadAlong(graph: Graph, value: Value, nodes: NodeAxis): Value {
  const { samples, voxels, factor, axis } = nodes;
  if (factor === 1) return value;
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const places = range(graph, voxels);
  const node = op("Div", places, integer(factor));
  const part = op("Sub", places, op("Mul", node, integer(factor)));
  const share = op("Div", emit(graph, "Cast", [part], { to: "float32" }), real(factor));
  // On the last node nothing comes from behind it.
  const next = op("Min", op("Add", node, integer(1)), op("Sub", samples, integer(1)));
  const [here, behind] = [node, next].map((list) => emit(graph, "Gather", [value, list], { axis }));
  const step = op("Mul", op("Sub", behind, here), along(graph, share, { axis, rank: 4 }));
  return op("Add", here, step);
}
