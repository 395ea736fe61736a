import type { Engine } from "../../../core/compute/engine.ts";
import { gridFor } from "../../../core/compute/grid.ts";
import { npsnrLoss } from "../../../core/loss/npsnr.ts";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { createTransfer } from "../../../core/psf/transfer.ts";
import { createCascade, forwardStages, withStages } from "../../../core/twb/cascade.ts";
import { backwardStages } from "../../../core/twb/cascade_gradient.ts";
import type { Stage } from "../../../core/twb/stage.ts";
import { createStageGradients, gradStages } from "../../../core/twb/stage_gradients.ts";
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
export function createStep(engine: Engine, stage: Stage): () => Promise<StepResult> {
  const stages = [stage];
  const cascade = createCascade(engine, { stages, size: SIZE, grid: GRID });
  const transfer = createTransfer(engine, { psf: PSF, psfSize: PSF_SIZE, grid: GRID });
  const image = engine.createField(SIZE);
  const target = engine.createField(SIZE);
  const passage = { transfer, channel: 0, sigma: 0.01 };
  return async () => {
    withStages(cascade, stages);
    engine.write(image, OBSERVED);
    engine.write(target, TARGET);
    const estimate = forwardStages(cascade, image, passage);
    const squares = await engine.residual(estimate, target, stage.positivity);
    const { value, residualFactor } = npsnrLoss(squares, voxelsOf(SIZE));
    const gradients = stages.map(createStageGradients);
    await backwardStages(cascade, estimate, { workspace: undefined, gradients, passage });
    return { loss: value, gradients: gradStages(gradients).map((sum) => sum * residualFactor) };
  };
}
