/**
 * Reading a tile of a stack, with the stack's continuation where the tile lies outside.
 *
 * @module
 */
import { taperWeights } from "./compute/grid.ts";
import type { StackReader } from "./io/stack.ts";
import { marginOf, type Tile, type TilePlan } from "./tiling.ts";
import { type Size, sizeOf, voxelsOf } from "./volume.ts";

/** Which voxels a tile is read from. */
export interface TileSource {
  readonly frame: number;
  readonly channel: number;
  readonly plan: Pick<TilePlan, "size" | "wholeGrid">;
}

/** What surroundings are read for. */
export interface SurroundingsSource extends TileSource {
  readonly plan: Pick<TilePlan, "size" | "grid" | "wholeGrid" | "overlap">;
}

/**
 * The tile's voxels in the order `[z, y, x]`. Outside the stack they are what the extension "taper"
 * of the whole stack has there: on its periodic grid the last voxel goes over into the first. So a
 * tile at the border sees what the untiled restoration sees, and both agree there too.
 *
 * @example
 * ```ts
 * import { createMemoryReader } from "./io/memory_stack.ts";
 * import { readTile } from "./read_tile.ts";
 * import assert from "node:assert/strict";
 *
 * const info = { shape: [1, 1, 1, 4], frames: 1, pixelType: "uint8", metadata: {} } as const;
 * const reader = createMemoryReader(info, new Uint8Array([10, 20, 30, 40]));
 * const tile = { start: [0, 0, 2], keepStart: [0, 0, 2], keepEnd: [1, 1, 4] } as const;
 * const plan = { size: [1, 1, 5], wholeGrid: [1, 1, 5] } as const;
 * const voxels = await readTile(reader, tile, { frame: 0, channel: 0, plan });
 * assert.deepEqual([...voxels], [30, 40, 25, 10, 20]);
 * ```
 */
export async function readTile(
  reader: StackReader,
  tile: Tile,
  { frame, channel, plan: { size, wholeGrid } }: TileSource,
): Promise<Float32Array> {
  const stack = sizeOf(reader.info.shape);
  const { start } = tile;
  const end: Size = [start[0] + size[0], start[1] + size[1], start[2] + size[2]];
  if (stack.every((n, axis) => start[axis] >= 0 && end[axis] <= n)) {
    return await reader.readRegion({ frame, channel, start, end });
  }
  const axes = stack.map((n, axis) => {
    const continued = continueAxis(n, wholeGrid[axis]);
    return layAxis(Array.from({ length: size[axis] }, (_, i) => continued(start[axis] + i)));
  });
  return await readAxes(reader, axes, { frame, channel });
}

/**
 * A tile within the stack and what lies around it, on the plan's grid: as `readTile` continues the
 * stack behind the tile's last voxels, and at the grid's end before its first ones. In the gap between,
 * farther from the stack's borders than the tiles overlap, the one goes over into the other.
 */
export async function readSurroundings(
  reader: StackReader,
  tile: Tile,
  { frame, channel, plan: { size, grid, wholeGrid, overlap } }: SurroundingsSource,
): Promise<Float32Array> {
  const stack = sizeOf(reader.info.shape);
  const axes = stack.map((n, axis) => {
    const [start, end] = [tile.start[axis], tile.start[axis] + size[axis]];
    const continued = continueAxis(n, wholeGrid[axis]);
    const gap = grid[axis] - size[axis];
    const shares = shareGap(gap, {
      after: size[axis] === n ? gap : end === n ? marginOf(overlap[axis]) : 0,
      before: start === 0 ? marginOf(overlap[axis]) : 0,
    });
    return layAxis(Array.from({ length: grid[axis] }, (_, i) => {
      if (i < size[axis]) return continued(start + i);
      const share = shares[i - size[axis]];
      return [
        ...weigh(continued(start + i), 1 - share),
        ...weigh(continued(start + i - grid[axis]), share),
      ];
    }));
  });
  return await readAxes(reader, axes, { frame, channel });
}

/** Share of what lies before a tile in the gap behind it, which both ends keep free of the other. */
function shareGap(
  gap: number,
  { after, before }: { readonly after: number; readonly before: number },
): Float64Array {
  const from = Math.min(after, gap);
  const to = Math.max(from, gap - before);
  const shares = new Float64Array(gap).fill(1, to);
  shares.set(taperWeights(to - from), from);
  return shares;
}

function weigh(sources: readonly AxisSource[], share: number): AxisSource[] {
  if (share === 0) return [];
  return sources.map(([index, weight]) => [index, share * weight]);
}

/** A voxel of the stack along an axis, and its part of a voxel that is read. */
type AxisSource = readonly [index: number, weight: number];

/** What a position on an axis is made of: a voxel, or two beyond the stack's end. */
function continueAxis(stack: number, grid: number): (position: number) => readonly AxisSource[] {
  const weights = taperWeights(grid - stack);
  return (position) => {
    const at = (position % grid + grid) % grid;
    if (at < stack) return [[at, 1]];
    const share = weights[at - stack];
    return [[stack - 1, 1 - share], [0, share]];
  };
}

/** An axis of what is read: every voxel is made of voxels of the stack, which lie in a few runs. */
interface TileAxis {
  /** Parts of the stack's axis that are read, in order: `[start, end)`. */
  readonly runs: readonly (readonly [start: number, end: number])[];
  /** How many voxels the runs have. */
  readonly count: number;
  /** For every voxel its sources, their places counted along the runs. */
  readonly sources: readonly (readonly AxisSource[])[];
}

function layAxis(voxels: readonly (readonly AxisSource[])[]): TileAxis {
  const used = [...new Set(voxels.flatMap((sources) => sources.map(([index]) => index)))]
    .sort((a, b) => a - b);
  const place = new Map(used.map((index, order) => [index, order]));
  const runs: [number, number][] = [];
  for (const index of used) {
    const last = runs.at(-1);
    if (last && last[1] === index) last[1]++;
    else runs.push([index, index + 1]);
  }
  const sources = voxels.map((own) => own.map(([index, w]): AxisSource => [place.get(index)!, w]));
  return { runs, count: used.length, sources };
}

async function readAxes(
  reader: StackReader,
  axes: readonly TileAxis[],
  { frame, channel }: { readonly frame: number; readonly channel: number },
): Promise<Float32Array> {
  const read = (start: Size, end: Size) => reader.readRegion({ frame, channel, start, end });
  return spread(await gather(axes, read), axes);
}

/** The runs of all axes, read box by box into one block. */
async function gather(
  axes: readonly TileAxis[],
  read: (start: Size, end: Size) => Promise<Float32Array>,
): Promise<Float32Array> {
  const [height, width] = [axes[1].count, axes[2].count];
  const block = new Float32Array(axes[0].count * height * width);
  let z = 0;
  for (const [z0, z1] of axes[0].runs) {
    let y = 0;
    for (const [y0, y1] of axes[1].runs) {
      let x = 0;
      for (const [x0, x1] of axes[2].runs) {
        const box = await read([z0, y0, x0], [z1, y1, x1]);
        for (let row = 0; row < (z1 - z0) * (y1 - y0); row++) {
          const [dz, dy] = [Math.floor(row / (y1 - y0)), row % (y1 - y0)];
          const from = box.subarray(row * (x1 - x0), (row + 1) * (x1 - x0));
          block.set(from, ((z + dz) * height + y + dy) * width + x);
        }
        x += x1 - x0;
      }
      y += y1 - y0;
    }
    z += z1 - z0;
  }
  return block;
}

/** The weighted sum of every voxel's sources, axis by axis. */
function spread(block: Float32Array, axes: readonly TileAxis[]): Float32Array {
  const [depth, height, width] = axes.map((axis) => axis.sources.length);
  const [ofZ, ofY, ofX] = axes;
  const out = new Float32Array(voxelsOf([depth, height, width]));
  const row = new Float64Array(ofX.count);
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      row.fill(0);
      for (const [iz, wz] of ofZ.sources[z]) {
        for (const [iy, wy] of ofY.sources[y]) {
          const from = (iz * ofY.count + iy) * ofX.count;
          for (let x = 0; x < row.length; x++) row[x] += wz * wy * block[from + x];
        }
      }
      for (let x = 0; x < width; x++, to++) {
        for (const [ix, wx] of ofX.sources[x]) out[to] += wx * row[ix];
      }
    }
  }
  return out;
}
