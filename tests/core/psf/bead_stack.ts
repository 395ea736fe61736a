/**
 * Bead stacks whose beads are known: a PSF at positions between the voxels, a background, and noise.
 *
 * @module
 */
import { createPsf } from "../../../core/psf/create_psf.ts";
import type { PsfOptics } from "../../../core/psf/optics.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, type Size, type Volume } from "../../../core/volume.ts";

/** Positions are multiples of 1 / STEPS voxels, so that the PSF is computed there, not interpolated. */
const STEPS = 5;
/** Half of the box in which a bead shines, `[z, y, x]`. */
const REACH = [14, 24, 24];

/** Distance between the voxels, nm. */
export const BEAD_VOXEL_NM = { x: 80, y: 80, z: 160 };

/** A bead: where, in voxels `[z, y, x]`, and how bright above the background. */
export interface KnownBead {
  readonly at: readonly [number, number, number];
  readonly peak: number;
}

/** A stack `[1, z, y, x]` with these beads on a background of 200. */
export function createBeadStack(
  beads: readonly KnownBead[],
  { size, optics, noise, seed = 1 }: {
    readonly size: Size;
    readonly optics: PsfOptics;
    readonly noise: number;
    readonly seed?: number;
  },
): Volume {
  const [depth, height, width] = size;
  const { x, y, z } = BEAD_VOXEL_NM;
  const fineSize = REACH.map((n) => 2 * (n + 1) * STEPS + 1) as unknown as Size;
  const fine = createPsf(optics, {
    size: fineSize,
    voxelSizeNm: { x: x / STEPS, y: y / STEPS, z: z / STEPS },
    normalization: "peak",
  });
  const stack = createVolume([1, ...size], undefined, { x: x / 1000, y: y / 1000, z: z / 1000 });
  stack.data.fill(200);
  for (const { at, peak } of beads) {
    const start = at.map((c, axis) => Math.max(0, Math.ceil(c - REACH[axis])));
    const end = at.map((c, axis) => Math.min(size[axis] - 1, Math.floor(c + REACH[axis])));
    const index = (i: number, axis: number) =>
      Math.round((i - at[axis]) * STEPS) + (fineSize[axis] >> 1);
    for (let k = start[0]; k <= end[0]; k++) {
      for (let j = start[1]; j <= end[1]; j++) {
        const row = (index(k, 0) * fineSize[1] + index(j, 1)) * fineSize[2];
        for (let i = start[2]; i <= end[2]; i++) {
          stack.data[(k * height + j) * width + i] += peak * fine.data[row + index(i, 2)];
        }
      }
    }
  }
  const random = createRandom(seed);
  for (let i = 0; i < depth * height * width; i++) stack.data[i] += noise * random.normal();
  return stack;
}
