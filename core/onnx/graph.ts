/**
 * An ONNX graph while it is written. What follows from constants is computed at once, so that the
 * same code writes a graph for any size, whose tables are made while it runs, and one for a fixed
 * size, which holds them.
 *
 * @module
 */
import { foldNode } from "./fold.ts";

/** Types of elements that the graphs use. */
export type ElementType = "float32" | "int64" | "bool";

/** Numbers that are known while the graph is written; kept as float64 whatever their type. */
export interface Constant {
  readonly kind: "constant";
  readonly type: ElementType;
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** What a node, an input or a stored tensor gives. */
export interface Tensor {
  readonly kind: "tensor";
  readonly name: string;
}

/** Something that a node can take. */
export type Value = Constant | Tensor;

/** An attribute: numbers, a type, or the graph of a branch. */
export type Attribute = number | readonly number[] | ElementType | Graph;

/** Attributes by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** A node. */
export interface GraphNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A graph being written. */
export interface Graph {
  readonly nodes: GraphNode[];
  /** Stored tensors by name. */
  readonly initializers: Map<string, Constant>;
  /** Outputs of a branch; those of a whole graph are declared with their shapes. */
  readonly outputs: string[];
  readonly stored: Map<Constant, Tensor>;
  /** Stored constants that may be equal. */
  readonly alike: Map<number, readonly Constant[]>;
  /** Outputs by operator, inputs and attributes: what is asked for twice is computed once. */
  readonly known: Map<string, Tensor>;
  readonly names: Map<string, number>;
}

/** An empty graph. */
export function createGraph(): Graph {
  return createBranch({ names: new Map() });
}

/** The graph of a branch of `graph`, whose tensors it sees. */
export function createBranch({ names }: Pick<Graph, "names">): Graph {
  return {
    nodes: [],
    initializers: new Map(),
    outputs: [],
    stored: new Map(),
    alike: new Map(),
    known: new Map(),
    names,
  };
}

/**
 * The result of an operator: a constant where its inputs are, a node's output else. `name` is what
 * the node is called for those who look at the graph.
 *
 * @example
 * ```ts
 * import { createGraph, emit, integer } from "./graph.ts";
 * import assert from "node:assert/strict";
 *
 * const graph = createGraph();
 * const sum = emit(graph, "Add", [integer(2), integer(3)]);
 * assert.deepEqual(sum, integer(5));
 * const twice = emit(graph, "Mul", [{ kind: "tensor", name: "width" }, integer(2)]);
 * assert.deepEqual(twice, { kind: "tensor", name: "Mul_1" });
 * assert.equal(graph.nodes.length, 1);
 * ```
 */
export function emit(
  graph: Graph,
  operator: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
  name = operator,
): Value {
  if (inputs.length > 0 && inputs.every((value) => value.kind === "constant")) {
    const folded = foldNode(operator, inputs as readonly Constant[], attributes);
    if (folded) return folded;
  }
  return emitNode(graph, operator, inputs, attributes, name);
}

/** A node, even where the result could be known. */
export function emitNode(
  graph: Graph,
  operator: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
  name = operator,
): Tensor {
  const names = inputs.map((value) => tensorOf(graph, value).name);
  const key = operator === "If" ? "" : JSON.stringify([operator, names, attributes]);
  const known = graph.known.get(key);
  if (known) return known;
  const output = nextName(graph, name);
  graph.nodes.push({ operator, inputs: names, outputs: [output], attributes });
  const tensor: Tensor = { kind: "tensor", name: output };
  // A branch is a graph of its own, made for its one place.
  if (operator !== "If") graph.known.set(key, tensor);
  return tensor;
}

/** Both outputs of a node that has two. */
export function emitPair(
  graph: Graph,
  operator: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
): readonly [Tensor, Tensor] {
  const outputs = [nextName(graph, operator), nextName(graph, operator)];
  const names = inputs.map((value) => tensorOf(graph, value).name);
  graph.nodes.push({ operator, inputs: names, outputs, attributes });
  return [{ kind: "tensor", name: outputs[0] }, { kind: "tensor", name: outputs[1] }];
}

/** A stored tensor: what is computed of it is left to the runtime. */
export function store(graph: Graph, constant: Constant, name: string): Tensor {
  graph.initializers.set(name, constant);
  return { kind: "tensor", name };
}

/** Names the graph's output. */
export function nameOutput(graph: Graph, value: Value, name: string): void {
  const inputs = [tensorOf(graph, value).name];
  graph.nodes.push({ operator: "Identity", inputs, outputs: [name], attributes: {} });
  graph.outputs.push(name);
}

/** Takes out the nodes and stored tensors that no output needs. */
export function removeUnused(graph: Graph): void {
  const used = new Set(graph.outputs);
  const kept: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    kept.push(node);
    for (const name of inputsOf(node)) used.add(name);
  }
  graph.nodes.splice(0, graph.nodes.length, ...kept.toReversed());
  for (const name of graph.initializers.keys()) {
    if (!used.has(name)) graph.initializers.delete(name);
  }
}

/** Names that a node takes, and its branches. */
function inputsOf({ inputs, attributes }: GraphNode): readonly string[] {
  const branches = Object.values(attributes).filter((value): value is Graph =>
    typeof value === "object" && "nodes" in value
  );
  return [...inputs, ...branches.flatMap(({ nodes }) => nodes.flatMap(inputsOf))];
}

/** A whole number without a dimension. */
export function integer(value: number): Constant {
  return { kind: "constant", type: "int64", data: Float64Array.of(value), shape: [] };
}

/** Whole numbers as a list. */
export function integers(values: readonly number[]): Constant {
  const data = Float64Array.from(values);
  return { kind: "constant", type: "int64", data, shape: [data.length] };
}

/** A float32 without a dimension. */
export function real(value: number): Constant {
  return { kind: "constant", type: "float32", data: Float64Array.of(value), shape: [] };
}

/** An array of float32, or of another type. */
export function array(
  data: ArrayLike<number>,
  shape: readonly number[],
  type: ElementType = "float32",
): Constant {
  return { kind: "constant", type, data: Float64Array.from(data), shape };
}

function nextName(graph: Graph, name: string): string {
  const count = (graph.names.get(name) ?? 0) + 1;
  graph.names.set(name, count);
  return `${name}_${count}`;
}

/** The tensor of a value; a constant is stored the first time it is used. */
function tensorOf(graph: Graph, value: Value): Tensor {
  if (value.kind === "tensor") return value;
  const known = graph.stored.get(value) ?? findEqual(graph, value);
  if (known) return known;
  const tensor = store(graph, value, nextName(graph, "constant"));
  graph.stored.set(value, tensor);
  const key = digest(value);
  graph.alike.set(key, [...graph.alike.get(key) ?? [], value]);
  return tensor;
}

/** Equal constants are stored once: shapes, indices and the matrices of every transform. */
function findEqual(graph: Graph, value: Constant): Tensor | undefined {
  const same = graph.alike.get(digest(value)) ?? [];
  const equal = same.find((other) =>
    other.type === value.type && other.shape.length === value.shape.length &&
    other.shape.every((n, i) => n === value.shape[i]) &&
    other.data.every((n, i) => n === value.data[i])
  );
  return equal && graph.stored.get(equal);
}

/** Equal for equal constants, and seldom for others. */
function digest({ data }: Constant): number {
  const bytes = new Int32Array(data.buffer, data.byteOffset, 2 * data.length);
  return bytes.reduce((sum, word) => Math.imul(sum ^ word, 0x01000193), 2 * data.length);
}
