/**
 * The value that everything here works on: voxels of one or more channels.
 *
 * @module
 */
import { InputError } from "./errors.ts";

/** Channels, depth, height, width. A 2D image has depth 1. */
export type Shape = readonly [channels: number, depth: number, height: number, width: number];

/** A size on the grid, in the order of memory: depth, height, width. */
export type Size = readonly [depth: number, height: number, width: number];

/** Distance between voxel centres, in micrometres. */
export interface VoxelSizeUm {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Voxels in the order `[c, z, y, x]`, x fastest. */
export interface Volume {
  readonly data: Float32Array;
  readonly shape: Shape;
  /** Unknown where the source does not say. */
  readonly voxelSizeUm?: VoxelSizeUm;
}

/** Number of voxels of one channel. */
export function voxelsOf(size: Size | Shape): number {
  const n = size.length;
  return size[n - 3] * size[n - 2] * size[n - 1];
}

/** Depth, height and width of a shape. */
export function sizeOf(shape: Shape): Size {
  return [shape[1], shape[2], shape[3]];
}

/**
 * A volume over `data`.
 *
 * @example
 * ```ts
 * import { createVolume } from "./volume.ts";
 * import assert from "node:assert/strict";
 *
 * const volume = createVolume([1, 2, 3, 4]);
 * assert.equal(volume.data.length, 24);
 * ```
 *
 * @throws {RangeError} when the shape is not four positive integers, or `data` has another length.
 */
export function createVolume(
  shape: Shape,
  data?: Float32Array,
  voxelSizeUm?: VoxelSizeUm,
): Volume {
  if (shape.length !== 4 || !shape.every((n) => Number.isInteger(n) && n > 0)) {
    throw new RangeError(
      `A volume needs a shape of four positive integers [c, z, y, x], not [${shape.join(", ")}]`,
    );
  }
  const length = shape[0] * voxelsOf(shape);
  if (data !== undefined && data.length !== length) {
    throw new RangeError(
      `A volume of shape [${shape.join(", ")}] needs ${length} values, not ${data.length}`,
    );
  }
  return { data: data ?? new Float32Array(length), shape, voxelSizeUm };
}

/** The voxels of one channel, shared with the volume. */
export function channelOf(volume: Volume, channel: number): Float32Array {
  const n = voxelsOf(volume.shape);
  return volume.data.subarray(channel * n, (channel + 1) * n);
}

/** Smallest and largest voxel. */
export function rangeOf(data: ArrayLike<number>): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const v = data[i];
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max };
}

/**
 * Refuses voxels that are not finite.
 *
 * @throws {InputError} naming the first such voxel and how many there are.
 */
export function assertFinite(volume: Volume, name: string): void {
  const { data, shape: [, depth, height, width] } = volume;
  let count = 0;
  let first = -1;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      if (first < 0) first = i;
      count++;
    }
  }
  if (count === 0) return;
  const x = first % width;
  const y = Math.floor(first / width) % height;
  const z = Math.floor(first / (width * height)) % depth;
  throw new InputError(
    `${name} has ${count} voxel${count === 1 ? "" : "s"} that ${count === 1 ? "is" : "are"} NaN ` +
      `or infinite (the first is ${data[first]} at x ${x}, y ${y}, z ${z}); ` +
      `replace them before restoring`,
  );
}

/** "512 x 512 x 17", as microscopists write it: x, y, z. */
export function formatSize(size: Size | Shape): string {
  const [z, y, x] = size.slice(-3);
  return z === 1 ? `${x} x ${y}` : `${x} x ${y} x ${z}`;
}
