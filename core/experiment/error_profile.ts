/**
 * Where the error of a restoration lies: at which place of the stack, at which frequencies, and at
 * which intensities.
 *
 * @module
 */
import { findCentralCrop } from "../loss/metrics.ts";
import { assertSameShape } from "../loss/same_shape.ts";
import type { Size, Volume } from "../volume.ts";
import { createCosineTransform } from "./cosine_transform.ts";

/** The errors, restored - truth, of some of the voxels. */
export interface ErrorPart {
  readonly voxels: number;
  readonly sum: number;
  readonly squares: number;
}

/** Power per bin of frequency, see {@link SPECTRUM_BIN}; sums over all bins are those over all voxels. */
export interface ErrorSpectrum {
  readonly error: readonly number[];
  readonly truth: readonly number[];
}

/** Where the errors of a stack are. Sums, not means: every figure follows from them. */
export interface ErrorProfile {
  /**
   * `border`: voxels within half the PSF's width or height of the stack's lateral border; `centre`:
   * all others. `ends`: the first and last planes, half the PSF's depth of each, or one of each where
   * that leaves no plane; `middle`: all others.
   */
  readonly regions: Readonly<Record<"border" | "centre" | "ends" | "middle", ErrorPart>>;
  /** Over the lateral frequency, the cut-off being 1. */
  readonly lateral: ErrorSpectrum;
  /** Over the axial frequency, Nyquist's being 1. */
  readonly axial: ErrorSpectrum;
  /** By the truth: up to the first of {@link INTENSITY_QUANTILES}, up to the second, above. */
  readonly intensities: Readonly<Record<"dark" | "middle" | "bright", ErrorPart>>;
}

/** Width of a bin of a spectrum; bin i holds the frequencies from i to i + 1 of them. */
export const SPECTRUM_BIN = 0.05;

/** Fluorescence stacks are dark: a cell's structure is a few per cent of its voxels. */
export const INTENSITY_QUANTILES = [0.9, 0.99] as const;

/** What of the microscope an error is seen against. */
export interface ProfileOptions {
  /** `[z, y, x]` */
  readonly psfSize: Size;
  readonly voxelSizeUm: { readonly x: number; readonly y: number };
  /** The largest lateral frequency that light carries, 2 NA / wavelength, per um. */
  readonly cutoffPerUm: number;
}

/**
 * A function from restorations of the truth to the profiles of their errors. Spectra are those of the
 * cosine transform, of every plane laterally and of every column axially.
 *
 * @example
 * ```ts
 * import { createProfiler } from "./error_profile.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const truth = createVolume([1, 1, 1, 4], Float32Array.of(1, 0, 0, 0));
 * const voxelSizeUm = { x: 0.1, y: 0.1 };
 * const profile = createProfiler(truth, { psfSize: [1, 1, 3], voxelSizeUm, cutoffPerUm: 4 });
 * const { regions } = profile(createVolume([1, 1, 1, 4], Float32Array.of(1, 0.5, 0, 0.25)));
 * assert.deepEqual(regions.border, { voxels: 2, sum: 0.25, squares: 0.0625 });
 * assert.deepEqual(regions.centre, { voxels: 2, sum: 0.5, squares: 0.25 });
 * ```
 *
 * @throws {InputError} from the function, for a restoration of another shape.
 */
export function createProfiler(
  truth: Volume,
  options: ProfileOptions,
): (restored: Volume) => ErrorProfile {
  const [channels, depth, height, width] = truth.shape;
  const power = {
    lateral: measureLateral(truth.data, { truth, options }),
    axial: measureAxial(truth.data, truth),
  };
  const [low, high] = findQuantiles(truth.data, INTENSITY_QUANTILES);
  const { inside, ends } = findRegions([depth, height, width], options.psfSize);
  return (restored) => {
    assertSameShape(restored, truth);
    const errors = restored.data.map((value, i) => value - truth.data[i]);
    const [border, centre, first, middle] = Array.from({ length: 4 }, createPart);
    const [dark, grey, bright] = Array.from({ length: 3 }, createPart);
    for (let i = 0, row = 0; row < channels * depth * height; row++) {
      const y = row % height;
      const z = Math.floor(row / height) % depth;
      const plane = z < ends || z >= depth - ends ? first : middle;
      const within = y >= inside.top && y < inside.bottom;
      for (let x = 0; x < width; x++, i++) {
        const error = errors[i];
        addError(plane, error);
        addError(within && x >= inside.left && x < inside.right ? centre : border, error);
        const value = truth.data[i];
        addError(value <= low ? dark : value <= high ? grey : bright, error);
      }
    }
    return {
      regions: { border, centre, ends: first, middle },
      lateral: { error: measureLateral(errors, { truth, options }), truth: power.lateral },
      axial: { error: measureAxial(errors, truth), truth: power.axial },
      intensities: { dark, middle: grey, bright },
    };
  };
}

interface MutablePart {
  voxels: number;
  sum: number;
  squares: number;
}

function createPart(): MutablePart {
  return { voxels: 0, sum: 0, squares: 0 };
}

function addError(part: MutablePart, error: number): void {
  part.voxels++;
  part.sum += error;
  part.squares += error * error;
}

/** The centre's rows and columns, and how many planes at each end are not the middle. */
function findRegions([depth, height, width]: Size, [planes, rows, columns]: Size) {
  const [top, left] = [rows >> 1, columns >> 1];
  const fits = findCentralCrop([depth, 1, 1], [planes, 1, 1]) !== undefined;
  return {
    inside: { top, left, bottom: height - top, right: width - left },
    ends: fits ? planes >> 1 : 1,
  };
}

/** The smallest values that such parts of all values do not exceed. */
function findQuantiles(data: Float32Array, parts: readonly number[]): readonly number[] {
  const sorted = data.slice().sort();
  return parts.map((part) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]);
}

/** Power over the lateral frequency, of all planes together. */
function measureLateral(
  data: Float32Array,
  { truth: { shape }, options }: { readonly truth: Volume; readonly options: ProfileOptions },
): readonly number[] {
  const [channels, depth, height, width] = shape;
  const { voxelSizeUm, cutoffPerUm } = options;
  const bins: number[] = [];
  const rows = createCosineTransform(width);
  const columns = createCosineTransform(height);
  const power = new Float64Array(width * height);
  const plane = new Float64Array(width * height);
  const column = new Float64Array(height);
  for (let p = 0; p < channels * depth; p++) {
    plane.set(data.subarray(p * plane.length, (p + 1) * plane.length));
    for (let y = 0; y < height; y++) rows(plane.subarray(y * width, (y + 1) * width));
    for (let x = 0; x < width; x++) {
      for (let y = 0; y < height; y++) column[y] = plane[y * width + x];
      columns(column);
      for (let y = 0; y < height; y++) power[y * width + x] += column[y] ** 2;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const perUm = Math.hypot(x / (2 * width * voxelSizeUm.x), y / (2 * height * voxelSizeUm.y));
      addPower(bins, perUm / cutoffPerUm, power[y * width + x]);
    }
  }
  return bins;
}

/** Power over the axial frequency, of all columns together. */
function measureAxial(
  data: Float32Array,
  { shape: [channels, depth, height, width] }: Volume,
): readonly number[] {
  const transform = createCosineTransform(depth);
  const line = new Float64Array(depth);
  const power = new Float64Array(depth);
  const area = height * width;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < area; i++) {
      for (let z = 0; z < depth; z++) line[z] = data[(channel * depth + z) * area + i];
      transform(line);
      for (let z = 0; z < depth; z++) power[z] += line[z] ** 2;
    }
  }
  const bins: number[] = [];
  power.forEach((value, z) => addPower(bins, z / depth, value));
  return bins;
}

function addPower(bins: number[], frequency: number, power: number): void {
  // A frequency on a bin's edge belongs to the bin above, rounding or not.
  const bin = Math.floor(frequency / SPECTRUM_BIN + 1e-9);
  while (bins.length <= bin) bins.push(0);
  bins[bin] += power;
}
