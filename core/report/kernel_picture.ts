/**
 * Learned kernels and what they respond to, as pictures.
 *
 * @module
 */
import { sampleColorMap } from "./color_map.ts";
import {
  createRaster,
  drawRaster,
  enlargeRaster,
  fillBox,
  type Raster,
  type Rgb,
} from "./raster.ts";
import type { Plane } from "./slice.ts";

/** The kernels of one stage, in the order `[d, c, z, y, x]`. */
export interface KernelBank {
  readonly kernels: Float32Array;
  readonly shape: readonly [
    kernels: number,
    channels: number,
    depth: number,
    height: number,
    width: number,
  ];
}

/** How {@link renderKernelDictionary} draws. */
export interface DictionaryOptions {
  readonly channel: number;
  /**
   * Whether the strongest colour is each kernel's own largest magnitude or that of all kernels.
   * @default "each"
   */
  readonly scale?: "each" | "common";
  /** The picture is at most so wide, unless one kernel alone is wider. @default 720 */
  readonly maximumWidth?: number;
}

const BACKGROUND: Rgb = [24, 26, 30];
const BAR: Rgb = [255, 190, 80];
const PLANE_GAP = 2;
const KERNEL_GAP = 14;
const BAR_HEIGHT = 3;
/** Pixels per weight, the largest that keeps the picture within its width and 640 rows. */
const ZOOMS = [16, 14, 12, 10, 8, 7, 6, 5, 4, 3];
const MAXIMUM_HEIGHT = 640;

/**
 * All kernels of one channel as tiles, row by row: the z planes of a kernel side by side, weights
 * from blue (negative) over white (zero) to red, and below it a bar as long as the kernel's norm is
 * in parts of the largest norm.
 *
 * @example
 * ```ts
 * import { renderKernelDictionary } from "./kernel_picture.ts";
 * import assert from "node:assert/strict";
 *
 * const kernels = Float32Array.of(-1, 0, 1);
 * const picture = renderKernelDictionary({ kernels, shape: [1, 1, 1, 1, 3] }, { channel: 0 });
 * assert.deepEqual([picture.width, picture.height], [3 * 16 + 2 * 14, 16 + 2 + 3 + 2 * 14]);
 * ```
 *
 * @throws {RangeError} when the channel is not there or the kernels do not have the shape.
 */
export function renderKernelDictionary(bank: KernelBank, options: DictionaryOptions): Raster {
  const { channel, scale = "each", maximumWidth = 720 } = options;
  checkBank(bank, channel);
  const [count] = bank.shape;
  const kernels = Array.from({ length: count }, (_, d) => takeKernel(bank, { kernel: d, channel }));
  const peaks = kernels.map((kernel) => kernel.reduce((max, v) => Math.max(max, Math.abs(v)), 0));
  const norms = kernels.map((kernel) => Math.hypot(...kernel));
  const [highest, longest] = [Math.max(...peaks), Math.max(...norms)];
  const { zoom, columns, tile } = layOut(bank, maximumWidth);
  const rows = Math.ceil(count / columns);
  const picture = createRaster(
    columns * (tile.width + KERNEL_GAP) + KERNEL_GAP,
    rows * (tile.height + KERNEL_GAP) + KERNEL_GAP,
    BACKGROUND,
  );
  kernels.forEach((kernel, d) => {
    const x = KERNEL_GAP + (d % columns) * (tile.width + KERNEL_GAP);
    const y = KERNEL_GAP + Math.floor(d / columns) * (tile.height + KERNEL_GAP);
    drawKernel(picture, { kernel, bank, zoom, x, y, peak: scale === "each" ? peaks[d] : highest });
    const width = longest > 0 ? Math.max(1, Math.round(tile.width * norms[d] / longest)) : 0;
    const box = { x, y: y + tile.height - BAR_HEIGHT, width, height: BAR_HEIGHT };
    fillBox(picture, { box, color: BAR });
  });
  return picture;
}

/**
 * sqrt(R) on a grid of `size` x `size` frequencies from -pi to pi, zero in the middle, where
 * R(w) = sum_d |G_d(w)|^2: over w_x (to the right) and w_y at w_z = 0 for the plane "xy", over w_x
 * and w_z at w_y = 0 for "xz".
 *
 * @example
 * ```ts
 * import { frequencyResponse } from "./kernel_picture.ts";
 * import assert from "node:assert/strict";
 *
 * // A difference along x: |1 - exp(-i w)| is 0 in the middle and 2 at -pi.
 * const bank = { kernels: Float32Array.of(1, -1), shape: [1, 1, 1, 1, 2] } as const;
 * const { data } = frequencyResponse(bank, { channel: 0, plane: "xy", size: 3 });
 * assert.ok(Math.abs(data[0] - 2) < 1e-6 && Math.abs(data[1]) < 1e-6);
 * ```
 *
 * @throws {RangeError} when the channel is not there or the kernels do not have the shape.
 */
export function frequencyResponse(
  bank: KernelBank,
  { channel, plane, size }: {
    readonly channel: number;
    readonly plane: "xy" | "xz";
    readonly size: number;
  },
): Plane {
  checkBank(bank, channel);
  const { lags, height, width } = sumAutocorrelations(bank, channel, plane);
  const data = new Float32Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const wx = Math.PI * (2 * i / (size - 1) - 1);
      const wy = Math.PI * (2 * j / (size - 1) - 1);
      // R(w) = sum_lag a(lag) cos(w . lag)
      let sum = 0;
      for (let y = 0; y < 2 * height - 1; y++) {
        for (let x = 0; x < 2 * width - 1; x++) {
          sum += lags[y * (2 * width - 1) + x] *
            Math.cos(wy * (y - height + 1) + wx * (x - width + 1));
        }
      }
      data[j * size + i] = Math.sqrt(Math.max(0, sum)); // Rounding may leave R(0) below 0.
    }
  }
  return { data, width: size, height: size };
}

/** Decades of amplitude from the darkest to the lightest colour of {@link renderResponse}. */
export const RESPONSE_DECADES = 2;

/** A response from its maximum (light) down to a hundredth of it and less (dark), logarithmic. */
export function renderResponse(response: Plane): Raster {
  const max = response.data.reduce((a, b) => Math.max(a, b), 0);
  const picture = createRaster(response.width, response.height);
  response.data.forEach((value, i) => {
    const level = max > 0 ? 1 + Math.log10(value / max) / RESPONSE_DECADES : 0;
    picture.data.set(sampleColorMap("ember", level), 3 * i);
  });
  return picture;
}

/** a(lag) = sum_d sum_u g_d(u) g_d(u + lag), of kernels summed along the axis that is left out. */
function sumAutocorrelations(
  bank: KernelBank,
  channel: number,
  plane: "xy" | "xz",
): { lags: Float64Array; height: number; width: number } {
  const [count, , depth, rows, width] = bank.shape;
  const height = plane === "xy" ? rows : depth;
  const across = 2 * width - 1;
  const lags = new Float64Array((2 * height - 1) * across);
  for (let d = 0; d < count; d++) {
    const flat = new Float64Array(height * width);
    takeKernel(bank, { kernel: d, channel }).forEach((weight, i) => {
      const x = i % width;
      const y = Math.floor(i / width) % rows;
      const z = Math.floor(i / (width * rows));
      flat[(plane === "xy" ? y : z) * width + x] += weight;
    });
    for (let i = 0; i < flat.length; i++) {
      for (let j = 0; j < flat.length; j++) {
        const dy = Math.floor(j / width) - Math.floor(i / width) + height - 1;
        const dx = j % width - i % width + width - 1;
        lags[dy * across + dx] += flat[i] * flat[j];
      }
    }
  }
  return { lags, height, width };
}

function drawKernel(
  picture: Raster,
  { kernel, bank, zoom, x, y, peak }: {
    kernel: Float32Array;
    bank: KernelBank;
    zoom: number;
    x: number;
    y: number;
    peak: number;
  },
): void {
  const [, , depth, height, width] = bank.shape;
  for (let z = 0; z < depth; z++) {
    const plane = createRaster(width, height);
    for (let i = 0; i < width * height; i++) {
      const part = peak > 0 ? kernel[z * width * height + i] / peak : 0;
      plane.data.set(sampleColorMap("blue_red", (part + 1) / 2), 3 * i);
    }
    const source = enlargeRaster(plane, zoom);
    drawRaster(picture, { source, x: x + z * (source.width + PLANE_GAP), y });
  }
}

function layOut(
  { shape: [count, , depth, height, width] }: KernelBank,
  maximumWidth: number,
): { zoom: number; columns: number; tile: { width: number; height: number } } {
  const layouts = ZOOMS.map((zoom) => {
    const tile = {
      width: depth * (width * zoom + PLANE_GAP) - PLANE_GAP,
      height: height * zoom + PLANE_GAP + BAR_HEIGHT,
    };
    const fitting = Math.floor((maximumWidth - KERNEL_GAP) / (tile.width + KERNEL_GAP));
    return { zoom, columns: Math.min(count, Math.max(1, fitting)), tile };
  });
  const fits = layouts.find(({ columns, tile }) =>
    columns * (tile.width + KERNEL_GAP) + KERNEL_GAP <= maximumWidth &&
    Math.ceil(count / columns) * (tile.height + KERNEL_GAP) + KERNEL_GAP <= MAXIMUM_HEIGHT
  );
  return fits ?? layouts[layouts.length - 1];
}

function takeKernel(
  { kernels, shape: [, channels, depth, height, width] }: KernelBank,
  { kernel, channel }: { kernel: number; channel: number },
): Float32Array {
  const n = depth * height * width;
  return kernels.subarray((kernel * channels + channel) * n, (kernel * channels + channel + 1) * n);
}

function checkBank({ kernels, shape }: KernelBank, channel: number): void {
  if (kernels.length !== shape.reduce((a, b) => a * b) || shape[0] < 1) {
    throw new RangeError(
      `Kernels of shape [${shape.join(", ")}] cannot have ${kernels.length} weights`,
    );
  }
  if (!(channel >= 0 && channel < shape[1])) {
    throw new RangeError(`No channel ${channel} in kernels of ${shape[1]} channels`);
  }
}
