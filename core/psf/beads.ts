/**
 * A point spread function from a stack of beads.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { channelOf, createVolume, formatSize, type Size, sizeOf, type Volume } from "../volume.ts";
import { type AlignedBead, averageBeads } from "./average_beads.ts";
import { suggestBeadWindow } from "./bead_window.ts";
import { type BeadFault, findBeads } from "./find_beads.ts";

/** How beads are found and cut out. */
export interface BeadOptions {
  /** Of the PSF `[z, y, x]`, odd. @default 2.7 um wide and up to 4 um deep */
  readonly size?: Size;
  /** The value at which the camera saturates, where it is known. */
  readonly saturation?: number;
  /** Smallest brightness, in standard deviations of the smoothed noise. @default 8 */
  readonly minimumSignal?: number;
  /** As messages name the stack. @default "the bead stack" */
  readonly name?: string;
}

/** What was found in one channel. */
export interface BeadReport {
  readonly found: number;
  readonly used: readonly AlignedBead[];
  /** How many were left out, by what is wrong with them. */
  readonly rejected: Readonly<Record<BeadFault, number>>;
  /** The median of the beads' own, in the stack's units. */
  readonly background: number;
  /** Standard error of a voxel of the PSF, as a part of its peak. */
  readonly noise: number;
}

/** The average bead of every channel. */
export interface BeadPsf {
  /** `[c, z, y, x]`, centred, each channel's largest voxel 1, background 0. */
  readonly psf: Volume;
  /** One per channel. */
  readonly reports: readonly BeadReport[];
}

/** What is wrong with a bead, in words. */
export const BEAD_FAULTS: Readonly<Record<BeadFault, string>> = {
  border: "at the border",
  saturated: "saturated",
  overlapping: "overlapping",
  faint: "much fainter than the others",
  unlike: "unlike the others in shape",
};

/**
 * The PSF that the beads of a stack show: isolated beads are found in every channel, their background
 * is taken off, and those that are at the border, saturated, overlapping, faint, or unlike the others
 * are left out; the rest are aligned to a small part of a voxel and averaged. The centre is exactly
 * at the middle voxel. Noise about the background stays, positive and negative, so that the sum is
 * not biased.
 *
 * @throws {InputError} when the stack has no voxel size, the size is even or larger than the stack,
 * or no bead of a channel can be used.
 *
 * @example
 * ```ts
 * import { createVolume } from "../volume.ts";
 * import { extractBeadPsf } from "./beads.ts";
 * import assert from "node:assert/strict";
 *
 * const stack = createVolume([1, 15, 41, 41], undefined, { x: 0.1, y: 0.1, z: 0.2 });
 * stack.data.forEach((_, i) => {
 *   const [x, y, z] = [i % 41 - 20.3, Math.floor(i / 41) % 41 - 19.8, Math.floor(i / 1681) - 7.1];
 *   stack.data[i] = 100 + 900 * Math.exp(-(x * x + y * y + z * z) / 5);
 * });
 * const { psf, reports: [report] } = extractBeadPsf(stack, { size: [9, 15, 15] });
 * assert.equal(report.used.length, 1);
 * assert.ok(Math.abs(report.used[0].centre[2] - 20.3) < 0.01);
 * assert.ok(Math.abs(psf.data[4 * 225 + 7 * 15 + 7] - 1) < 1e-3);
 * ```
 */
export function extractBeadPsf(stack: Volume, options: BeadOptions = {}): BeadPsf {
  const { name = "the bead stack", saturation, minimumSignal } = options;
  if (stack.voxelSizeUm === undefined) {
    throw new InputError(`${name} does not say its voxel size; give it with --source-voxel`);
  }
  const size = sizeOf(stack.shape);
  const window = options.size ?? suggestBeadWindow(size, stack.voxelSizeUm);
  checkWindow(window, size, name);
  const psf = createVolume([stack.shape[0], ...window], undefined, stack.voxelSizeUm);
  const reports: BeadReport[] = [];
  for (let channel = 0; channel < stack.shape[0]; channel++) {
    const data = channelOf(stack, channel);
    const candidates = findBeads(data, size, { window, saturation, minimumSignal });
    const usable = candidates.filter(({ fault }) => fault === undefined);
    const counts: Record<BeadFault, number> = {
      border: 0,
      saturated: 0,
      overlapping: 0,
      faint: 0,
      unlike: 0,
    };
    for (const { fault } of candidates) if (fault) counts[fault]++;
    if (usable.length === 0) {
      const where = stack.shape[0] > 1 ? ` (channel ${channel + 1})` : "";
      throw new InputError(describeNoBead(`${name}${where}`, window, { candidates, counts }));
    }
    const { mean, noise, used, unlike } = averageBeads(data, size, { candidates: usable, window });
    counts.unlike = unlike.length;
    channelOf(psf, channel).set(mean);
    reports.push({
      found: candidates.length,
      used,
      rejected: counts,
      background: medianOf(used.map(({ background }) => background)),
      noise,
    });
  }
  return { psf, reports };
}

/** "3 at the border, 1 saturated"; empty where none was left out. */
export function describeRejected(rejected: BeadReport["rejected"]): string {
  return (Object.keys(BEAD_FAULTS) as BeadFault[])
    .filter((fault) => rejected[fault] > 0)
    .map((fault) => `${rejected[fault]} ${BEAD_FAULTS[fault]}`)
    .join(", ");
}

function describeNoBead(
  name: string,
  window: Size,
  { candidates, counts }: {
    readonly candidates: readonly unknown[];
    readonly counts: BeadReport["rejected"];
  },
): string {
  if (candidates.length === 0) {
    return `${name} shows no bead above its noise; look at the stack, or give a brighter one`;
  }
  const spots = candidates.length === 1 ? "1 bead" : `${candidates.length} beads`;
  return `${name} has ${spots} but none that can be used (${
    describeRejected(counts)
  }) in a box of ` +
    `${formatSize(window)} voxels; give a smaller --size, or a stack with isolated beads`;
}

function checkWindow(window: Size, size: Size, name: string): void {
  if (window.some((n) => n % 2 === 0)) {
    throw new InputError(
      `The size of a PSF from beads is ${formatSize(window)}; it has to be odd on every axis, so ` +
        `that the beads' centre is a voxel's`,
    );
  }
  if (window.some((n, axis) => n > size[axis])) {
    throw new InputError(
      `The size ${formatSize(window)} is larger than ${name} (${formatSize(size)}); ` +
        `give a smaller --size`,
    );
  }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
