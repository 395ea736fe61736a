/**
 * What an ONNX file says about itself: versions, inputs, metadata, and the model that its graph was
 * written from.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Model } from "./model.ts";
import { decodeModel } from "./model_file.ts";
import { type ProtobufField, readFields, readIntegers } from "./protobuf.ts";

/** The metadata entry that holds the model's text, `encodeModel`. */
export const MODEL_ENTRY = "trainable_wiener_model";

/** An input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  /** ONNX's number of the element type: 1 is float32, 7 is int64. */
  readonly elementType: number;
  /** Sizes, or names of the sizes that are open. */
  readonly shape: readonly (number | string)[];
}

/** An ONNX file without its operations. */
export interface OnnxFile {
  readonly irVersion: number;
  /** Of the standard operators. */
  readonly opset: number;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Bytes of the stored tensors by name, see `readStored`. */
  readonly stored: ReadonlyMap<string, Uint8Array>;
  readonly metadata: ReadonlyMap<string, string>;
  /** The graph's bytes, shared with the file's. */
  readonly graph: Uint8Array;
}

/**
 * Looks into an ONNX file; `name` is what messages call it.
 *
 * @throws {InputError} when it is no ONNX file or was cut off.
 *
 * @example
 * ```ts
 * import { readOnnxFile } from "./onnx_file.ts";
 * import assert from "node:assert/strict";
 *
 * const text = new TextEncoder().encode("not a model");
 * assert.throws(() => readOnnxFile(text, "a.onnx"), /^InputError: a.onnx is not an ONNX model/);
 * ```
 */
export function readOnnxFile(bytes: Uint8Array, name: string): OnnxFile {
  let irVersion = 0;
  let opset = 0;
  let graph: Uint8Array | undefined;
  const metadata = new Map<string, string>();
  try {
    for (const field of readFields(bytes)) {
      if (field.number === 1 && field.kind === "integer") irVersion = Number(field.value);
      if (field.kind !== "bytes") continue;
      if (field.number === 7) graph = field.bytes;
      if (field.number === 8) opset = readOpset(field.bytes) ?? opset;
      if (field.number === 14) {
        const entry = fieldsByNumber(field.bytes);
        metadata.set(textOf(entry.get(1)), textOf(entry.get(2)));
      }
    }
    if (graph && opset > 0) return { irVersion, opset, metadata, graph, ...readGraph(graph) };
  } catch (cause) {
    if (irVersion > 0) {
      throw new InputError(
        `${name} is truncated or damaged (${(cause as Error).message}); copy or export it again`,
        { cause },
      );
    }
  }
  if (irVersion > 0 && graph) {
    throw new InputError(
      `${name} is truncated: it ends before its operator set; copy or export it again`,
    );
  }
  throw new InputError(`${name} is not an ONNX model; give a file that export or train wrote`);
}

/**
 * The model that an ONNX file was written from, with exactly its parameters.
 *
 * @throws {InputError} when it is no ONNX file, was cut off, or another program wrote it.
 */
export function readOnnxModel(bytes: Uint8Array, name: string): Model {
  return modelOfOnnxFile(readOnnxFile(bytes, name), name);
}

/** As `readOnnxModel`, of a file that was looked into before. */
export function modelOfOnnxFile(file: OnnxFile, name: string): Model {
  const text = file.metadata.get(MODEL_ENTRY);
  if (text === undefined) {
    throw new InputError(
      `${name} is an ONNX model of another program, or was cut off: it has no metadata entry ` +
        `"${MODEL_ENTRY}"; give a file that export or train wrote`,
    );
  }
  return decodeModel(text, name);
}

/** A stored float32 tensor, or undefined where the file has none of that name. */
export function readStored(
  { stored }: OnnxFile,
  name: string,
): { readonly data: Float32Array; readonly shape: readonly number[] } | undefined {
  const bytes = stored.get(name);
  if (!bytes) return undefined;
  // TensorProto: dims 1 (packed or one by one), raw_data 9
  const shape: number[] = [];
  let data = new Float32Array();
  for (const field of readFields(bytes)) {
    if (field.number === 1 && field.kind === "integer") shape.push(Number(field.value));
    if (field.kind !== "bytes") continue;
    if (field.number === 1) shape.push(...readIntegers(field.bytes).map(Number));
    if (field.number === 9) {
      const { buffer, byteOffset, byteLength } = field.bytes;
      const view = new DataView(buffer, byteOffset, byteLength);
      data = Float32Array.from(
        { length: Math.floor(byteLength / 4) },
        (_, i) => view.getFloat32(4 * i, true),
      );
    }
  }
  return { data, shape };
}

function readOpset(bytes: Uint8Array): number | undefined {
  const fields = fieldsByNumber(bytes);
  const domain = textOf(fields.get(1));
  if (domain !== "" && domain !== "ai.onnx") return undefined;
  return integerOf(fields.get(2));
}

function readGraph(
  bytes: Uint8Array,
): Pick<OnnxFile, "inputs" | "outputs" | "stored"> {
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const stored = new Map<string, Uint8Array>();
  for (const field of readFields(bytes)) {
    if (field.kind !== "bytes") continue;
    if (field.number === 5) stored.set(textOf(fieldsByNumber(field.bytes).get(8)), field.bytes);
    if (field.number === 11) inputs.push(readValue(field.bytes));
    if (field.number === 12) outputs.push(readValue(field.bytes));
  }
  return { inputs, outputs, stored };
}

/** ValueInfoProto: name 1, type 2 -> tensor_type 1 -> elem_type 1, shape 2 -> dim 1. */
function readValue(bytes: Uint8Array): OnnxValue {
  const value = fieldsByNumber(bytes);
  const tensor = fieldsByNumber(bytesOf(fieldsByNumber(bytesOf(value.get(2))).get(1)));
  const shape: (number | string)[] = [];
  for (const field of readFields(bytesOf(tensor.get(2)))) {
    if (field.number !== 1 || field.kind !== "bytes") continue;
    const dimension = fieldsByNumber(field.bytes);
    const size = dimension.get(1);
    shape.push(size ? integerOf(size) : textOf(dimension.get(2)));
  }
  return { name: textOf(value.get(1)), elementType: integerOf(tensor.get(1)), shape };
}

function fieldsByNumber(bytes: Uint8Array): Map<number, ProtobufField> {
  return new Map([...readFields(bytes)].map((field) => [field.number, field]));
}

function bytesOf(field: ProtobufField | undefined): Uint8Array {
  return field && field.kind === "bytes" ? field.bytes : new Uint8Array();
}

function textOf(field: ProtobufField | undefined): string {
  return new TextDecoder().decode(bytesOf(field));
}

function integerOf(field: ProtobufField | undefined): number {
  return field && field.kind === "integer" ? Number(field.value) : 0;
}
