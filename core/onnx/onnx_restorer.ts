/**
 * Restoring channels with an ONNX file on onnxruntime, in a thread of its own.
 *
 * @module
 */
import { CancelledError, InputError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import { type Size, type Volume, voxelsOf } from "../volume.ts";
import { assertOnnxFits, describeOnnx, type OnnxDescription } from "./check_onnx.ts";
import type { OnnxArray, OnnxReply, OnnxRequest } from "./onnx_worker.ts";
import { openInputs } from "./open_inputs.ts";
import { ONNX_NAMES, UNKNOWN_SIGMA } from "./write_onnx.ts";

/** What onnxruntime takes of memory for a tile, in parts of what our engine takes (measured: 1.8). */
export const ONNX_MEMORY_FACTOR = 2;

/** A graph, ready for pieces of one size and one PSF; used like the engines' restorer. */
export interface OnnxRestorer {
  readonly model: Model;
  readonly size: Size;
  /**
   * Restores one channel of one piece.
   *
   * @param sigma of the noise as a part of the peak; used by noise-adaptive models.
   */
  restore(
    data: Float32Array,
    options: { readonly channel: number; readonly sigma: number },
  ): Promise<Float32Array>;
  /**
   * Restores all channels `[c, z, y, x]` of a baked graph's size at once; a noise-adaptive graph
   * estimates the noise itself.
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
  const file = openInputs(bytes, [ONNX_NAMES.sigma, ONNX_NAMES.channel]);
  const thread = startThread(name, signal);
  const begin = performance.now();
  const loaded = thread.ask({
    kind: "load",
    bytes: file.bytes,
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
      const inputs: OnnxArray[] = [{ name: ONNX_NAMES.image, data, shape }];
      if (file.opened.includes(ONNX_NAMES.sigma)) {
        inputs.push({ name: ONNX_NAMES.sigma, data: Float32Array.of(UNKNOWN_SIGMA), shape: [1] });
      }
      return await run(inputs);
    },
    async restore(data, { channel, sigma }) {
      const inputs: OnnxArray[] = baked
        ? [{ name: ONNX_NAMES.image, ...placeChannel(data, description, channel) }]
        : [
          { name: ONNX_NAMES.image, data, shape: [1, 1, ...size] },
          { name: ONNX_NAMES.psf, ...pickPsf(psf!, channel) },
        ];
      if (file.opened.includes(ONNX_NAMES.sigma)) {
        inputs.push({ name: ONNX_NAMES.sigma, data: Float32Array.of(sigma), shape: [1] });
      }
      if (file.opened.includes(ONNX_NAMES.channel)) {
        const place = BigInt64Array.of(BigInt(channel % model.channels));
        inputs.push({ name: ONNX_NAMES.channel, data: place, shape: [1] });
      }
      const restored = await run(inputs);
      if (!baked || baked.channels === 1) return restored;
      const voxels = voxelsOf(size);
      return restored.slice(channel * voxels, (channel + 1) * voxels);
    },
    close: thread.close,
  };
}

/** A stack of a baked graph's channels with one of them filled: channels do not mix. */
function placeChannel(
  data: Float32Array,
  { baked, model }: OnnxDescription,
  channel: number,
): Omit<OnnxArray, "name"> {
  const { channels, size } = baked!;
  const shape = [1, channels, ...size];
  if (channels === 1) return { data, shape };
  if (channel >= channels) {
    throw new InputError(
      `The model was exported for ${channels} channels and the stack has more; export it with a ` +
        `PSF of one channel${model.channels === 1 ? "" : " and shared kernels"}`,
    );
  }
  const stack = new Float32Array(channels * data.length);
  stack.set(data, channel * data.length);
  return { data: stack, shape };
}

function pickPsf(psf: Volume, channel: number): Omit<OnnxArray, "name"> {
  const voxels = voxelsOf(psf.shape);
  const begin = (channel % psf.shape[0]) * voxels;
  return {
    data: psf.data.slice(begin, begin + voxels),
    shape: [1, ...psf.shape.slice(1)],
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
