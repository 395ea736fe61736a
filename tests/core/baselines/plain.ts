// The microscope and the penalties as their definitions say: sums over voxels in float64, no
// transforms. Slow, for a few hundred voxels; what the methods are compared with.
import type { Boundary } from "../../../core/baselines/method.ts";
import { gridFor, taperWeights } from "../../../core/compute/grid.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, type Size, type Volume, voxelsOf } from "../../../core/volume.ts";

/** y = M K x on a grid. */
export interface PlainModel {
  readonly grid: Size;
  readonly y: Float64Array;
  blur(scene: Float64Array): Float64Array;
  adjoint(image: Float64Array): Float64Array;
  crop(scene: Float64Array): Float64Array;
}

/** A positive PSF of sum 1 without any symmetry. */
export function oddPsf(size: Size): Volume {
  const random = createRandom(11);
  const psf = createVolume([1, ...size]);
  const centre = size.map((n) => Math.floor(n / 2));
  let sum = 0;
  forEachVoxel(size, (i, place) => {
    const r2 = place.reduce((total, p, axis) => total + (p - centre[axis]) ** 2, 0);
    psf.data[i] = Math.exp(-r2) * (0.5 + random.uniform());
    sum += psf.data[i];
  });
  psf.data.forEach((value, i) => psf.data[i] = value / sum);
  return psf;
}

/** A few bright blobs and lines on a dark ground, peak about 1. */
export function smallScene(size: Size, seed = 1): Volume {
  const random = createRandom(seed);
  const scene = createVolume([1, ...size]);
  const spots = Array.from({ length: 4 }, () => ({
    place: size.map((n) => random.uniform() * n),
    height: 0.4 + 0.6 * random.uniform(),
  }));
  forEachVoxel(size, (i, place) => {
    for (const { place: at, height } of spots) {
      const r2 = place.reduce((total, p, axis) => total + (p - at[axis]) ** 2, 0);
      scene.data[i] += height * Math.exp(-r2 / 4);
    }
    if (place[2] === Math.floor(size[2] / 3)) scene.data[i] += 0.3;
  });
  return scene;
}

/** The scene blurred, zeros beyond, and normal noise added. */
export function observe(scene: Volume, psf: Volume, sigma: number): Volume {
  const size = scene.shape.slice(1) as unknown as Size;
  const grid = size.map((n, axis) => n + psf.shape[axis + 1]) as unknown as Size;
  const random = createRandom(5);
  const blurred = convolve(embed(scene.data, size, grid), grid, { psf, sign: 1 });
  const data = Float32Array.from(crop(blurred, grid, size), (v) => v + sigma * random.normal());
  return createVolume(scene.shape, data);
}

/** The model of an observed stack. */
export function createPlainModel(
  observed: Volume,
  { psf, boundary }: { readonly psf: Volume; readonly boundary: Boundary },
): PlainModel {
  const size = observed.shape.slice(1) as unknown as Size;
  const psfSize = psf.shape.slice(1) as unknown as Size;
  const grid = boundary === "periodic" ? size : gridFor(size, psfSize);
  const part = boundary === "field-of-view";
  const data = Float64Array.from(observed.data);
  return {
    grid,
    y: part ? data : taper(data, size, grid),
    blur(scene) {
      const blurred = convolve(scene, grid, { psf, sign: 1 });
      return part ? crop(blurred, grid, size) : blurred;
    },
    adjoint(image) {
      return convolve(part ? embed(image, size, grid) : image, grid, { psf, sign: -1 });
    },
    crop: (scene) => crop(scene, grid, size),
  };
}

/** Every axis beyond the stack: (1 - s) last + s first. */
export function taper(data: Float64Array, size: Size, grid: Size): Float64Array {
  const out = new Float64Array(voxelsOf(grid));
  const shares = size.map((n, axis) => {
    const weights = taperWeights(grid[axis] - n);
    return Array.from(
      { length: grid[axis] },
      (_, i) => i < n ? [[i, 1]] : [[n - 1, 1 - weights[i - n]], [0, weights[i - n]]],
    );
  });
  forEachVoxel(grid, (i, [z, y, x]) => {
    for (const [pz, wz] of shares[0][z]) {
      for (const [py, wy] of shares[1][y]) {
        for (const [px, wx] of shares[2][x]) {
          out[i] += wz * wy * wx * data[(pz * size[1] + py) * size[2] + px];
        }
      }
    }
  });
  return out;
}

/** (K x)(i) = sum_k psf(k) x(i - k + centre), periodic; with sign -1 the adjoint. */
function convolve(
  x: Float64Array,
  grid: Size,
  { psf, sign }: { readonly psf: Volume; readonly sign: 1 | -1 },
): Float64Array {
  const psfSize = psf.shape.slice(1) as unknown as Size;
  const out = new Float64Array(x.length);
  forEachVoxel(psfSize, (k, place) => {
    const shift = place.map((p, axis) => sign * (p - Math.floor(psfSize[axis] / 2)));
    forEachVoxel(grid, (i, at) => {
      const from = at.map((a, axis) => modulo(a - shift[axis], grid[axis]));
      out[i] += psf.data[k] * x[(from[0] * grid[1] + from[1]) * grid[2] + from[2]];
    });
  });
  return out;
}

/** D_i x = x(next along i) - x, for the three axes. */
export function gradient(x: Float64Array, grid: Size): readonly Float64Array[] {
  return [0, 1, 2].map((axis) => {
    const out = new Float64Array(x.length);
    forEachVoxel(grid, (i, place) => out[i] = x[neighbour(grid, place, { axis, step: 1 })] - x[i]);
    return out;
  });
}

/** D^T p = sum over the axes of p(before) - p */
export function gradientAdjoint(p: readonly Float64Array[], grid: Size): Float64Array {
  const out = new Float64Array(p[0].length);
  forEachVoxel(grid, (i, place) => {
    p.forEach((component, axis) => {
      out[i] += component[neighbour(grid, place, { axis, step: -1 })] - component[i];
    });
  });
  return out;
}

/** The sum over the axes of x(before) - 2 x + x(next). */
export function laplacian(x: Float64Array, grid: Size): Float64Array {
  return gradientAdjoint(gradient(x, grid), grid).map((value) => -value);
}

/** |w|^4 x: the continuous Laplacian, twice, as a sum over frequencies of every axis. */
export function spectralBiharmonic(x: Float64Array, grid: Size): Float64Array {
  // w^2 along one axis is a circular convolution with (1 / n) sum_k w_k^2 cos(w_k i).
  const second = (values: Float64Array): Float64Array => {
    const out = new Float64Array(values.length);
    grid.forEach((n, axis) => {
      const kernel = Float64Array.from({ length: n }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < n; k++) {
          const w = 2 * Math.PI * Math.min(k, n - k) / n;
          sum += w * w * Math.cos(2 * Math.PI * k * i / n) / n;
        }
        return sum;
      });
      forEachVoxel(grid, (i, place) => {
        for (let step = 0; step < n; step++) {
          out[i] += kernel[step] * values[neighbour(grid, place, { axis, step })];
        }
      });
    });
    return out;
  };
  return second(second(x));
}

/** sum |grad x| */
export function totalVariation(x: Float64Array, grid: Size): number {
  const [z, y, h] = gradient(x, grid);
  return x.reduce((sum, _, i) => sum + Math.hypot(z[i], y[i], h[i]), 0);
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** 1/2 ||M K x - y||^2 */
export function misfit(model: PlainModel, x: Float64Array): number {
  const r = model.blur(x).map((value, i) => value - model.y[i]);
  return dot(r, r) / 2;
}

function neighbour(
  grid: Size,
  place: readonly number[],
  { axis, step }: { readonly axis: number; readonly step: number },
): number {
  const to = place.with(axis, modulo(place[axis] + step, grid[axis]));
  return (to[0] * grid[1] + to[1]) * grid[2] + to[2];
}

function crop(data: Float64Array, grid: Size, size: Size): Float64Array {
  const out = new Float64Array(voxelsOf(size));
  forEachVoxel(size, (i, [z, y, x]) => out[i] = data[(z * grid[1] + y) * grid[2] + x]);
  return out;
}

function embed(data: ArrayLike<number>, size: Size, grid: Size): Float64Array {
  const out = new Float64Array(voxelsOf(grid));
  forEachVoxel(size, (i, [z, y, x]) => out[(z * grid[1] + y) * grid[2] + x] = data[i]);
  return out;
}

function modulo(i: number, n: number): number {
  return ((i % n) + n) % n;
}

function forEachVoxel(size: Size, callback: (index: number, place: number[]) => void): void {
  let i = 0;
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      for (let x = 0; x < size[2]; x++) callback(i++, [z, y, x]);
    }
  }
}
