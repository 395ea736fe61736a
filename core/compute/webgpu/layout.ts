/**
 * Where numbers lie on the device. A buffer that a shader uses may not exceed the adapter's limit for
 * a binding, so fields are cut into chunks of rows and spectra into slabs of columns: transforms along
 * y and z stay within a slab, and those along x run once a slab.
 *
 * @module
 */
import { DeviceMemoryError } from "../../errors.ts";
import { formatSize, type Size } from "../../volume.ts";

/** Columns wx of a spectrum, `[z, y, column < pitch]` complex. */
export interface Slab {
  readonly first: number;
  readonly count: number;
  readonly pitch: number;
}

/** Some rows of a field, `[plane, row, x]`: whole planes, or a part of one. */
export interface Chunk {
  readonly firstPlane: number;
  readonly planes: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** Columns side by side that fill a cache line of 64 bytes. */
const GROUP = 8;

/**
 * The slabs of every spectrum and of all planes of a grid.
 *
 * @example
 * ```ts
 * import { slabsOf } from "./layout.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(slabsOf([32, 540, 540], 2 ** 27), [{ first: 0, count: 271, pitch: 272 }]);
 * assert.equal(slabsOf([64, 1024, 1024], 2 ** 27).length, 3);
 * ```
 *
 * @throws {DeviceMemoryError} when even a few columns exceed `bindingBytes`.
 */
export function slabsOf(grid: Size, bindingBytes: number): readonly Slab[] {
  const [nz, ny, nx] = grid;
  const half = Math.floor(nx / 2) + 1;
  const groups = Math.ceil(half / GROUP);
  // Planes and lags may be deeper than a small grid.
  const groupBytes = Math.max(nz, 16) * ny * GROUP * 8;
  const groupsPerSlab = Math.floor(bindingBytes / groupBytes);
  if (groupsPerSlab === 0) throw tooLarge(grid, bindingBytes);
  const slabs = Math.ceil(groups / groupsPerSlab);
  const width = Math.ceil(groups / slabs) * GROUP;
  return Array.from({ length: Math.ceil(half / width) }, (_, index) => {
    const first = index * width;
    const count = Math.min(width, half - first);
    return { first, count, pitch: Math.ceil(count / GROUP) * GROUP };
  });
}

/**
 * The chunks of a field.
 *
 * @throws {DeviceMemoryError} when even two rows exceed `bindingBytes`.
 */
export function chunksOf(size: Size, bindingBytes: number): readonly Chunk[] {
  const [depth, height, width] = size;
  const planesPerChunk = Math.floor(bindingBytes / (height * width * 4));
  const chunks: Chunk[] = [];
  if (planesPerChunk > 0) {
    for (let z = 0; z < depth; z += planesPerChunk) {
      const planes = Math.min(planesPerChunk, depth - z);
      chunks.push({ firstPlane: z, planes, firstRow: 0, rows: height });
    }
    return chunks;
  }
  // Rows are transformed in pairs.
  const rowsPerChunk = Math.floor(bindingBytes / (width * 8)) * 2;
  if (rowsPerChunk === 0) throw tooLarge(size, bindingBytes);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y += rowsPerChunk) {
      const rows = Math.min(rowsPerChunk, height - y);
      chunks.push({ firstPlane: z, planes: 1, firstRow: y, rows });
    }
  }
  return chunks;
}

function tooLarge(size: Size, bindingBytes: number): DeviceMemoryError {
  return new DeviceMemoryError(
    `${formatSize(size)} voxels are too many for this GPU, which binds ` +
      `${Math.floor(bindingBytes / 2 ** 20)} MiB at a time; work in tiles (--memory) or with ` +
      `--backend cpu`,
  );
}
