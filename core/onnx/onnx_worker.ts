/**
 * The thread that a graph runs in: onnxruntime blocks its thread while it works, so that nothing
 * else could be shown or stopped meanwhile.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { OnnxArray } from "./graph_inputs.ts";

/** What the thread is asked for. */
export type OnnxRequest =
  | { readonly kind: "load"; readonly bytes: Uint8Array; readonly threads: number }
  | { readonly kind: "run"; readonly inputs: readonly OnnxArray[]; readonly output: string };

/** What it answers. */
export type OnnxReply =
  | { readonly kind: "loaded" }
  | { readonly kind: "result"; readonly data: Float32Array }
  | { readonly kind: "failed"; readonly message: string };

/** Fatal errors alone: the others come as exceptions, and are told by them. */
const SEVERITY = 4;

let session: InferenceSession | undefined;

self.onmessage = async (event: MessageEvent<OnnxRequest>) => {
  const reply = await answer(event.data).catch((error): OnnxReply => ({
    kind: "failed",
    message: error instanceof Error ? error.message : String(error),
  }));
  self.postMessage(reply, reply.kind === "result" ? [reply.data.buffer] : []);
};

async function answer(request: OnnxRequest): Promise<OnnxReply> {
  if (request.kind === "load") {
    session = await InferenceSession.create(request.bytes, {
      intraOpNumThreads: request.threads,
      logSeverityLevel: SEVERITY,
      // The layout that "all" chooses makes convolutions to few planes slower, and patterns of memory
      // keep what one part of the graph has used from the others.
      graphOptimizationLevel: "extended",
      enableMemPattern: false,
    });
    return { kind: "loaded" };
  }
  const feeds = Object.fromEntries(
    request.inputs.map(({ name, data, shape }) => [
      name,
      data instanceof Float32Array
        ? new Tensor("float32", data, shape)
        : new Tensor("int64", data, shape),
    ]),
  );
  const results = await session!.run(feeds, { logSeverityLevel: SEVERITY });
  // A copy that belongs to this thread can be handed over; the runtime's memory cannot.
  return { kind: "result", data: (results[request.output].data as Float32Array).slice() };
}
