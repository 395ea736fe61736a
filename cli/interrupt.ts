/**
 * Ctrl-C as an abort signal: the work in hand is finished and saved; a second one ends at once.
 *
 * @module
 */

/** Runs `work` with a signal that the first Ctrl-C aborts. */
export async function withInterrupt<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort();
    console.error(`\n${message}`);
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const name of signals) Deno.addSignalListener(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) Deno.removeSignalListener(name, interrupt);
  }
}
