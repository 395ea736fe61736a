/**
 * The CPU engine's operations for cascades: how their kernels are called.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type {
  Field,
  ShrinkageGradientOptions,
  ShrinkageGradients,
  ShrinkageKernels,
} from "../engine.ts";
import { GAIN_COUNT, gainNumerator, LEAST_SQUARE } from "../gain.ts";
import type { Pool } from "./pool.ts";
import type { CpuField } from "./resources.ts";

/** Numbers of the kernels, as in assembly/index.ts. */
const KERNEL = { copy: 21, shrinkResponses: 22, shrinkResponsesGradient: 23 } as const;

/** Kernels that go through a row together, as in assembly/taps.ts. */
const GROUP = 4;
/** Rows and columns of a tile at most: enough that its halo costs little. */
const TILE_ROWS = 48;
const TILE_COLUMNS = 256;
/** Boxes with no more rows are not parted. */
const MIN_ROWS = 32;
/** Of a thread; tiles are made smaller for the sake of large kernels. */
const SCRATCH_BYTES = 8e6;
/** Vectors of a group's table behind its taps: P of the gain, the gains, 1 / threshold^2. */
const NUMBERS = 2 * GAIN_COUNT + 1;
/** Sums of a group behind its taps: by the gains, and by the threshold. */
const SUMS = GAIN_COUNT + 1;

/** Copies what both fields have. */
export function copy(pool: Pool, output: Field, input: Field): void {
  const [depth, height, width] = output.size.map((n, axis) => Math.min(n, input.size[axis]));
  pool.run(KERNEL.copy, depth, [
    ...[output, input].flatMap((field) => [
      (field as CpuField).address,
      field.size[1],
      field.size[2],
    ]),
    ...[height, width],
  ]);
}

/** q on the field of view. */
export function shrinkResponses(
  pool: Pool,
  output: Field,
  { estimate, kernels }: { readonly estimate: Field; readonly kernels: ShrinkageKernels },
): void {
  const { size } = output;
  assertCovers(estimate, size);
  const bank = writeBank(pool, kernels);
  const tiles = planTiles({ begin: [0, 0, 0], size }, kernels.kernelSize);
  pool.reserveScratch(tiles.scratchBytes);
  pool.run(KERNEL.shrinkResponses, tiles.count, [
    ...[(estimate as CpuField).address, (output as CpuField).address],
    ...[...estimate.size, ...size, ...kernels.kernelSize, groupsOf(kernels), bank],
    ...tiles.geometry,
  ]);
  pool.heap.free(bank);
}

/** All gradients; adds dL/dx to the output. */
export function shrinkResponsesGradient(
  pool: Pool,
  output: Field,
  options: ShrinkageGradientOptions & { readonly estimate: Field },
): ShrinkageGradients {
  const { estimate, gradient, size, kernels } = options;
  assertCovers(estimate, size);
  for (const field of [output, gradient]) {
    if (field.size.join() !== estimate.size.join()) {
      throw new RangeError(
        `A field [${field.size.join(", ")}] does not go with an estimate ` +
          `[${estimate.size.join(", ")}]`,
      );
    }
  }
  const groups = groupsOf(kernels);
  const taps = voxelsOf(kernels.kernelSize);
  const tiles = planTiles(reachOf(size, estimate.size, kernels.kernelSize), kernels.kernelSize);
  const sums = (taps + SUMS) * GROUP;
  const bank = writeBank(pool, kernels);
  const partials = pool.heap.allocate(tiles.count * groups * sums * 8);
  pool.reserveScratch(tiles.scratchBytes);
  pool.run(KERNEL.shrinkResponsesGradient, tiles.count, [
    ...[(estimate as CpuField).address, (output as CpuField).address],
    ...[...estimate.size, ...size, ...kernels.kernelSize, groups, bank],
    ...[...tiles.geometry, (gradient as CpuField).address, partials],
  ]);
  const totals = new Float64Array(groups * sums);
  const { f64 } = pool.heap.views;
  for (let i = 0; i < tiles.count * totals.length; i++) {
    totals[i % totals.length] += f64[partials / 8 + i];
  }
  pool.heap.free(bank);
  pool.heap.free(partials);
  return gradientsOf(totals, kernels);
}

/** From the sums of every group, `[taps..., gains..., threshold][4]`. */
function gradientsOf(totals: Float64Array, bank: ShrinkageKernels): ShrinkageGradients {
  const { thresholds, gains: { length: gainCount }, kernels: { length } } = bank;
  const taps = length / thresholds.length;
  const at = (d: number, row: number) =>
    totals[(Math.floor(d / GROUP) * (taps + SUMS) + row) * GROUP + d % GROUP];
  const gains = new Float64Array(gainCount).map((_, i) =>
    at(Math.floor(i / GAIN_COUNT), taps + i % GAIN_COUNT)
  );
  return {
    kernels: new Float64Array(length).map((_, i) => at(Math.floor(i / taps), i % taps)),
    gains,
    // dz/dthreshold = -2 r v dgain/dv / threshold
    thresholds: thresholds.map((value, d) => -2 / value * at(d, taps + GAIN_COUNT)),
    // z is linear in its gains.
    product: gains.reduce((sum, value, i) => sum + bank.gains[i] * value, 0),
  };
}

function assertCovers({ size: grid }: Field, size: Size): void {
  if (size.some((n, axis) => n > grid[axis])) {
    throw new RangeError(
      `A field of view [${size.join(", ")}] does not fit the grid [${grid.join(", ")}]`,
    );
  }
}

function groupsOf({ thresholds }: ShrinkageKernels): number {
  return Math.ceil(thresholds.length / GROUP);
}

/** For every group of four: the weights `[tap][4]`, then `NUMBERS` vectors. */
function writeBank(pool: Pool, bank: ShrinkageKernels): number {
  const taps = voxelsOf(bank.kernelSize);
  const rows = taps + NUMBERS;
  // Kernels that fill a group up have no weights and no gain.
  const table = new Float32Array(groupsOf(bank) * rows * GROUP);
  bank.thresholds.forEach((threshold, d) => {
    const gains = bank.gains.subarray(d * GAIN_COUNT, (d + 1) * GAIN_COUNT);
    const column = [
      ...bank.kernels.subarray(d * taps, (d + 1) * taps),
      ...gainNumerator(gains),
      ...gains,
      1 / Math.max(threshold ** 2, LEAST_SQUARE),
    ];
    const base = Math.floor(d / GROUP) * rows * GROUP + d % GROUP;
    column.forEach((value, row) => table[base + row * GROUP] = value);
  });
  const address = pool.heap.allocate(table.length * 4);
  pool.heap.views.f32.set(table, address / 4);
  return address;
}

/** A box of a periodic grid. */
interface Box {
  readonly begin: Size;
  readonly size: Size;
}

/** The voxels that responses of the field of view are of: no more than the grid has. */
function reachOf(size: Size, grid: Size, kernel: Size): Box {
  const axes = ([0, 1, 2] as const).map((axis) => {
    const length = size[axis] + kernel[axis] - 1;
    return length < grid[axis]
      ? { begin: -Math.floor(kernel[axis] / 2), length }
      : { begin: 0, length: grid[axis] };
  });
  return {
    begin: axes.map(({ begin }) => begin) as unknown as Size,
    size: axes.map(({ length }) => length) as unknown as Size,
  };
}

/** Tiles of a box: how many, the kernels' arguments about them, and what a thread needs. */
function planTiles({ begin, size }: Box, [depth, height, width]: Size) {
  const [, boxHeight, boxWidth] = size;
  const taps = depth * height * width;
  const plan = (maxRows: number, maxColumns: number) => {
    // Low boxes are one row of tiles; else their number is even, for threads often come in twos.
    const parts = boxHeight <= Math.min(MIN_ROWS, maxRows)
      ? 1
      : 2 * Math.ceil(boxHeight / (2 * maxRows));
    const rows = Math.ceil(boxHeight / parts);
    const columns = roundUp(Math.ceil(boxWidth / Math.ceil(boxWidth / maxColumns)), 8);
    // As in assembly/shrinkage.ts: rows are read beyond the halo by a vector pair at most.
    const rowFloats = roundUp(columns + width - 1, 8) + roundUp(width - 1, 8) + 8;
    const planeBytes = (rows + 2 * (height - 1)) * rowFloats * 4 + 64;
    const bytes = 6 * depth * planeBytes + 19 * rowFloats * 4 + 2 * 32 * taps + 64;
    return { rows, columns, rowFloats, bytes };
  };
  let maxColumns = TILE_COLUMNS;
  let maxRows = TILE_ROWS;
  while (plan(maxRows, maxColumns).bytes > SCRATCH_BYTES && maxColumns > 8) {
    maxColumns /= 2;
    maxRows /= 2;
  }
  const { rows, columns, rowFloats, bytes } = plan(maxRows, maxColumns);
  return {
    count: Math.ceil(boxHeight / rows) * Math.ceil(boxWidth / columns),
    geometry: [...begin, ...size, rows, columns, rowFloats],
    scratchBytes: bytes,
  };
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
