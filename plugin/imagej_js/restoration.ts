/**
 * A restoration as the page sees it: a worker that is started, tells, and can be ended.
 *
 * @module
 */
import { CancelledError, InputError } from "../../core/errors.ts";
import type { Line } from "../protocol.ts";
import type { RestoreReply, RestoreRequest } from "./restore_messages.ts";

/** What the page does with the news. */
export interface RestorationListener {
  line(line: Line): void;
  progress(done: number, total: number): void;
}

/** A restoration under way. */
export interface Restoration {
  readonly result: Promise<{ readonly tiff: ArrayBuffer; readonly seconds: number }>;
  /** Ends the work at once; the result is then a `CancelledError`. */
  cancel(): void;
}

/** Starts a worker for one restoration; its memory is gone with it. */
export function startRestoration(
  request: RestoreRequest,
  { workerUrl, listener }: { readonly workerUrl: string; readonly listener: RestorationListener },
): Restoration {
  const worker = new Worker(workerUrl, { type: "module" });
  let cancel = () => {};
  const result = new Promise<{ tiff: ArrayBuffer; seconds: number }>((resolve, reject) => {
    cancel = () => reject(new CancelledError("Stopped; nothing was changed"));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new InputError(`The worker failed: ${event.message || "it could not be loaded"}`));
    };
    worker.onmessage = ({ data: reply }: MessageEvent<RestoreReply>) => {
      if (reply.kind === "line") listener.line(reply.line);
      else if (reply.kind === "progress") listener.progress(reply.done, reply.total);
      else if (reply.kind === "failed") reject(new InputError(reply.message));
      else resolve(reply);
    };
    // The stack stays with the page, for the next run and for the comparison.
    worker.postMessage(request);
  }).finally(() => worker.terminate());
  return { result, cancel: () => cancel() };
}
