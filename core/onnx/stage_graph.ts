/**
 * The stages of a model as a graph: one function for every kind of stage.
 *
 * @module
 */
import type { Stage } from "../twb/stage.ts";
import { emitCoarseStage } from "./coarse_graph.ts";
import { emit, type Graph, type Value } from "./graph.ts";
import { emitShrinkageStage } from "./shrinkage_graph.ts";
import type { StageContext } from "./stage_context.ts";
import { emitResidualStage, emitWienerStage, type StageInput } from "./wiener_graph.ts";

/**
 * All stages, from the stack to the result, `[c, z, y, x]` both. Estimates between them are on the
 * whole grid, which is larger than the stack.
 */
export function emitStages(
  graph: Graph,
  stack: Value,
  { stages, context }: { readonly stages: readonly Stage[]; readonly context: StageContext },
): Value {
  return stages.reduce(({ estimate, before }, stage, index) => {
    const extent = index === stages.length - 1 ? "stack" : "grid";
    const output = emitStage(graph, stage, { stack, estimate, before, extent, context });
    const positive = stage.positivity === "rectify" ? emit(graph, "Relu", [output]) : output;
    return { estimate: positive, before: output };
  }, { estimate: stack, before: stack }).estimate;
}

function emitStage(
  graph: Graph,
  stage: Stage,
  input: StageInput & { readonly context: StageContext },
): Value {
  switch (stage.kind) {
    case "wiener":
      return emitWienerStage(graph, stage, input);
    case "residual":
      return emitResidualStage(graph, stage, input);
    case "shrinkage":
      return emitShrinkageStage(graph, stage, input);
    case "coarse":
      return emitCoarseStage(graph, stage, input);
  }
}
