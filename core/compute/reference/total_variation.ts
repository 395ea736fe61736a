/**
 * The two steps of total variation as their equations say, in float64.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import { voxelsOf } from "../../volume.ts";
import type { AscendOptions, DivergenceOptions } from "../engine.ts";

/** The components along z, y and x at every voxel. */
export type Vectors = readonly [z: Float64Array, y: Float64Array, x: Float64Array];

/** v = r D x + (1 - r) v + r c v, c = min(1, radius / |v|) */
export function ascendDual(
  dual: Vectors,
  x: Float64Array,
  { size, radius, relaxation = 1 }: AscendOptions & { readonly size: Size },
): void {
  for (let i = 0; i < voxelsOf(size); i++) {
    const length = Math.hypot(dual[0][i], dual[1][i], dual[2][i]);
    const c = length > radius ? radius / length : 1;
    dual.forEach((component, axis) => {
      const difference = x[neighbourOf(i, size, { axis, step: 1 })] - x[i];
      component[i] = relaxation * difference + (1 - relaxation + relaxation * c) * component[i];
    });
  }
}

/** output = output + weight D^T p(v) */
export function addDivergence(
  output: Float64Array,
  dual: Vectors,
  { size, kind, radius, weight }: DivergenceOptions & { readonly size: Size },
): void {
  const factor = dual[0].map((_, i) => {
    const length = Math.hypot(dual[0][i], dual[1][i], dual[2][i]);
    if (kind === "unit") return 1 / Math.max(length, radius);
    return 1 - 2 * (length > radius ? radius / length : 1);
  });
  for (let i = 0; i < voxelsOf(size); i++) {
    // D^T p = sum over the axes of p(before) - p(here)
    dual.forEach((component, axis) => {
      const before = neighbourOf(i, size, { axis, step: -1 });
      output[i] += weight * (factor[before] * component[before] - factor[i] * component[i]);
    });
  }
}

/** The voxel before or behind voxel i on a periodic grid. */
function neighbourOf(
  i: number,
  size: Size,
  { axis, step }: { readonly axis: number; readonly step: 1 | -1 },
): number {
  const stride = axis === 2 ? 1 : axis === 1 ? size[2] : size[1] * size[2];
  const here = Math.floor(i / stride) % size[axis];
  return i + ((here + step + size[axis]) % size[axis] - here) * stride;
}
