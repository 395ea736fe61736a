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
  /** Begin of what is read, `[z, y, x]`. */
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
  readonly grid: Size;
  readonly tiles: readonly Tile[];
  /** What a tile needs at a time, engine and copies together. */
  readonly bytes: number;
}

/** What a plan is made for. */
export interface TileOptions {
  readonly psfSize: Size;
  /** Of the model's kernels. */
  readonly kernelSize: Size;
  readonly memoryBytes: number;
  /** Transfer functions held at a time: channels of the PSF. @default 1 */
  readonly transfers?: number;
}

/**
 * The fewest tiles that fit the budget. Beyond what a tile keeps, it reads one PSF and one kernel on
 * every side: so far the filter's response is above 1e-3 of its peak.
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
  const overlap = psfSize.map((n, axis) => n + kernelSize[axis]);
  let best: { counts: Size; bytes: number; work: number } | undefined;
  const most = size.map((n, axis) => Math.ceil(n / Math.max(1, overlap[axis])));
  for (let nz = 1; nz <= most[0]; nz++) {
    for (let ny = 1; ny <= most[1]; ny++) {
      for (let nx = 1; nx <= most[2]; nx++) {
        const counts: Size = [nz, ny, nx];
        const tile = tileSize(size, counts, overlap);
        const bytes = bytesOf(tile, options);
        const work = nz * ny * nx * voxelsOf(gridFor(tile, psfSize));
        if (bytes <= memoryBytes && (!best || work < best.work)) best = { counts, bytes, work };
      }
    }
    // Thin stacks are cut along z only where nothing else fits.
    if (best) break;
  }
  if (!best) {
    const least = bytesOf(tileSize(size, most as unknown as Size, overlap), options);
    throw new InputError(
      `A stack of ${formatSize(size)} with this PSF cannot be restored in ` +
        `${Math.round(memoryBytes / 1e6)} MB: the smallest tiles need ${
          Math.ceil(least / 1e6)
        } MB; ` +
        `raise --memory or crop the PSF`,
    );
  }
  const tile = tileSize(size, best.counts, overlap);
  return {
    size: tile,
    grid: gridFor(tile, psfSize),
    tiles: cutTiles(size, best.counts, tile),
    bytes: best.bytes,
  };
}

/** Size of the tiles when an axis is cut into so many parts; an uncut axis has no overlap. */
function tileSize(size: Size, counts: Size, overlap: readonly number[]): Size {
  return size.map((n, axis) =>
    counts[axis] === 1 ? n : Math.min(n, Math.ceil(n / counts[axis]) + 2 * overlap[axis])
  ) as unknown as Size;
}

/** Field, planes and transfer functions on the engine, and the tile's voxels in and out. */
function bytesOf(tile: Size, { psfSize, kernelSize, transfers = 1 }: TileOptions): number {
  const grid = gridFor(tile, psfSize);
  const plane = grid[1] * (Math.ceil((Math.floor(grid[2] / 2) + 1) / 8) * 64 + 1);
  const planes = tile[0] + transfers * grid[0] + psfSize[0] + 2 * kernelSize[0];
  return planes * plane + 3 * 4 * voxelsOf(tile);
}

function cutTiles(size: Size, counts: Size, tile: Size): readonly Tile[] {
  const axes = size.map((n, axis) => {
    const step = Math.ceil(n / counts[axis]);
    return Array.from({ length: Math.ceil(n / step) }, (_, index) => {
      const keepStart = index * step;
      const keepEnd = Math.min(n, keepStart + step);
      // The tile lies around what it keeps, moved inwards at the stack's borders.
      const centred = keepStart - Math.floor((tile[axis] - (keepEnd - keepStart)) / 2);
      const start = Math.max(0, Math.min(n - tile[axis], centred));
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
