/**
 * Passes over the voxels of a field: residual, positivity, noise.
 *
 * @module
 */
import type { NoiseOptions } from "../engine.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, dispatchElements, EACH, packUniform } from "./dispatches.ts";
import { THREADS } from "./pipelines.ts";
import type { PlainPass } from "./programs.ts";
import { countsOf, extentOf, type GpuField } from "./resources.ts";
import { Temporaries } from "./temporaries.ts";

interface VoxelUniform {
  readonly count: number;
  readonly first?: number;
  readonly rectify?: number;
  readonly partialsOffset?: number;
  readonly noise?: NoiseOptions;
}

/** A sum over all chunks, workgroup by workgroup. */
type AddPartials = (
  chunk: number,
  partials: { readonly buffer: DeviceBuffer; readonly offset: number },
) => void;

/** Runs the passes of shaders/voxels.wgsl. */
export class VoxelPasses {
  #parts: DeviceParts;
  #temporaries: Temporaries;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.#temporaries = new Temporaries(parts);
  }

  /** `estimate` becomes estimate - target; the sum of squares. */
  residual(
    estimate: GpuField,
    target: GpuField,
    positivity: "none" | "rectify",
  ): Promise<number> {
    const counts = countsOf(estimate);
    return this.sum(
      counts,
      (chunk, { buffer, offset }) =>
        this.#run("residual", [estimate.buffers[chunk], target.buffers[chunk], buffer], {
          count: counts[chunk],
          partialsOffset: offset,
          rectify: positivity === "rectify" ? 1 : 0,
        }),
    );
  }

  /** The sum of what `add` leaves, one number a workgroup, for chunks of so many elements. */
  async sum(counts: readonly number[], add: AddPartials): Promise<number> {
    const lengths = counts.map((count) => Math.ceil(count / (THREADS * EACH)));
    const length = lengths.reduce((total, n) => total + n, 0);
    const buffer = this.#temporaries.reserve("partials", length * 4);
    let offset = 0;
    lengths.forEach((n, chunk) => {
      add(chunk, { buffer, offset });
      offset += n;
    });
    const sums = await this.#parts.commands.read([{ buffer, length }]);
    return sums.reduce((total, value) => total + value, 0);
  }

  /** x = max(x, 0) */
  rectify(field: GpuField): void {
    countsOf(field).forEach((count, chunk) => {
      this.#run("rectify", [field.buffers[chunk]], { count });
    });
  }

  /** x = x + sigma n */
  addNoise(field: GpuField, noise: NoiseOptions): void {
    field.chunks.forEach((chunk, index) => {
      const { begin, length } = extentOf(chunk, field.size);
      this.#run("addNoise", [field.buffers[index]], { count: length, first: begin, noise });
    });
  }

  #run(pass: PlainPass, buffers: readonly DeviceBuffer[], uniform: VoxelUniform): void {
    const { count, first = 0, rectify = 0, partialsOffset = 0, noise } = uniform;
    dispatchElements(this.#parts, pass, {
      buffers,
      uniform: packUniform([
        ...[count, first, rectify, partialsOffset, { float: noise?.sigma ?? 0 }],
        ...[noise?.seed ?? 0, noise?.label ?? 0, noise?.sublabel ?? 0],
      ]),
      // Noise: an invocation is a counter, of four voxels of the whole field.
      invocations: pass === "addNoise"
        ? Math.floor((first + count - 1) / 4) - Math.floor(first / 4) + 1
        : Math.ceil(count / EACH),
    });
  }
}
