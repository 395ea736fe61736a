/**
 * A model: the stages with what they learned, and what one has to know to use them.
 *
 * @module
 */
import type { Stage } from "../twb/stage.ts";
import {
  countParameters,
  isNoiseAdaptive as isStageNoiseAdaptive,
  isShrinking,
} from "../twb/stage.ts";
import type { VoxelSizeUm } from "../volume.ts";

/** How a model was made; for people, and for repeating it. */
export interface TrainingSummary {
  /** What it was trained on, in words: a folder's name, "synthetic cells". */
  readonly data: string;
  /** What the data's licence asks of those who use the model; empty if nothing is known. */
  readonly dataNotice: string;
  readonly psfs: readonly string[];
  readonly noise: { readonly min: number; readonly max: number };
  readonly epochs: number;
  readonly seed: number;
  /** Mean over the validation stacks, dB; NaN where none is large enough for a central crop. */
  readonly validation?: {
    readonly psnr: number;
    readonly cpsnr: number;
    readonly isnr: number;
    readonly cisnr: number;
  };
}

/** A model. */
export interface Model {
  readonly stages: readonly Stage[];
  /** Channels that the kernels belong to; 1 where they are shared, for any number of channels. */
  readonly channels: number;
  /** Voxels are divided by the stack's own peak before, and multiplied by it after. */
  readonly normalization: "peak";
  /**
   * The maximum of a blurred stack as a part of its scene's, the median of the training: a stack's
   * peak, on whose scale a noise-adaptive weight was learned, is its maximum over this. @default 1
   */
  readonly peakRatio?: number;
  /** Of the training stacks, where known. */
  readonly voxelSizeUm?: VoxelSizeUm;
  readonly training: TrainingSummary;
}

/** Learned numbers of all stages. */
export function countModelParameters(model: Model): number {
  return model.stages.reduce((sum, stage) => sum + countParameters(stage), 0);
}

/** Whether the model depends on the noise level, which then has to be given or estimated. */
export function isNoiseAdaptive(model: Model): boolean {
  return model.stages.some(isStageNoiseAdaptive);
}

/** Whether the model is not linear in the intensities, beyond positivity: its thresholds have a scale. */
export function hasShrinkage(model: Model): boolean {
  return model.stages.some(isShrinking);
}
