/**
 * Restoring channels with an ONNX file on onnxruntime, in a thread of its own.
 *
 * @module
 */
import { CancelledError, InputError } from "../errors.ts";
import { hasShrinkage, type Model } from "../model/model.ts";
import type { Size, Volume } from "../volume.ts";
import { assertOnnxFits, describeOnnx } from "./check_onnx.ts";
import {
  channelOfOutput,
  inputsForChannel,
  type OnnxArray,
  OPENED_INPUTS,
} from "./graph_inputs.ts";
import type { OnnxReply, OnnxRequest } from "./onnx_worker.ts";
import { openInputs } from "./open_inputs.ts";
import { ONNX_NAMES, UNKNOWN } from "./write_onnx.ts";

/**
 * What onnxruntime takes of memory for a tile, in parts of what our engine takes: measured 1.8, and 4.3
 * where the responses of several kernels are held at a time.
 */
export function onnxMemoryFactor(model: Model): number {
  return hasShrinkage(model) ? 5 : 2;
}

/** A graph, ready for pieces of one size and one PSF; used like the engines' restorer. */
export interface OnnxRestorer {
  readonly model: Model;
  readonly size: Size;
  /**
   * Restores one channel of one piece, on the scale of the stack's peak.
   *
   * @param sigma of the noise as a part of the peak; used by noise-adaptive models.
   */
  restore(
    data: Float32Array,
    options: { readonly channel: number; readonly sigma: number },
  ): Promise<Float32Array>;
  /**
   * Restores all channels `[c, z, y, x]` of a baked graph's size at once; the graph itself finds
   * the peak, and estimates the noise, where it heeds them.
   */
  restoreAll(data: Float32Array): Promise<Float32Array>;
  /** Ends the thread. */
  close(): void;
}

/** What a restorer is made for. */
export interface OnnxRestorerOptions {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** What messages call it. */
  readonly name: string;
  /** One channel, or as many as the stack has, each of sum 1; a baked graph has its own. */
  readonly psf?: Volume;
  /** Of the pieces, `[z, y, x]`. */
  readonly size: Size;
  /** @default the number of cores */
  readonly threads?: number;
  /** Ends the work at once, also within a piece. */
  readonly signal?: AbortSignal;
  /** When the runtime has read the graph, with the seconds it took. */
  onLoad?(seconds: number): void;
}

/**
 * Checks the file at once and loads it in a thread; the first piece waits for that.
 *
 * @throws {InputError} when the file cannot be run or does not go with the size or the PSF. What the
 * runtime refuses comes as an `InputError` of `restore`, a signal as a `CancelledError`.
 */
export function createOnnxRestorer(options: OnnxRestorerOptions): OnnxRestorer {
  const { bytes, name, psf, size, signal } = options;
  const description = describeOnnx(bytes, name);
  assertOnnxFits(description, options, name);
  const { model, baked } = description;
  const { bytes: file, opened } = openInputs(bytes, OPENED_INPUTS);
  const use = { model, size, psf, opened, bakedChannels: baked?.channels };
  const thread = startThread(name, signal);
  const begin = performance.now();
  const loaded = thread.ask({
    kind: "load",
    bytes: file,
    threads: options.threads ?? navigator.hardwareConcurrency,
  }).then(() => options.onLoad?.((performance.now() - begin) / 1000));
  // The first piece reports a failure; until then it is no unhandled one.
  loaded.catch(() => {});
  const run = async (inputs: readonly OnnxArray[]) => {
    await loaded;
    const reply = await thread.ask({ kind: "run", inputs, output: ONNX_NAMES.restored });
    return (reply as Extract<OnnxReply, { kind: "result" }>).data;
  };
  return {
    model,
    size,
    async restoreAll(data) {
      if (!baked) throw new TypeError(`${name} is for any PSF: restore its channels one by one`);
      const shape = [1, baked.channels, ...size];
      // The graph finds out itself what it is not told.
      const unknown = opened.map((name) => ({ name, data: Float32Array.of(UNKNOWN), shape: [1] }));
      return await run([{ name: ONNX_NAMES.image, data, shape }, ...unknown]);
    },
    async restore(data, { channel, sigma }) {
      const restored = await run(inputsForChannel(use, { data, channel, sigma }));
      return channelOfOutput(use, restored, channel);
    },
    close: thread.close,
  };
}

interface OnnxThread {
  ask(request: OnnxRequest): Promise<OnnxReply>;
  close(): void;
}

/** The thread; questions are answered one after the other. */
function startThread(name: string, signal?: AbortSignal): OnnxThread {
  const worker = new Worker(new URL("./onnx_worker.ts", import.meta.url), { type: "module" });
  let ended: Error | undefined;
  let reject: (error: Error) => void = () => {};
  let last: Promise<unknown> = Promise.resolve();
  const stop = (error: Error) => {
    if (ended) return;
    ended = error;
    signal?.removeEventListener("abort", cancel);
    worker.terminate();
    reject(error);
  };
  const cancel = () => stop(new CancelledError("Stopped; nothing was written"));
  signal?.addEventListener("abort", cancel);
  worker.onerror = (event) => {
    event.preventDefault();
    stop(new InputError(`onnxruntime failed on ${name}: ${event.message.split("\n")[0]}`));
  };
  if (signal?.aborted) cancel();
  const ask = (request: OnnxRequest) =>
    new Promise<OnnxReply>((resolve, fail) => {
      if (ended) return fail(ended);
      reject = fail;
      worker.onmessage = ({ data: reply }: MessageEvent<OnnxReply>) => {
        if (reply.kind !== "failed") return resolve(reply);
        const line = reply.message.split("\n")[0];
        fail(new InputError(`onnxruntime cannot run ${name}: ${line}`));
      };
      worker.postMessage(request);
    });
  return {
    ask(request) {
      const reply = last.then(() => ask(request));
      last = reply.catch(() => {});
      return reply;
    },
    close: () => stop(new Error(`${name} is closed`)),
  };
}
