/**
 * The structural similarity of two stacks.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { formatSize, type Volume } from "../volume.ts";
import { assertSameShape } from "./same_shape.ts";

const TAPS = 11;
const SIGMA = 1.5;
/** (K1 L)^2 and (K2 L)^2 with K1 = 0.01, K2 = 0.03 and data range L = 1. */
const C1 = 0.01 ** 2;
const C2 = 0.03 ** 2;

/**
 * The mean structural similarity (at most 1) of Wang, Bovik, Sheikh & Simoncelli, "Image quality
 * assessment: from error visibility to structural similarity", IEEE Trans. Image Processing 13(4),
 * 2004: Gaussian window of 11 x 11 with standard deviation 1.5, K1 = 0.01, K2 = 0.03, data range 1,
 * population variances. Taken plane by plane (xy) where the window fits in whole, and averaged over
 * the planes of all channels.
 *
 * @example
 * ```ts
 * import { ssim } from "./ssim.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const target = createVolume([1, 1, 16, 16], Float32Array.from({ length: 256 }, (_, i) => i / 256));
 * assert.ok(Math.abs(ssim(target, target) - 1) < 1e-12);
 * ```
 *
 * @throws {InputError} when the shapes differ, or the planes are smaller than 11 x 11.
 */
export function ssim(restored: Volume, target: Volume): number {
  assertSameShape(restored, target);
  const [channels, depth, height, width] = target.shape;
  if (!fitsSsimWindow(target)) {
    throw new InputError(
      `SSIM needs planes of at least ${TAPS} x ${TAPS} pixels, not ${
        formatSize([1, height, width])
      }`,
    );
  }
  const n = height * width;
  const window = createWindow();
  let sum = 0;
  for (let plane = 0; plane < channels * depth; plane++) {
    const x = restored.data.subarray(plane * n, (plane + 1) * n);
    const y = target.data.subarray(plane * n, (plane + 1) * n);
    sum += ssimOfPlane(x, y, { width, height, window });
  }
  return sum / (channels * depth);
}

/** Whether a plane of the volume holds the window of {@link ssim}. */
export function fitsSsimWindow(volume: Volume): boolean {
  return volume.shape[2] >= TAPS && volume.shape[3] >= TAPS;
}

function createWindow(): Float64Array {
  const centre = (TAPS - 1) / 2;
  const window = Float64Array.from(
    { length: TAPS },
    (_, i) => Math.exp(-((i - centre) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = window.reduce((a, b) => a + b);
  return window.map((w) => w / sum);
}

/** Four smoothed maps are enough: x, y, x^2 + y^2, xy. Only 11 rows of them are kept. */
function ssimOfPlane(
  x: Float32Array,
  y: Float32Array,
  { width, height, window }: { width: number; height: number; window: Float64Array },
): number {
  const columns = width - TAPS + 1;
  const rows = Array.from({ length: TAPS }, () => new Float64Array(4 * columns));
  let sum = 0;
  for (let row = 0; row < height; row++) {
    smoothRow(x, y, { window, start: row * width, columns, out: rows[row % TAPS] });
    if (row < TAPS - 1) continue;
    for (let i = 0; i < columns; i++) {
      let meanX = 0;
      let meanY = 0;
      let squares = 0;
      let product = 0;
      for (let k = 0; k < TAPS; k++) {
        const smooth = rows[(row - TAPS + 1 + k) % TAPS];
        const w = window[k];
        meanX += w * smooth[4 * i];
        meanY += w * smooth[4 * i + 1];
        squares += w * smooth[4 * i + 2];
        product += w * smooth[4 * i + 3];
      }
      // ((2 mx my + C1)(2 sxy + C2)) / ((mx^2 + my^2 + C1)(sx^2 + sy^2 + C2))
      const means = meanX * meanX + meanY * meanY;
      const both = meanX * meanY;
      sum += (2 * both + C1) * (2 * (product - both) + C2) /
        ((means + C1) * (squares - means + C2));
    }
  }
  return sum / (columns * (height - TAPS + 1));
}

function smoothRow(
  x: Float32Array,
  y: Float32Array,
  { window, start, columns, out }: {
    window: Float64Array;
    start: number;
    columns: number;
    out: Float64Array;
  },
): void {
  for (let i = 0; i < columns; i++) {
    let meanX = 0;
    let meanY = 0;
    let squares = 0;
    let product = 0;
    for (let k = 0; k < TAPS; k++) {
      const w = window[k];
      const a = x[start + i + k];
      const b = y[start + i + k];
      meanX += w * a;
      meanY += w * b;
      squares += w * (a * a + b * b);
      product += w * (a * b);
    }
    out[4 * i] = meanX;
    out[4 * i + 1] = meanY;
    out[4 * i + 2] = squares;
    out[4 * i + 3] = product;
  }
}
