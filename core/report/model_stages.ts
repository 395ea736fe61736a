/**
 * A model as a report page shows it.
 *
 * @module
 */
import type { Model } from "../model/model.ts";
import { normalizeKernels } from "../twb/kernels.ts";
import type { ReportStage } from "./page.ts";

/** The kernels of a model's stages, and what they are used with. */
export function describeStages({ stages }: Model): readonly ReportStage[] {
  return stages.map((stage) => ({
    kernels: Float32Array.from(normalizeKernels(stage).kernels),
    shape: [stage.kernelCount, stage.kernelChannels, ...stage.kernelSize],
    ...(stage.kind === "coarse" ? { factor: stage.factor } : { alpha: stage.alpha }),
    kind: stage.kind,
  }));
}
