/**
 * From a radial profile to the pixels of a plane, the same linear map for every plane.
 *
 * @module
 */
import { gaussLegendre } from "./quadrature.ts";
import { centreIndex, type PsfSampling } from "./sampling.ts";

/** Points of the radial interpolation: a polynomial of degree 9. */
const POINTS = 10;

/** Pixels of one plane as sums over radial samples. */
export interface LateralMap {
  /** Radial samples that a profile has to have: radii 0, step, ... */
  readonly radialCount: number;
  /** Distinct pixels by symmetry. */
  readonly pixelCount: number;
  /** First sample of each distinct pixel, counted from the `POINTS / 2` mirrored ones before 0. */
  readonly first: Int32Array;
  /** `[pixel, tap]` */
  readonly weights: Float64Array;
  readonly taps: number;
  /** Which distinct pixel each pixel of the plane is, `[y, x]`. */
  readonly pixelOf: Int32Array;
}

/**
 * The map for a grid whose radial profile is sampled every `stepNm`. A profile whose highest
 * frequency has a period of at least 12 steps is interpolated with an error below 1e-6 of its
 * largest value.
 *
 * Each pixel is the profile at its distance from the centre or, with oversampling, its mean over the
 * pixel; both are sums of radial samples. Pixels at the same distances share a sum: a quadrant is
 * computed, or half of it where pixels are square.
 */
export function createLateralMap(sampling: PsfSampling, stepNm: number): LateralMap {
  const { size: [, height, width], voxelSizeNm: { x: dx, y: dy }, oversampling = 1 } = sampling;
  const columns = offsetsFromCentre(width, sampling);
  const rows = offsetsFromCentre(height, sampling);
  const square = dx === dy && columns.fraction === rows.fraction;
  const pixels: { x: number; y: number }[] = [];
  const pixelOf = new Int32Array(height * width);
  const table = new Int32Array(rows.count * columns.count);
  for (let b = 0; b < rows.count; b++) {
    for (let a = 0; a < columns.count; a++) {
      if (square && b > a && b < columns.count) {
        table[b * columns.count + a] = table[a * columns.count + b];
        continue;
      }
      table[b * columns.count + a] = pixels.length;
      pixels.push({ x: (a + columns.fraction) * dx, y: (b + rows.fraction) * dy });
    }
  }
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      pixelOf[i * width + j] = table[rows.step[i] * columns.count + columns.step[j]];
    }
  }
  return { ...interpolatePixels(pixels, { dx, dy, stepNm, oversampling }), pixelOf };
}

/** Distance of every index from the centre, as whole steps and a common fraction. */
function offsetsFromCentre(
  length: number,
  { centre }: PsfSampling,
): { step: number[]; fraction: number; count: number } {
  const middle = centreIndex(length, centre);
  const fraction = middle % 1;
  const step = Array.from({ length }, (_, i) => Math.floor(Math.abs(i - middle)));
  return { step, fraction, count: Math.max(...step) + 1 };
}

function interpolatePixels(
  pixels: readonly { x: number; y: number }[],
  { dx, dy, stepNm, oversampling }: {
    readonly dx: number;
    readonly dy: number;
    readonly stepNm: number;
    readonly oversampling: number;
  },
): Omit<LateralMap, "pixelOf"> {
  const points = gaussLegendre(oversampling, { from: -0.5, to: 0.5 });
  const reach = oversampling === 1 ? 0 : Math.ceil(Math.hypot(dx, dy) / stepNm) + 1;
  const taps = POINTS + reach;
  const first = new Int32Array(pixels.length);
  const weights = new Float64Array(pixels.length * taps);
  const lagrange = new Float64Array(POINTS);
  let largest = 0;
  pixels.forEach(({ x, y }, pixel) => {
    let nearest = Infinity;
    points.nodes.forEach((v) =>
      points.nodes.forEach((u) => nearest = Math.min(nearest, Math.hypot(x + u * dx, y + v * dy)))
    );
    const start = Math.floor(nearest / stepNm) - POINTS / 2 + 1;
    first[pixel] = start + POINTS / 2;
    largest = Math.max(largest, start + taps);
    points.nodes.forEach((v, row) =>
      points.nodes.forEach((u, column) => {
        const radius = Math.hypot(x + u * dx, y + v * dy) / stepNm;
        const left = Math.floor(radius) - POINTS / 2 + 1;
        fillLagrange(lagrange, radius - left);
        const share = points.weights[row] * points.weights[column];
        const offset = pixel * taps + left - start;
        for (let p = 0; p < POINTS; p++) weights[offset + p] += share * lagrange[p];
      })
    );
  });
  return { radialCount: largest + 1, pixelCount: pixels.length, first, weights, taps };
}

/** Lagrange's weights at `position` for the points 0, 1, ..., POINTS - 1. */
function fillLagrange(weights: Float64Array, position: number): void {
  // l_p(s) = prod_{q != p} (s - q) / (p - q)
  for (let p = 0; p < POINTS; p++) {
    let weight = 1;
    for (let q = 0; q < POINTS; q++) if (q !== p) weight *= (position - q) / (p - q);
    weights[p] = weight;
  }
}

/** Writes the plane whose radial intensity is `profile` into `plane`, `[y, x]`. */
export function spreadProfile(
  profile: Float64Array,
  { first, weights, taps, pixelCount, pixelOf }: LateralMap,
  plane: Float32Array,
): void {
  // An intensity is even in r: samples at negative radii mirror those at positive ones.
  const mirrored = new Float64Array(profile.length + POINTS / 2);
  for (let i = 0; i < mirrored.length; i++) mirrored[i] = profile[Math.abs(i - POINTS / 2)];
  const pixels = new Float64Array(pixelCount);
  // I(pixel) = sum_t weight_t I(r_t)
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let sum = 0;
    const start = first[pixel];
    for (let t = 0; t < taps; t++) sum += weights[pixel * taps + t] * mirrored[start + t];
    // Interpolation may undershoot the zeros of an intensity by a rounding's worth.
    pixels[pixel] = Math.max(sum, 0);
  }
  for (let i = 0; i < plane.length; i++) plane[i] = pixels[pixelOf[i]];
}
