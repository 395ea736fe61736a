/**
 * What the bench of the WebGPU engine times, on any engine.
 *
 * @module
 */
import type { Engine } from "../../../core/compute/engine.ts";
import { gridFor } from "../../../core/compute/grid.ts";
import { drawScene } from "../../../core/dataset/scene.ts";
import { createAdam, updateAdam } from "../../../core/optimizer/adam.ts";
import { createTransfer } from "../../../core/psf/transfer.ts";
import { createRandom } from "../../../core/random.ts";
import { createGeometryCache, haloOf } from "../../../core/training/geometry.ts";
import { accumulateSample } from "../../../core/training/sample.ts";
import { createWorkspace, forwardTwb, freeWorkspace, loadStage } from "../../../core/twb/block.ts";
import { withStages } from "../../../core/twb/cascade.ts";
import { createStage, createStages } from "../../../core/twb/initialize.ts";
import { flattenStages, withParameters } from "../../../core/twb/stage.ts";
import { createStageGradients, gradStages } from "../../../core/twb/stage_gradients.ts";
import { createVolume, type Size, voxelsOf } from "../../../core/volume.ts";
import { blob, blobPsf, normals } from "../../support/pattern.ts";

const KERNEL: Size = [3, 5, 5];

/** A transform of a whole grid, forward and back in place. */
export function createTransforms(engine: Engine, grid: Size, data: Float32Array) {
  const field = engine.createField(grid);
  const planes = engine.createPlanes(grid, grid[0]);
  const spectrum = engine.createSpectrum(grid);
  const forward = () => {
    engine.forwardLateral(field, planes, "zero");
    engine.forwardAxial(planes, spectrum, "zero");
  };
  const run = () => {
    forward();
    engine.inverseAxial(spectrum, planes);
    engine.inverseLateral(planes, field);
  };
  engine.write(field, data);
  return {
    run,
    spectrum() {
      forward();
      return engine.readSpectrum(spectrum);
    },
    result() {
      run();
      return engine.read(field);
    },
    free: () => engine.free(field, planes, spectrum),
  };
}

/** A stack of some channels through a block: all of it on the device, or written and read. */
export function createRestoration(
  engine: Engine,
  { channels, size, psf }: { channels: number; size: Size; psf: Size },
) {
  const grid = gridFor(size, psf);
  const stage = createStage({ kernelSize: KERNEL });
  const workspace = createWorkspace(engine, {
    size,
    grid,
    kernelSize: KERNEL,
    kernelChannels: 1,
    purpose: "restore",
  });
  const transfer = createTransfer(engine, { psf: blob(psf), psfSize: psf, grid });
  loadStage(workspace, stage);
  const fields = Array.from({ length: channels }, () => engine.createField(size));
  const [output] = [engine.createField(size)];
  const data = fields.map((_, c) => Float32Array.from(normals(voxelsOf(size), c + 1)));
  fields.forEach((field, c) => engine.write(field, data[c]));
  const weight = Math.exp(stage.alpha);
  const [regularizer] = workspace.regularizers;
  const options = { transfer, regularizer, weight, estimate: output };
  const half = Math.floor(grid[2] / 2) + 1;
  const row = 4 * size[2] + 8 * half;
  return {
    run: () => fields.forEach((field) => forwardTwb(workspace, field, options)),
    async result() {
      const results: number[] = [];
      for (const [c, field] of fields.entries()) {
        engine.write(field, data[c]);
        forwardTwb(workspace, field, options);
        const values = await engine.read(output);
        results.push(...values.subarray(0, 1000));
      }
      return results;
    },
    // What each pass has to read and write once: rows, columns of y, columns of z with K and the
    // lags, and the same back.
    bytes: channels * (
      2 * size[0] * size[1] * row +
      2 * size[0] * half * 8 * (size[1] + grid[1]) +
      half * grid[1] * 8 * (2 * size[0] + grid[0] + KERNEL[0])
    ),
    free() {
      freeWorkspace(workspace);
      engine.free(transfer, output, ...fields);
    },
  };
}

/** A training step with Adam on one crop; returns the loss in dB. */
export function createTrainingStep(engine: Engine, { crop, psf }: { crop: Size; psf: Size }) {
  const psfs = [blobPsf(psf, 1.5)];
  const stages = createStages({ kernelSize: KERNEL });
  const cache = createGeometryCache(engine, { psfs, stages });
  const geometry = cache.get(crop);
  const volume = createVolume(
    [1, ...crop],
    Float32Array.from(normals(voxelsOf(crop), 5), (value) => Math.max(0, value - 1)),
  );
  const scene = drawScene(volume, { crop, halo: haloOf(psfs), random: createRandom(1) });
  let adam = createAdam(flattenStages(stages));
  return {
    async run(): Promise<number> {
      const current = withParameters(stages, adam.parameters);
      const gradients = current.map(createStageGradients);
      const cascade = withStages(geometry.cascade, current);
      const noise = { sigma: 0.01, seed: 1, label: adam.step, sublabel: 0 };
      const loss = await accumulateSample({ scene, psf: 0, noise }, {
        engine,
        geometry,
        cascade,
        loss: "npsnr",
        gradients,
        share: 1,
      });
      adam = updateAdam(adam, gradStages(gradients), { learningRate: 1e-3 });
      return loss;
    },
    free: () => cache.close(),
  };
}
