/**
 * The choice of an engine.
 *
 * @module
 */
import { describeError, DeviceLostError, DeviceMemoryError, InputError } from "../errors.ts";
import { createCpuEngine } from "./cpu/cpu_engine.ts";
import type { Engine } from "./engine.ts";
import { requestAdapter } from "./webgpu/device.ts";
import { createWebgpuEngine } from "./webgpu/webgpu_engine.ts";

/**
 * What computes.
 *
 * - `auto`: a GPU if there is one, else the CPU. A software adapter is no GPU.
 * - `webgpu`: WebGPU on whatever adapter there is.
 * - `cpu`: the processor.
 */
export type Backend = "auto" | "webgpu" | "cpu";

/** Options of an engine. */
export interface EngineOptions {
  /** @default "cpu" */
  readonly backend?: Backend;
  /** Threads of the CPU engine. @default the number of cores */
  readonly threads?: number;
  /** Takes one line for people when the CPU has to stand in for a GPU. */
  onNotice?(line: string): void;
}

/**
 * Starts an engine; close it when done. Its `description` says what was chosen.
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
 *
 * @throws {InputError} when the backend is "webgpu" and there is no adapter.
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { backend = "cpu" } = options;
  if (backend === "webgpu") return await createWebgpuEngine();
  if (backend === "auto" && (await requestAdapter())?.kind === "gpu") {
    try {
      return await createWebgpuEngine();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      options.onNotice?.(`${problemOf(error)}; the CPU computes instead`);
    }
  }
  return await createCpuEngine(options);
}

/**
 * What `work` returns on an engine, which is closed behind it. When a GPU is lost or too small,
 * `onNotice` is told and `work` begins again on the CPU: it should go on from what it has saved.
 *
 * @example
 * ```ts
 * import { runOnEngine } from "./choose_engine.ts";
 * import assert from "node:assert/strict";
 *
 * const name = await runOnEngine({ backend: "cpu", threads: 1 }, (engine) => {
 *   return Promise.resolve(engine.name);
 * });
 * assert.equal(name, "cpu");
 * ```
 */
export async function runOnEngine<T>(
  options: EngineOptions,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine(options);
  try {
    return await work(engine);
  } catch (error) {
    if (!(error instanceof DeviceLostError || error instanceof DeviceMemoryError)) throw error;
    options.onNotice?.(`${problemOf(error)}; the CPU goes on`);
  } finally {
    engine.close();
  }
  const cpu = await createCpuEngine(options);
  try {
    return await work(cpu);
  } finally {
    cpu.close();
  }
}

/** An error's line without the way out, which is taken already. */
function problemOf(error: Error): string {
  return describeError(error).split("; ")[0];
}
