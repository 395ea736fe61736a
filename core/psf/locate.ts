/**
 * Where a bright spot is and how wide, to a small part of a voxel.
 *
 * @module
 */
import { rangeOf, type Size } from "../volume.ts";
import { interpolateAxis, interpolateVolume } from "./interpolate.ts";

/** A position or an extent on the grid, in voxels, `[z, y, x]`. */
export type GridVector = readonly [z: number, y: number, x: number];

/** Standard deviations of a Gaussian per full width at half maximum. */
const SIGMA_PER_FWHM = 1 / (2 * Math.sqrt(2 * Math.LN2));
/** Standard deviations after which a Gaussian weight is taken for 0. */
const REACH = 4;
/** Upsampling of a profile before its crossings are taken linearly. */
const PROFILE_STEPS = 16;

/**
 * The centre of the brightest spot, in voxels: the fixed point of the centroid under a Gaussian
 * weight as wide as the spot itself, which is where a Gaussian fits best. Axes of one voxel have
 * their centre at 0.
 *
 * @example
 * ```ts
 * import { findCentre } from "./locate.ts";
 * import assert from "node:assert/strict";
 *
 * const line = Array.from({ length: 15 }, (_, x) => Math.exp(-((x - 7.3) ** 2) / 4));
 * const [, , x] = findCentre(line, [1, 1, 15]);
 * assert.ok(Math.abs(x - 7.3) < 1e-3);
 * ```
 */
export function findCentre(data: ArrayLike<number>, size: Size): GridVector {
  const start = brightestVoxel(data, size);
  const sigmas = spotSigmas(data, size, start);
  let centre: GridVector = start;
  for (let iteration = 0; iteration < 50; iteration++) {
    const offset = weightedOffset(data, size, { centre, sigmas });
    // The weight halves a Gaussian spot's variance, so its centroid moves by half the distance.
    const next = centre.map((c, axis) =>
      clamp(c + 2 * offset[axis], start[axis] - 2, start[axis] + 2)
    ) as unknown as GridVector;
    const moved = Math.max(...next.map((c, axis) => Math.abs(c - centre[axis])));
    centre = next;
    if (moved < 1e-5) break;
  }
  return centre;
}

/**
 * The brightest voxel of the volume averaged over 3 x 3 x 3 with weights 1 2 1, among those that have
 * half the largest value by themselves.
 */
export function brightestVoxel(data: ArrayLike<number>, size: Size): GridVector {
  const [depth, height, width] = size;
  let best = -Infinity;
  let where: GridVector = [0, 0, 0];
  const half = rangeOf(data).max / 2;
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (data[i] < half) continue;
        const value = binomialMean(data, size, [z, y, x]);
        if (value > best) [best, where] = [value, [z, y, x]];
      }
    }
  }
  return where;
}

function binomialMean(data: ArrayLike<number>, size: Size, [z, y, x]: GridVector): number {
  const [depth, height, width] = size;
  let total = 0;
  let weights = 0;
  for (let k = Math.max(z - 1, 0); k <= Math.min(z + 1, depth - 1); k++) {
    for (let j = Math.max(y - 1, 0); j <= Math.min(y + 1, height - 1); j++) {
      for (let i = Math.max(x - 1, 0); i <= Math.min(x + 1, width - 1); i++) {
        const weight = (k === z ? 2 : 1) * (j === y ? 2 : 1) * (i === x ? 2 : 1);
        total += weight * data[(k * height + j) * width + i];
        weights += weight;
      }
    }
  }
  return total / weights;
}

/** Widths of the spot along the axes, 0.8 voxels at least: narrower, the grid would show. */
function spotSigmas(data: ArrayLike<number>, size: Size, centre: GridVector): GridVector {
  const widths = widthsAtHalf(data, size, centre);
  return widths.map((width, axis) =>
    width === undefined ? Math.max(size[axis] / 4, 0.8) : Math.max(width * SIGMA_PER_FWHM, 0.8)
  ) as unknown as GridVector;
}

function weightedOffset(
  data: ArrayLike<number>,
  size: Size,
  { centre, sigmas }: { readonly centre: GridVector; readonly sigmas: GridVector },
): GridVector {
  const [, height, width] = size;
  const from = centre.map((c, axis) => Math.max(Math.ceil(c - REACH * sigmas[axis]), 0));
  const to = centre.map((c, axis) =>
    Math.min(Math.floor(c + REACH * sigmas[axis]), size[axis] - 1)
  );
  const weight = (i: number, axis: number) =>
    Math.exp(-0.5 * ((i - centre[axis]) / sigmas[axis]) ** 2);
  const weightsX = Float64Array.from({ length: width }, (_, x) => weight(x, 2));
  let [total, sumZ, sumY, sumX] = [0, 0, 0, 0];
  // offset = sum w I (x - c) / sum w I
  for (let z = from[0]; z <= to[0]; z++) {
    for (let y = from[1]; y <= to[1]; y++) {
      const weightZy = weight(z, 0) * weight(y, 1);
      for (let x = from[2]; x <= to[2]; x++) {
        const value = weightZy * weightsX[x] * data[(z * height + y) * width + x];
        total += value;
        sumZ += value * (z - centre[0]);
        sumY += value * (y - centre[1]);
        sumX += value * (x - centre[2]);
      }
    }
  }
  if (!(total > 0)) return [0, 0, 0];
  return [sumZ / total, sumY / total, sumX / total];
}

/**
 * Full widths at half maximum, in voxels, of the lines through `centre` along z, y and x; undefined
 * where a line does not fall to half its maximum on both sides within the volume, or has one voxel.
 */
export function widthsAtHalf(
  data: ArrayLike<number>,
  size: Size,
  centre: GridVector,
): readonly (number | undefined)[] {
  return [0, 1, 2].map((axis) => {
    if (size[axis] < 3) return undefined;
    return widthOfProfile(upsampledProfile(data, size, { centre, axis, steps: PROFILE_STEPS }));
  }).map((width) => width === undefined ? undefined : width / PROFILE_STEPS);
}

/** The line through `centre` along an axis (0 = z, 1 = y, 2 = x), `steps` values per voxel. */
export function upsampledProfile(
  data: ArrayLike<number>,
  size: Size,
  { centre, axis, steps }: {
    readonly centre: GridVector;
    readonly axis: number;
    readonly steps: number;
  },
): Float64Array {
  const [z, y, x] = size.map((length, a) => {
    if (a !== axis) return interpolateAxis(length, [centre[a]]);
    const count = (length - 1) * steps + 1;
    return interpolateAxis(length, Float64Array.from({ length: count }, (_, i) => i / steps));
  });
  return interpolateVolume(data, size, { z, y, x });
}

/** Distance between the crossings of half the maximum nearest to it, in steps. */
function widthOfProfile(profile: Float64Array): number | undefined {
  let top = 0;
  for (let i = 1; i < profile.length; i++) if (profile[i] > profile[top]) top = i;
  const half = 0.5 * profile[top];
  const left = crossing(profile, { from: top, step: -1, level: half });
  const right = crossing(profile, { from: top, step: 1, level: half });
  return left === undefined || right === undefined ? undefined : right - left;
}

function crossing(
  profile: Float64Array,
  { from, step, level }: { readonly from: number; readonly step: 1 | -1; readonly level: number },
): number | undefined {
  for (let i = from; i + step >= 0 && i + step < profile.length; i += step) {
    const next = profile[i + step];
    if (next <= level) return i + step * (profile[i] - level) / (profile[i] - next);
  }
  return undefined;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
