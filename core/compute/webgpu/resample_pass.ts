/**
 * Weighted sums along all axes.
 *
 * @module
 */
import type { ResampleOptions, Taps } from "../engine.ts";
import { assertTaps } from "../taps.ts";
import { type DeviceParts, packUniform } from "./dispatches.ts";
import type { Chunk } from "./layout.ts";
import type { GpuField } from "./resources.ts";
import { Temporaries } from "./temporaries.ts";

/** Threads of a workgroup: a part of a row. */
const THREADS = 64;
/** Rows of a dispatch, as in shaders/resample.wgsl: more wrap. */
const ROWS = 32768;

/** Runs the pass of shaders/resample.wgsl. */
export class ResamplePass {
  #parts: DeviceParts;
  #temporaries: Temporaries;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.#temporaries = new Temporaries(parts);
  }

  /** output = weight sum a b c input on the first voxels, or that added. */
  run(
    output: GpuField,
    input: GpuField,
    { taps, weight = 1, mode = "set" }: ResampleOptions & { readonly taps: Taps },
  ): void {
    assertTaps(taps, { output: output.size, input: input.size });
    const { commands, pipelines } = this.#parts;
    const lists = taps.flatMap(({ starts, indices, weights }) => [
      starts,
      indices,
      Float32Array.from(weights),
    ]);
    const offsets: number[] = [];
    const values = new Uint32Array(lists.reduce((sum, { length }) => sum + length, 0));
    let end = 0;
    for (const { buffer, byteOffset, length } of lists) {
      offsets.push(end);
      values.set(new Uint32Array(buffer, byteOffset, length), end);
      end += length;
    }
    const table = this.#temporaries.reserve("taps", values.byteLength);
    commands.write(table, values);
    const offsetsOf = (part: number) => [...[0, 3, 6].map((axis) => offsets[axis + part]), 0];
    const describe = (chunk: Chunk) =>
      [chunk.firstPlane, chunk.planes, chunk.firstRow, chunk.rows] as const;
    output.chunks.forEach((to, o) =>
      input.chunks.forEach((from, i) => {
        const rows = to.planes * to.rows;
        commands.dispatch(pipelines.plainPass("resample", { threads: THREADS }), {
          buffers: [table, input.buffers[i], output.buffers[o]],
          uniform: packUniform([
            ...taps.map(({ starts }) => starts.length - 1),
            // Later parts of the input add to what the first has left.
            mode === "add" || i > 0 ? 1 : 0,
            ...[...output.size, 0, ...describe(to), ...input.size, 0, ...describe(from)],
            ...[0, 1, 2].flatMap(offsetsOf),
            { float: weight },
          ]),
          groups: [
            Math.ceil((taps[2].starts.length - 1) / THREADS),
            Math.min(rows, ROWS),
            Math.ceil(rows / ROWS),
          ],
        });
      })
    );
  }
}
