/**
 * Kernels in the order that the passes read them, and their gradients in the order that they leave
 * them.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type { ShrinkageGradients, ShrinkageKernels } from "../engine.ts";
import { GAIN_COUNT, gainNumerator, LEAST_SQUARE } from "../gain.ts";
import type { ColumnPlan } from "./shrinkage_plan.ts";

/** Vectors of four kernels in the table: their taps, 1 / threshold, P of the gain and the gains. */
export function vectorsOf({ kernelSize }: Pick<ShrinkageKernels, "kernelSize">): number {
  return voxelsOf(kernelSize) + 1 + 2 * GAIN_COUNT;
}

/** Sums of a kernel beside those at its taps: by the gains, and by the threshold. */
export const NUMBER_SUMS = GAIN_COUNT + 1;

/** Fours of kernels, the last of which may be filled up. */
export function groupsOf({ thresholds }: Pick<ShrinkageKernels, "thresholds">): number {
  return Math.ceil(thresholds.length / 4);
}

/**
 * The table of shaders/shrinkage.wgsl. Where the last group has no kernel, there is one of zeros.
 *
 * @throws {RangeError} when the bank's arrays do not fit each other.
 */
export function groupKernels(bank: ShrinkageKernels): Float32Array {
  const { kernelSize, kernels, gains, thresholds } = bank;
  const taps = voxelsOf(kernelSize);
  const count = thresholds.length;
  if (kernels.length !== count * taps || gains.length !== count * GAIN_COUNT) {
    throw new RangeError(
      `${count} thresholds do not go with ${kernels.length} taps of kernels ` +
        `[${kernelSize.join(", ")}] and ${gains.length} gains`,
    );
  }
  const vectors = vectorsOf(bank);
  const table = new Float32Array(4 * vectors * groupsOf(bank));
  thresholds.forEach((threshold, d) => {
    const at = 4 * (d >> 2) * vectors + d % 4;
    forEachTap(kernelSize, ([uz, uy, ux], u) => {
      const tap = (uz * kernelSize[2] + ux) * kernelSize[1] + uy;
      table[at + 4 * tap] = kernels[d * taps + u];
    });
    const own = gains.subarray(d * GAIN_COUNT, (d + 1) * GAIN_COUNT);
    const scale = 1 / Math.sqrt(Math.max(threshold ** 2, LEAST_SQUARE));
    [scale, ...gainNumerator(own), ...own].forEach((value, i) => {
      table[at + 4 * (taps + i)] = value;
    });
  });
  return table;
}

/** The gradients from the sums that the passes leave, `groupSums` vectors of four kernels. */
export function readGradients(
  sums: Float32Array,
  { kernelSize, gains, thresholds }: ShrinkageKernels,
  { columns: { block, count }, groupSums }: {
    readonly columns: ColumnPlan;
    readonly groupSums: number;
  },
): ShrinkageGradients {
  const taps = voxelsOf(kernelSize);
  const blocks = Math.ceil(kernelSize[1] / block);
  const others = count * block;
  const valueAt = (d: number, vector: number) => sums[4 * ((d >> 2) * groupSums + vector) + d % 4];
  const kernels = new Float64Array(thresholds.length * taps);
  for (let d = 0; d < thresholds.length; d++) {
    forEachTap(kernelSize, ([uz, uy, ux], u) => {
      const column = (uz * kernelSize[2] + ux) * blocks + Math.floor(uy / block);
      kernels[d * taps + u] = valueAt(d, column * block + uy % block);
    });
  }
  const gradGains = gains.map((_, i) =>
    valueAt(Math.floor(i / GAIN_COUNT), others + i % GAIN_COUNT)
  );
  return {
    kernels,
    gains: gradGains,
    // dz/dthreshold = -2 / threshold r v dgain/dv
    thresholds: thresholds.map((value, d) => -2 / value * valueAt(d, others + GAIN_COUNT)),
    // z is linear in its gains.
    product: gradGains.reduce((sum, value, i) => sum + gains[i] * value, 0),
  };
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
