/**
 * What the page and its worker say to each other.
 *
 * @module
 */
import type { BuiltInModel } from "../model_names.ts";
import type { Line } from "../protocol.ts";

/** A file's bytes and what messages call it. */
export interface NamedBytes {
  readonly bytes: ArrayBuffer;
  readonly name: string;
}

/** What computes: the engine on WebGPU, onnxruntime on wasm, or the first of them that works. */
export const BACKENDS = ["auto", "webgpu", "wasm"] as const;

/** A name of {@link BACKENDS}. */
export type Backend = typeof BACKENDS[number];

/** A restoration; the worker is started for one and ended after it. */
export interface RestoreRequest {
  /** TIFF. */
  readonly stack: NamedBytes;
  /** What the dialog says, under the names of `plugin/job.ts`; sizes are the worker's. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** TIFF, where the PSF is not computed from optics. */
  readonly psf?: NamedBytes;
  /** model.json or ONNX; a built-in model where there is none. */
  readonly model?: NamedBytes;
  /** Which built-in model. @default "default" */
  readonly builtIn?: BuiltInModel;
  readonly backend: Backend;
  /** Of onnxruntime's wasm file. */
  readonly wasmUrl: string;
}

/** What the worker answers: lines and progress, then one of the last two. */
export type RestoreReply =
  | { readonly kind: "line"; readonly line: Line }
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "result"; readonly tiff: ArrayBuffer; readonly seconds: number }
  | { readonly kind: "failed"; readonly message: string };
