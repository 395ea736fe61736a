/**
 * Lines about a PSF that can be computed, but may not be what the user means.
 *
 * @module
 */
import { channelOf, rangeOf, type Volume } from "../volume.ts";
import { findFocusNm } from "./gibson_lanni.ts";
import { completeGibsonLanni, type GibsonLanniOptics } from "./optics.ts";
import { centreIndex, type PsfSampling } from "./sampling.ts";

/** Part of the peak at a file's faces from which a camera's offset must be suspected. */
const SUSPICIOUS_BACKGROUND = 0.05;

/**
 * What Gibson & Lanni's layers do that is easily overlooked: rays that cannot leave the sample, and a
 * focus outside the volume.
 */
export function describeLayers(optics: GibsonLanniOptics, sampling: PsfSampling): string[] {
  const { numericalAperture: na, sampleIndex, focus } = completeGibsonLanni(optics);
  const lines: string[] = [];
  if (na > sampleIndex) {
    lines.push(
      `NA ${na} is above the sample's index ${sampleIndex}: steeper rays do not leave the sample, ` +
        `and the PSF is that of NA ${sampleIndex}`,
    );
  }
  const { size: [depth], voxelSizeNm, centre } = sampling;
  const middle = centreIndex(depth, centre);
  const focusNm = findFocusNm(optics);
  const plane = middle + focusNm / voxelSizeNm.z;
  if (focus === "stage" && depth === 1 && Math.abs(focusNm) > 1) {
    lines.push(
      `the plane lies ${
        Math.round(Math.abs(focusNm))
      } nm out of focus; give --focus brightest to ` +
        `put it into focus`,
    );
  } else if (focus === "stage" && (plane < 0 || plane > depth - 1)) {
    lines.push(
      `the focus lies ${Math.round(focusNm)} nm from the middle plane, outside the volume; ` +
        `give --focus brightest to move it there, or more planes`,
    );
  } else if (focus === "stage" && Math.abs(focusNm) > voxelSizeNm.z) {
    lines.push(
      `the focus lies ${
        Math.round(focusNm)
      } nm from the middle plane, which will shift a restored ` +
        `stack; give --focus brightest to move it there`,
    );
  }
  return lines;
}

/** Says of a PSF from a file that it is not dark at its lateral faces, or nothing. */
export function describeBackground(psf: Volume, name: string): string[] {
  const [channels, depth, height, width] = psf.shape;
  const faces: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    const data = channelOf(psf, channel);
    const peak = rangeOf(data).max;
    for (let z = 0, i = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          const atFace = x === 0 || y === 0 || x === width - 1 || y === height - 1;
          if (atFace) faces.push(data[i] / peak);
        }
      }
    }
  }
  faces.sort((a, b) => a - b);
  const level = faces[faces.length >> 1];
  if (level < SUSPICIOUS_BACKGROUND) return [];
  return [
    `${name} has ${Math.round(100 * level)} % of its peak at its sides: if that is the camera's ` +
    `offset, subtract it first; a PSF's background is 0`,
  ];
}
