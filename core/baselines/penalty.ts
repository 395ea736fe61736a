/**
 * Quadratic penalties w ||L x||^2: their |L(w)|^2 on a grid, as lags of a small autocorrelation or
 * frequency by frequency. Voxels count as one unit on every axis; an axis of one voxel has no
 * frequency but 0.
 *
 * @module
 */
import { autocorrelateKernels } from "../twb/kernels.ts";
import { type Size, voxelsOf } from "../volume.ts";

/** ||x||^2, the differences to the next voxel, or the sum of the second differences. */
export type Penalty = "identity" | "gradient" | "laplacian";

/** The lags of sum |G|^2 as `Engine.setRegularizer` takes them, and the kernels' size. */
export function penaltyLags(
  penalty: Penalty,
  grid: Size,
): { readonly kernelSize: Size; readonly lags: Float64Array } {
  const reach = { identity: 1, gradient: 2, laplacian: 3 }[penalty];
  const kernelSize = grid.map((n) => n > 1 ? reach : 1) as unknown as Size;
  const n = voxelsOf(kernelSize);
  const axes = [0, 1, 2].filter((axis) => grid[axis] > 1);
  const strides = [kernelSize[1] * kernelSize[2], kernelSize[2], 1];
  const kernels = new Float64Array((penalty === "gradient" ? axes.length : 1) * n);
  if (penalty === "identity") kernels[0] = 1;
  // x[i + 1] - x[i], a kernel for each axis
  if (penalty === "gradient") {
    axes.forEach((axis, index) => {
      kernels[index * n] = -1;
      kernels[index * n + strides[axis]] = 1;
    });
  }
  // sum over the axes of x[i - 1] - 2 x[i] + x[i + 1]
  if (penalty === "laplacian") {
    const centre = (n - 1) / 2;
    for (const axis of axes) {
      kernels[centre] -= 2;
      kernels[centre - strides[axis]] += 1;
      kernels[centre + strides[axis]] += 1;
    }
  }
  const lags = autocorrelateKernels(kernels, { kernelSize, kernelChannels: 1, channel: 0 });
  return { kernelSize, lags };
}

/** Terms of one frequency: its squares (wz^2, wy^2, wx^2) or 2 - 2 cos of it. */
export interface AxisTables {
  readonly z: Float64Array;
  readonly y: Float64Array;
  readonly x: Float64Array;
}

/** w^2 of the continuous derivative, w in (-pi, pi]: |L|^2 = (wz^2 + wy^2 + wx^2)^2. */
export function squaredFrequencies(grid: Size): AxisTables {
  return tablesOf(grid, (w) => w * w);
}

/** 2 - 2 cos w of the differences to the next voxel. */
export function differencePowers(grid: Size): AxisTables {
  return tablesOf(grid, (w) => 2 - 2 * Math.cos(w));
}

function tablesOf(grid: Size, of: (w: number) => number): AxisTables {
  const [z, y, x] = grid.map((n) =>
    Float64Array.from({ length: n }, (_, k) => of(2 * Math.PI * Math.min(k, n - k) / n))
  );
  return { z, y, x };
}
