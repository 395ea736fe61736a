import type { Engine } from "../../../core/compute/engine.ts";
import { gridFor } from "../../../core/compute/grid.ts";
import { npsnrLoss } from "../../../core/loss/npsnr.ts";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { createTransfer } from "../../../core/psf/transfer.ts";
import {
  addLagGradients,
  backwardTwb,
  createLagGradients,
  createWorkspace,
  forwardTwb,
  gradStage,
  loadStage,
} from "../../../core/twb/block.ts";
import { weightOf, type WienerStage } from "../../../core/twb/stage.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { normals } from "../../support/pattern.ts";

/** Of the volume, of its PSF, and of the grid for both. */
export const SIZE: Size = [17, 512, 512];
export const PSF_SIZE: Size = [13, 27, 27];
export const GRID: Size = gridFor(SIZE, PSF_SIZE);

export const PSF = createPsf(
  { model: "gibson-lanni", wavelengthsNm: [450], numericalAperture: 1.4 },
  { size: PSF_SIZE, voxelSizeNm: { x: 98, y: 98, z: 203 } },
).data;

export const OBSERVED = Float32Array.from(normals(voxelsOf(SIZE), 1), (v) => 0.3 + 0.1 * v);
export const TARGET = Float32Array.from(normals(voxelsOf(SIZE), 2), (v) => 0.3 + 0.1 * v);

/** What a step found. */
export interface StepResult {
  readonly loss: number;
  readonly gradients: Float64Array;
}

/** A training step without the degradation: regularizer, forward, loss, gradients of what is learned. */
export function createStep(engine: Engine, stage: WienerStage): () => Promise<StepResult> {
  const { kernelSize, kernelChannels } = stage;
  const block = createWorkspace(engine, { size: SIZE, grid: GRID, kernelSize, kernelChannels });
  const transfer = createTransfer(engine, { psf: PSF, psfSize: PSF_SIZE, grid: GRID });
  const image = engine.createField(SIZE);
  const target = engine.createField(SIZE);
  const weight = weightOf(stage, 0.01);
  const options = { transfer, regularizer: block.regularizers[0], weight };
  return async () => {
    loadStage(block, stage);
    engine.write(image, OBSERVED);
    engine.write(target, TARGET);
    forwardTwb(block, image, { ...options, estimate: image });
    const squares = await engine.residual(image, target, stage.positivity);
    const { value, residualFactor } = npsnrLoss(squares, voxelsOf(SIZE));
    const lags = createLagGradients(stage);
    const sums = await backwardTwb(block, image, options);
    addLagGradients(lags, sums, { channel: 0, weight, factor: residualFactor });
    return { loss: value, gradients: gradStage(stage, lags) };
  };
}
