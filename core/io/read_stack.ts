/**
 * Image files of any format that is read here, told apart by their content.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { createVolume, formatSize, sizeOf, type Volume, voxelsOf } from "../volume.ts";
import { openFileSource } from "./file_source.ts";
import { openPng, PNG_SIGNATURE } from "./png.ts";
import type { StackInfo, StackReader } from "./stack.ts";
import { openTiff, type TiffReaderOptions } from "./tiff_reader.ts";

/** How the formats begin; a TIFF in either byte order, classic or big. */
const TIFF_SIGNATURES: readonly (readonly number[])[] = [
  [0x49, 0x49, 42, 0],
  [0x4d, 0x4d, 0, 42],
  [0x49, 0x49, 43, 0],
  [0x4d, 0x4d, 0, 43],
];

/** Formats that people try, and how they begin. */
const OTHERS: readonly (readonly [name: string, signature: readonly number[]])[] = [
  ["a JPEG picture", [0xff, 0xd8, 0xff]],
  ["a GIF picture", [0x47, 0x49, 0x46, 0x38]],
  ["a BMP picture", [0x42, 0x4d]],
  ["a zip archive", [0x50, 0x4b, 3, 4]],
  ["a gzip archive", [0x1f, 0x8b]],
  ["an HDF5 file", [0x89, 0x48, 0x44, 0x46]],
  ["a NumPy array", [0x93, 0x4e, 0x55, 0x4d]],
  ["a Zeiss CZI file", [0x5a, 0x49, 0x53, 0x52, 0x41, 0x57]],
  ["a Nikon ND2 file", [0xda, 0xce, 0xbe, 0x0a]],
  ["a Leica LIF file", [0x70, 0, 0, 0]],
  ["an Olympus OIB file", [0xd0, 0xcf, 0x11, 0xe0]],
];

/**
 * Opens a TIFF or PNG file, whatever its name ends in.
 *
 * @throws {InputError} when it is missing, a folder, of another format, truncated, or not a stack of
 * intensities.
 */
export async function openStack(
  path: string,
  options: TiffReaderOptions = {},
): Promise<StackReader> {
  const source = openFileSource(path);
  const head = new Uint8Array(Math.min(8, source.size));
  try {
    source.readInto(0, head);
  } finally {
    source.close();
  }
  const begins = (signature: readonly number[]) => signature.every((byte, i) => head[i] === byte);
  if (TIFF_SIGNATURES.some(begins)) return await openTiff(path, options);
  if (begins(PNG_SIGNATURE)) return await openPng(path);
  const other = OTHERS.find(([, signature]) => begins(signature));
  throw new InputError(
    other
      ? `${path} is ${other[0]}, not a TIFF or PNG; export the stack as TIFF`
      : `${path} is not a TIFF or PNG file; export the stack as TIFF`,
  );
}

/**
 * The first frame of a TIFF or PNG file with all of its channels, in the file's own units.
 *
 * @example
 * ```ts
 * import { readVolume } from "./read_stack.ts";
 * import { writeVolume } from "./tiff_writer.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = Deno.makeTempDirSync();
 * const path = `${folder}/stack.tif`;
 * writeVolume(path, createVolume([2, 3, 4, 5], undefined, { x: 0.1, y: 0.1, z: 0.3 }));
 * const volume = await readVolume(path);
 * assert.deepEqual(volume.shape, [2, 3, 4, 5]);
 * assert.deepEqual(volume.voxelSizeUm, { x: 0.1, y: 0.1, z: 0.3 });
 * Deno.removeSync(folder, { recursive: true });
 * ```
 *
 * @throws {InputError} as `openStack` does.
 */
export async function readVolume(path: string): Promise<Volume & { readonly info: StackInfo }> {
  // Everything is read once: nothing is worth keeping.
  const reader = await openStack(path, { cacheBytes: 0 });
  try {
    const { info } = reader;
    const { shape, voxelSizeUm } = info;
    const read = (channel: number) =>
      reader.readRegion({ channel, start: [0, 0, 0], end: sizeOf(shape) });
    if (shape[0] === 1) return { ...createVolume(shape, await read(0), voxelSizeUm), info };
    const volume = createVolume(shape, undefined, voxelSizeUm);
    for (let channel = 0; channel < shape[0]; channel++) {
      volume.data.set(await read(channel), channel * voxelsOf(shape));
    }
    return { ...volume, info };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The engine's word for memory that it does not get.
    const gigabytes = (4e-9 * reader.info.shape[0] * voxelsOf(reader.info.shape)).toFixed(1);
    throw new InputError(
      `${path} is ${
        formatSize(reader.info.shape)
      } voxels large and needs ${gigabytes} GB of memory ` +
        `as a whole, more than there is; crop it or restore it in tiles`,
      { cause: error },
    );
  } finally {
    reader.close();
  }
}
