/**
 * The lines of a chunk or a slab along each axis, as passes take them.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import type { Planes } from "../engine.ts";
import type { Chunk, Slab } from "./layout.ts";
import type { LineJob } from "./line_passes.ts";

/** What a pass needs to know to find its lines. */
export type Lines = Pick<LineJob, "length" | "lineCount" | "batches" | "uniform">;

/** Rows of a chunk, in pairs, and their part of the spectrum in a slab. */
export function rowsOf(chunk: Chunk, slab: Slab, { grid: [, ny, nx] }: Planes): Lines {
  return {
    length: nx,
    lineCount: Math.ceil(chunk.rows / 2),
    batches: chunk.planes,
    uniform: {
      rows: chunk.rows,
      firstRow: chunk.firstRow,
      firstPlane: chunk.firstPlane,
      firstColumn: slab.first,
      columnCount: slab.count,
      stride: slab.pitch,
      batchStride: ny * slab.pitch,
    },
  };
}

/** Columns along y of the first `depth` planes; a batch is a plane. */
export function columnsAlongY({ count, pitch }: Slab, [, ny]: Size, depth: number): Lines {
  return {
    length: ny,
    lineCount: count,
    batches: depth,
    uniform: { stride: pitch, batchStride: ny * pitch },
  };
}

/** Columns along z; a batch is a row of the transformed planes. */
export function columnsAlongZ({ count, pitch }: Slab, [nz, ny]: Size): Lines {
  return {
    length: nz,
    lineCount: count,
    batches: ny,
    uniform: { stride: ny * pitch, batchStride: pitch },
  };
}
