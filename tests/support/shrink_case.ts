import type { Engine } from "../../core/compute/engine.ts";
import { type Size, voxelsOf } from "../../core/volume.ts";
import { normals } from "./pattern.ts";

const SIZE: Size = [3, 17, 34];
const GRID: Size = [4, 18, 36];

/** Shrunk responses and their gradients, which `checkEngine` leaves out; runs in a browser too. */
export async function runShrinkCase(engine: Engine): Promise<readonly ArrayLike<number>[]> {
  const [estimate, gradient, total, output] = [GRID, GRID, GRID, SIZE].map((size, seed) => {
    const field = engine.createField(size);
    engine.write(field, normals(voxelsOf(size), seed));
    return field;
  });
  const kernels = {
    kernelSize: [3, 3, 5],
    kernels: normals(5 * 45, 5).map((value) => value / 7),
    gains: normals(5 * 4, 6),
    thresholds: Float64Array.of(0.2, 1, 0.5, 2, 0.8),
  } as const;
  engine.shrinkResponses(estimate, output, kernels);
  const sums = await engine.shrinkResponsesGradient(estimate, total, {
    gradient,
    size: SIZE,
    kernels,
  });
  const voxels = [await engine.read(output), await engine.read(total)];
  return [...voxels, sums.kernels, sums.gains, sums.thresholds];
}
