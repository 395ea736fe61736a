/**
 * The grid of a boundary, how a stack is continued to it, and back.
 *
 * @module
 */
import { fastLength, gridFor, isFastLength, taperWeights } from "../compute/grid.ts";
import { InputError } from "../errors.ts";
import { formatSize, type Size, voxelsOf } from "../volume.ts";
import type { Boundary } from "./method.ts";

/** What a grid is for. */
export interface GridOptions {
  readonly size: Size;
  readonly psfSize: Size;
  readonly boundary: Boundary;
  /** Lengths above 1 are to be multiples of this; not with "periodic". @default 1 */
  readonly multipleOf?: number;
}

/**
 * The grid that a stack is restored on.
 *
 * @example
 * ```ts
 * import { baselineGrid } from "./boundary.ts";
 * import assert from "node:assert/strict";
 *
 * const options = { size: [17, 512, 512], psfSize: [13, 27, 27] } as const;
 * assert.deepEqual(baselineGrid({ ...options, boundary: "field-of-view" }), [30, 540, 540]);
 * ```
 *
 * @throws {InputError} for "periodic" when the stack has a size without a transform, or is smaller
 * than the PSF.
 */
export function baselineGrid(options: GridOptions): Size {
  const { size, psfSize, boundary, multipleOf = 1 } = options;
  if (boundary === "periodic") {
    size.forEach((n, axis) => {
      if (!isFastLength(n) || n < psfSize[axis]) {
        const why = n < psfSize[axis]
          ? `the PSF of ${formatSize(psfSize)} is larger`
          : `${n} is no product of 2, 3, 5 and 7`;
        throw new InputError(
          `A stack of ${formatSize(size)} cannot be restored with the boundary "periodic": ` +
            `${why}; use "replicate-taper", or a crop`,
        );
      }
    });
    return size;
  }
  return gridFor(size, psfSize).map((n) => {
    if (n === 1) return n;
    let length = Math.ceil(n / multipleOf) * multipleOf;
    while (length % multipleOf !== 0 || fastLength(length) !== length) length++;
    return length;
  }) as unknown as Size;
}

/**
 * The stack on the grid, the gap filled by the taper, as the engines' extension "taper" does it.
 *
 * @example
 * ```ts
 * import { taperToGrid } from "./boundary.ts";
 * import assert from "node:assert/strict";
 *
 * const tapered = taperToGrid(Float32Array.of(0, 4), [1, 1, 2], [1, 1, 3]);
 * assert.deepEqual([...tapered], [0, 4, 2]);
 * ```
 */
export function taperToGrid(data: Float32Array, size: Size, grid: Size): Float32Array {
  let source: { data: Float32Array; size: Size } = { data, size };
  for (const axis of [2, 1, 0]) source = taperAxis(source, axis, grid[axis]);
  return source.data;
}

function taperAxis(
  { data, size }: { readonly data: Float32Array; readonly size: Size },
  axis: number,
  length: number,
): { data: Float32Array; size: Size } {
  const n = size[axis];
  if (n === length) return { data, size };
  const outSize = size.with(axis, length) as unknown as Size;
  const out = new Float32Array(voxelsOf(outSize));
  const weights = taperWeights(length - n);
  // A line's elements are runs of `run` values: whole rows or planes on the outer axes.
  const run = axis === 2 ? 1 : axis === 1 ? size[2] : size[1] * size[2];
  for (let line = 0; line * n * run < data.length; line++) {
    const from = line * n * run;
    const to = line * length * run;
    out.set(data.subarray(from, from + n * run), to);
    for (let g = 0; g < length - n; g++) {
      for (let i = 0; i < run; i++) {
        // x[n + g] = last + t[g] (first - last)
        const last = data[from + (n - 1) * run + i];
        out[to + (n + g) * run + i] = last + weights[g] * (data[from + i] - last);
      }
    }
  }
  return { data: out, size: outSize };
}

/**
 * The first voxels of every axis: the stack of what was restored on the grid.
 *
 * @example
 * ```ts
 * import { cropFromGrid } from "./boundary.ts";
 * import assert from "node:assert/strict";
 *
 * const grid = Float32Array.of(1, 2, 3, 4, 5, 6);
 * assert.deepEqual([...cropFromGrid(grid, [1, 2, 3], [1, 1, 2])], [1, 2]);
 * ```
 */
export function cropFromGrid(data: Float32Array, grid: Size, size: Size): Float32Array {
  const out = new Float32Array(voxelsOf(size));
  for (let z = 0; z < size[0]; z++) {
    for (let y = 0; y < size[1]; y++) {
      const from = (z * grid[1] + y) * grid[2];
      out.set(data.subarray(from, from + size[2]), (z * size[1] + y) * size[2]);
    }
  }
  return out;
}
