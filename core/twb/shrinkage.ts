/**
 * From what a shrinkage stage learns to the kernels and numbers that an engine works with.
 *
 * @module
 */
import type { ShrinkageKernels } from "../compute/engine.ts";
import { voxelsOf } from "../volume.ts";
import { normalizeKernels } from "./kernels.ts";
import { logNoise, type ShrinkageStage } from "./stage.ts";

/** exp(log): above 0, and above 1 where strong responses are to become stronger. */
export function gateOf(log: number): number {
  return Math.exp(log);
}

/** The kernels of one channel, with gates and thresholds for a noise level. */
export function shrinkageOf(
  stage: ShrinkageStage,
  { channel, sigma }: { readonly channel: number; readonly sigma: number },
): ShrinkageKernels {
  const { kernelSize, kernelCount, kernelChannels, thresholdExponent } = stage;
  const n = voxelsOf(kernelSize);
  const all = normalizeKernels(stage).kernels;
  const indices = Array.from(
    { length: kernelCount },
    (_, d) => d * kernelChannels + channel % kernelChannels,
  );
  const kernels = new Float64Array(kernelCount * n);
  indices.forEach((index, d) => kernels.set(all.subarray(index * n, (index + 1) * n), d * n));
  return {
    kernelSize,
    kernels,
    gates: Float64Array.from(indices, (index) => gateOf(stage.gateLogs[index])),
    thresholds: Float64Array.from(
      indices,
      (index) => Math.exp(stage.thresholdLogs[index] + thresholdExponent * logNoise(sigma)),
    ),
  };
}
