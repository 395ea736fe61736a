/**
 * How the learning rate goes over a training.
 *
 * @module
 */

/** "constant", or "cosine": from the rate down to 2 % of it over all steps. */
export type Schedule = "constant" | "cosine";

/** The fraction of the rate that a cosine ends with. */
const FINAL = 0.02;

/**
 * Factor of the learning rate after `progress` (0 to 1) of the training.
 *
 * @example
 * ```ts
 * import { scheduleFactor } from "./schedule.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scheduleFactor("constant", 0.7), 1);
 * assert.equal(scheduleFactor("cosine", 0), 1);
 * ```
 */
export function scheduleFactor(schedule: Schedule, progress: number): number {
  if (schedule === "constant") return 1;
  return FINAL + (1 - FINAL) * 0.5 * (1 + Math.cos(Math.PI * Math.min(progress, 1)));
}
