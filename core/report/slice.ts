/**
 * Planes of a stack, and where to take them.
 *
 * @module
 */
import type { Volume } from "../volume.ts";

/** A plane of one channel, rows from the top. */
export interface Plane {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** `xy` as the microscope sees it; `xz` with z downwards; `yz` with z to the right. */
export type View = "xy" | "xz" | "yz";

/** A voxel, 0-based. */
export interface Position {
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/**
 * Which plane of a view: its index on the third axis, or along that axis the largest value or the
 * one farthest from 0.
 */
export type PlaneIndex = number | "maximum" | "strongest";

/**
 * One plane of one channel.
 *
 * @example
 * ```ts
 * import { takePlane } from "./slice.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const volume = createVolume([1, 2, 2, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
 * assert.deepEqual([...takePlane(volume, "xz", { channel: 0, at: 1 }).data], [3, 4, 7, 8]);
 * assert.deepEqual([...takePlane(volume, "yz", { channel: 0, at: "maximum" }).data], [2, 6, 4, 8]);
 * ```
 *
 * @throws {RangeError} when the channel or the plane is not in the volume.
 */
export function takePlane(
  volume: Volume,
  view: View,
  { channel, at }: { readonly channel: number; readonly at: PlaneIndex },
): Plane {
  const [channels, depth, height, width] = volume.shape;
  const plane = height * width;
  // [length, stride] of the plane's horizontal axis, its vertical axis, and the axis across it.
  const [across, down, through] = view === "xy"
    ? [[width, 1], [height, width], [depth, plane]]
    : view === "xz"
    ? [[width, 1], [depth, plane], [height, width]]
    : [[depth, plane], [height, width], [width, 1]];
  if (
    !(channel >= 0 && channel < channels) ||
    (typeof at === "number" && !(at >= 0 && at < through[0]))
  ) {
    throw new RangeError(`No ${view} plane ${at} of channel ${channel} in [${volume.shape}]`);
  }
  const [first, last] = typeof at === "number" ? [at, at] : [0, through[0] - 1];
  const data = new Float32Array(across[0] * down[0]);
  for (let j = 0; j < down[0]; j++) {
    for (let i = 0; i < across[0]; i++) {
      const start = channel * depth * plane + j * down[1] + i * across[1];
      let value = volume.data[start + first * through[1]];
      for (let k = first + 1; k <= last; k++) {
        const next = volume.data[start + k * through[1]];
        const larger = at === "strongest" ? Math.abs(next) > Math.abs(value) : next > value;
        if (larger) value = next;
      }
      data[j * across[0] + i] = value;
    }
  }
  return { data, width: across[0], height: down[0] };
}

/** The brightest plane across each axis, by the sum over all channels. */
export function findBrightest(volume: Volume): Position {
  const [channels, depth, height, width] = volume.shape;
  const sums = [depth, height, width].map((n) => new Float64Array(n));
  let i = 0;
  for (let c = 0; c < channels; c++) {
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          const value = volume.data[i];
          sums[0][z] += value;
          sums[1][y] += value;
          sums[2][x] += value;
        }
      }
    }
  }
  const [z, y, x] = sums.map((sum) => sum.indexOf(sum.reduce((a, b) => Math.max(a, b))));
  return { z, y, x };
}

/** A part of a plane, which has to lie inside it. */
export function takeWindow(
  plane: Plane,
  { x, y, width, height }: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  },
): Plane {
  const data = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y + row) * plane.width + x;
    data.set(plane.data.subarray(start, start + width), row * width);
  }
  return { data, width, height };
}

/**
 * The plane at another size: means over the area that a pixel covers where an axis shrinks, repeated
 * pixels where it grows.
 */
export function resizePlane(
  plane: Plane,
  { width, height }: { readonly width: number; readonly height: number },
): Plane {
  const rows = resizeRows(plane, height);
  const turned = resizeRows(transposePlane(rows), width);
  return transposePlane(turned);
}

function transposePlane({ data, width, height }: Plane): Plane {
  const turned = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[x * height + y] = data[y * width + x];
  }
  return { data: turned, width: height, height: width };
}

function resizeRows(plane: Plane, height: number): Plane {
  const { data, width } = plane;
  if (height === plane.height) return plane;
  const step = plane.height / height;
  const resized = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const centre = Math.floor((y + 0.5) * step);
    const start = step > 1 ? y * step : centre;
    const end = step > 1 ? Math.min(plane.height, start + step) : centre + 1;
    for (let row = Math.floor(start); row < end; row++) {
      const part = (Math.min(end, row + 1) - Math.max(start, row)) / (end - start);
      for (let x = 0; x < width; x++) resized[y * width + x] += part * data[row * width + x];
    }
  }
  return { data: resized, width, height };
}
