/**
 * What the image asks of its PSF: a size, and enough samples.
 *
 * @module
 */
import { formatSize, type Size } from "../volume.ts";
import { completeGibsonLanni, DEFAULT_IMMERSION_INDEX, type PsfOptics } from "./optics.ts";
import { nyquistVoxelNm, type VoxelSizeNm } from "./sampling.ts";

/** Radii of the Airy disk around the cone of light in the outermost plane. */
const AIRY_RADII = 4;
/** A PSF computed to be cropped has at most so many voxels. */
const MAX_SUGGESTED_VOXELS = 2 ** 25;

/**
 * A size `[z, y, x]`, odd on every axis, that holds nearly all the light a stack of `stackSize` sees of
 * a point in its middle: as deep as the stack, and as wide as the cone of light in its outermost plane
 * with four Airy disks around it, but not wider than the stack.
 *
 * @example
 * ```ts
 * import { suggestSize } from "./fit_to_image.ts";
 * import assert from "node:assert/strict";
 *
 * const optics = { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1.2 } as const;
 * const size = suggestSize(optics, {
 *   voxelSizeNm: { x: 98, y: 98, z: 203 },
 *   stackSize: [18, 512, 512],
 * });
 * assert.equal(size[0], 17);
 * assert.ok(size[1] === size[2] && size[1] > 60 && size[1] < 100);
 * ```
 */
export function suggestSize(
  optics: PsfOptics,
  { voxelSizeNm, stackSize }: { readonly voxelSizeNm: VoxelSizeNm; readonly stackSize: Size },
): Size {
  const { numericalAperture: na, immersionIndex: ni = DEFAULT_IMMERSION_INDEX } = optics;
  const oddAtMost = (n: number) => n - 1 + n % 2;
  const depth = oddAtMost(stackSize[0]);
  const halfDepthNm = (depth - 1) / 2 * voxelSizeNm.z;
  const airyNm = 0.61 * Math.max(...optics.wavelengthsNm) / na;
  const reachNm = halfDepthNm * na / Math.sqrt(ni * ni - na * na) + AIRY_RADII * airyNm;
  const widest = Math.sqrt(MAX_SUGGESTED_VOXELS / depth);
  const across = (length: number, stepNm: number) =>
    oddAtMost(Math.min(length, Math.floor(widest), 2 * Math.ceil(reachNm / stepNm) + 1));
  return [depth, across(stackSize[1], voxelSizeNm.y), across(stackSize[2], voxelSizeNm.x)];
}

/**
 * Lines that say where the voxels are too large for the optics, one per axis direction; none where
 * Nyquist's condition holds for every wavelength. A single plane has no axial condition.
 */
export function describeUndersampling(
  optics: PsfOptics,
  { voxelSizeNm, depth }: { readonly voxelSizeNm: VoxelSizeNm; readonly depth: number },
): string[] {
  const wavelengthNm = Math.min(...optics.wavelengthsNm);
  const { immersionIndex: index = DEFAULT_IMMERSION_INDEX } = optics;
  // Steeper rays than the sample's index allows do not leave it.
  const numericalAperture = optics.model === "gibson-lanni"
    ? Math.min(optics.numericalAperture, completeGibsonLanni(optics).sampleIndex)
    : optics.numericalAperture;
  const nyquist = nyquistVoxelNm({ wavelengthNm, numericalAperture, index });
  const light = `NA ${numericalAperture} at ${wavelengthNm} nm`;
  const lines: string[] = [];
  const { x, y, z } = voxelSizeNm;
  const widest = Math.max(x, y);
  if (widest > nyquist.lateral) {
    lines.push(
      `pixels of ${round(widest)} nm are larger than the ${
        round(nyquist.lateral)
      } nm that Nyquist ` +
        `asks for with ${light}: the finest detail is aliased`,
    );
  }
  if (depth > 1 && z > nyquist.axial) {
    lines.push(
      `planes ${round(z)} nm apart are further than the ${round(nyquist.axial)} nm that Nyquist ` +
        `asks for with ${light}: the finest detail along z is aliased`,
    );
  }
  return lines;
}

/** A line that says on which axes the PSF is larger than the stack, or none. */
export function describeOversize(psfSize: Size, stackSize: Size): string[] {
  if (psfSize.every((n, axis) => n <= stackSize[axis])) return [];
  const how = psfSize[0] > stackSize[0] ? "deeper" : "wider";
  return [
    `the PSF (${formatSize(psfSize)}) is ${how} than the stack (${formatSize(stackSize)}): light ` +
    `from beyond the stack is taken into account; give a smaller --size or --energy to leave it out`,
  ];
}

function round(nm: number): number {
  return Math.round(nm * 10) / 10;
}
