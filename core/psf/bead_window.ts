/**
 * The box around a bead: its size, its voxels between the grid's, and the light around it.
 *
 * @module
 */
import type { Size, VoxelSizeUm } from "../volume.ts";
import { interpolateAxis, interpolateVolume } from "./interpolate.ts";
import type { GridVector } from "./locate.ts";

/** Half the box that a bead is given by default, um; most of its light lies within. */
const HALF_WIDTH_UM = 1.35;
const HALF_DEPTH_UM = 2;
/** Of the stack's depth at most, so that beads off the middle plane can be used. */
const DEPTH_PART = 0.75;
/** Voxels around the box that interpolation sees. */
const MARGIN = 12;

/** A default box for beads, `[z, y, x]`, odd: 2.7 um wide, up to 4 um deep, less than the stack. */
export function suggestBeadWindow(stackSize: Size, voxelSizeUm: VoxelSizeUm): Size {
  const odd = (halfUm: number, stepUm: number, longest: number) => {
    const half = Math.min(Math.round(halfUm / stepUm), Math.floor((longest - 1) / 2));
    return 2 * Math.max(half, 0) + 1;
  };
  const [depth, height, width] = stackSize;
  return [
    odd(HALF_DEPTH_UM, voxelSizeUm.z, Math.max(1, Math.floor(depth * DEPTH_PART))),
    odd(HALF_WIDTH_UM, voxelSizeUm.y, height),
    odd(HALF_WIDTH_UM, voxelSizeUm.x, width),
  ];
}

/** A part of a stack. */
export interface StackPart {
  readonly data: Float32Array;
  readonly size: Size;
  /** Of its first voxel in the stack, `[z, y, x]`. */
  readonly start: GridVector;
}

/** The box around `voxel` with a margin, as far as the stack goes. */
export function cutAround(
  data: Float32Array,
  size: Size,
  { voxel, window }: { readonly voxel: GridVector; readonly window: Size },
): StackPart {
  const start = voxel.map((c, axis) => Math.max(0, c - (window[axis] >> 1) - MARGIN));
  const end = voxel.map((c, axis) => Math.min(size[axis], c + (window[axis] >> 1) + MARGIN + 1));
  const [depth, height, width] = start.map((s, axis) => end[axis] - s);
  const part = new Float32Array(depth * height * width);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const from = ((z + start[0]) * size[1] + y + start[1]) * size[2] + start[2];
      part.set(data.subarray(from, from + width), (z * height + y) * width);
    }
  }
  return {
    data: part,
    size: [depth, height, width],
    start: start as unknown as GridVector,
  };
}

/** The box of `window` voxels whose middle voxel lies at `centre` (in the stack, fractions allowed). */
export function sampleWindow(part: StackPart, window: Size, centre: GridVector): Float64Array {
  const [z, y, x] = part.size.map((length, axis) => {
    const first = centre[axis] - part.start[axis] - (window[axis] >> 1);
    return interpolateAxis(
      length,
      Float64Array.from({ length: window[axis] }, (_, i) => first + i),
    );
  });
  return interpolateVolume(part.data, part.size, { z, y, x });
}

/**
 * The median of the voxels around the box, to twice its width, in the planes next to the bead's: the
 * background where this bead lies. Further up and down the bead's own cone of light would be in it.
 * In a crowded stack the cones of the others are: what this takes for background is then too much, and
 * a PSF's outskirts too dim. Undefined where the stack has no voxels there.
 */
export function surroundingLevel(
  data: Float32Array,
  size: Size,
  { voxel, window }: { readonly voxel: GridVector; readonly window: Size },
): number | undefined {
  const half = window.map((n) => n >> 1);
  const reach = [Math.max(1, half[0] >> 3), 2 * half[1], 2 * half[2]];
  const from = voxel.map((c, axis) => Math.max(0, c - reach[axis]));
  const to = voxel.map((c, axis) => Math.min(size[axis] - 1, c + reach[axis]));
  const values: number[] = [];
  for (let z = from[0]; z <= to[0]; z++) {
    for (let y = from[1]; y <= to[1]; y++) {
      const inside = Math.abs(y - voxel[1]) <= half[1];
      for (let x = from[2]; x <= to[2]; x++) {
        if (inside && Math.abs(x - voxel[2]) <= half[2]) continue;
        values.push(data[(z * size[1] + y) * size[2] + x]);
      }
    }
  }
  if (values.length === 0) return undefined;
  return values.sort((a, b) => a - b)[values.length >> 1];
}
