/**
 * Restoring channels with onnxruntime-web on wasm, one thread: pages without cross-origin isolation,
 * as ImageJ.JS is one, have no shared memory.
 *
 * @module
 */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { InputError } from "../../core/errors.ts";
import type { Model } from "../../core/model/model.ts";
import { channelOfOutput, inputsForChannel, OPENED_INPUTS } from "../../core/onnx/graph_inputs.ts";
import { openInputs } from "../../core/onnx/open_inputs.ts";
import { ONNX_NAMES, writeOnnx } from "../../core/onnx/write_onnx.ts";
import type { Restorer } from "../../core/restore.ts";
import type { Size, Volume } from "../../core/volume.ts";

/** What a restorer is made for. */
export interface OnnxWebOptions {
  readonly model: Model;
  /** One channel, or as many as the stack has; every channel sums to 1. */
  readonly psf: Volume;
  /** Of the pieces, `[z, y, x]`. */
  readonly size: Size;
  readonly wasmUrl: string;
}

/** Errors alone: the runtime's warnings are about its own work. */
const SEVERITY = 3;

/** Loads the runtime and the model's graph. What the runtime refuses is an `InputError`. */
export async function createOnnxWebRestorer(options: OnnxWebOptions): Promise<Restorer> {
  const { model, psf, size, wasmUrl } = options;
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: wasmUrl };
  const { bytes, opened } = openInputs(writeOnnx(model, { kind: "general" }), OPENED_INPUTS);
  const use = { model, size, psf, opened };
  const session = await InferenceSession.create(bytes, {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    logSeverityLevel: SEVERITY,
    // Memory between pieces is given back rather than kept in patterns.
    enableMemPattern: false,
  }).catch(refused);
  return {
    size,
    async restore(data, { channel, sigma }) {
      const feeds = Object.fromEntries(
        inputsForChannel(use, { data, channel, sigma }).map(({ name, data, shape }) => [
          name,
          data instanceof Float32Array
            ? new Tensor("float32", data, shape)
            : new Tensor("int64", data, shape),
        ]),
      );
      const results = await session.run(feeds).catch(refused);
      return channelOfOutput(use, results[ONNX_NAMES.restored].data as Float32Array, channel);
    },
    close() {
      session.release();
    },
  };
}

function refused(error: unknown): never {
  const line = (error instanceof Error ? error.message : String(error)).split("\n")[0];
  const advice = /alloc|memory/i.test(line)
    ? "the browser's memory is not enough: lower Memory, so that the stack is cut into tiles"
    : "try another browser, or the deconvolve command";
  throw new InputError(`onnxruntime could not do it (${line}); ${advice}`, { cause: error });
}
