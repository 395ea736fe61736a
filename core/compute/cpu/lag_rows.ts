/**
 * A regularizer's lags and their transforms along x, the short end of the way to the grid and back.
 *
 * @module
 */
import { voxelsOf } from "../../volume.ts";
import type { CpuRegularizer } from "./resources.ts";

/** Writes sum_lx A(lx) exp(-i wx lx) of every row of lags to the regularizer's rows. */
export function spreadLags(
  f32: Float32Array,
  { grid, kernelSize, rowBytes, rows }: CpuRegularizer,
  lags: Float64Array,
): void {
  const [depth, height, width] = kernelSize;
  const nx = grid[2];
  const lagsY = 2 * height - 1;
  const lagsX = 2 * width - 1;
  const table = phases(nx, -(width - 1), lagsX);
  const half = Math.floor(nx / 2) + 1;
  f32.fill(0, rows / 4, (rows + depth * lagsY * rowBytes) / 4);
  for (let row = 0; row < depth * lagsY; row++) {
    // R is even, so the lags with l < 0 double those with l > 0.
    const factor = row < lagsY ? 1 : 2;
    for (let wx = 0; wx < half; wx++) {
      let re = 0;
      let im = 0;
      for (let lx = 0; lx < lagsX; lx++) {
        const a = lags[row * lagsX + lx];
        re += a * table[2 * (wx * lagsX + lx)];
        im -= a * table[2 * (wx * lagsX + lx) + 1];
      }
      const index = rows / 4 + row * (rowBytes / 4) + (wx >> 2) * 8 + (wx & 3);
      f32[index] = factor * re;
      f32[index + 4] = factor * im;
    }
  }
}

/** T = (1/N) Re sum_wx V exp(i wx lx) of every row; inner columns of the half spectrum count twice. */
export function gatherLags(
  f32: Float32Array,
  { grid, kernelSize, rowBytes, rows }: CpuRegularizer,
): Float64Array {
  const [depth, height, width] = kernelSize;
  const nx = grid[2];
  const lagsX = 2 * width - 1;
  const count = depth * (2 * height - 1);
  const table = phases(nx, -(width - 1), lagsX);
  const half = Math.floor(nx / 2) + 1;
  const result = new Float64Array(count * lagsX);
  for (let row = 0; row < count; row++) {
    for (let wx = 0; wx < half; wx++) {
      const index = rows / 4 + row * (rowBytes / 4) + (wx >> 2) * 8 + (wx & 3);
      const times = wx === 0 || 2 * wx === nx ? 1 : 2;
      const re = times * f32[index];
      const im = times * f32[index + 4];
      for (let lx = 0; lx < lagsX; lx++) {
        const p = 2 * (wx * lagsX + lx);
        result[row * lagsX + lx] += re * table[p] - im * table[p + 1];
      }
    }
  }
  const scale = 1 / voxelsOf(grid);
  return result.map((value) => value * scale);
}

/** cos and sin of w (first + i) for every frequency w = 2 pi k / length and i < count. */
export function phases(length: number, first: number, count: number): Float64Array {
  const table = new Float64Array(2 * length * count);
  for (let k = 0; k < length; k++) {
    for (let i = 0; i < count; i++) {
      const phase = 2 * Math.PI * ((k * (first + i)) % length) / length;
      table[2 * (k * count + i)] = Math.cos(phase);
      table[2 * (k * count + i) + 1] = Math.sin(phase);
    }
  }
  return table;
}
