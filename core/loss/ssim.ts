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
  const pixels = new Float64Array(4 * width);
  const smooth = new Float64Array(4 * columns);
  let sum = 0;
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < width; i++) {
      const a = x[row * width + i];
      const b = y[row * width + i];
      pixels[4 * i] = a;
      pixels[4 * i + 1] = b;
      pixels[4 * i + 2] = a * a + b * b;
      pixels[4 * i + 3] = a * b;
    }
    weighTaps((tap) => pixels.subarray(4 * tap), { window, out: rows[row % TAPS] });
    if (row < TAPS - 1) continue;
    weighTaps((tap) => rows[(row + 1 + tap) % TAPS], { window, out: smooth });
    for (let i = 0; i < columns; i++) {
      const meanX = smooth[4 * i];
      const meanY = smooth[4 * i + 1];
      // ((2 mx my + C1)(2 sxy + C2)) / ((mx^2 + my^2 + C1)(sx^2 + sy^2 + C2))
      const means = meanX * meanX + meanY * meanY;
      const both = meanX * meanY;
      sum += (2 * both + C1) * (2 * (smooth[4 * i + 3] - both) + C2) /
        ((means + C1) * (smooth[4 * i + 2] - means + C2));
    }
  }
  return sum / (columns * (height - TAPS + 1));
}

/** out = sum_k window_k taps(k); the window is symmetric, so that two taps share a product. */
function weighTaps(
  taps: (tap: number) => Float64Array,
  { window, out }: { window: Float64Array; out: Float64Array },
): void {
  const middle = (TAPS - 1) / 2;
  const centre = taps(middle);
  for (let i = 0; i < out.length; i++) out[i] = window[middle] * centre[i];
  for (let k = 0; k < middle; k++) {
    const w = window[k];
    const before = taps(k);
    const after = taps(TAPS - 1 - k);
    for (let i = 0; i < out.length; i++) out[i] += w * (before[i] + after[i]);
  }
}
