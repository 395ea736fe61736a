/**
 * `doctor`: what this machine computes on, whether it computes right, and how fast.
 *
 * @module
 */
import { createCpuEngine } from "../core/compute/cpu/cpu_engine.ts";
import { checkEngine, timeTransforms } from "../core/compute/diagnose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { assertFastGrid } from "../core/compute/grid.ts";
import { type AdapterDescription, listAdapters } from "../core/compute/webgpu/device.ts";
import { createWebgpuEngine } from "../core/compute/webgpu/webgpu_engine.ts";
import { describeError, InputError } from "../core/errors.ts";
import { commonOptions, doctorOptions } from "../core/options.ts";
import { formatSize, type Size } from "../core/volume.ts";
import type { CommandSpec } from "./command.ts";

const { threads } = commonOptions;

interface DoctorCommandOptions {
  readonly grid: Size;
  readonly threads?: number;
}

/** The command `doctor`. */
export const doctorCommand: CommandSpec<DoctorCommandOptions> = {
  name: "doctor",
  summary: "check what this machine computes on",
  description: "Lists the WebGPU adapters with their limits and features, checks every engine " +
    "against the reference on a small case, and times it. Fails when an engine computes wrong.",
  arguments: [],
  options: { ...doctorOptions, threads },
  examples: ["doctor", "doctor --grid 512x512x32"],
  async run(_, { grid, threads }) {
    assertFastGrid(grid);
    const adapters = await listAdapters();
    for (const line of describeAdapters(adapters)) console.log(line);
    console.log(`engines (times: a real transform of ${formatSize(grid)}, forward and back)`);
    const wrong: string[] = [];
    await examine("cpu", () => createCpuEngine({ threads }));
    if (adapters.length > 0) await examine("webgpu", createWebgpuEngine);
    const gpu = adapters[0]?.kind === "gpu";
    console.log(`--backend auto takes ${gpu ? `webgpu: ${adapters[0].name}` : "cpu"}`);
    if (wrong.length > 0) {
      throw new InputError(`Wrong results with --backend ${wrong.join(", ")}; use the other one`);
    }

    async function examine(name: string, start: () => Promise<Engine>): Promise<void> {
      try {
        const engine = await start();
        const { error, verdict } = await checkEngine(engine).catch((e) => {
          engine.close();
          throw e;
        });
        const ms = (await timeTransforms(engine, grid)).toFixed(1);
        const mb = Math.round(engine.memory.peakBytes / 1e6);
        console.log(`  ${name}: ${engine.description}`);
        console.log(`    ${verdict}, error ${error.toExponential(0)}; ${ms} ms, ${mb} MB`);
        if (verdict === "wrong") wrong.push(name);
        engine.close();
      } catch (error) {
        console.log(`  ${name}: ${describeError(error)}`);
        wrong.push(name);
      }
    }
  },
};

function describeAdapters(adapters: readonly AdapterDescription[]): string[] {
  if (adapters.length === 0) {
    return ["WebGPU adapters: none; a GPU needs a Vulkan, Metal or DirectX 12 driver"];
  }
  return ["WebGPU adapters", ...adapters.flatMap(describeAdapter)];
}

function describeAdapter({ name, kind, adapter }: AdapterDescription): string[] {
  const { limits, features } = adapter;
  const mib = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  return [
    `  ${name} (${kind === "gpu" ? "GPU" : "software, computes on the CPU"})`,
    `    a binding ${mib(limits.maxStorageBufferBindingSize)}, a buffer ` +
    `${mib(limits.maxBufferSize)}, workgroup memory ` +
    `${limits.maxComputeWorkgroupStorageSize / 1024} KiB, ` +
    `${limits.maxComputeInvocationsPerWorkgroup} threads a workgroup`,
    `    features: ${[...features].sort().join(", ") || "none"}`,
  ];
}
