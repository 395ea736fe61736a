/**
 * Shaders, compiled once each.
 *
 * @module
 */
import {
  LINE_PASSES,
  type LinePass,
  PLAIN_PASSES,
  type PlainPass,
  type Program,
} from "./programs.ts";
import scratch from "./shaders/scratch.wgsl" with { type: "text" };
import tile from "./shaders/tile.wgsl" with { type: "text" };

/** Threads of a workgroup; every adapter has at least these. */
export const THREADS = 256;

/** A compiled entry point. */
export interface Kernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Numbers of the storage bindings, in order. */
  readonly bindings: readonly number[];
  /** Kernels with the same signature share bind groups. */
  readonly signature: string;
}

/** Where lines are during a pass. */
export type LinePlace = "tile" | "scratch";

/** Compiles entry points once each. */
export class Pipelines {
  #device: GPUDevice;
  #modules = new Map<string, GPUShaderModule>();
  #layouts = new Map<string, GPUBindGroupLayout>();
  #kernels = new Map<string, Kernel>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A pass over lines; `constants` are the overrides of its shader. */
  linePass(name: LinePass, place: LinePlace, constants: Record<string, number>): Kernel {
    const program: Program = LINE_PASSES[name];
    const inScratch = place === "scratch";
    return this.#kernel(`${name} in ${place}`, {
      ...program,
      parts: [...program.parts, inScratch ? scratch : tile],
      bindings: inScratch ? { 2: "write", ...program.bindings } : program.bindings,
    }, constants);
  }

  plainPass(name: PlainPass, constants: Record<string, number> = {}): Kernel {
    return this.#kernel(name, PLAIN_PASSES[name], constants);
  }

  #kernel(label: string, program: Program, constants: Record<string, number>): Kernel {
    const key = `${label} ${Object.entries(constants).join(" ")}`;
    let kernel = this.#kernels.get(key);
    if (!kernel) {
      const numbers = Object.keys(program.bindings).map(Number).toSorted((a, b) => a - b);
      const signature = numbers.map((number) => `${number} ${program.bindings[number]}`).join();
      const layout = this.#layout(signature, program);
      const pipeline = this.#device.createComputePipeline({
        label,
        layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: {
          module: this.#module(label, program),
          entryPoint: program.entry,
          constants: { threads: THREADS, ...constants },
        },
      });
      kernel = { pipeline, layout, bindings: numbers, signature };
      this.#kernels.set(key, kernel);
    }
    return kernel;
  }

  #layout(signature: string, { bindings }: Program): GPUBindGroupLayout {
    let layout = this.#layouts.get(signature);
    if (!layout) {
      const storage = Object.entries(bindings).map(([number, access]) => ({
        binding: Number(number),
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type: access === "read" ? "read-only-storage" : "storage" } as const,
      }));
      layout = this.#device.createBindGroupLayout({
        entries: [
          {
            binding: 0,
            visibility: GPUShaderStage.COMPUTE,
            buffer: { type: "uniform", hasDynamicOffset: true },
          },
          ...storage,
        ],
      });
      this.#layouts.set(signature, layout);
    }
    return layout;
  }

  #module(label: string, { parts }: Program): GPUShaderModule {
    const code = parts.join("\n");
    let module = this.#modules.get(code);
    if (!module) {
      module = this.#device.createShaderModule({ label, code });
      this.#modules.set(code, module);
    }
    return module;
  }
}
