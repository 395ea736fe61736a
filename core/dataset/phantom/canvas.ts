/**
 * One channel being drawn, and the soft shapes that are drawn on it. Every shape is wider than the
 * sampling, so a phantom is band-limited as an image that went through a lens is.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import { type Size, voxelsOf } from "../../volume.ts";

/** A channel being drawn; shapes add to `data`. */
export interface Canvas {
  /** `[z, y, x]` */
  readonly data: Float32Array;
  readonly size: Size;
  /** Standard deviation of the finest detail across the axis, in voxels. */
  readonly sigmaXy: number;
  /** The same along the axis, in planes. */
  readonly sigmaZ: number;
}

/** How a structure is drawn. */
export interface DrawOptions {
  readonly random: Random;
  /** Brightness; a structure's brightest places come near it. */
  readonly weight: number;
  /** From 0 to 1, the same for all cells of a channel: which of its looks the structure takes. */
  readonly character: number;
}

/** A round Gaussian or ball with a soft edge. */
export interface Spot {
  /** Voxel coordinates `[z, y, x]`; fractions are drawn where they fall. */
  readonly centre: readonly [number, number, number];
  /** Value added at the centre. */
  readonly amplitude: number;
  /** Radius across the axis, in voxels: of a Gaussian its standard deviation. */
  readonly radius: number;
}

/** An empty channel. */
export function createCanvas(size: Size, sigmaXy: number, sigmaZ: number): Canvas {
  return { data: new Float32Array(voxelsOf(size)), size, sigmaXy, sigmaZ };
}

/** Step from 0 to 1 over about four units, close to the normal distribution function (Tocher 1963). */
export function softStep(distance: number): number {
  return 1 / (1 + Math.exp(-1.702 * distance));
}

/** Part of a Gaussian that is drawn, in standard deviations; its value there is 3e-4. */
const REACH = 4;

/** Adds a Gaussian; its radius along the axis is `sigmaZ / sigmaXy` times the one across. */
export function addGaussian(canvas: Canvas, spot: Spot): void {
  const [depth, height, width] = canvas.size;
  const { centre, amplitude, radius } = spot;
  const radiusZ = radius * canvas.sigmaZ / canvas.sigmaXy;
  const weightsZ = gaussianAlong(centre[0], radiusZ, depth);
  const weightsY = gaussianAlong(centre[1], radius, height);
  const weightsX = gaussianAlong(centre[2], radius, width);
  const { data } = canvas;
  // data[z, y, x] += a exp(-dz^2 / 2 sz^2) exp(-dy^2 / 2 s^2) exp(-dx^2 / 2 s^2)
  for (let z = 0; z < weightsZ.values.length; z++) {
    for (let y = 0; y < weightsY.values.length; y++) {
      const weight = amplitude * weightsZ.values[z] * weightsY.values[y];
      const row = ((weightsZ.start + z) * height + weightsY.start + y) * width + weightsX.start;
      for (let x = 0; x < weightsX.values.length; x++) {
        data[row + x] += weight * weightsX.values[x];
      }
    }
  }
}

function gaussianAlong(
  centre: number,
  sigma: number,
  length: number,
): { start: number; values: Float64Array } {
  const { start, end } = spanOf(centre, REACH * sigma, length);
  const values = new Float64Array(end - start);
  for (let i = 0; i < values.length; i++) {
    const d = (start + i - centre) / sigma;
    values[i] = Math.exp(-0.5 * d * d);
  }
  return { start, values };
}

/** Adds a ball of even brightness whose edge is as soft as the canvas's finest detail. */
export function addBall(canvas: Canvas, spot: Spot): void {
  const [depth, height, width] = canvas.size;
  const { centre: [cz, cy, cx], amplitude, radius } = spot;
  const squeeze = canvas.sigmaXy / canvas.sigmaZ;
  const reach = radius + REACH * canvas.sigmaXy;
  const { data } = canvas;
  const planes = spanOf(cz, reach / squeeze, depth);
  const rows = spanOf(cy, reach, height);
  for (let z = planes.start; z < planes.end; z++) {
    for (let y = rows.start; y < rows.end; y++) {
      const across = ((z - cz) * squeeze) ** 2 + (y - cy) ** 2;
      if (across >= reach * reach) continue;
      const columns = spanOf(cx, Math.sqrt(reach * reach - across), width);
      // data += a S((r - |d|) / s), |d| in voxels across the axis
      for (let x = columns.start; x < columns.end; x++) {
        const distance = Math.sqrt(across + (x - cx) ** 2);
        data[(z * height + y) * width + x] += amplitude *
          softStep((radius - distance) / canvas.sigmaXy);
      }
    }
  }
}

/** The indices of an axis within `reach` of `centre`; `end` is exclusive. */
export function spanOf(
  centre: number,
  reach: number,
  length: number,
): { start: number; end: number } {
  const start = Math.max(0, Math.ceil(centre - reach));
  return { start, end: Math.max(start, Math.min(length, Math.floor(centre + reach) + 1)) };
}
