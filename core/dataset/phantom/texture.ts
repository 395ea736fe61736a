/**
 * Random texture: cubic B-splines over a coarse lattice of random numbers, so that it is smooth and
 * its finest detail is known.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import type { Canvas } from "./canvas.ts";

/** A random brightness over the voxels of a canvas, 0 or above, with a mean near 1. */
export interface Texture {
  /** Writes the brightness along `out.length` voxels of the row `(z, y)` that starts at x = `start`. */
  fillRow(row: readonly [z: number, y: number, start: number], out: Float64Array): void;
}

/** How a texture looks. */
export interface TextureOptions {
  /** Distance of the lattice's points, in standard deviations of the canvas's finest detail. */
  readonly grain: number;
  /** Standard deviation of the lattice's random numbers; the brightness' own is a third of it. */
  readonly contrast: number;
}

/** A texture over the whole canvas. */
export function createTexture(canvas: Canvas, random: Random, options: TextureOptions): Texture {
  const { grain, contrast } = options;
  const stepXy = grain * canvas.sigmaXy;
  const stepZ = grain * canvas.sigmaZ;
  const [depth, height, width] = canvas.size;
  const nz = Math.ceil(depth / stepZ) + 4;
  const ny = Math.ceil(height / stepXy) + 4;
  const nx = Math.ceil(width / stepXy) + 4;
  const lattice = Float64Array.from({ length: nz * ny * nx }, () => contrast * random.normal());
  const weightsX = Float64Array.from(
    { length: 4 * width },
    (_, i) => cubicBSpline((i >> 2) / stepXy % 1, i & 3),
  );
  const line = new Float64Array(nx);
  return {
    fillRow([z, y, start], out) {
      // t(z, y, x) = sum_ijk B(z - i) B(y - j) B(x - k) l[i, j, k], the sums over i and j first
      const z0 = Math.floor(z / stepZ);
      const y0 = Math.floor(y / stepXy);
      line.fill(0);
      for (let i = 0; i < 4; i++) {
        const weightZ = cubicBSpline(z / stepZ - z0, i);
        for (let j = 0; j < 4; j++) {
          const weight = weightZ * cubicBSpline(y / stepXy - y0, j);
          const from = ((z0 + i) * ny + y0 + j) * nx;
          for (let k = 0; k < nx; k++) line[k] += weight * lattice[from + k];
        }
      }
      for (let i = 0; i < out.length; i++) {
        const x = start + i;
        const k = Math.floor(x / stepXy);
        const w = 4 * x;
        const t = weightsX[w] * line[k] + weightsX[w + 1] * line[k + 1] +
          weightsX[w + 2] * line[k + 2] + weightsX[w + 3] * line[k + 3];
        // A smooth brightness that never falls below 0, close to exp(t).
        out[i] = (1 + 0.5 * t) * (1 + 0.5 * t);
      }
    },
  };
}

/** Weight of the lattice point `index` (0 to 3) for a place the part `t` beyond the second one. */
function cubicBSpline(t: number, index: number): number {
  const s = 1 - t;
  if (index === 0) return s * s * s / 6;
  if (index === 1) return (4 - 6 * t * t + 3 * t * t * t) / 6;
  if (index === 2) return (4 - 6 * s * s + 3 * s * s * s) / 6;
  return t * t * t / 6;
}
