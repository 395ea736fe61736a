/**
 * Training crops with what lies beyond their border, so that the degraded crop sees real neighbours.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { createVolume, type Shape, type Size, sizeOf, type Volume, voxelsOf } from "../volume.ts";

/** What is drawn from a volume. */
export interface SceneOptions {
  /**
   * Size of the crop `[z, y, x]`; on an axis where the volume is shorter, the crop is the whole
   * axis. "whole" is the whole volume.
   */
  readonly crop: Size | "whole";
  /** Voxels needed beyond the crop on each side, `[z, y, x]`: half of the PSF's size. */
  readonly halo: Size;
  /** Where the crop lies is drawn from here. */
  readonly random: Random;
  /**
   * "intensity": around a voxel drawn with a probability that grows with its intensity, so that
   * crops of a dark stack show what is in it; "uniform": every place is as likely as the others.
   * @default "uniform"
   */
  readonly placement?: "intensity" | "uniform";
}

/** A crop within a larger region. */
export interface Scene {
  /** The region's voxels, `shape` in order. */
  readonly data: Float32Array;
  /** All channels of the region: `[c, crop z + 2 halo z, crop y + 2 halo y, crop x + 2 halo x]`. */
  readonly shape: Shape;
  /** Size of the crop that was taken. */
  readonly crop: Size;
  /** Where the crop begins inside the region: the halo. */
  readonly cropStart: Size;
  /** Where the crop begins inside the volume. */
  readonly origin: Size;
}

/**
 * A crop at a random place and its surroundings: the volume's own voxels where it has them, zeros
 * beyond it; never a periodic wrap. Where the volume is large enough for crop and halo, the region lies
 * inside it. The region has the size crop + 2 halo wherever the crop lies, so that all crops of one size
 * share a grid.
 *
 * @example
 * ```ts
 * import { drawScene } from "./scene.ts";
 * import { createRandom } from "../random.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const volume = createVolume([1, 1, 1, 3], new Float32Array([1, 2, 3]));
 * const scene = drawScene(volume, { crop: "whole", halo: [0, 0, 2], random: createRandom(1) });
 * assert.deepEqual([...scene.data], [0, 0, 1, 2, 3, 0, 0]);
 * ```
 *
 * @throws {RangeError} when the crop is not three positive integers or the halo not three integers
 * of at least 0.
 */
export function drawScene(volume: Volume, options: SceneOptions): Scene {
  const { halo, random } = options;
  const size = sizeOf(volume.shape);
  const asked = options.crop === "whole" ? size : options.crop;
  assertSizes(asked, halo);
  const crop = mapAxes((i) => Math.min(asked[i], size[i]));
  const centre = options.placement === "intensity" ? drawVoxel(volume, random) : undefined;
  const origin = mapAxes((i) => {
    // Where the volume has room for it, the crop keeps off its ends: a microscope's field of view has
    // neighbours, and zeros beyond a bright border would teach what no stack shows.
    const room = size[i] - crop[i] - 2 * halo[i];
    const [first, last] = room >= 0 ? [halo[i], halo[i] + room] : [0, size[i] - crop[i]];
    if (!centre) return first + random.integer(last - first + 1);
    // The voxel may lie anywhere in the crop.
    const begin = centre[i] - random.integer(crop[i]);
    return Math.max(first, Math.min(last, begin));
  });
  const region = mapAxes((i) => crop[i] + 2 * halo[i]);
  const shape: Shape = [volume.shape[0], ...region];
  const { data } = createVolume(shape);
  // The part of the region that the volume has, in the region's coordinates.
  const from = mapAxes((i) => Math.max(0, halo[i] - origin[i]));
  const to = mapAxes((i) => Math.min(region[i], size[i] + halo[i] - origin[i]));
  const shift = mapAxes((i) => origin[i] - halo[i]);
  for (let c = 0; c < shape[0]; c++) {
    const source = volume.data.subarray(c * voxelsOf(size), (c + 1) * voxelsOf(size));
    const target = data.subarray(c * voxelsOf(region), (c + 1) * voxelsOf(region));
    for (let z = from[0]; z < to[0]; z++) {
      for (let y = from[1]; y < to[1]; y++) {
        const row = ((z + shift[0]) * size[1] + y + shift[1]) * size[2] + shift[2];
        target.set(
          source.subarray(row + from[2], row + to[2]),
          (z * region[1] + y) * region[2] + from[2],
        );
      }
    }
  }
  return { data, shape, crop, cropStart: halo, origin };
}

/** Tries before an all but empty volume is taken as evenly dark. */
const MOST_TRIES = 10000;

/** A voxel `[z, y, x]`, more likely the brighter it is (by rejection; the peak is 1). */
function drawVoxel(volume: Volume, random: Random): Size {
  const [, depth, height, width] = volume.shape;
  const voxels = depth * height * width;
  let index = 0;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const at = random.integer(volume.data.length);
    index = at % voxels;
    if (random.uniform() < volume.data[at]) break;
  }
  const plane = height * width;
  return [Math.floor(index / plane), Math.floor(index % plane / width), index % width];
}

function mapAxes(of: (axis: number) => number): [number, number, number] {
  return [of(0), of(1), of(2)];
}

function assertSizes(crop: Size, halo: Size): void {
  const whole = (values: Size, least: number) =>
    values.length === 3 && values.every((n) => Number.isInteger(n) && n >= least);
  if (!whole(crop, 1) || !whole(halo, 0)) {
    throw new RangeError(
      `A scene needs a crop of three positive integers and a halo of three integers of at least ` +
        `0, not [${crop.join(", ")}] and [${halo.join(", ")}]`,
    );
  }
}
