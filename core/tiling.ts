/**
 * Cutting a stack into overlapping tiles that fit a memory budget.
 *
 * @module
 */
import { fastLength, gridFor } from "./compute/grid.ts";
import { InputError } from "./errors.ts";
import { countNodes, kernelSpanOf } from "./twb/coarse.ts";
import type { Stage } from "./twb/stage.ts";
import { formatSize, type Size, voxelsOf } from "./volume.ts";

/** One tile: what is read, and the part of it that is kept. */
export interface Tile {
  /**
   * Begin of what is read, `[z, y, x]`. At the stack's borders it lies outside the stack, where
   * `readTile` continues the stack as the restoration of the whole stack does; but not the tiles of a
   * model of several stages, for which there is nothing to be seen beyond a border.
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
  /** That a tile is restored on; with room for what `readSurroundings` gives, where it is needed. */
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

/** What a stage needs memory for. */
export type StageShape = Pick<Stage, "kind" | "kernelSize" | "kernelChannels"> & {
  /** Of a coarse stage: voxels from node to node, `[z, y, x]`. */
  readonly factor?: Size;
};

/** What a plan is made for. */
export interface TileOptions {
  readonly psfSize: Size;
  /** Of the model. */
  readonly stages: readonly StageShape[];
  readonly memoryBytes: number;
  /** `[z, y, x]` @default one PSF and one kernel, of the farthest reaching */
  readonly overlap?: Size;
  /** Transfer functions held at a time: channels of the PSF. @default 1 */
  readonly transfers?: number;
}

/** What the engines need beside fields for shrunk responses. */
const SHRINKAGE_BYTES = 16e6;

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
 * const stages = [{ kind: "wiener", kernelSize: [3, 5, 5], kernelChannels: 1 }] as const;
 * const options = { psfSize: [13, 27, 27], stages } as const;
 * assert.equal(planTiles([17, 512, 512], { ...options, memoryBytes: 1e9 }).tiles.length, 1);
 * assert.ok(planTiles([64, 2048, 2048], { ...options, memoryBytes: 2e9 }).tiles.length > 1);
 * ```
 */
export function planTiles(size: Size, options: TileOptions): TilePlan {
  const { psfSize, stages, memoryBytes } = options;
  const overlap = options.overlap ??
    psfSize.map((n, axis) =>
      n +
      Math.max(...stages.map((stage) => kernelSpanOf(stage, axis)))
    ) as unknown as Size;
  const steps = stepsOf(stages);
  const cuts = size.map((length, axis) => ({ length, overlap: overlap[axis], step: steps[axis] }));
  const [partsZ, partsY, partsX] = cuts.map(countsOf);
  let best: { counts: Size; bytes: number; work: number } | undefined;
  for (const nz of partsZ) {
    for (const ny of partsY) {
      for (const nx of partsX) {
        const counts: Size = [nz, ny, nx];
        const tile = tileSize(cuts, counts);
        const grid = gridOf(tile, { ...options, whole: size, overlap });
        const { engine, copies } = bytesOf(tile, { ...options, grid });
        const bytes = engine + copies;
        if (bytes > memoryBytes || engine > MOST_ENGINE_BYTES) continue;
        const work = nz * ny * nx * voxelsOf(grid);
        if (!best || work < best.work) best = { counts, bytes, work };
      }
    }
    // Thin stacks are cut along z only where nothing else fits.
    if (best) break;
  }
  if (!best) {
    const most: Size = [partsZ.at(-1)!, partsY.at(-1)!, partsX.at(-1)!];
    const tile = tileSize(cuts, most);
    const grid = gridOf(tile, { ...options, whole: size, overlap });
    const { engine, copies } = bytesOf(tile, { ...options, grid });
    throw new InputError(
      `A stack of ${formatSize(size)} with this PSF cannot be restored in ` +
        `${
          formatMegabytes(memoryBytes)
        }, what --memory leaves for tiles: the smallest tiles need ` +
        `${formatMegabytes(engine + copies)}; raise --memory or crop the PSF`,
    );
  }
  const tile = tileSize(cuts, best.counts);
  return {
    size: tile,
    grid: gridOf(tile, { ...options, whole: size, overlap }),
    wholeGrid: gridFor(size, psfSize),
    tiles: cutTiles(size, tile, { counts: best.counts, borders: bordersOf(stages), steps }),
    overlap,
    bytes: best.bytes,
  };
}

function formatMegabytes(bytes: number): string {
  return `${bytes < 1e7 ? (bytes / 1e6).toFixed(1) : Math.ceil(bytes / 1e6)} MB`;
}

/** An axis to be cut. */
interface Cut {
  readonly length: number;
  readonly overlap: number;
  /** Tiles begin at whole multiples of it, where nodes of coarse stages are the whole stack's. */
  readonly step: number;
}

/** The least steps that all coarse stages' nodes go with. */
function stepsOf(stages: readonly StageShape[]): Size {
  const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);
  const steps = [0, 1, 2].map((axis) =>
    stages.reduce((step, { factor }) => {
      const own = factor?.[axis] ?? 1;
      return step / divisor(step, own) * own;
    }, 1)
  );
  return steps as unknown as Size;
}

/** Into how many parts an axis can be cut so that a tile is smaller than the axis; 1 is whole. */
function countsOf(cut: Cut): readonly number[] {
  const counts = [1];
  // Parts smaller than their overlap would cost more than they spare.
  for (let count = 2; count <= Math.ceil(cut.length / cut.overlap); count++) {
    if (tileLength(cut, count) < cut.length) counts.push(count);
  }
  return counts;
}

function partOf(length: number, count: number): number {
  return Math.ceil(length / count);
}

/** Length of the tiles when an axis is cut into so many parts; an uncut axis has no overlap. */
function tileLength({ length, overlap, step }: Cut, count: number): number {
  if (count === 1) return length;
  // Whatever they keep, tiles begin at a step, and the last one ends with the stack.
  const least = partOf(length, count) + 2 * (overlap + step - 1);
  return least + Math.max(0, length - least) % step;
}

function tileSize(cuts: readonly Cut[], counts: Size): Size {
  return cuts.map((cut, axis) => tileLength(cut, counts[axis])) as unknown as Size;
}

/** Fields, planes and transfer functions on the engine; the tile's voxels in, out and kept. */
function bytesOf(
  tile: Size,
  { psfSize, stages, grid, transfers = 1 }: TileOptions & { readonly grid: Size },
): { readonly engine: number; readonly copies: number } {
  const plane = grid[1] * (Math.ceil((Math.floor(grid[2] / 2) + 1) / 8) * 64 + 1);
  const several = stages.length > 1;
  // Of the stack; behind the first stage also of the grid, twice, and what is zero beyond the stack.
  const work = several ? tile[0] + 2 * grid[0] : tile[0];
  const regularizers = stages.reduce(
    (sum, { kernelSize, kernelChannels }) => sum + 2 * kernelSize[0] * kernelChannels,
    0,
  );
  const planes = work + transfers * grid[0] + psfSize[0] + regularizers;
  // Shrinkage completes the stack beyond its field of view.
  const completion = stages.some(({ kind }) => kind === "shrinkage")
    ? voxelsOf(tile) + tile[0] * grid[1] * grid[2]
    : 0;
  const fields = voxelsOf(tile) + completion +
    (several ? voxelsOf(tile) + 3 * voxelsOf(grid) : 0);
  const scratch = stages.some(({ kind }) => kind === "shrinkage" || kind === "coarse")
    ? SHRINKAGE_BYTES
    : 0;
  const means = Math.max(...stages.map((stage) => meansOf(tile, stage)));
  return {
    engine: planes * plane + 4 * (fields + 2 * means) + scratch,
    copies: 4 * (3 * voxelsOf(tile) + (several ? voxelsOf(grid) : 0)),
  };
}

/** Means that a coarse stage looks at. */
function meansOf(tile: Size, { kernelSize, factor }: StageShape): number {
  if (!factor) return 0;
  return tile.reduce(
    (product, n, axis) => product * (countNodes(n, factor[axis]) + kernelSize[axis]),
    1,
  );
}

/**
 * How far the stack is continued beyond its borders for the first of several stages: farther than tiles
 * overlap, for there the others never see what it saw.
 */
export function marginOf(overlap: number): number {
  return Math.ceil(1.5 * overlap);
}

/**
 * The grid of a tile. Several stages have theirs wider along the axes that are cut: what the first one
 * sees beyond the stack's borders has to be right as far as it reaches, and then to go over into what
 * lies on the tile's other side.
 */
function gridOf(
  tile: Size,
  { psfSize, stages, whole, overlap }: TileOptions & {
    readonly whole: Size;
    readonly overlap: Size;
  },
): Size {
  const grid = gridFor(tile, psfSize);
  if (bordersOf(stages) === "continued") return grid;
  return grid.map((n, axis) => {
    if (tile[axis] === whole[axis]) return n;
    const gap = marginOf(overlap[axis]) + Math.max(1, Math.floor(psfSize[axis] / 2));
    return Math.max(n, fastLength(tile[axis] + gap));
  }) as unknown as Size;
}

/** How tiles lie at a stack's borders: beyond them, or within. */
function bordersOf(stages: readonly StageShape[]): "continued" | "kept" {
  return stages.length > 1 ? "kept" : "continued";
}

function cutTiles(
  size: Size,
  tile: Size,
  { counts, borders, steps }: {
    readonly counts: Size;
    readonly borders: "continued" | "kept";
    readonly steps: Size;
  },
): readonly Tile[] {
  const axes = size.map((n, axis) => {
    const part = partOf(n, counts[axis]);
    return Array.from({ length: Math.ceil(n / part) }, (_, index) => {
      const keepStart = index * part;
      const keepEnd = Math.min(n, keepStart + part);
      const before = keepStart - Math.floor((tile[axis] - (keepEnd - keepStart)) / 2);
      const centred = Math.floor(before / steps[axis]) * steps[axis];
      const start = borders === "kept" ? Math.min(Math.max(centred, 0), n - tile[axis]) : centred;
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
