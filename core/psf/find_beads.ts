/**
 * Bright spots in a bead stack, and which of them can be used.
 *
 * @module
 */
import type { Size } from "../volume.ts";
import { estimateBackground } from "./background.ts";
import type { GridVector } from "./locate.ts";
import { smoothVolume } from "./smooth.ts";

/** Why a bead is not used. */
export type BeadFault = "border" | "saturated" | "overlapping" | "faint" | "unlike";

/** A spot that may be a bead. */
export interface BeadCandidate {
  /** Its brightest voxel after smoothing, `[z, y, x]`. */
  readonly voxel: GridVector;
  /** Smoothed brightness above the background. */
  readonly brightness: number;
  readonly fault?: BeadFault;
}

/** How beads are searched for. */
export interface BeadSearchOptions {
  /** Of the box `[z, y, x]`, odd, that has to be free of other beads. */
  readonly window: Size;
  /** The value at which the camera saturates, where it is known. */
  readonly saturation?: number;
  /** Smallest brightness, in standard deviations of the smoothed noise. @default 8 */
  readonly minimumSignal?: number;
}

/** A spot in a brighter one's box is another bead from this part of its brightness on, else a ring. */
const COMPANION = 0.25;
/** Beads below this part of the median brightness are left out as faint. */
const FAINT = 0.25;
/** So many voxels of a bead at the stack's largest value are a plateau. */
const PLATEAU = 3;

/**
 * The beads of one channel `[z, y, x]`, brightest first: local maxima of the stack smoothed over 3 x 3 x 3, above the
 * noise, and what is wrong with each. A bead is faulty when its box crosses the stack's border, when
 * voxels in it are saturated (at `saturation`, or three at the stack's largest value), when another
 * bead lies in its box, or when it is much fainter than the others. Weak maxima beside a bead are its
 * rings and no candidates.
 */
export function findBeads(
  data: Float32Array,
  size: Size,
  { window, saturation, minimumSignal = 8 }: BeadSearchOptions,
): BeadCandidate[] {
  const smoothed = smoothVolume(data, size);
  const noise = estimateBackground(smoothed);
  const spots = findMaxima(smoothed, size, noise.level + minimumSignal * noise.deviation)
    .map(({ voxel, value }) => ({ voxel, brightness: value - noise.level }))
    .sort((a, b) => b.brightness - a.brightness);
  const { beads, overlapping } = separateBeads(spots, window);
  const alone = beads.filter((bead) => !overlapping.has(bead));
  const typical = medianOf((alone.length > 0 ? alone : beads).map(({ brightness }) => brightness));
  const isSaturated = createSaturationTest(data, size, saturation);
  return beads.map((bead): BeadCandidate => {
    const fault = bead.brightness < FAINT * typical
      ? "faint"
      : crossesBorder(bead.voxel, window, size)
      ? "border"
      : isSaturated(bead.voxel)
      ? "saturated"
      : overlapping.has(bead)
      ? "overlapping"
      : undefined;
    return { ...bead, fault };
  });
}

/** Voxels above `threshold` that none of their 26 neighbours exceeds. */
function findMaxima(
  data: Float32Array,
  [depth, height, width]: Size,
  threshold: number,
): { voxel: GridVector; value: number }[] {
  const found: { voxel: GridVector; value: number }[] = [];
  for (let z = 0, i = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (data[i] <= threshold) continue;
        if (isMaximum(data, [depth, height, width], [z, y, x])) {
          found.push({ voxel: [z, y, x], value: data[i] });
        }
      }
    }
  }
  return found;
}

function isMaximum(data: Float32Array, size: Size, [z, y, x]: GridVector): boolean {
  const [depth, height, width] = size;
  const own = (z * height + y) * width + x;
  for (let k = Math.max(z - 1, 0); k <= Math.min(z + 1, depth - 1); k++) {
    for (let j = Math.max(y - 1, 0); j <= Math.min(y + 1, height - 1); j++) {
      for (let i = Math.max(x - 1, 0); i <= Math.min(x + 1, width - 1); i++) {
        const other = (k * height + j) * width + i;
        // Of equal neighbours the first one counts.
        if (data[other] > data[own] || (data[other] === data[own] && other < own)) return false;
      }
    }
  }
  return true;
}

interface Spot {
  readonly voxel: GridVector;
  readonly brightness: number;
}

/**
 * Beads among spots, brightest first, and those with company. A weak spot in a bead's box is one of
 * its rings; above, below and beside the box it is the rim of its cone of light.
 */
function separateBeads(
  spots: readonly Spot[],
  window: Size,
): { beads: Spot[]; overlapping: Set<Spot> } {
  const beads: Spot[] = [];
  const overlapping = new Set<Spot>();
  for (const spot of spots) {
    const reaches = (bead: Spot, reach: readonly number[]) =>
      bead.voxel.every((c, axis) => Math.abs(c - spot.voxel[axis]) <= reach[axis]);
    const cone = [Infinity, window[1], window[2]];
    const isRing = beads.some((bead) =>
      spot.brightness < COMPANION * bead.brightness && reaches(bead, cone)
    );
    if (isRing) continue;
    const near = beads.filter((bead) => reaches(bead, window.map((n) => n >> 1)));
    beads.push(spot);
    if (near.length > 0) [spot, ...near].forEach((bead) => overlapping.add(bead));
  }
  return { beads, overlapping };
}

function crossesBorder(voxel: GridVector, window: Size, size: Size): boolean {
  return voxel.some((c, axis) => {
    const half = window[axis] >> 1;
    return c - half < 0 || c + half > size[axis] - 1;
  });
}

function createSaturationTest(
  data: Float32Array,
  [depth, height, width]: Size,
  saturation = Infinity,
): (voxel: GridVector) => boolean {
  let top = -Infinity;
  for (const value of data) if (value > top) top = value;
  return ([z, y, x]) => {
    let atTop = 0;
    for (let k = Math.max(z - 2, 0); k <= Math.min(z + 2, depth - 1); k++) {
      for (let j = Math.max(y - 2, 0); j <= Math.min(y + 2, height - 1); j++) {
        for (let i = Math.max(x - 2, 0); i <= Math.min(x + 2, width - 1); i++) {
          const value = data[(k * height + j) * width + i];
          if (value >= saturation) return true;
          if (value === top) atTop++;
        }
      }
    }
    return atTop >= PLATEAU;
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[sorted.length >> 1];
}
