/**
 * How much of a PSF's light a smaller volume holds.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { channelOf, createVolume, type Size, sizeOf, type Volume, voxelsOf } from "../volume.ts";
import { sumOf } from "./normalize.ts";

/** A PSF cut to a part of its light. */
export interface CroppedPsf {
  readonly psf: Volume;
  /** Part of each channel's sum that is left. */
  readonly energies: readonly number[];
}

/**
 * The PSF cut to `size` around its centre at index floor(size/2), which stays the centre. Values keep
 * their scale.
 *
 * @throws {InputError} when the size is larger than the PSF.
 *
 * @example
 * ```ts
 * import { createVolume } from "../volume.ts";
 * import { cropPsf } from "./crop.ts";
 * import assert from "node:assert/strict";
 *
 * const psf = createVolume([1, 1, 1, 5], Float32Array.of(1, 2, 4, 2, 1));
 * const { psf: cropped, energies } = cropPsf(psf, [1, 1, 3]);
 * assert.deepEqual([...cropped.data], [2, 4, 2]);
 * assert.equal(energies[0], 0.8);
 * ```
 */
export function cropPsf(psf: Volume, size: Size): CroppedPsf {
  const source = sizeOf(psf.shape);
  if (size.some((n, axis) => n > source[axis])) {
    const [given, has] = [size, source].map((s) => [...s].reverse().join("x"));
    throw new InputError(`The PSF has ${has} voxels, less than the ${given} asked for`);
  }
  const first = source.map((n, axis) => Math.floor(n / 2) - Math.floor(size[axis] / 2));
  const cropped = createVolume([psf.shape[0], ...size], undefined, psf.voxelSizeUm);
  const energies: number[] = [];
  for (let channel = 0; channel < psf.shape[0]; channel++) {
    const from = channelOf(psf, channel);
    const to = channelOf(cropped, channel);
    for (let z = 0, i = 0; z < size[0]; z++) {
      for (let y = 0; y < size[1]; y++, i += size[2]) {
        const start = ((z + first[0]) * source[1] + y + first[1]) * source[2] + first[2];
        to.set(from.subarray(start, start + size[2]), i);
      }
    }
    energies.push(sumOf(to) / sumOf(from));
  }
  return { psf: cropped, energies };
}

/**
 * The smallest centred volume of odd sizes that holds `energy` (a part of 1) of every channel's sum:
 * shell by shell, the faces that hold least light per voxel are taken off, z apart from the plane, as
 * long as enough is left. A PSF of which no smaller such volume holds enough is returned whole.
 *
 * @throws {InputError} when `energy` is not above 0 and at most 1.
 *
 * @example
 * ```ts
 * import { createPsf } from "./create_psf.ts";
 * import { cropToEnergy } from "./crop.ts";
 * import assert from "node:assert/strict";
 *
 * const psf = createPsf(
 *   { model: "gaussian", wavelengthsNm: [520], numericalAperture: 1.2 },
 *   { size: [21, 41, 41], voxelSizeNm: { x: 98, y: 98, z: 203 } },
 * );
 * const cropped = cropToEnergy(psf, 0.99);
 * assert.ok(cropped.energies[0] >= 0.99);
 * assert.ok(cropped.psf.data.length < psf.data.length / 10);
 * ```
 */
export function cropToEnergy(psf: Volume, energy: number): CroppedPsf {
  if (!(energy > 0 && energy <= 1)) {
    throw new InputError(
      `The energy to keep is ${energy}; give a part above 0, at most 1, as 0.99`,
    );
  }
  const half = sizeOf(psf.shape).map((n) => Math.floor((n - 1) / 2));
  const channels = Array.from({ length: psf.shape[0] }, (_, c) => channelOf(psf, c));
  const size = sizeOf(psf.shape);
  const totals = channels.map(sumOf);
  const left = channels.map((data) => boxSum(data, size, half));
  if (left.some((l, c) => l < energy * totals[c])) return { psf, energies: totals.map(() => 1) };
  // Square planes stay square.
  const groups = size[1] === size[2] ? [[0], [1, 2]] : [[0], [1], [2]];
  for (;;) {
    const best = groups.filter((axes) => axes.every((axis) => half[axis] > 0))
      .map((axes) => {
        const inner = half.map((h, axis) => axes.includes(axis) ? h - 1 : h);
        const lost = channels.map((data) => shellSum(data, size, { half, axes }));
        const voxels = voxelsOfHalf(half) - voxelsOfHalf(inner);
        return { inner, lost, cost: Math.max(...lost.map((l, c) => l / totals[c])) / voxels };
      })
      .filter(({ lost }) => lost.every((l, c) => left[c] - l >= energy * totals[c]))
      .sort((a, b) => a.cost - b.cost)[0];
    if (best === undefined) break;
    best.inner.forEach((h, axis) => half[axis] = h);
    best.lost.forEach((l, c) => left[c] -= l);
  }
  return cropPsf(psf, half.map((h) => 2 * h + 1) as unknown as Size);
}

function voxelsOfHalf(half: readonly number[]): number {
  return voxelsOf(half.map((h) => 2 * h + 1) as unknown as Size);
}

type Half = readonly number[];

/** Sum over the centred box of 2 half + 1 voxels. */
function boxSum(data: Float32Array, size: Size, half: Half): number {
  const middle = size.map((n) => Math.floor(n / 2));
  return rangeSum(data, size, {
    from: middle.map((m, axis) => m - half[axis]),
    to: middle.map((m, axis) => m + half[axis]),
  });
}

/** Sum over what that box loses when its half is one less along some axes. */
function shellSum(
  data: Float32Array,
  size: Size,
  { half, axes }: { readonly half: Half; readonly axes: readonly number[] },
): number {
  const inner = [...half];
  return axes.reduce((sum, axis) => {
    const faces = facesSum(data, size, { half: inner, axis });
    inner[axis]--;
    return sum + faces;
  }, 0);
}

/** Sum over the two outermost layers of that box along an axis. */
function facesSum(
  data: Float32Array,
  size: Size,
  { half, axis }: { readonly half: Half; readonly axis: number },
): number {
  const middle = size.map((n) => Math.floor(n / 2));
  return [-half[axis], half[axis]].reduce((sum, offset) => {
    const from = middle.map((m, a) => a === axis ? m + offset : m - half[a]);
    const to = middle.map((m, a) => a === axis ? m + offset : m + half[a]);
    return sum + rangeSum(data, size, { from, to });
  }, 0);
}

function rangeSum(
  data: Float32Array,
  [, height, width]: Size,
  { from, to }: { readonly from: readonly number[]; readonly to: readonly number[] },
): number {
  let sum = 0;
  for (let z = from[0]; z <= to[0]; z++) {
    for (let y = from[1]; y <= to[1]; y++) {
      const row = (z * height + y) * width;
      for (let x = from[2]; x <= to[2]; x++) sum += data[row + x];
    }
  }
  return sum;
}
