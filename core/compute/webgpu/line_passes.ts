/**
 * Passes over lines: their uniforms, tables, and how many lines a workgroup takes. Lines that workgroup
 * memory cannot hold go through a scratch buffer, group by group, one dispatch a step.
 *
 * @module
 */
import type { Extension } from "../grid.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, groupsFor, packUniform } from "./dispatches.ts";
import { type LinePlan, planLine, tableOf } from "./line_plan.ts";
import type { LinePass } from "./programs.ts";

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

/** The fields of the uniform in shaders/line.wgsl, in order; the stages follow. */
const FIELDS = [
  ...["length", "stageCount", "linesLog2", "samples", "extension", "origin", "kept", "offset"],
  ...["fold", "foldWeights", "lineCount", "stride", "batchStride", "inPlace", "rows", "firstRow"],
  ...["firstPlane", "firstColumn", "columnCount", "accumulate", "scale", "kind", "weight"],
  ...["lagCount", "secondSamples", "secondExtension", "step", "groupX", "groupY"],
  // Stages begin at a multiple of 16 bytes.
  ...["unusedA", "unusedB", "unusedC"],
] as const;
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
  /** Of a second operand, whose lines lie beside the first one's: the gradient's, a filter's prior. */
  readonly second?: { readonly samples: number; readonly extension: Extension };
  /** Samples that come out. */
  readonly output?: { readonly kept: number; readonly offset: number; readonly fold: Fold };
  readonly uniform: LineUniform;
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
  #parts: DeviceParts;
  #limits: LinePassLimits;
  #tables = new Map<string, DeviceBuffer>();
  #scratch: DeviceBuffer | undefined;

  constructor(parts: DeviceParts, limits: LinePassLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Adds the pass's dispatches to the commands. */
  run(pass: LinePass, job: LineJob): void {
    const plan = planLine(job.length);
    const sources = sourcesOf(job);
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
      table = this.#parts.memory.allocate(values.byteLength, "storage");
      this.#parts.commands.write(table, values);
      this.#tables.set(key, table);
    }
    return table;
  }

  /** The whole pass in one dispatch. */
  #runInTiles(pass: LinePass, job: LineJob, plan: LinePlan): void {
    const sources = sourcesOf(job);
    const points = Math.floor(this.#limits.workgroupBytes / 8);
    const log2 = linesLog2(
      job.lineCount * sources,
      points / plan.length,
      Math.max(USUAL_POINTS / plan.length, WANTED_COLUMNS),
    );
    const kernel = this.#parts.pipelines.linePass(pass, "tile", {
      // In steps, so that fewer kernels are compiled.
      tile_points: Math.min(points, Math.ceil((plan.length << log2) / 512) * 512),
      radices: plan.radixMask,
    });
    const uniform = this.#uniform(job, plan, { linesLog2: log2 });
    this.#parts.commands.dispatch(kernel, {
      buffers: [this.#tableOf(job), ...job.buffers],
      uniform,
      groups: [Math.ceil(job.lineCount * sources / 2 ** log2), job.batches],
    });
  }

  /** Groups of lines through the scratch buffer, step by step. */
  #runInScratch(pass: LinePass, job: LineJob, plan: LinePlan): void {
    const sources = sourcesOf(job);
    const bytes = Math.max(
      Math.min(SCRATCH_BYTES, this.#limits.bindingBytes),
      plan.length * sources * 8,
    );
    const log2 = linesLog2(job.lineCount * sources, bytes / 8 / plan.length);
    const scratch = this.#reserveScratch(plan.length * 2 ** log2 * 8);
    const kernel = this.#parts.pipelines.linePass(pass, "scratch", {
      radices: plan.radixMask,
    });
    const buffers = [this.#tableOf(job), scratch, ...job.buffers];
    const elements = plan.length * 2 ** log2;
    const step = (number: number, at: LineUniform, count = elements) => {
      this.#parts.commands.dispatch(kernel, {
        buffers,
        uniform: this.#uniform(job, plan, { ...at, linesLog2: log2, step: number }),
        groups: groupsFor(count),
      });
    };
    const forward = pass !== "inverseRows" && pass !== "inverseColumns";
    const back = !forward || pass === "filterColumns";
    for (let groupY = 0; groupY < job.batches; groupY++) {
      for (let groupX = 0; groupX * 2 ** log2 < job.lineCount * sources; groupX++) {
        const at = { groupX, groupY };
        step(STEP.load, at);
        if (forward) {
          plan.stages.forEach(([radix], i) => step(STEP.inFrequency + i, at, elements / radix));
        }
        if (pass === "filterColumns" || pass === "gradientColumns") step(STEP.work, at);
        if (back) {
          for (let i = plan.stages.length - 1; i >= 0; i--) {
            step(STEP.inTime + i, at, elements / plan.stages[i][0]);
          }
        }
        step(STEP.store, at);
      }
    }
  }

  #reserveScratch(bytes: number): DeviceBuffer {
    if (!this.#scratch || this.#scratch.bytes < bytes) {
      if (this.#scratch) this.#parts.commands.free(this.#scratch);
      this.#scratch = this.#parts.memory.allocate(bytes, "storage");
    }
    return this.#scratch;
  }

  #tableOf(job: LineJob): DeviceBuffer {
    const { length, output } = job;
    return this.table(length, {
      input: gapOf(job),
      output: output?.fold === "fold" ? length - output.kept : 0,
    });
  }

  #uniform(job: LineJob, plan: LinePlan, more: LineUniform): ArrayBuffer {
    const { length, input, second, output } = job;
    const values: LineUniform = {
      length,
      stageCount: plan.stages.length,
      samples: input?.samples ?? 0,
      extension: input ? EXTENSIONS[input.extension] : 0,
      origin: input?.extension === "centred" ? Math.floor(input.samples / 2) : 0,
      kept: output?.kept ?? 0,
      offset: output?.offset ?? 0,
      fold: output?.fold === "fold" ? 1 : 0,
      foldWeights: 2 * length + gapOf(job),
      lineCount: job.lineCount,
      secondSamples: second?.samples ?? 0,
      secondExtension: second ? EXTENSIONS[second.extension] : 0,
      ...job.uniform,
      ...more,
    };
    return packUniform([
      ...FIELDS.map((name) => FLOATS.has(name) ? { float: values[name] ?? 0 } : values[name] ?? 0),
      ...plan.stages.flatMap((stage) => [...stage, 0]),
    ]);
  }
}

/** Lines that a line of the job takes up. */
function sourcesOf({ second }: LineJob): 1 | 2 {
  return second ? 2 : 1;
}

/** Points between the last and the first sample of the operand that is tapered; there is one at most. */
function gapOf({ length, input, second }: LineJob): number {
  const tapered = [input, second].find((operand) => operand?.extension === "taper");
  return tapered ? length - tapered.samples : 0;
}

/** Lines of a group, as a power of two: what fits and is wanted, but not more than there are. */
function linesLog2(lineCount: number, fitting: number, wanted = fitting): number {
  return Math.min(
    Math.floor(Math.log2(Math.min(fitting, wanted))),
    Math.ceil(Math.log2(lineCount)),
  );
}
