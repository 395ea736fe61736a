/**
 * A graph as the bytes of an ONNX file.
 *
 * @module
 */
import onnxProto from "onnx-proto";
import type { onnx } from "onnx-proto";
import { VERSION } from "../version.ts";
import { checksum } from "./checksum.ts";
import type { Attribute, Constant, ElementType, Graph } from "./graph.ts";

/** Operator set of the graphs: the newest that the runtimes inside Fiji run well. */
export const OPSET = 17;

/** Version of the file format, which goes with the operator set. */
export const IR_VERSION = 8;

/** ONNX's numbers of the element types. */
const ELEMENT_TYPES: Record<ElementType, number> = { float32: 1, int64: 7, bool: 9 };

/** ONNX's numbers of the attributes' types. */
const ATTRIBUTE_TYPES = { integer: 2, graph: 5, integers: 7 } as const;

/** An input or output as the file declares it. */
export interface ValueDeclaration {
  readonly name: string;
  readonly type: ElementType;
  /** Sizes, or names of the ones that are open. */
  readonly shape: readonly (number | string)[];
  readonly description: string;
}

/** What a file holds beside its nodes. */
export interface GraphDeclaration {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly ValueDeclaration[];
  readonly outputs: readonly ValueDeclaration[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

/** The metadata entry that holds the checksum of the graph's bytes. */
export const CHECKSUM_ENTRY = "graph_crc32";

/** The file. */
export function encodeGraph(graph: Graph, declaration: GraphDeclaration): Uint8Array<ArrayBuffer> {
  const { name, description, inputs, outputs, metadata } = declaration;
  const { GraphProto, ModelProto } = onnxProto.onnx;
  const message = GraphProto.fromObject({
    ...graphMessage(graph, name),
    input: inputs.map(valueMessage),
    output: outputs.map(valueMessage),
  });
  const entries = [[CHECKSUM_ENTRY, checksum(GraphProto.encode(message).finish())], ...metadata];
  const model = ModelProto.fromObject({
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: OPSET }],
    producerName: "trainable-wiener",
    producerVersion: VERSION,
    docString: description,
    graph: message,
    metadataProps: entries.map(([key, value]) => ({ key, value })),
  });
  // A copy: the encoder may give a Buffer of a shared pool.
  return new Uint8Array(ModelProto.encode(model).finish());
}

function graphMessage(graph: Graph, name: string): onnx.IGraphProto {
  return {
    name,
    node: graph.nodes.map((node) => ({
      opType: node.operator,
      name: node.outputs[0],
      input: [...node.inputs],
      output: [...node.outputs],
      attribute: Object.entries(node.attributes).map(attributeMessage),
    })),
    initializer: [...graph.initializers].map(([name, constant]) => tensorMessage(name, constant)),
  };
}

function attributeMessage([name, value]: [string, Attribute]): onnx.IAttributeProto {
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPES.integer, i: value };
  if (typeof value === "string") {
    return { name, type: ATTRIBUTE_TYPES.integer, i: ELEMENT_TYPES[value] };
  }
  if ("nodes" in value) {
    const g = {
      ...graphMessage(value, name),
      output: value.outputs.map((output) => ({ name: output })),
    };
    return { name, type: ATTRIBUTE_TYPES.graph, g };
  }
  return { name, type: ATTRIBUTE_TYPES.integers, ints: [...value] };
}

function tensorMessage(name: string, { type, data, shape }: Constant): onnx.ITensorProto {
  return {
    name,
    dims: [...shape],
    dataType: ELEMENT_TYPES[type],
    rawData: rawBytes(data, type),
  };
}

/** Little-endian, as the format asks for. */
function rawBytes(data: Float64Array, type: ElementType): Uint8Array {
  const size = type === "float32" ? 4 : 8;
  const view = new DataView(new ArrayBuffer(data.length * size));
  data.forEach((value, i) => {
    if (type === "float32") view.setFloat32(i * 4, value, true);
    else view.setBigInt64(i * 8, BigInt(value), true);
  });
  return new Uint8Array(view.buffer);
}

function valueMessage({ name, type, shape, description }: ValueDeclaration): onnx.IValueInfoProto {
  const dim = shape.map((n) => typeof n === "number" ? { dimValue: n } : { dimParam: n });
  return {
    name,
    docString: description,
    type: { tensorType: { elemType: ELEMENT_TYPES[type], shape: { dim } } },
  };
}
