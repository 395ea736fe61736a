/**
 * The cover picture of a package: a stack before and after, side by side.
 *
 * @module
 */
import { encodePng } from "../io/png.ts";
import { channelOf, type Volume } from "../volume.ts";

/** Width and height of each half at most. */
const MOST_PIXELS = 512;

/** Darkest and brightest part of the pixels that the grey levels leave out. */
const CLIPPED_PART = 0.002;

/**
 * A PNG: the first channel's brightest voxels along z, blurred to the left and restored to the
 * right, both on the grey levels of their own.
 */
export function drawCover(blurred: Volume, restored: Volume): Uint8Array {
  const [, , height, width] = blurred.shape;
  const [rows, columns] = [Math.min(height, MOST_PIXELS), Math.min(width, MOST_PIXELS)];
  const data = new Uint8Array(rows * 2 * columns);
  [blurred, restored].forEach((volume, half) => {
    const grey = toGrey(projectCentre(volume, [rows, columns]));
    for (let y = 0; y < rows; y++) {
      data.set(grey.subarray(y * columns, (y + 1) * columns), (2 * y + half) * columns);
    }
  });
  return encodePng({ width: 2 * columns, height: rows, data });
}

/** max over z, in the middle of the first channel. */
function projectCentre(volume: Volume, [rows, columns]: readonly [number, number]): Float32Array {
  const [, depth, height, width] = volume.shape;
  const data = channelOf(volume, 0);
  const top = Math.floor((height - rows) / 2);
  const left = Math.floor((width - columns) / 2);
  const out = new Float32Array(rows * columns).fill(-Infinity);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < rows; y++) {
      const from = (z * height + y + top) * width + left;
      for (let x = 0; x < columns; x++) {
        const value = data[from + x];
        if (value > out[y * columns + x]) out[y * columns + x] = value;
      }
    }
  }
  return out;
}

function toGrey(values: Float32Array): Uint8Array {
  const sorted = values.toSorted();
  const clipped = Math.floor(CLIPPED_PART * (sorted.length - 1));
  const [low, high] = [sorted[clipped], sorted[sorted.length - 1 - clipped]];
  const scale = high > low ? 255 / (high - low) : 0;
  return Uint8Array.from(
    values,
    (value) => Math.min(255, Math.max(0, (value - low) * scale + 0.5)),
  );
}
