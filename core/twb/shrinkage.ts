/**
 * From what a shrinkage stage learns to the kernels and numbers that an engine works with.
 *
 * @module
 */
import type { ShrinkageKernels } from "../compute/engine.ts";
import { GAIN_COUNT } from "../compute/gain.ts";
import { voxelsOf } from "../volume.ts";
import { normalizeKernels } from "./kernels.ts";
import {
  type CoarseStage,
  logNoise,
  noiseBalance,
  noiseShare,
  type ShrinkageStage,
} from "./stage.ts";

/** The kernels of one channel, with gains and thresholds for a noise level. */
export function shrinkageOf(
  stage: ShrinkageStage | CoarseStage,
  { channel, sigma }: { readonly channel: number; readonly sigma: number },
): ShrinkageKernels {
  const { kernelSize, kernelCount, kernelChannels, thresholdExponents } = stage;
  const n = voxelsOf(kernelSize);
  const all = normalizeKernels(stage).kernels;
  const indices = Array.from(
    { length: kernelCount },
    (_, d) => d * kernelChannels + channel % kernelChannels,
  );
  const level = logNoise(sigma);
  return {
    kernelSize,
    kernels: joinOf(indices, n, (i) => all[i]),
    gains: joinOf(indices, GAIN_COUNT, (i) => gainAt(stage, i, sigma)),
    thresholds: Float64Array.from(
      indices,
      (index) => Math.exp(stage.thresholdLogs[index] + thresholdExponents[index] * level),
    ),
  };
}

/** The gain at a place of `[d, c, 4]`. */
export function gainAt(
  stage: ShrinkageStage | CoarseStage,
  index: number,
  sigma: number,
): number {
  const { gains, gainSlopes } = stage;
  return shareAt(stage, sigma) * (gains[index] + noiseBalance(sigma) * gainSlopes[index]);
}

/**
 * The part of all gains that is left at a noise level: in a coarse stage they are of what is taken
 * away, and that is nothing where there is no noise.
 */
export function shareAt({ kind }: ShrinkageStage | CoarseStage, sigma: number): number {
  return kind === "coarse" ? noiseShare(sigma) ** 2 : 1;
}

/** The runs of `length` values at these indices, one after another. */
function joinOf(
  indices: readonly number[],
  length: number,
  valueAt: (place: number) => number,
): Float64Array {
  return Float64Array.from(
    indices.flatMap((index) => Array.from({ length }, (_, i) => valueAt(index * length + i))),
  );
}
