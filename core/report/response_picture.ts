/**
 * What the kernels of a model see in an image, as a picture.
 *
 * @module
 */
import { findDifferenceRanges, findDisplayRanges, paintPlanes } from "./display.ts";
import type { KernelBank } from "./kernel_picture.ts";
import { createRaster, drawRaster, type Raster, type Rgb } from "./raster.ts";
import type { Plane } from "./slice.ts";
import { createVolume, type Volume } from "../volume.ts";

const BACKGROUND: Rgb = [24, 26, 30];
const GAP = 6;
/** Below 1, so that dim structures are seen beside the brightest. */
const GAMMA = 0.6;

/**
 * The responses of a plane to the kernels of one channel, zeros beyond its border, in the kernels'
 * order:
 *
 *     r_d(y, x) = sum_vu g_d(v, u) image(y + v - floor(height / 2), x + u - floor(width / 2))
 *
 * @example
 * ```ts
 * import { respondToKernels } from "./response_picture.ts";
 * import assert from "node:assert/strict";
 *
 * const image = { data: Float32Array.of(0, 1, 1, 0), width: 4, height: 1 };
 * const bank = { kernels: Float32Array.of(-1, 0, 1), shape: [1, 1, 1, 1, 3] } as const;
 * const [response] = respondToKernels(image, bank, { channel: 0 });
 * assert.deepEqual([...response.data], [1, 1, -1, -1]);
 * ```
 *
 * @throws {RangeError} when the kernels have several planes, or the channel is not there.
 */
export function respondToKernels(
  image: Plane,
  bank: KernelBank,
  { channel }: { readonly channel: number },
): readonly Plane[] {
  const [count, channels, depth, rows, columns] = bank.shape;
  if (depth !== 1 || channel < 0 || channel >= channels) {
    throw new RangeError(
      `Responses are of kernels of one plane: channel ${channel} of ${channels}, ${depth} planes`,
    );
  }
  const { data, width, height } = image;
  return Array.from({ length: count }, (_, d) => {
    const kernel = (d * channels + channel) * rows * columns;
    const response = new Float32Array(width * height);
    for (let v = 0; v < rows; v++) {
      for (let u = 0; u < columns; u++) {
        const weight = bank.kernels[kernel + v * columns + u];
        const [down, right] = [v - (rows >> 1), u - (columns >> 1)];
        for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
          for (let x = Math.max(0, -right); x < Math.min(width, width - right); x++) {
            response[y * width + x] += weight * data[(y + down) * width + x + right];
          }
        }
      }
    }
    return { data: response, width, height };
  });
}

/**
 * The image and its responses as tiles, row by row, the image first: in grey, the responses from blue
 * (negative) over white (zero) to red, each on its own scale.
 *
 * @throws {RangeError} as `respondToKernels` does.
 */
export function renderKernelResponses(
  image: Plane,
  bank: KernelBank,
  options: { readonly channel: number; readonly columns?: number },
): Raster {
  const { columns = 5 } = options;
  const { width, height } = image;
  const volumeOf = ({ data }: Plane): Volume => createVolume([1, 1, height, width], data);
  const tiles = [
    paintPlanes([image], {
      ranges: findDisplayRanges(volumeOf(image)),
      colors: "intensity",
      gamma: GAMMA,
    }),
    ...respondToKernels(image, bank, options).map((response) =>
      paintPlanes([response], {
        ranges: findDifferenceRanges(volumeOf(response)),
        colors: "difference",
      })
    ),
  ];
  const rows = Math.ceil(tiles.length / columns);
  const picture = createRaster(
    columns * (width + GAP) + GAP,
    rows * (height + GAP) + GAP,
    BACKGROUND,
  );
  tiles.forEach((source, i) => {
    const x = GAP + (i % columns) * (width + GAP);
    const y = GAP + Math.floor(i / columns) * (height + GAP);
    drawRaster(picture, { source, x, y });
  });
  return picture;
}
