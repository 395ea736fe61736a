/**
 * TIFF stacks as ImageJ writes them: uncompressed hyperstacks, little-endian, with voxel size,
 * channels, frames, display ranges, colour tables, labels, texts, regions of interest and overlays.
 *
 * @module
 */
import type { Volume } from "../volume.ts";
import { createAtomicFile } from "./atomic_file.ts";
import {
  bytesOf,
  bytesPerSample,
  createSamples,
  type Samples,
  storeSamples,
} from "./pixel_type.ts";
import { assertRegion, regionVoxels } from "./region.ts";
import type { PixelType, Region, StackInfo, StackMetadata, StackWriter } from "./stack.ts";
import { planTiff, type TiffLayout } from "./tiff_layout.ts";

/** Converted voxels are written in blocks of at most this many. */
const BLOCK_VOXELS = 1 << 20;

/**
 * Begins a TIFF file of which regions can be written in any order; what is never written is 0.
 * Its size is checked against the space on the disk before anything else.
 *
 * ImageJ 1.53t opens all types but float64; int8 it shows as uint8.
 *
 * @example
 * ```ts
 * import { createTiff } from "./tiff_writer.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = Deno.makeTempDirSync();
 * const path = `${folder}/stack.tif`;
 * const info = { shape: [1, 2, 4, 4], frames: 1, pixelType: "uint16", metadata: {} } as const;
 * const writer = createTiff(path, info);
 * writer.writeRegion({ channel: 0, start: [1, 0, 0], end: [2, 4, 4] }, new Float32Array(16).fill(7));
 * writer.close();
 * assert.equal(Deno.statSync(path).isFile, true);
 * Deno.removeSync(folder, { recursive: true });
 * ```
 *
 * @throws {InputError} when the folder is missing or not writable, `path` is a folder, or the disk
 * is full; `writeRegion` and `close` throw it too, and nothing is left behind.
 * @throws {RangeError} when the info contradicts itself.
 */
export function createTiff(path: string, info: StackInfo): StackWriter {
  const layout = planTiff(info);
  const file = createAtomicFile(path, layout.totalBytes);
  file.writeAt(0, layout.head);
  if (layout.tail.length > 0) file.writeAt(layout.tailOffset, layout.tail);
  return {
    info,
    writeRegion(region, data) {
      try {
        writeRegion(info, layout, { region, data, write: file.writeAt });
      } catch (error) {
        file.abort();
        throw error;
      }
    },
    close: file.commit,
    abort: file.abort,
  };
}

/**
 * The bytes of a TIFF file; works in a browser too.
 *
 * @param data In the order `[t, c, z, y, x]`.
 *
 * @example
 * ```ts
 * import { encodeTiff } from "./tiff_writer.ts";
 * import assert from "node:assert/strict";
 *
 * const info = { shape: [1, 1, 1, 3], frames: 1, pixelType: "uint8", metadata: {} } as const;
 * const bytes = encodeTiff(info, new Float32Array([1, 2, 300]));
 * assert.deepEqual([...bytes.slice(-3)], [1, 2, 255]);
 * ```
 *
 * @throws {RangeError} when `data` is not as long as the stack, or the info contradicts itself.
 */
export function encodeTiff(info: StackInfo, data: Float32Array): Uint8Array<ArrayBuffer> {
  const layout = planTiff(info);
  const { shape: [channels, ...size], frames } = info;
  const voxels = size[0] * size[1] * size[2];
  const length = frames * channels * voxels;
  if (data.length !== length) {
    throw new RangeError(`The stack has ${length} voxels, not ${data.length}`);
  }
  const bytes = new Uint8Array(layout.totalBytes);
  const write = (offset: number, part: Uint8Array) => bytes.set(part, offset);
  write(0, layout.head);
  write(layout.tailOffset, layout.tail);
  for (let part = 0; part < frames * channels; part++) {
    const channel = part % channels;
    const frame = Math.floor(part / channels);
    const region: Region = { frame, channel, start: [0, 0, 0], end: size };
    const voxelsOfPart = data.subarray(part * voxels, (part + 1) * voxels);
    writeRegion(info, layout, { region, data: voxelsOfPart, write });
  }
  return bytes;
}

/**
 * Writes a volume as a TIFF stack of one frame.
 *
 * @throws {InputError} as `createTiff` does.
 */
export function writeVolume(
  path: string,
  volume: Volume,
  options: {
    readonly metadata?: StackMetadata;
    /** Integers are rounded and clipped to their range. @default "float32" */
    readonly pixelType?: PixelType;
  } = {},
): void {
  const { shape, data, voxelSizeUm } = volume;
  const { metadata = {}, pixelType = "float32" } = options;
  const [channels, ...size] = shape;
  const writer = createTiff(path, { shape, frames: 1, pixelType, voxelSizeUm, metadata });
  const voxels = data.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const region: Region = { channel, start: [0, 0, 0], end: size };
    writer.writeRegion(region, data.subarray(channel * voxels, (channel + 1) * voxels));
  }
  writer.close();
}

/** Converts the region block by block and hands the bytes on with their place in the file. */
function writeRegion(
  info: StackInfo,
  layout: TiffLayout,
  job: {
    readonly region: Region;
    readonly data: Float32Array;
    readonly write: (offset: number, bytes: Uint8Array) => void;
  },
): void {
  const { region, data, write } = job;
  assertRegion(info, region);
  if (data.length !== regionVoxels(region)) {
    throw new RangeError(`The region has ${regionVoxels(region)} voxels, not ${data.length}`);
  }
  const { shape: [channels, depth, , width], pixelType } = info;
  const { frame = 0, channel, start: [z0, y0, x0], end: [z1, y1, x1] } = region;
  const bytes = bytesPerSample(pixelType);
  const columns = x1 - x0;
  const rows = y1 - y0;
  // Rows of full width follow one another in the file.
  const run = columns === width ? rows * columns : columns;
  const runs = columns === width ? 1 : rows;
  const scratch = pixelType === "float32"
    ? undefined
    : createSamples(pixelType, Math.min(run, BLOCK_VOXELS));
  for (let z = z0; z < z1; z++) {
    const plane = (frame * depth + z) * channels + channel;
    const planeAt = layout.dataOffset + plane * layout.planeBytes;
    for (let r = 0; r < runs; r++) {
      const at = planeAt + ((y0 + r) * width + x0) * bytes;
      const from = (z - z0) * rows * columns + r * run;
      for (let i = 0; i < run; i += BLOCK_VOXELS) {
        const part = data.subarray(from + i, from + Math.min(run, i + BLOCK_VOXELS));
        write(at + i * bytes, bytesOf(scratch ? convert(part, scratch, pixelType) : part));
      }
    }
  }
}

function convert(data: Float32Array, scratch: Samples, type: PixelType): Samples {
  const target = scratch.subarray(0, data.length);
  storeSamples(data, target, type);
  return target;
}
