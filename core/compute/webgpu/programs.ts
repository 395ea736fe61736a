/**
 * The shaders, put together from their files, and their pipelines.
 *
 * @module
 */
import butterflies from "./shaders/butterflies.wgsl" with { type: "text" };
import columns from "./shaders/columns.wgsl" with { type: "text" };
import dft from "./shaders/dft.wgsl" with { type: "text" };
import extend from "./shaders/extend.wgsl" with { type: "text" };
import filterColumns from "./shaders/filter_columns.wgsl" with { type: "text" };
import forwardColumns from "./shaders/forward_columns.wgsl" with { type: "text" };
import forwardRows from "./shaders/forward_rows.wgsl" with { type: "text" };
import gradientColumns from "./shaders/gradient_columns.wgsl" with { type: "text" };
import inverseColumns from "./shaders/inverse_columns.wgsl" with { type: "text" };
import inverseRows from "./shaders/inverse_rows.wgsl" with { type: "text" };
import lags from "./shaders/lags.wgsl" with { type: "text" };
import line from "./shaders/line.wgsl" with { type: "text" };
import restrict from "./shaders/restrict.wgsl" with { type: "text" };
import scratch from "./shaders/scratch.wgsl" with { type: "text" };
import tile from "./shaders/tile.wgsl" with { type: "text" };
import voxels from "./shaders/voxels.wgsl" with { type: "text" };
import wiener from "./shaders/wiener.wgsl" with { type: "text" };

/** Threads of a workgroup; every adapter has at least these. */
export const THREADS = 128;
/** Workgroups of one row of a dispatch, as in the shaders. */
export const ROW_GROUPS = 32768;

type Access = "read" | "write";

/** An entry point and what it binds: number -> access. Binding 0 is the uniform. */
interface Program {
  readonly parts: readonly string[];
  readonly entry: string;
  readonly bindings: Readonly<Record<number, Access>>;
}

const LINE = [line, dft, butterflies];

/** Passes over lines: bindings from 3 on are their own. */
const LINE_PASSES = {
  forwardRows: {
    parts: [...LINE, extend, forwardRows],
    entry: "forward_rows",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  inverseRows: {
    parts: [...LINE, restrict, inverseRows],
    entry: "inverse_rows",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  forwardColumns: {
    parts: [...LINE, extend, columns, forwardColumns],
    entry: "forward_columns",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  inverseColumns: {
    parts: [...LINE, restrict, columns, inverseColumns],
    entry: "inverse_columns",
    bindings: { 1: "read", 3: "read", 4: "write" },
  },
  filterColumns: {
    parts: [...LINE, extend, restrict, columns, wiener, filterColumns],
    entry: "filter_columns",
    bindings: { 1: "read", 3: "read", 4: "write", 5: "read", 6: "read" },
  },
  gradientColumns: {
    parts: [...LINE, extend, wiener, gradientColumns],
    entry: "gradient_columns",
    bindings: { 1: "read", 3: "read", 4: "read", 5: "read", 6: "read", 7: "write" },
  },
} as const satisfies Record<string, Program>;

/** All other passes. */
const PLAIN_PASSES = {
  expandX: {
    parts: [lags],
    entry: "expand_x",
    bindings: { 2: "read", 3: "read", 5: "write" },
  },
  expandY: {
    parts: [lags],
    entry: "expand_y",
    bindings: { 1: "read", 4: "read", 5: "write" },
  },
  contractY: {
    parts: [lags],
    entry: "contract_y",
    bindings: { 1: "read", 4: "read", 5: "write" },
  },
  contractX: {
    parts: [lags],
    entry: "contract_x",
    bindings: { 2: "read", 4: "read", 6: "write" },
  },
  residual: {
    parts: [voxels],
    entry: "residual",
    bindings: { 1: "write", 2: "read", 3: "write" },
  },
  rectify: { parts: [voxels], entry: "rectify", bindings: { 1: "write" } },
  addNoise: { parts: [voxels], entry: "add_noise", bindings: { 1: "write" } },
} as const satisfies Record<string, Program>;

export type LinePass = keyof typeof LINE_PASSES;
export type PlainPass = keyof typeof PLAIN_PASSES;

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
export class Programs {
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

  plainPass(name: PlainPass): Kernel {
    return this.#kernel(name, PLAIN_PASSES[name], {});
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
