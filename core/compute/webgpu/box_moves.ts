/**
 * Boxes of voxels between fields, and between fields and windows, which are contiguous.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, packUniform } from "./dispatches.ts";
import type { Chunk } from "./layout.ts";
import type { GpuField } from "./resources.ts";

/** A part of a periodic grid; it may begin before it and reach beyond it. */
export interface Box {
  readonly begin: Size;
  readonly size: Size;
}

/** A box that lies in a buffer of its own, `[z, y, x]`. */
export interface BoxWindow {
  readonly box: Box;
  readonly buffer: DeviceBuffer;
}

/** Threads of a workgroup: a part of a row. */
const THREADS = 64;
/** Rows of a dispatch, as in shaders/move_box.wgsl: more wrap. */
const ROWS = 32768;
const ORIGIN: Size = [0, 0, 0];

/** Voxels from `view.size` on are taken as 0. @default the whole field */
export function gatherBox(
  parts: DeviceParts,
  field: GpuField,
  { box, buffer, view = field.size }: BoxWindow & { readonly view?: Size },
): void {
  const result = { begin: ORIGIN, grid: box.size, chunk: wholeOf(box.size), buffer };
  field.chunks.forEach((chunk, index) => {
    const source = { begin: box.begin, grid: field.size, chunk, buffer: field.buffers[index] };
    move(parts, { size: box.size, source, result, view, mode: "set" });
  });
}

/** The way back: sets the field's voxels, or adds to them; each may occur once. */
export function scatterBox(
  parts: DeviceParts,
  field: GpuField,
  { box, buffer, mode }: BoxWindow & { readonly mode: "set" | "add" },
): void {
  const source = { begin: ORIGIN, grid: box.size, chunk: wholeOf(box.size), buffer };
  field.chunks.forEach((chunk, index) => {
    const result = { begin: box.begin, grid: field.size, chunk, buffer: field.buffers[index] };
    move(parts, { size: box.size, source, result, view: box.size, mode });
  });
}

/** Copies the part that both fields have. */
export function copyField(parts: DeviceParts, output: GpuField, input: GpuField): void {
  if (output === input) return;
  output.chunks.forEach((to, o) =>
    input.chunks.forEach((from, i) => {
      const firstPlane = Math.max(to.firstPlane, from.firstPlane);
      const firstRow = Math.max(to.firstRow, from.firstRow);
      const planes = Math.min(to.firstPlane + to.planes, from.firstPlane + from.planes) -
        firstPlane;
      const rows = Math.min(to.firstRow + to.rows, from.firstRow + from.rows) - firstRow;
      if (planes <= 0 || rows <= 0) return;
      const begin: Size = [firstPlane, firstRow, 0];
      move(parts, {
        size: [planes, rows, Math.min(output.size[2], input.size[2])],
        source: { begin, grid: input.size, chunk: from, buffer: input.buffers[i] },
        result: { begin, grid: output.size, chunk: to, buffer: output.buffers[o] },
        view: input.size,
        mode: "set",
      });
    })
  );
}

interface Side extends Pick<Box, "begin"> {
  readonly grid: Size;
  readonly chunk: Chunk;
  readonly buffer: DeviceBuffer;
}

interface Move {
  readonly size: Size;
  readonly source: Side;
  readonly result: Side;
  readonly view: Size;
  readonly mode: "set" | "add";
}

function move({ commands, pipelines }: DeviceParts, job: Move): void {
  const { size, source, result, view, mode } = job;
  const rows = size[0] * size[1];
  const sideOf = ({ begin, grid, chunk }: Side) => [
    ...[...begin.map((at, axis) => wrap(at, grid[axis])), 0, ...grid, 0],
    ...[chunk.firstPlane, chunk.planes, chunk.firstRow, chunk.rows],
  ];
  commands.dispatch(pipelines.plainPass("moveBox", { threads: THREADS }), {
    buffers: [source.buffer, result.buffer],
    uniform: packUniform([
      ...[...size, mode === "add" ? 1 : 0],
      ...sideOf(source),
      ...sideOf(result),
      ...view,
    ]),
    groups: [Math.ceil(size[2] / THREADS), Math.min(rows, ROWS), Math.ceil(rows / ROWS)],
  });
}

/** The place on a periodic line. */
export function wrap(at: number, length: number): number {
  return ((at % length) + length) % length;
}

function wholeOf([planes, rows]: Size): Chunk {
  return { firstPlane: 0, planes, firstRow: 0, rows };
}
