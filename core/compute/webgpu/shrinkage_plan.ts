/**
 * How the passes over the kernels' responses share a stack: boxes that fit into the buffers between
 * passes, tiles that fit into workgroup memory.
 *
 * @module
 */
import { DeviceMemoryError } from "../../errors.ts";
import { type Size, voxelsOf } from "../../volume.ts";
import type { Box } from "./box_moves.ts";
import { THREADS } from "./pipelines.ts";

/** Bytes of four responses. */
export const RESPONSE_BYTES = 16;
/** As in shaders/shrinkage_tile.wgsl. */
const LANES = 32;
const RUN = 8;
/** As in shaders/correlate_responses.wgsl. */
const MAX_BLOCK = 5;
/** Of workgroup memory: several workgroups share a processor, and each adapter has 16 KiB. */
const USUAL_BYTES = 24 * 1024;
const LEAST_BYTES = 16 * 1024;
/** Of four responses between two passes: what a GPU's cache may hold. */
const BOX_BYTES = 32 * 2 ** 20;

/** Workgroups that keep a large GPU busy. */
const BUSY_GROUPS = 128;

/** A tile, and the shader's overrides for it. */
export interface TilePlan {
  readonly constants: Readonly<Record<string, number>>;
  /** Voxels of a workgroup, `[z, y, x]`. */
  readonly tile: Size;
}

/**
 * Voxels before a kernel's origin, `[z, y, x]`.
 *
 * @example
 * ```ts
 * import { originOf } from "./shrinkage_plan.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(originOf([1, 4, 5]), [0, 2, 2]);
 * ```
 */
export function originOf(kernelSize: Size): Size {
  return mapAxes((axis) => Math.floor(kernelSize[axis] / 2));
}

/** The size with `times` kernels' reach around it. */
export function widen(size: Size, kernelSize: Size, times = 1): Size {
  return mapAxes((axis) => size[axis] + times * (kernelSize[axis] - 1));
}

/** A size or a place, axis by axis. */
export function mapAxes(valueOf: (axis: number) => number): Size {
  return [valueOf(0), valueOf(1), valueOf(2)];
}

/**
 * Cuts a box so that the responses which reach its parts, four kernels at a time, and the window that
 * these need fit into buffers.
 *
 * @throws {DeviceMemoryError} when not even one voxel's do.
 */
export function cutBox(
  { begin, size }: Box,
  kernelSize: Size,
  bindingBytes: number,
): readonly Box[] {
  const budget = Math.min(BOX_BYTES, bindingBytes);
  const counts = [1, 1, 1];
  const partOf = () => mapAxes((axis) => Math.ceil(size[axis] / counts[axis]));
  const isTooLarge = (part: Size) =>
    voxelsOf(widen(part, kernelSize)) * RESPONSE_BYTES > budget ||
    voxelsOf(widen(part, kernelSize, 2)) * 4 > budget;
  let part = partOf();
  while (isTooLarge(part)) {
    if (voxelsOf(part) === 1) throw tooLarge(kernelSize);
    // Where the parts overlap least; rows last, which are read in one go.
    const cost = (axis: number) => part[axis] / kernelSize[axis] / (axis === 2 ? 4 : 1);
    const axis = [0, 1, 2].filter((a) => part[a] > 1).reduce((a, b) => cost(b) > cost(a) ? b : a);
    while (Math.ceil(size[axis] / counts[axis]) === part[axis]) counts[axis]++;
    part = partOf();
  }
  const boxes: Box[] = [];
  for (let z = 0; z < size[0]; z += part[0]) {
    for (let y = 0; y < size[1]; y += part[1]) {
      for (let x = 0; x < size[2]; x += part[2]) {
        const at = [z, y, x];
        boxes.push({
          begin: mapAxes((axis) => begin[axis] + at[axis]),
          size: mapAxes((axis) => Math.min(part[axis], size[axis] - at[axis])),
        });
      }
    }
  }
  return boxes;
}

/** Workgroups for a box. */
export function groupsFor(size: Size, tile: Size): readonly [x: number, y: number, z: number] {
  const [z, y, x] = mapAxes((axis) => Math.ceil(size[axis] / tile[axis]));
  return [x, y, z];
}

/**
 * Tiles of a convolution with the kernels over a box of `size`: `elementBytes` of each voxel of a tile,
 * of workgroup memory that has `otherBytes` beside it for every thread.
 *
 * @throws {DeviceMemoryError} when the kernels are too wide for the smallest tile.
 */
export function planTiles(
  size: Size,
  kernelSize: Size,
  options: TileOptions,
): TilePlan {
  const plan = cheapestTiles(size, kernelSize, {
    ...options,
    workgroupBytes: Math.min(options.workgroupBytes, USUAL_BYTES),
  }) ?? cheapestTiles(size, kernelSize, options);
  if (!plan) throw tooLarge(kernelSize);
  return plan;
}

/** What a tile may be of. */
export interface TileOptions {
  readonly workgroupBytes: number;
  readonly elementBytes: number;
  /** @default 0 */
  readonly otherBytes?: number;
}

function cheapestTiles(
  size: Size,
  kernelSize: Size,
  { workgroupBytes, elementBytes, otherBytes = 0 }: TileOptions,
): TilePlan | undefined {
  const [kernelZ, kernelY, kernelX] = kernelSize;
  let best: TilePlan | undefined;
  let least = Infinity;
  for (const [groupsY, groupsZ] of SHAPES) {
    for (let slices = kernelZ; slices > 0; slices--) {
      const threads = LANES * groupsY * groupsZ;
      const row = LANES + kernelX - 1;
      const plane = (RUN * groupsY + kernelY - 1) * row;
      const voxels = (groupsZ + slices - 1) * plane;
      const bytes = (voxels + row) * elementBytes + threads * otherBytes;
      if (bytes > Math.max(workgroupBytes, LEAST_BYTES)) continue;
      const tile: Size = [groupsZ, RUN * groupsY, LANES];
      const count = groupsFor(size, tile).reduce((a, b) => a * b);
      // What is loaded, and the work of every thread, idle ones too: a load is about four taps.
      const loads = Math.ceil(kernelZ / slices) * voxels;
      const cost = Math.max(count, BUSY_GROUPS) *
        (4 * loads + threads * RUN * voxelsOf(kernelSize));
      if (cost >= least) continue;
      least = cost;
      best = {
        constants: {
          ...kernelConstants(kernelSize),
          threads,
          groups_y: groupsY,
          groups_z: groupsZ,
          slices,
          tile_length: voxels + row,
        },
        tile,
      };
    }
  }
  return best;
}

/** The columns of taps that a workgroup sums, and their tiles. */
export interface ColumnPlan {
  readonly constants: Readonly<Record<string, number>>;
  /** Columns of taps, and taps of each along y. */
  readonly count: number;
  readonly block: number;
  /** Column sets: a workgroup takes one. */
  readonly sets: number;
  /** Voxels of a tile along y and x. */
  readonly tile: readonly [y: number, x: number];
}

/**
 * Plans the sums over all voxels at every tap.
 *
 * @throws {DeviceMemoryError} when the kernels are too wide for the smallest tile.
 */
export function planColumns(kernelSize: Size, workgroupBytes: number): ColumnPlan {
  const plan = widestColumns(kernelSize, Math.min(workgroupBytes, USUAL_BYTES)) ??
    widestColumns(kernelSize, workgroupBytes);
  if (!plan) throw tooLarge(kernelSize);
  return plan;
}

function widestColumns(kernelSize: Size, workgroupBytes: number): ColumnPlan | undefined {
  const [kernelZ, kernelY, kernelX] = kernelSize;
  const blocks = Math.ceil(kernelY / MAX_BLOCK);
  const block = Math.ceil(kernelY / blocks);
  const count = kernelZ * kernelX * blocks;
  const sets = Math.ceil(count / THREADS);
  const columns = Math.ceil(count / sets);
  for (let streams = Math.floor(THREADS / columns); streams > 0; streams--) {
    // A tile of few rows looks ahead more than it goes on.
    for (const height of streams > 8 ? [16, 12, 8] : [16, 12, 8, 4, 2, 1]) {
      const window = kernelZ * (height + (blocks - 1) * block + MAX_BLOCK - 1) *
        (streams + kernelX - 1);
      const tile = height * streams;
      const bytes = window * 8 + tile * 2 * RESPONSE_BYTES + THREADS * RESPONSE_BYTES;
      if (bytes > Math.max(workgroupBytes, LEAST_BYTES)) continue;
      return {
        constants: {
          ...kernelConstants(kernelSize),
          ...{ block, blocks, columns, streams },
          tile_height: height,
          sample_length: window,
          tile_length: tile,
        },
        count,
        block,
        sets,
        tile: [height, streams],
      };
    }
  }
  return undefined;
}

/** Runs along y and planes of a tile, together at most a workgroup's threads. */
const SHAPES: readonly (readonly [groupsY: number, groupsZ: number])[] = [1, 2, 4, 8]
  .flatMap((groupsY) => [1, 2, 4, 8].map((groupsZ) => [groupsY, groupsZ] as const))
  .filter(([groupsY, groupsZ]) => LANES * groupsY * groupsZ <= THREADS);

function kernelConstants([kernelZ, kernelY, kernelX]: Size): Record<string, number> {
  return { kernel_z: kernelZ, kernel_y: kernelY, kernel_x: kernelX };
}

function tooLarge(kernelSize: Size): DeviceMemoryError {
  return new DeviceMemoryError(
    `Kernels of ${kernelSize.toReversed().join(" x ")} voxels are too large for this GPU; use ` +
      `--backend cpu`,
  );
}
