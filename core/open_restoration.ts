/**
 * The model and the PSF of a restoration, from what a user names.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { readFileBytes } from "./io/file_source.ts";
import { loadModel } from "./model/load_model.ts";
import type { Model } from "./model/model.ts";
import { hasRunFile, runPath } from "./model/run_folder.ts";
import { describeOnnx } from "./onnx/check_onnx.ts";
import { loadPsfFor } from "./psf/load_psf.ts";
import type { Volume } from "./volume.ts";

/** What is needed to restore. */
export interface Restoration {
  readonly model: Model;
  /** Every channel sums to 1. */
  readonly psf: Volume;
  /** The ONNX file, where there is one. */
  readonly onnx?: { readonly bytes: Uint8Array; readonly name: string };
}

/**
 * Reads a model (run folder, model.json or ONNX file) and a PSF (a file or a preset; an ONNX file that
 * was exported for one PSF brings its own).
 *
 * @throws {InputError} when either cannot be read, the PSF is missing, or an ONNX file is wanted and
 * there is none.
 */
export async function openRestoration(
  path: string,
  { psf, image, runtime }: {
    readonly psf?: string;
    /** The file that is to be restored. */
    readonly image: string;
    readonly runtime: "native" | "onnx";
  },
): Promise<Restoration> {
  const file = hasRunFile(path, "onnx") ? runPath(path, "onnx") : path;
  const isOnnx = file.toLowerCase().endsWith(".onnx");
  if (runtime === "onnx" && !isOnnx) {
    throw new InputError(`${path} has no ONNX file for --engine onnx; make one with export`);
  }
  const name = runtime === "onnx" ? file : path;
  const onnx = isOnnx && (runtime === "onnx" || path === file)
    ? { bytes: readFileBytes(file), name: file }
    : undefined;
  const own = onnx && describeOnnx(onnx.bytes, onnx.name).baked?.psf;
  const model = loadModel(name);
  if (psf !== undefined) return { model, psf: (await loadPsfFor(image, psf)).psf, onnx };
  if (own) return { model, psf: own, onnx };
  throw new InputError("--psf is missing; give a TIFF, or a preset such as hela3d/psf1");
}
