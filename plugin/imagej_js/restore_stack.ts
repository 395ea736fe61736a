/**
 * A restoration in the browser: from a TIFF's bytes to a TIFF's bytes.
 *
 * @module
 */
import type { Engine } from "../../core/compute/engine.ts";
import { describeAdapter } from "../../core/compute/webgpu/device.ts";
import { createWebgpuEngine } from "../../core/compute/webgpu/webgpu_engine.ts";
import { deconvolveStack } from "../../core/deconvolve.ts";
import { describeError, DeviceLostError, InputError } from "../../core/errors.ts";
import { assertRegion } from "../../core/io/region.ts";
import type { StackInfo, StackReader, StackWriter } from "../../core/io/stack.ts";
import { openTiffBuffer } from "../../core/io/tiff_reader.ts";
import { encodeTiff } from "../../core/io/tiff_writer.ts";
import type { Model } from "../../core/model/model.ts";
import type { Restorer } from "../../core/restore.ts";
import type { TilePlan } from "../../core/tiling.ts";
import { formatSize, type Volume, voxelsOf } from "../../core/volume.ts";
import type { LINE_KINDS } from "../protocol.ts";
import { openModel } from "./browser_model.ts";
import { readBrowserJob } from "./browser_job.ts";
import { createOnnxWebRestorer } from "./onnx_web_restorer.ts";
import type { RestoreRequest } from "./restore_messages.ts";

/** How the work is told of. */
export interface RestoreListener {
  line(kind: typeof LINE_KINDS[number], text: string): void;
  progress(done: number, total: number): void;
}

/** A browser's tab has 4 GB at most, and the input, the result and its file are in it too. */
const MAX_ENGINE_BYTES = 2e9;
/**
 * onnxruntime's graph holds about three times what the engines do, with shrinkage four times, and wasm
 * addresses 4 GB.
 */
const MAX_WASM_BYTES = 8e8;

/** What a backend works on. */
interface Work {
  readonly reader: StackReader;
  readonly info: StackInfo;
  readonly model: Model;
  readonly psf: Volume;
  readonly sigma?: number;
  readonly memoryBytes: number;
}

/**
 * The restored stack as a TIFF with everything that the input's has.
 *
 * @throws {InputError} for input that cannot be worked on, in one line.
 */
export async function restoreStack(
  request: RestoreRequest,
  listener: RestoreListener,
): Promise<Uint8Array<ArrayBuffer>> {
  listener.line("status", "Reading the stack ...");
  const source = await openTiffBuffer(request.stack.bytes, request.stack.name);
  const gpu = request.backend === "wasm" ? undefined : await openGpu(request.backend);
  try {
    const { reader, info, job, model, prepared } = await readBrowserJob(source, request, {
      openModel: (depth) => openModel(request.model, { depth, builtIn: request.builtIn }),
      memoryBytes: typeof gpu === "object" ? MAX_ENGINE_BYTES : MAX_WASM_BYTES,
      listener,
    });
    const builtIn = request.builtIn === "fast" ? "built-in (fast)" : "built-in (best)";
    listener.line("model", request.model?.name ?? builtIn);
    listener.line("psf", prepared.description);
    for (const warning of prepared.warnings) listener.line("warning", warning);
    if (typeof gpu === "string") {
      listener.line("warning", `WebGPU is not used: ${gpu}; working with wasm, which is slower`);
    }
    const work: Work = {
      ...{ reader, info, model, psf: prepared.psf },
      ...{ sigma: job.sigma, memoryBytes: job.memoryBytes },
    };
    const engine = typeof gpu === "object" ? gpu : undefined;
    return encodeTiff(info, await runBackend(work, { request, engine, listener }));
  } finally {
    source.close();
    if (typeof gpu === "object") gpu.close();
  }
}

async function runBackend(
  work: Work,
  { request: { backend, wasmUrl }, engine, listener }: {
    readonly request: RestoreRequest;
    readonly engine?: Engine;
    readonly listener: RestoreListener;
  },
): Promise<Float32Array> {
  if (engine) {
    try {
      listener.line("backend", engine.description);
      return await runTiles(work, listener, {
        engine,
        memoryBytes: work.memoryBytes,
      });
    } catch (error) {
      if (backend === "webgpu" || !isGpuFailure(error)) throw error;
      const reason = describeError(error);
      listener.line("warning", `WebGPU stopped (${reason}); starting again with wasm`);
    }
  }
  listener.line("backend", "onnxruntime on wasm, one thread");
  return await runTiles(work, listener, {
    memoryBytes: Math.min(work.memoryBytes, MAX_WASM_BYTES),
    createRestorer: ({ size }) =>
      deferRestorer(size, () => createOnnxWebRestorer({ ...work, size, wasmUrl })),
  });
}

/** The engine, or why there is none. */
async function openGpu(backend: "auto" | "webgpu"): Promise<Engine | string> {
  try {
    const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
    if (!adapter) throw new InputError("this browser offers no GPU");
    const { kind, name } = describeAdapter(adapter);
    if (backend === "auto" && kind === "software") return `${name} only imitates a GPU`;
    return await createWebgpuEngine();
  } catch (error) {
    if (backend === "auto") return describeError(error);
    throw new InputError(
      `WebGPU was asked for and does not work (${describeError(error)}); choose Backend: auto`,
      { cause: error },
    );
  }
}

/** What the input is to blame for would fail on wasm as well. */
function isGpuFailure(error: unknown): boolean {
  if (error instanceof DeviceLostError) return true;
  return !(error instanceof InputError) || /GPU/.test(error.message);
}

async function runTiles(
  { reader, info, model, psf, sigma }: Work,
  listener: RestoreListener,
  { engine, memoryBytes, createRestorer }: {
    readonly engine?: Engine;
    readonly memoryBytes: number;
    createRestorer?(plan: TilePlan): Restorer;
  },
): Promise<Float32Array> {
  const voxels = new Float32Array(info.frames * info.shape[0] * voxelsOf(info.shape));
  const { sigmas } = await deconvolveStack(reader, createMemoryWriter(info, voxels), {
    // Only the default way to restore asks for an engine.
    engine: engine as Engine,
    ...{ model, psf, sigma, memoryBytes, createRestorer },
    onPlan(plan) {
      const count = plan.tiles.length;
      listener.line("tiles", `${count} tile${count === 1 ? "" : "s"} of ${formatSize(plan.size)}`);
      listener.line("status", "Restoring ...");
    },
    onTile: listener.progress,
  });
  for (const [frame, values] of sigmas.entries()) {
    const percents = values.map((value) => `${(value * 100).toFixed(2)} %`).join(", ");
    const where = sigmas.length > 1 ? `time point ${frame + 1}: ` : "";
    listener.line("noise", `${where}${percents} of the maximum`);
  }
  return voxels;
}

/** A restorer that is made when the first piece comes. */
function deferRestorer(size: Restorer["size"], create: () => Promise<Restorer>): Restorer {
  let made: Promise<Restorer> | undefined;
  return {
    size,
    restore: async (data, options) => await (await (made ??= create())).restore(data, options),
    close: () => void made?.then((restorer) => restorer.close(), () => {}),
  };
}

/** A writer into voxels in the order `[t, c, z, y, x]`. */
export function createMemoryWriter(info: StackInfo, voxels: Float32Array): StackWriter {
  const { shape: [channels, depth, height, width] } = info;
  return {
    info,
    writeRegion(region, data) {
      assertRegion(info, region);
      const { frame = 0, channel, start: [z0, y0, x0], end: [z1, y1, x1] } = region;
      let from = 0;
      for (let z = z0; z < z1; z++) {
        for (let y = y0; y < y1; y++) {
          const row = (((frame * channels + channel) * depth + z) * height + y) * width;
          voxels.set(data.subarray(from, from + x1 - x0), row + x0);
          from += x1 - x0;
        }
      }
    },
    close() {},
    abort() {},
  };
}
