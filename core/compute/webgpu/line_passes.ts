/**
 * Passes over lines: their uniforms, tables, and how many lines a workgroup takes. Lines that workgroup
 * memory cannot hold go through a scratch buffer, group by group, one dispatch a step.
 *
 * @module
 */
import type { Extension } from "../grid.ts";
import type { Commands } from "./commands.ts";
import { UNIFORM_BYTES } from "./commands.ts";
import type { DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import { type LinePlan, planLine, tableOf } from "./line_plan.ts";
import { type LinePass, type Programs, ROW_GROUPS, THREADS } from "./programs.ts";

/** As in shaders/samples.wgsl. */
const EXTENSIONS: Record<Extension, number> = { zero: 0, taper: 1, centred: 2 };
/** Points of a workgroup's lines: enough work for its threads, and room for others beside it. */
const USUAL_POINTS = 4096;
/** Columns that a workgroup takes side by side, so that it reads whole cache lines, if they fit. */
const WANTED_COLUMNS = 8;
/** Scratch for long lines, unless a single group needs more. */
const SCRATCH_BYTES = 64 * 2 ** 20;
/** Steps of a pass in scratch.wgsl. */
const STEP = { load: 0, work: 1, store: 2, inFrequency: 16, inTime: 32 } as const;

/** The fields of the uniform in shaders/line.wgsl, in order. */
const FIELDS = [
  ...["length", "stageCount", "linesLog2", "samples", "extension", "origin", "kept", "offset"],
  ...["fold", "foldWeights", "lineCount", "stride", "batchStride", "rows", "firstRow"],
  ...["firstPlane", "firstColumn", "columnCount", "accumulate", "scale", "kind", "weight"],
  ...["lagCount", "observedSamples", "observedExtension", "step", "groupX", "groupY"],
] as const;
const STAGES_OFFSET = 28;
const FLOATS: ReadonlySet<string> = new Set(["scale", "weight"]);

type LineUniform = Partial<Record<typeof FIELDS[number], number>>;

/** A pass: which lines, and what happens to them. */
export interface LineJob {
  /** Of the grid along the lines. */
  readonly length: number;
  /** Lines of a batch (pairs of rows, columns), and batches. */
  readonly lineCount: number;
  readonly batches: number;
  /** Buffers in the order of the pass's own bindings. */
  readonly buffers: readonly DeviceBuffer[];
  /** Samples that go in, and how they are continued. */
  readonly input?: { readonly samples: number; readonly extension: Extension };
  /** Of the gradient. */
  readonly observed?: { readonly samples: number; readonly extension: Extension };
  /** Samples that come out. */
  readonly output?: { readonly kept: number; readonly offset: number; readonly fold: Fold };
  readonly uniform: LineUniform;
  /** Overrides of the pass's shader. */
  readonly constants?: Record<string, number>;
  /** Lines that a line of the job takes up: two for the gradient, of two planes. */
  readonly sources?: 1 | 2;
}

/** Whether the gap's values return to the edges. */
export type Fold = "fold" | "crop";

/** What the passes are allowed. */
export interface LinePassLimits {
  readonly workgroupBytes: number;
  readonly bindingBytes: number;
}

/** Runs passes over lines. */
export class LinePasses {
  #commands: Commands;
  #programs: Programs;
  #memory: DeviceMemory;
  #limits: LinePassLimits;
  #tables = new Map<string, DeviceBuffer>();
  #scratch: DeviceBuffer | undefined;

  constructor(
    { commands, programs, memory }: {
      commands: Commands;
      programs: Programs;
      memory: DeviceMemory;
    },
    limits: LinePassLimits,
  ) {
    this.#commands = commands;
    this.#programs = programs;
    this.#memory = memory;
    this.#limits = limits;
  }

  /** Adds the pass's dispatches to the commands. */
  run(pass: LinePass, job: LineJob): void {
    const plan = planLine(job.length);
    const sources = job.sources ?? 1;
    const points = Math.floor(this.#limits.workgroupBytes / 8);
    if (plan.length * sources <= points) this.#runInTiles(pass, job, plan);
    else this.#runInScratch(pass, job, plan);
  }

  /** The table of a line of `length`; see shaders/line.wgsl. */
  table(length: number, gaps: { input?: number; output?: number } = {}): DeviceBuffer {
    const { input = 0, output = 0 } = gaps;
    const key = `${length} ${input} ${output}`;
    let table = this.#tables.get(key);
    if (!table) {
      const values = tableOf(planLine(length), { input, output });
      table = this.#memory.allocate(values.byteLength, "storage");
      this.#commands.write(table, values);
      this.#tables.set(key, table);
    }
    return table;
  }

  /** The whole pass in one dispatch. */
  #runInTiles(pass: LinePass, job: LineJob, plan: LinePlan): void {
    const sources = job.sources ?? 1;
    const points = Math.floor(this.#limits.workgroupBytes / 8);
    const log2 = linesLog2(
      job.lineCount * sources,
      points / plan.length,
      Math.max(USUAL_POINTS / plan.length, WANTED_COLUMNS),
    );
    const kernel = this.#programs.linePass(pass, "tile", {
      // In steps, so that fewer kernels are compiled.
      tile_points: Math.min(points, Math.ceil((plan.length << log2) / 512) * 512),
      radices: plan.radixMask,
      ...job.constants,
    });
    const uniform = this.#uniform(job, plan, { linesLog2: log2 });
    this.#commands.dispatch(kernel, {
      buffers: [this.#tableOf(job), ...job.buffers],
      uniform,
      groups: [Math.ceil(job.lineCount * sources / 2 ** log2), job.batches],
    });
  }

  /** Groups of lines through the scratch buffer, step by step. */
  #runInScratch(pass: LinePass, job: LineJob, plan: LinePlan): void {
    const sources = job.sources ?? 1;
    const bytes = Math.max(
      Math.min(SCRATCH_BYTES, this.#limits.bindingBytes),
      plan.length * sources * 8,
    );
    const log2 = linesLog2(job.lineCount * sources, bytes / 8 / plan.length);
    const scratch = this.#reserveScratch(plan.length * 2 ** log2 * 8);
    const kernel = this.#programs.linePass(pass, "scratch", {
      radices: plan.radixMask,
      ...job.constants,
    });
    const buffers = [this.#tableOf(job), scratch, ...job.buffers];
    const elements = plan.length * 2 ** log2;
    const step = (number: number, at: LineUniform, count = elements) => {
      const groups = Math.ceil(count / THREADS);
      this.#commands.dispatch(kernel, {
        buffers,
        uniform: this.#uniform(job, plan, { ...at, linesLog2: log2, step: number }),
        groups: [Math.min(groups, ROW_GROUPS), Math.ceil(groups / ROW_GROUPS)],
      });
    };
    const forward = pass !== "inverseRows" && pass !== "inverseColumns";
    const back = forward === false || pass === "filterColumns";
    for (let groupY = 0; groupY < job.batches; groupY++) {
      for (let groupX = 0; groupX * 2 ** log2 < job.lineCount * sources; groupX++) {
        const at = { groupX, groupY };
        step(STEP.load, at);
        if (forward) {
          plan.stages.forEach(([radix], i) => step(STEP.inFrequency + i, at, elements / radix));
        }
        if (pass === "filterColumns" || pass === "gradientColumns") step(STEP.work, at);
        if (back) {
          plan.stages.forEach(([radix], i) => step(STEP.inTime + i, at, elements / radix));
        }
        step(STEP.store, at);
      }
    }
  }

  #reserveScratch(bytes: number): DeviceBuffer {
    if (!this.#scratch || this.#scratch.bytes < bytes) {
      if (this.#scratch) this.#commands.free(this.#scratch);
      this.#scratch = this.#memory.allocate(bytes, "storage");
    }
    return this.#scratch;
  }

  #tableOf({ length, input, observed, output }: LineJob): DeviceBuffer {
    return this.table(length, {
      input: gapOf(length, observed ?? input),
      output: output?.fold === "fold" ? length - output.kept : 0,
    });
  }

  #uniform(job: LineJob, plan: LinePlan, more: LineUniform): ArrayBuffer {
    const { length, input, observed, output } = job;
    const values: LineUniform = {
      length,
      stageCount: plan.stages.length,
      samples: input?.samples ?? 0,
      extension: input ? EXTENSIONS[input.extension] : 0,
      origin: input?.extension === "centred" ? Math.floor(input.samples / 2) : 0,
      kept: output?.kept ?? 0,
      offset: output?.offset ?? 0,
      fold: output?.fold === "fold" ? 1 : 0,
      foldWeights: 2 * length + gapOf(length, observed ?? input),
      lineCount: job.lineCount,
      observedSamples: observed?.samples ?? 0,
      observedExtension: observed ? EXTENSIONS[observed.extension] : 0,
      ...job.uniform,
      ...more,
    };
    const bytes = new ArrayBuffer(UNIFORM_BYTES);
    const u32 = new Uint32Array(bytes);
    const f32 = new Float32Array(bytes);
    FIELDS.forEach((name, index) => {
      (FLOATS.has(name) ? f32 : u32)[index] = values[name] ?? 0;
    });
    plan.stages.forEach((stage, index) => u32.set(stage, STAGES_OFFSET + 4 * index));
    return bytes;
  }
}

function gapOf(length: number, input: LineJob["input"]): number {
  return input?.extension === "taper" ? length - input.samples : 0;
}

/** Lines of a group, as a power of two: what fits and is wanted, but not more than there are. */
function linesLog2(lineCount: number, fitting: number, wanted = fitting): number {
  return Math.min(
    Math.floor(Math.log2(Math.min(fitting, wanted))),
    Math.ceil(Math.log2(lineCount)),
  );
}
