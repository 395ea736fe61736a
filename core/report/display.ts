/**
 * From voxels to colours on the screen.
 *
 * @module
 */
import { channelOf, rangeOf, type Volume } from "../volume.ts";
import { sampleColorMap } from "./color_map.ts";
import { createRaster, type Raster, type Rgb } from "./raster.ts";
import type { Plane } from "./slice.ts";

/** The values shown as black and as white. */
export interface DisplayRange {
  readonly min: number;
  readonly max: number;
}

/** How values become colours. */
export interface Display {
  /** One per channel. */
  readonly ranges: readonly DisplayRange[];
  /** Exponent of the brightness; below 1 lifts what is dim. @default 1 */
  readonly gamma?: number;
  /** Grey or the channels' colours; or blue, white and red around the range's middle. */
  readonly colors: "intensity" | "difference";
}

/** Colours of one channel, of two, of three and more; told apart also by most colour-blind people. */
const CHANNEL_COLORS: readonly (readonly Rgb[])[] = [
  [[255, 255, 255]],
  [[0, 255, 0], [255, 0, 255]],
  [[0, 255, 255], [255, 0, 255], [255, 255, 0]],
];

/**
 * A range per channel that leaves out the darkest 0.1 % and the brightest 0.01 % of its voxels.
 *
 * @example
 * ```ts
 * import { findDisplayRanges } from "./display.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const volume = createVolume([1, 1, 1, 3], Float32Array.of(0, 0.5, 1));
 * const [{ min, max }] = findDisplayRanges(volume);
 * assert.ok(Math.abs(min) < 1e-3 && Math.abs(max - 1) < 1e-3);
 * ```
 */
export function findDisplayRanges(volume: Volume): DisplayRange[] {
  return Array.from(
    { length: volume.shape[0] },
    (_, channel) => findPercentiles(channelOf(volume, channel), [0.001, 0.9999]),
  );
}

/** A range per channel around 0 that holds all but the largest tenth of a percent of magnitudes. */
export function findDifferenceRanges(difference: Volume): DisplayRange[] {
  return Array.from({ length: difference.shape[0] }, (_, channel) => {
    const { max } = findPercentiles(channelOf(difference, channel).map(Math.abs), [0, 0.999]);
    return { min: -max, max };
  });
}

/** Percentiles to 1/4096 of the range. A channel of one value gets a range of width 1 around it. */
function findPercentiles(data: Float32Array, [low, high]: readonly [number, number]): DisplayRange {
  const { min, max } = rangeOf(data);
  if (!(max > min)) return { min: min - 0.5, max: min + 0.5 };
  const bins = 4096;
  const scale = bins / (max - min);
  const histogram = new Uint32Array(bins);
  for (const value of data) histogram[Math.min(bins - 1, Math.floor((value - min) * scale))]++;
  let [first, last, below] = [0, bins - 1, 0];
  for (; below + histogram[first] <= low * data.length; first++) below += histogram[first];
  for (below = data.length; below - histogram[last] >= high * data.length; last--) {
    below -= histogram[last];
  }
  return { min: min + first / scale, max: min + (Math.max(first, last) + 1) / scale };
}

/**
 * The planes of all channels, of one size, as one picture. Values outside the range take the colour
 * of its end.
 */
export function paintPlanes(planes: readonly Plane[], display: Display): Raster {
  return display.colors === "intensity"
    ? paintIntensity(planes, display)
    : paintDifference(planes, display);
}

/** Steps of the brightness curve; the power is too slow to be taken for every voxel. */
const CURVE_STEPS = 4096;

function paintIntensity(planes: readonly Plane[], { ranges, gamma = 1 }: Display): Raster {
  const [{ width, height }] = planes;
  const colors = CHANNEL_COLORS[Math.min(planes.length, 3) - 1];
  const curve = Float64Array.from(
    { length: CURVE_STEPS + 1 },
    (_, i) => (i / CURVE_STEPS) ** gamma,
  );
  const raster = createRaster(width, height);
  const pixels = raster.data;
  planes.forEach(({ data }, channel) => {
    const { min, max } = ranges[channel];
    const [red, green, blue] = colors[channel % colors.length];
    const scale = CURVE_STEPS / (max - min);
    for (let i = 0; i < data.length; i++) {
      const step = Math.round(Math.min(CURVE_STEPS, Math.max(0, (data[i] - min) * scale)));
      const level = curve[step];
      pixels[3 * i] = Math.min(255, pixels[3 * i] + Math.round(red * level));
      pixels[3 * i + 1] = Math.min(255, pixels[3 * i + 1] + Math.round(green * level));
      pixels[3 * i + 2] = Math.min(255, pixels[3 * i + 2] + Math.round(blue * level));
    }
  });
  return raster;
}

/** Levels on either side of 0: enough for the eye, and few enough for a small file. */
const LEVELS = 16;

/** The channels' mean, each in parts of its range. */
function paintDifference(planes: readonly Plane[], { ranges }: Display): Raster {
  const [{ width, height }] = planes;
  const raster = createRaster(width, height);
  const mean = new Float64Array(width * height);
  planes.forEach(({ data }, channel) => {
    const { min, max } = ranges[channel];
    const scale = 2 / ((max - min) * planes.length);
    for (let i = 0; i < data.length; i++) mean[i] += (data[i] - (min + max) / 2) * scale;
  });
  const colors = Array.from(
    { length: 2 * LEVELS + 1 },
    (_, i) => sampleColorMap("blue_red", i / (2 * LEVELS)),
  );
  for (let i = 0; i < mean.length; i++) {
    const level = Math.round(LEVELS * Math.min(1, Math.max(-1, mean[i])));
    raster.data.set(colors[level + LEVELS], 3 * i);
  }
  return raster;
}
