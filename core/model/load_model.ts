/**
 * Models by path.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { readFileBytes } from "../io/file_source.ts";
import type { Model } from "./model.ts";
import { decodeModel } from "./model_file.ts";
import { readOnnxModel } from "./onnx_file.ts";

/**
 * The model of a run folder, a model.json or an ONNX file that this program wrote.
 *
 * @throws {InputError} when there is none at `path`, or it is damaged.
 *
 * @example
 * ```ts
 * import { loadModel } from "./load_model.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => loadModel("no_such_run"), /Cannot read no_such_run: there is no such file/);
 * ```
 */
export function loadModel(path: string): Model {
  const file = modelFileOf(path);
  const bytes = readFileBytes(file);
  if (file.toLowerCase().endsWith(".onnx")) return readOnnxModel(bytes, file);
  // A protobuf message starts with a small number, JSON with a brace or a space.
  if (bytes[0] < 9) return readOnnxModel(bytes, file);
  return decodeModel(new TextDecoder().decode(bytes), file);
}

/** The file that holds the model: of a run folder its model.json, or its model.onnx. */
function modelFileOf(path: string): string {
  if (!isFolder(path)) return path;
  const folder = path.replace(/[/\\]+$/, "");
  for (const name of ["model.json", "model.onnx"]) {
    const file = `${folder}/${name}`;
    try {
      if (Deno.statSync(file).isFile) return file;
    } catch {
      // The next name, or the error below.
    }
  }
  throw new InputError(
    `${path} is a folder without a model.json or model.onnx; give the folder of a finished run, ` +
      `a model.json or an .onnx file`,
  );
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // Reading it gives the clear error.
  }
}
