/**
 * The choice of an engine.
 *
 * @module
 */
import { createCpuEngine } from "./cpu/cpu_engine.ts";
import type { Engine } from "./engine.ts";

/** Options of an engine. */
export interface EngineOptions {
  /** Threads of the CPU engine. @default the number of cores */
  readonly threads?: number;
}

/**
 * Starts an engine; close it when done.
 *
 * @example
 * ```ts
 * import { createEngine } from "./choose_engine.ts";
 * import assert from "node:assert/strict";
 *
 * const engine = await createEngine({ threads: 1 });
 * assert.equal(engine.name, "cpu");
 * engine.close();
 * ```
 */
export function createEngine(options: EngineOptions = {}): Promise<Engine> {
  return createCpuEngine(options);
}
