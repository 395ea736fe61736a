/**
 * The CPU engine's weighted sums along all axes: how their kernel is called.
 *
 * @module
 */
import type { Field, ResampleOptions, Taps } from "../engine.ts";
import { assertTaps } from "../taps.ts";
import type { Pool } from "./pool.ts";
import type { CpuField } from "./resources.ts";

/** Number of the kernel, as in assembly/index.ts. */
const RESAMPLE = 24;

/** output = weight sum a b c input on the first voxels, or that added. */
export function resample(
  pool: Pool,
  output: Field,
  options: ResampleOptions & { readonly input: Field; readonly taps: Taps },
): void {
  const { input, taps, weight = 1, mode = "set" } = options;
  assertTaps(taps, { output: output.size, input: input.size });
  const [depth, height, width] = taps.map(({ starts }) => starts.length - 1);
  const lists = taps.flatMap(({ starts, indices, weights }) => [starts, indices, weights]);
  const table = pool.heap.allocate(lists.reduce((sum, { length }) => sum + 4 * length, 0));
  const { f32, i32 } = pool.heap.views;
  let end = table;
  const addresses = lists.map((list) => {
    const address = end;
    if (list instanceof Int32Array) i32.set(list, address / 4);
    else f32.set(list, address / 4);
    end += 4 * list.length;
    return address;
  });
  // A row of the input, and a vector that its last one may reach into.
  pool.reserveScratch(4 * input.size[2] + 16);
  pool.run(RESAMPLE, depth * height, [
    ...[output, input].flatMap((field) => [
      (field as CpuField).address,
      field.size[1],
      field.size[2],
    ]),
    ...[height, width, mode === "add" ? 1 : 0, { float: weight }],
    ...addresses,
  ]);
  pool.heap.free(table);
}
