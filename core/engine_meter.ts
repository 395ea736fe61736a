/**
 * How much memory a piece of work takes on an engine.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";

/** An engine whose memory is watched. */
export interface EngineMeter {
  /** Does all that the watched engine does; what is created by it counts. */
  readonly engine: Engine;
  /** Counts from what the engine holds now. */
  start(): void;
  /** The most bytes since `start` that the engine held beyond what it held then. */
  readonly peakBytes: number;
}

/**
 * Watches an engine, whose own peak is that of its whole life.
 *
 * @example
 * ```ts
 * import { meterEngine } from "./engine_meter.ts";
 * import { createEngine } from "./compute/choose_engine.ts";
 * import assert from "node:assert/strict";
 *
 * const engine = await createEngine({ threads: 1 });
 * const meter = meterEngine(engine);
 * meter.start();
 * const field = meter.engine.createField([4, 64, 64]);
 * meter.engine.free(field);
 * assert.ok(meter.peakBytes >= 4 * 4 * 64 * 64);
 * engine.close();
 * ```
 */
export function meterEngine(watched: Engine): EngineMeter {
  let start = watched.memory.bytes;
  let peak = start;
  const metered = new Map<PropertyKey, unknown>();
  const engine = new Proxy(watched, {
    get(target, name) {
      // The engines' private fields are those of the target.
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (!metered.has(name)) {
        metered.set(name, (...args: unknown[]) => {
          const result = value.apply(target, args);
          peak = Math.max(peak, target.memory.bytes);
          return result;
        });
      }
      return metered.get(name);
    },
  });
  return {
    engine,
    start() {
      start = watched.memory.bytes;
      peak = start;
    },
    get peakBytes() {
      return peak - start;
    },
  };
}
