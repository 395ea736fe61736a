/**
 * Reading a tile of a stack, with the stack's continuation where the tile lies outside.
 *
 * @module
 */
import { taperWeights } from "./compute/grid.ts";
import type { StackReader } from "./io/stack.ts";
import type { Tile, TilePlan } from "./tiling.ts";
import { type Size, sizeOf, voxelsOf } from "./volume.ts";

/** Which voxels a tile is read from. */
export interface TileSource {
  readonly frame: number;
  readonly channel: number;
  readonly plan: Pick<TilePlan, "size" | "wholeGrid">;
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
  const axes = stack.map((n, axis) =>
    continueAxis({ start: start[axis], length: size[axis], stack: n, grid: wholeGrid[axis] })
  );
  const read = (from: Size, to: Size) =>
    reader.readRegion({ frame, channel, start: from, end: to });
  return spread(await gather(axes, read), axes);
}

/** An axis of a tile: every voxel is one or two voxels of the stack, which lie in a few runs. */
interface TileAxis {
  /** Parts of the stack's axis that are read, in order: `[start, end)`. */
  readonly runs: readonly (readonly [start: number, end: number])[];
  /** How many voxels the runs have. */
  readonly count: number;
  /** For every voxel of the tile, where among them its two sources are. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Share of the second source. */
  readonly share: Float64Array;
}

function continueAxis(
  { start, length, stack, grid }: { start: number; length: number; stack: number; grid: number },
): TileAxis {
  const weights = taperWeights(grid - stack);
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  const share = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = ((start + i) % grid + grid) % grid;
    first[i] = Math.min(at, stack - 1);
    second[i] = at < stack ? at : 0;
    share[i] = at < stack ? 0 : weights[at - stack];
  }
  const used = [...new Set([...first, ...second])].sort((a, b) => a - b);
  const place = new Map(used.map((index, order) => [index, order]));
  const runs: [number, number][] = [];
  for (const index of used) {
    const last = runs.at(-1);
    if (last && last[1] === index) last[1]++;
    else runs.push([index, index + 1]);
  }
  const placeOf = (index: number) => place.get(index)!;
  return {
    runs,
    count: used.length,
    first: first.map(placeOf),
    second: second.map(placeOf),
    share,
  };
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

/** v = first + share (second - first) along every axis. */
function spread(block: Float32Array, axes: readonly TileAxis[]): Float32Array {
  const [depth, height, width] = axes.map((axis) => axis.share.length);
  const [ofZ, ofY, ofX] = axes;
  const out = new Float32Array(voxelsOf([depth, height, width]));
  const row = new Float64Array(ofX.count);
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      row.fill(0);
      for (const [iz, wz] of sourcesOf(ofZ, z)) {
        for (const [iy, wy] of sourcesOf(ofY, y)) {
          const from = (iz * ofY.count + iy) * ofX.count;
          for (let x = 0; x < row.length; x++) row[x] += wz * wy * block[from + x];
        }
      }
      for (let x = 0; x < width; x++, to++) {
        const value = row[ofX.first[x]];
        out[to] = value + ofX.share[x] * (row[ofX.second[x]] - value);
      }
    }
  }
  return out;
}

function sourcesOf({ first, second, share }: TileAxis, i: number): [number, number][] {
  if (share[i] === 0) return [[first[i], 1]];
  return [[first[i], 1 - share[i]], [second[i], share[i]]];
}
