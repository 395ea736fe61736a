/**
 * What a stage's R is in space: a few lags, whose transform is on the grid.
 *
 * @module
 */
import type { Size } from "../volume.ts";
import { autocorrelateKernels, normalizeKernels } from "./kernels.ts";
import type { RegularizedStage } from "./stage.ts";

/** Where lag 0 is among the lags of `autocorrelateKernels`. */
export function zeroLagOf([, height, width]: Size): number {
  return (height - 1) * (2 * width - 1) + width - 1;
}

/**
 * R of every channel of the kernels, at the lags of `autocorrelateKernels`: their summed
 * autocorrelation, and a^2 at lag 0 of a stage that is held to the last estimate.
 */
export function regularizersOf(stage: RegularizedStage): readonly Float64Array[] {
  const { kernels } = normalizeKernels(stage);
  return Array.from({ length: stage.kernelChannels }, (_, channel) => {
    const lags = autocorrelateKernels(kernels, { ...stage, channel });
    if (stage.kind === "shrinkage") lags[zeroLagOf(stage.kernelSize)] += stage.anchor ** 2;
    return lags;
  });
}
