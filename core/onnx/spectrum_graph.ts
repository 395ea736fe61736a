/**
 * Products, quotients and sums of spectra in a graph.
 *
 * @module
 */
import { emit, type Graph, type Value } from "./graph.ts";
import type { GraphSpectrum } from "./transform_graph.ts";

/** K S */
export function multiplySpectra(graph: Graph, k: GraphSpectrum, s: GraphSpectrum): GraphSpectrum {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  return {
    re: op("Sub", op("Mul", k.re, s.re), op("Mul", k.im, s.im)),
    im: op("Add", op("Mul", k.re, s.im), op("Mul", k.im, s.re)),
  };
}

/** conj(K) S */
export function correlateSpectra(graph: Graph, k: GraphSpectrum, s: GraphSpectrum): GraphSpectrum {
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  return {
    re: op("Add", op("Mul", k.re, s.re), op("Mul", k.im, s.im)),
    im: op("Sub", op("Mul", k.re, s.im), op("Mul", k.im, s.re)),
  };
}

/** An operator on the parts of a spectrum and those of another, or a real array. */
export function mapSpectrum(
  graph: Graph,
  operator: "Add" | "Mul" | "Div",
  [a, b]: readonly [GraphSpectrum, GraphSpectrum | Value],
): GraphSpectrum {
  const [re, im] = "re" in b ? [b.re, b.im] : [b, b];
  return { re: emit(graph, operator, [a.re, re]), im: emit(graph, operator, [a.im, im]) };
}
