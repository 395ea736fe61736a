/**
 * TIFF stacks: ImageJ hyperstacks, OME-TIFF and plain pages, classic and BigTIFF, uncompressed or
 * with deflate, LZW, PackBits, zstd or 8-bit JPEG, in strips or tiles.
 *
 * @module
 */
import { type ByteSource, createBufferSource } from "./byte_source.ts";
import { openFileSource } from "./file_source.ts";
import type { StackReader } from "./stack.ts";
import { readTiffDirectories } from "./tiff_directory.ts";
import { createTiffReader, type TiffReaderOptions } from "./tiff_region.ts";
import { describeTiffStack } from "./tiff_stack.ts";

export type { TiffReaderOptions } from "./tiff_region.ts";

/**
 * Opens a stack in a TIFF file. Uncompressed data are read by position when a region is asked for;
 * compressed ones are decoded strip by strip and kept in their own type, up to `cacheBytes`.
 *
 * @returns A reader whose voxels are in the file's own units and order `[z, y, x]`. 32-bit integers
 * above 2^24 and float64 lose digits, as voxels are float32 everywhere.
 *
 * @throws {InputError} when the file is missing, a folder, no TIFF, truncated, holds colours or
 * number formats that are not intensities, or planes that lie in other files.
 */
export function openTiff(path: string, options: TiffReaderOptions = {}): Promise<StackReader> {
  return openSource(() => openFileSource(path), options);
}

/**
 * Opens a stack in the bytes of a TIFF file, as `openTiff` does; works in a browser too.
 *
 * @param name As messages show it.
 *
 * @example
 * ```ts
 * import { openTiffBuffer } from "./tiff_reader.ts";
 * import { encodeTiff } from "./tiff_writer.ts";
 * import assert from "node:assert/strict";
 *
 * const info = { shape: [1, 1, 2, 2], frames: 1, pixelType: "uint16", metadata: {} } as const;
 * const bytes = encodeTiff(info, new Float32Array([0, 1, 2, 3]));
 * const reader = await openTiffBuffer(bytes.buffer, "small.tif");
 * const row = await reader.readRegion({ channel: 0, start: [0, 1, 0], end: [1, 2, 2] });
 * assert.deepEqual([...row], [2, 3]);
 * ```
 *
 * @throws {InputError} as `openTiff` does.
 */
export function openTiffBuffer(
  buffer: ArrayBufferLike | Uint8Array,
  name: string,
  options: TiffReaderOptions = {},
): Promise<StackReader> {
  return openSource(() => createBufferSource(buffer, name), options);
}

// deno-lint-ignore require-await -- errors in opening are rejections, as those in reading are
async function openSource(
  open: () => ByteSource,
  options: TiffReaderOptions,
): Promise<StackReader> {
  const source = open();
  try {
    return createTiffReader(source, describeTiffStack(readTiffDirectories(source)), options);
  } catch (error) {
    source.close();
    throw error;
  }
}
