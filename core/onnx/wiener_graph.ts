/**
 * The stages that are filters, the Wiener block and its correction, as parts of a graph.
 *
 * @module
 */
import type { ResidualStage, WienerStage } from "../twb/stage.ts";
import { emit, type Graph, real, type Value } from "./graph.ts";
import { correlateSpectra, mapSpectrum, multiplySpectra } from "./spectrum_graph.ts";
import { emitDivisor, type StageContext } from "./stage_context.ts";
import {
  cropToStack,
  type Extent,
  forwardTransform,
  type GraphSpectrum,
  inverseTransform,
} from "./transform_graph.ts";

/** Fields of a stage, `[c, z, y, x]`. */
export interface StageInput {
  /** The stack, y. */
  readonly stack: Value;
  /** The last stage's estimate on the whole grid, x; the stack itself for the first stage. */
  readonly estimate: Value;
  /** The same before its positivity. */
  readonly before: Value;
  /** What the output is to be on. */
  readonly extent: Extent;
}

/** conj(K) Y / (|K|^2 + w R) */
export function emitWienerStage(
  graph: Graph,
  stage: WienerStage,
  { stack, extent, context }: StageInput & { readonly context: StageContext },
): Value {
  const { grid } = context;
  const observed = forwardTransform(graph, stack, grid, "taper");
  const filter = emitQuotient(graph, stage, context);
  return inverseTransform(graph, correlateSpectra(graph, filter, observed), grid, extent);
}

/** x + mu F^-1[ conj(K) F M^T (y - M K x) / (|K|^2 + w R) ] */
export function emitResidualStage(
  graph: Graph,
  stage: ResidualStage,
  input: StageInput & { readonly context: StageContext },
): Value {
  const { estimate, extent, context } = input;
  const { grid } = context;
  const { residual } = emitResidual(graph, input);
  const filter = emitQuotient(graph, stage, context);
  const filtered = correlateSpectra(graph, filter, residual);
  const correction = inverseTransform(graph, filtered, grid, extent);
  const scaled = emit(graph, "Mul", [correction, real(stage.stepSize)]);
  const before = extent === "grid" ? estimate : cropToStack(graph, estimate, grid);
  return emit(graph, "Add", [before, scaled]);
}

/** K F x, and F M^T (y - M K x): what the estimate does not explain of the stack. */
export function emitResidual(
  graph: Graph,
  { stack, estimate, context }: StageInput & { readonly context: StageContext },
): { readonly predicted: GraphSpectrum; readonly residual: GraphSpectrum } {
  const { grid, transfer } = context;
  const predicted = multiplySpectra(
    graph,
    transfer,
    forwardTransform(graph, estimate, grid, "grid"),
  );
  const explained = inverseTransform(graph, predicted, grid, "stack");
  const rest = emit(graph, "Sub", [stack, explained]);
  return { predicted, residual: forwardTransform(graph, rest, grid, "zero") };
}

/** K / (|K|^2 + w R): the quotient of K alone, which a fixed PSF's graph holds. */
function emitQuotient(
  graph: Graph,
  stage: WienerStage | ResidualStage,
  context: StageContext,
): GraphSpectrum {
  const { divisor } = emitDivisor(graph, stage, context);
  return mapSpectrum(graph, "Div", [context.transfer, divisor]);
}
