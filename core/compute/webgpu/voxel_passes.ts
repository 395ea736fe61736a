/**
 * Passes over the voxels of a field.
 *
 * @module
 */
import type { NoiseOptions } from "../engine.ts";
import { type Commands, UNIFORM_BYTES } from "./commands.ts";
import type { DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import { type PlainPass, type Programs, ROW_GROUPS, THREADS } from "./programs.ts";
import { extentOf, type GpuField } from "./resources.ts";
import { Temporaries } from "./temporaries.ts";

/** Voxels an invocation takes, as in shaders/voxels.wgsl. */
const EACH = 16;

interface VoxelUniform {
  readonly count: number;
  readonly first?: number;
  readonly rectify?: number;
  readonly partialsOffset?: number;
  readonly noise?: NoiseOptions;
}

/** Runs the passes of shaders/voxels.wgsl. */
export class VoxelPasses {
  #commands: Commands;
  #programs: Programs;
  #temporaries: Temporaries;

  constructor(parts: { commands: Commands; programs: Programs; memory: DeviceMemory }) {
    this.#commands = parts.commands;
    this.#programs = parts.programs;
    this.#temporaries = new Temporaries(parts);
  }

  /** `estimate` becomes estimate - target; the sum of squares. */
  async residual(
    estimate: GpuField,
    target: GpuField,
    positivity: "none" | "rectify",
  ): Promise<number> {
    const groupCounts = countsOf(estimate).map((count) => Math.ceil(count / (THREADS * EACH)));
    const total = groupCounts.reduce((sum, count) => sum + count, 0);
    const partials = this.#temporaries.reserve("partials", total * 4);
    let partialsOffset = 0;
    countsOf(estimate).forEach((count, index) => {
      this.#run("residual", [estimate.buffers[index], target.buffers[index], partials], {
        count,
        partialsOffset,
        rectify: positivity === "rectify" ? 1 : 0,
      });
      partialsOffset += groupCounts[index];
    });
    const sums = await this.#commands.read([{ buffer: partials, length: total }]);
    return sums.reduce((sum, value) => sum + value, 0);
  }

  /** x = max(x, 0) */
  rectify(field: GpuField): void {
    countsOf(field).forEach((count, index) =>
      this.#run("rectify", [field.buffers[index]], { count })
    );
  }

  /** x = x + sigma n */
  addNoise(field: GpuField, noise: NoiseOptions): void {
    field.chunks.forEach((chunk, index) => {
      const { begin, length } = extentOf(chunk, field.size);
      this.#run("addNoise", [field.buffers[index]], { count: length, first: begin, noise });
    });
  }

  #run(pass: PlainPass, buffers: readonly DeviceBuffer[], uniform: VoxelUniform): void {
    const { count, first = 0 } = uniform;
    // Noise: an invocation is a counter, of four voxels of the whole field.
    const items = pass === "addNoise"
      ? Math.floor((first + count - 1) / 4) - Math.floor(first / 4) + 1
      : Math.ceil(count / EACH);
    const groups = Math.ceil(items / THREADS);
    this.#commands.dispatch(this.#programs.plainPass(pass), {
      buffers,
      uniform: uniformOf(uniform),
      groups: [Math.min(groups, ROW_GROUPS), Math.ceil(groups / ROW_GROUPS)],
    });
  }
}

function countsOf({ chunks, size }: GpuField): readonly number[] {
  return chunks.map((chunk) => extentOf(chunk, size).length);
}

/** As in shaders/voxels.wgsl. */
function uniformOf(
  { count, first = 0, rectify = 0, partialsOffset = 0, noise }: VoxelUniform,
): ArrayBuffer {
  const bytes = new ArrayBuffer(UNIFORM_BYTES);
  new Uint32Array(bytes).set([
    ...[count, first, rectify, partialsOffset, 0],
    ...[noise?.seed ?? 0, noise?.label ?? 0, noise?.sublabel ?? 0],
  ]);
  new Float32Array(bytes)[4] = noise?.sigma ?? 0;
  return bytes;
}
