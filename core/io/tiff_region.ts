/**
 * Boxes of voxels out of the planes of a TIFF file.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { ByteSource } from "./byte_source.ts";
import { type ChunkCache, createChunkCache } from "./chunk_cache.ts";
import {
  bytesOf,
  bytesPerSample,
  flipSigns,
  type Samples,
  swapBytes,
  viewSamples,
} from "./pixel_type.ts";
import { assertRegion } from "./region.ts";
import type { StackReader } from "./stack.ts";
import { decodeChunk } from "./tiff_codec.ts";
import { rowsOfChunk, type TiffPlane } from "./tiff_plane.ts";
import type { TiffStack } from "./tiff_stack.ts";

/** How much a reader keeps. */
export interface TiffReaderOptions {
  /**
   * Memory for decoded strips and tiles of compressed files, so that regions that share them do not
   * decode them again.
   *
   * @default 536870912 (512 MiB)
   */
  readonly cacheBytes?: number;
}

/** A row or column range of a plane; ends are exclusive. */
interface Box {
  readonly y0: number;
  readonly y1: number;
  readonly x0: number;
  readonly x1: number;
}

/** Uncompressed rows are read in blocks of this size. */
const BLOCK_BYTES = 4 << 20;

/** Rows that are further apart than this are read one by one. */
const GAP_BYTES = 32 << 10;

/** A reader over the planes of `stack`, whose bytes are in `source`. */
export function createTiffReader(
  source: ByteSource,
  stack: TiffStack,
  options: TiffReaderOptions = {},
): StackReader {
  const { info, planes } = stack;
  const { shape: [channels, depth] } = info;
  const cache = createChunkCache(options.cacheBytes ?? 512 * 2 ** 20);
  let block: Uint8Array | undefined;
  return {
    info,
    async readRegion(region) {
      assertRegion(info, region);
      const { frame = 0, channel, start, end } = region;
      const box: Box = { y0: start[1], y1: end[1], x0: start[2], x1: end[2] };
      const area = (box.y1 - box.y0) * (box.x1 - box.x0);
      const out = new Float32Array(area * (end[0] - start[0]));
      for (let z = start[0]; z < end[0]; z++) {
        const index = (frame * depth + z) * channels + channel;
        const target = out.subarray((z - start[0]) * area, (z - start[0] + 1) * area);
        if (planes[index].contiguousAt === undefined) {
          await readChunks({ source, cache, plane: planes[index], index }, box, target);
        } else {
          block ??= new Uint8Array(BLOCK_BYTES);
          readRows({ source, plane: planes[index], block }, box, target);
        }
      }
      return out;
    },
    close() {
      cache.clear();
      source.close();
    },
  };
}

/** Rows of a plane that lies uncompressed in one piece. */
function readRows(
  from: { source: ByteSource; plane: TiffPlane; block: Uint8Array },
  box: Box,
  target: Float32Array,
): void {
  const { source, plane, block } = from;
  const { pixelType, width, littleEndian } = plane;
  const size = bytesPerSample(pixelType);
  const columns = box.x1 - box.x0;
  const first = plane.contiguousAt! + box.x0 * size;
  const isWhole = columns === width;
  if (isWhole && pixelType === "float32") {
    const bytes = bytesOf(target);
    source.readInto(first + box.y0 * width * size, bytes);
    if (!littleEndian) swapBytes(bytes, size);
    return;
  }
  // A block takes as many rows as fit, with what lies between them; a row may need several blocks.
  const isDense = (width - columns) * size <= GAP_BYTES && width * size <= block.length;
  const rowsPerBlock = isDense ? Math.floor(block.length / (width * size)) : 1;
  const columnsPerBlock = isDense ? columns : Math.min(columns, Math.floor(block.length / size));
  for (let y = box.y0; y < box.y1; y += rowsPerBlock) {
    const rows = Math.min(rowsPerBlock, box.y1 - y);
    for (let x = 0; x < columns; x += columnsPerBlock) {
      const count = Math.min(columnsPerBlock, columns - x);
      const bytes = block.subarray(0, ((rows - 1) * width + count) * size);
      source.readInto(first + (y * width + x) * size, bytes);
      if (!littleEndian) swapBytes(bytes, size);
      const samples = withSigns(viewSamples(bytes, pixelType), plane);
      const at = (y - box.y0) * columns + x;
      copyRows(samples, width, { target, at, stride: columns, rows, columns: count });
    }
  }
}

/** The strips or tiles of a plane that meet the box. */
async function readChunks(
  from: { source: ByteSource; cache: ChunkCache; plane: TiffPlane; index: number },
  box: Box,
  target: Float32Array,
): Promise<void> {
  const { plane } = from;
  const { chunkWidth, chunkHeight, width, offsets } = plane;
  const across = Math.ceil(width / chunkWidth);
  const columns = box.x1 - box.x0;
  for (let cy = Math.floor(box.y0 / chunkHeight); cy * chunkHeight < box.y1; cy++) {
    for (let cx = Math.floor(box.x0 / chunkWidth); cx * chunkWidth < box.x1; cx++) {
      const chunk = cy * across + cx;
      const rows = rowsOfChunk(plane, chunk);
      const bytes = chunkWidth * rows * bytesPerSample(plane.pixelType);
      const samples = await from.cache.take(
        from.index * offsets.length + chunk,
        bytes,
        () => loadChunk(from, chunk, rows),
      );
      const y0 = Math.max(box.y0, cy * chunkHeight);
      const y1 = Math.min(box.y1, cy * chunkHeight + rows);
      const x0 = Math.max(box.x0, cx * chunkWidth);
      const x1 = Math.min(box.x1, (cx + 1) * chunkWidth);
      const skip = (y0 - cy * chunkHeight) * chunkWidth + x0 - cx * chunkWidth;
      copyRows(samples.subarray(skip), chunkWidth, {
        target,
        at: (y0 - box.y0) * columns + x0 - box.x0,
        stride: columns,
        rows: y1 - y0,
        columns: x1 - x0,
      });
    }
  }
}

function loadChunk(
  from: { source: ByteSource; plane: TiffPlane; index: number },
  chunk: number,
  rows: number,
): Samples | Promise<Samples> {
  const { source, plane, index } = from;
  const bytes = new Uint8Array(plane.byteCounts[chunk]);
  source.readInto(plane.offsets[chunk], bytes);
  const fail = (error: unknown): never => {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new InputError(
      `${source.name} is damaged: plane ${index + 1} cannot be decoded (${reason}); ` +
        `copy or save it again`,
      { cause: error },
    );
  };
  try {
    const samples = decodeChunk(bytes, { ...plane, width: plane.chunkWidth, rows });
    return samples instanceof Promise
      ? samples.then((samples) => withSigns(samples, plane)).catch(fail)
      : withSigns(samples, plane);
  } catch (error) {
    return fail(error);
  }
}

function withSigns(samples: Samples, plane: TiffPlane): Samples {
  if (plane.signs === "offset") flipSigns(samples as Int16Array);
  return samples;
}

/** Rows of samples to rows of float32: one copy where both are without gaps. */
function copyRows(
  samples: Samples,
  width: number,
  to: { target: Float32Array; at: number; stride: number; rows: number; columns: number },
): void {
  const { target, at, stride, rows, columns } = to;
  if (width === columns && stride === columns) {
    target.set(samples.subarray(0, rows * columns), at);
    return;
  }
  for (let row = 0; row < rows; row++) {
    target.set(samples.subarray(row * width, row * width + columns), at + row * stride);
  }
}
