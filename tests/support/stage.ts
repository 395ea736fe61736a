import type { Model } from "../../core/model/model.ts";
import { createStage, type StageOptions } from "../../core/twb/initialize.ts";
import type { WienerStage } from "../../core/twb/stage.ts";
import { normals } from "./pattern.ts";

/** A stage as if learned: kernels that are not zero-mean and scales of either sign. */
export function learnedStage(options: StageOptions, seed = 1): WienerStage {
  const stage = createStage({ alpha: -1, ...options });
  const kernels = normals(stage.kernels.length, seed).map((value) => 0.3 + value);
  const scales = normals(stage.scales.length, seed + 1);
  return { ...stage, kernels, scales };
}

/** A model of one stage. */
export function modelOf(stage: WienerStage): Model {
  const noise = { min: 0.01, max: 0.01 };
  const training = { data: "none", dataNotice: "", psfs: [], noise, epochs: 0, seed: 0 };
  return { stages: [stage], channels: stage.kernelChannels, normalization: "peak", training };
}
