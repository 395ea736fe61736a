/**
 * Kernels in the order that the passes read them, and their gradients in the order that they leave
 * them.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type { ShrinkageGradients, ShrinkageKernels } from "../engine.ts";
import type { ColumnPlan } from "./shrinkage_plan.ts";

/** Vectors of four kernels in the table: their taps, gates and thresholds. */
export function vectorsOf({ kernelSize }: Pick<ShrinkageKernels, "kernelSize">): number {
  return voxelsOf(kernelSize) + 2;
}

/**
 * The table of shaders/shrinkage.wgsl. Where the last group has no kernel, there is one of zeros.
 *
 * @throws {RangeError} when the bank's arrays do not fit each other.
 */
export function groupKernels(bank: ShrinkageKernels): Float32Array {
  const { kernelSize, kernels, gates, thresholds } = bank;
  const taps = voxelsOf(kernelSize);
  if (kernels.length !== gates.length * taps || thresholds.length !== gates.length) {
    throw new RangeError(
      `${gates.length} gates do not go with ${kernels.length} taps of kernels ` +
        `[${kernelSize.join(", ")}] and ${thresholds.length} thresholds`,
    );
  }
  const vectors = vectorsOf(bank);
  const table = new Float32Array(4 * vectors * Math.ceil(gates.length / 4));
  for (let d = 0; d < 4 * Math.ceil(gates.length / 4); d++) {
    const at = 4 * (d >> 2) * vectors + d % 4;
    forEachTap(kernelSize, ([uz, uy, ux], u) => {
      const tap = (uz * kernelSize[2] + ux) * kernelSize[1] + uy;
      table[at + 4 * tap] = kernels[d * taps + u] ?? 0;
    });
    table[at + 4 * taps] = gates[d] ?? 0;
    table[at + 4 * (taps + 1)] = thresholds[d] ?? 1;
  }
  return table;
}

/** The gradients from the sums that the passes leave, `groupSums` vectors of four kernels. */
export function readGradients(
  sums: Float32Array,
  { kernelSize, gates: { length } }: ShrinkageKernels,
  { columns: { block, count }, groupSums }: {
    readonly columns: ColumnPlan;
    readonly groupSums: number;
  },
): ShrinkageGradients {
  const taps = voxelsOf(kernelSize);
  const blocks = Math.ceil(kernelSize[1] / block);
  const kernels = new Float64Array(length * taps);
  const gates = new Float64Array(length);
  const thresholds = new Float64Array(length);
  let product = 0;
  for (let d = 0; d < length; d++) {
    const valueAt = (vector: number) => sums[4 * ((d >> 2) * groupSums + vector) + d % 4];
    forEachTap(kernelSize, ([uz, uy, ux], u) => {
      const column = (uz * kernelSize[2] + ux) * blocks + Math.floor(uy / block);
      kernels[d * taps + u] = valueAt(column * block + uy % block);
    });
    const others = count * block;
    gates[d] = valueAt(others);
    thresholds[d] = valueAt(others + 1);
    product += valueAt(others + 2);
  }
  return { kernels, gates, thresholds, product };
}

function forEachTap(
  [depth, height, width]: Size,
  callback: (tap: Size, index: number) => void,
): void {
  for (let uz = 0, u = 0; uz < depth; uz++) {
    for (let uy = 0; uy < height; uy++) {
      for (let ux = 0; ux < width; ux++, u++) callback([uz, uy, ux], u);
    }
  }
}
