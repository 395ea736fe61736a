// A whole training on both engines: degradation, noise, restoration, gradients and Adam together.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../../core/compute/engine.ts";
import { createWebgpuEngine } from "../../../core/compute/webgpu/webgpu_engine.ts";
import { trainTwb } from "../../../core/train.ts";
import { createStage } from "../../../core/twb/initialize.ts";
import { flattenStages } from "../../../core/twb/stage.ts";
import { relativeError } from "../../support/assert_close.ts";
import { blobPsf } from "../../support/pattern.ts";
import { spotDataset } from "../../support/scenes.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";

const STEPS = 50;

/**
 * As many kernels as the default: with a few, nothing holds the frequencies that neither they nor the
 * PSF pass, and rounding decides what becomes of them, on any engine.
 */
const STAGE = createStage({ kernelCount: 15, kernelSize: [3, 3, 3] });

/** The loss of every step, in dB, and what was learned. */
async function train(
  engine: Engine,
): Promise<{ losses: readonly number[]; parameters: Float64Array }> {
  const losses: number[] = [];
  let sum = 0;
  try {
    const { state } = await trainTwb(
      spotDataset(Array.from({ length: 10 }, () => [1, 5, 20, 22])),
      engine,
      {
        stages: [STAGE],
        psfs: [blobPsf([3, 5, 5])],
        noise: { min: 0.01, max: 0.03 },
        epochs: STEPS / 10,
        batchSize: 1,
        crop: [4, 16, 18],
        learningRate: 0.02,
        schedule: "cosine",
        loss: "npsnr",
        seed: 1,
        onStep({ position, loss }) {
          if (position === 1) sum = 0;
          losses.push(loss * position - sum);
          sum = loss * position;
        },
      },
    );
    return { losses, parameters: state.adam.parameters };
  } finally {
    engine.close();
  }
}

Deno.test({
  name: `webgpu: ${STEPS} steps of training stay within 1e-3 dB of the CPU's${NO_ADAPTER}`,
  ignore: !ADAPTER,
  async fn() {
    const cpu = await train(await createCpuEngine({ threads: 1 }));
    const webgpu = await train(await createWebgpuEngine());
    assert.equal(webgpu.losses.length, STEPS);
    const apart = webgpu.losses.map((loss, step) => Math.abs(loss - cpu.losses[step]));
    assert.ok(Math.max(...apart) <= 1e-3, `${Math.max(...apart)} dB apart`);
    // The parameters are further apart: where a gradient is 0, Adam steps along its rounding.
    const start = flattenStages([STAGE]);
    assert.ok(relativeError(cpu.parameters, start) > 0.01, "nothing was learned");
  },
});
