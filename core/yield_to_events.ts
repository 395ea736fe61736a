/**
 * Turns of the event loop within long work, so that Ctrl-C and messages are noticed: an engine whose
 * results are there at once never gives one by itself.
 *
 * @module
 */

/** Milliseconds of work between two turns; a turn takes about one. */
const INTERVAL_MS = 25;

let last = 0;

/**
 * Lets the events that are waiting be handled, if the last time is some work ago.
 *
 * @example
 * ```ts
 * import { yieldToEvents } from "./yield_to_events.ts";
 * import assert from "node:assert/strict";
 *
 * const controller = new AbortController();
 * setTimeout(() => controller.abort(), 0);
 * const begin = performance.now();
 * while (!controller.signal.aborted) await yieldToEvents();
 * assert.ok(performance.now() - begin < 10000);
 * ```
 */
export async function yieldToEvents(): Promise<void> {
  if (performance.now() - last < INTERVAL_MS) return;
  await new Promise((resolve) => setTimeout(resolve, 0));
  last = performance.now();
}
