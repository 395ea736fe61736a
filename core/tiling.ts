/**
 * Cutting a stack into overlapping tiles that fit a memory budget.
 *
 * @module
 */
import { gridFor } from "./compute/grid.ts";
import { InputError } from "./errors.ts";
import { formatSize, type Size, voxelsOf } from "./volume.ts";

/** One tile: what is read, and the part of it that is kept. */
export interface Tile {
  /**
   * Begin of what is read, `[z, y, x]`. At the stack's borders it lies outside the stack, where
   * `readTile` continues the stack as the restoration of the whole stack does.
   */
  readonly start: Size;
  /** Begin of what is kept, in the stack. */
  readonly keepStart: Size;
  /** End of what is kept, in the stack, exclusive. */
  readonly keepEnd: Size;
}

/** Tiles of one size that together keep every voxel once. */
export interface TilePlan {
  /** Of every tile, with its overlap: `[z, y, x]`. */
  readonly size: Size;
  /** That a tile is restored on. */
  readonly grid: Size;
  /** That the whole stack would be restored on: the period of its continuation. */
  readonly wholeGrid: Size;
  readonly tiles: readonly Tile[];
  /** Voxels that tiles read beyond what they keep, on every side of a cut axis: `[z, y, x]`. */
  readonly overlap: Size;
  /** What a tile needs at a time, engine and copies together. */
  readonly bytes: number;
  /** About how much tiles differ from the whole, as a part of its peak; undefined where unknown. */
  readonly seam?: number;
}

/** What a plan is made for. */
export interface TileOptions {
  readonly psfSize: Size;
  /** Of the model's kernels. */
  readonly kernelSize: Size;
  readonly memoryBytes: number;
  /** `[z, y, x]` @default one PSF and one kernel */
  readonly overlap?: Size;
  /** Transfer functions held at a time: channels of the PSF. @default 1 */
  readonly transfers?: number;
}

/** What an engine is asked to hold at most: wasm addresses 4 GiB. */
const MOST_ENGINE_BYTES = 4e9;

/**
 * The tiles with the least work that fit the budget.
 *
 * @throws {InputError} when not even small tiles fit.
 *
 * @example
 * ```ts
 * import { planTiles } from "./tiling.ts";
 * import assert from "node:assert/strict";
 *
 * const options = { psfSize: [13, 27, 27], kernelSize: [3, 5, 5] } as const;
 * assert.equal(planTiles([17, 512, 512], { ...options, memoryBytes: 1e9 }).tiles.length, 1);
 * assert.ok(planTiles([64, 2048, 2048], { ...options, memoryBytes: 2e9 }).tiles.length > 1);
 * ```
 */
export function planTiles(size: Size, options: TileOptions): TilePlan {
  const { psfSize, kernelSize, memoryBytes } = options;
  const overlap = options.overlap ??
    psfSize.map((n, axis) => n + kernelSize[axis]) as unknown as Size;
  const [partsZ, partsY, partsX] = size.map((n, axis) => countsOf(n, overlap[axis]));
  let best: { counts: Size; bytes: number; work: number } | undefined;
  for (const nz of partsZ) {
    for (const ny of partsY) {
      for (const nx of partsX) {
        const counts: Size = [nz, ny, nx];
        const tile = tileSize(size, counts, overlap);
        const { engine, copies } = bytesOf(tile, options);
        const bytes = engine + copies;
        if (bytes > memoryBytes || engine > MOST_ENGINE_BYTES) continue;
        const work = nz * ny * nx * voxelsOf(gridFor(tile, psfSize));
        if (!best || work < best.work) best = { counts, bytes, work };
      }
    }
    // Thin stacks are cut along z only where nothing else fits.
    if (best) break;
  }
  if (!best) {
    const most: Size = [partsZ.at(-1)!, partsY.at(-1)!, partsX.at(-1)!];
    const { engine, copies } = bytesOf(tileSize(size, most, overlap), options);
    throw new InputError(
      `A stack of ${formatSize(size)} with this PSF cannot be restored in ` +
        `${
          formatMegabytes(memoryBytes)
        }, what --memory leaves for tiles: the smallest tiles need ` +
        `${formatMegabytes(engine + copies)}; raise --memory or crop the PSF`,
    );
  }
  const tile = tileSize(size, best.counts, overlap);
  return {
    size: tile,
    grid: gridFor(tile, psfSize),
    wholeGrid: gridFor(size, psfSize),
    tiles: cutTiles(size, best.counts, tile),
    overlap,
    bytes: best.bytes,
  };
}

function formatMegabytes(bytes: number): string {
  return `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.ceil(bytes / 1e6)} MB`;
}

/** Into how many parts an axis can be cut so that a tile is smaller than the axis; 1 is whole. */
function countsOf(length: number, overlap: number): readonly number[] {
  const counts = [1];
  // Parts smaller than their overlap would cost more than they spare.
  for (let count = 2; count <= Math.ceil(length / overlap); count++) {
    if (partOf(length, count) + 2 * overlap < length) counts.push(count);
  }
  return counts;
}

function partOf(length: number, count: number): number {
  return Math.ceil(length / count);
}

/** Size of the tiles when an axis is cut into so many parts; an uncut axis has no overlap. */
function tileSize(size: Size, counts: Size, overlap: Size): Size {
  return size.map((n, axis) =>
    counts[axis] === 1 ? n : partOf(n, counts[axis]) + 2 * overlap[axis]
  ) as unknown as Size;
}

/** Field, planes and transfer functions on the engine; the tile's voxels in, out and kept. */
function bytesOf(
  tile: Size,
  { psfSize, kernelSize, transfers = 1 }: TileOptions,
): { readonly engine: number; readonly copies: number } {
  const grid = gridFor(tile, psfSize);
  const plane = grid[1] * (Math.ceil((Math.floor(grid[2] / 2) + 1) / 8) * 64 + 1);
  const planes = tile[0] + transfers * grid[0] + psfSize[0] + 2 * kernelSize[0];
  return { engine: planes * plane + 4 * voxelsOf(tile), copies: 3 * 4 * voxelsOf(tile) };
}

function cutTiles(size: Size, counts: Size, tile: Size): readonly Tile[] {
  const axes = size.map((n, axis) => {
    const step = partOf(n, counts[axis]);
    return Array.from({ length: Math.ceil(n / step) }, (_, index) => {
      const keepStart = index * step;
      const keepEnd = Math.min(n, keepStart + step);
      const start = keepStart - Math.floor((tile[axis] - (keepEnd - keepStart)) / 2);
      return { start, keepStart, keepEnd };
    });
  });
  return axes[0].flatMap((z) =>
    axes[1].flatMap((y) =>
      axes[2].map((x): Tile => ({
        start: [z.start, y.start, x.start],
        keepStart: [z.keepStart, y.keepStart, x.keepStart],
        keepEnd: [z.keepEnd, y.keepEnd, x.keepEnd],
      }))
    )
  );
}
