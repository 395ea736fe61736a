/**
 * The model of a file's bytes.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { Model } from "../../core/model/model.ts";
import { decodeModel } from "../../core/model/model_file.ts";
import { readOnnxModel } from "../../core/model/onnx_file.ts";
import { describeOnnx } from "../../core/onnx/check_onnx.ts";
import { defaultModel } from "../default_models.ts";
import type { BuiltInModel } from "../model_names.ts";
import type { NamedBytes } from "./restore_messages.ts";

/**
 * The model of a model.json or ONNX file, or a built-in one for stacks of `depth` planes.
 *
 * @throws {InputError} when the file is no model or is damaged.
 *
 * @example
 * ```ts
 * import { openModel } from "./browser_model.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(openModel(undefined, { depth: 1 }).stages[0].kernelSize[0], 1);
 * const bytes = new TextEncoder().encode("no model").buffer;
 * assert.throws(() => openModel({ bytes, name: "a.json" }, { depth: 1 }), /a.json is not a model/);
 * ```
 */
export function openModel(
  file: NamedBytes | undefined,
  { depth, builtIn }: { readonly depth: number; readonly builtIn?: BuiltInModel },
): Model {
  if (!file) return defaultModel(depth, builtIn);
  const bytes = new Uint8Array(file.bytes);
  if (bytes.length === 0) throw new InputError(`${file.name} is empty; give a model.json or .onnx`);
  // A protobuf message starts with a small number, JSON with a brace or a space.
  if (bytes[0] >= 9 && !file.name.toLowerCase().endsWith(".onnx")) {
    return decodeModel(new TextDecoder().decode(bytes), file.name);
  }
  readOnnxModel(bytes, file.name);
  return describeOnnx(bytes, file.name).model;
}
