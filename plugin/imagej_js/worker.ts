/**
 * The thread that restores, so that the page stays responsive; ending it is how one cancels.
 *
 * @module
 */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { describeError } from "../../core/errors.ts";
import type { RestoreReply, RestoreRequest } from "./restore_messages.ts";
import { restoreStack } from "./restore_stack.ts";

self.onmessage = async ({ data: request }: MessageEvent<RestoreRequest>) => {
  const reply = (message: RestoreReply, transfer: Transferable[] = []) =>
    self.postMessage(message, transfer);
  const begin = performance.now();
  try {
    const { buffer: tiff } = await restoreStack(request, {
      line: (kind, text) => reply({ kind: "line", line: { kind, text } }),
      progress: (done, total) => reply({ kind: "progress", done, total }),
    });
    reply({ kind: "result", tiff, seconds: (performance.now() - begin) / 1000 }, [tiff]);
  } catch (error) {
    console.error(error);
    reply({ kind: "failed", message: describeError(error) });
  }
};
