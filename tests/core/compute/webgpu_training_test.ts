// A whole training on both engines: degradation, noise, restoration, gradients and Adam together.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../../core/compute/engine.ts";
import { createWebgpuEngine } from "../../../core/compute/webgpu/webgpu_engine.ts";
import { trainTwb } from "../../../core/train.ts";
import { createStage, createStages } from "../../../core/twb/initialize.ts";
import { flattenStages, type Stage } from "../../../core/twb/stage.ts";
import { relativeError } from "../../support/assert_close.ts";
import { blobPsf } from "../../support/pattern.ts";
import { spotDataset } from "../../support/scenes.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";

/**
 * As many kernels as the default: with a few, nothing holds the frequencies that neither they nor the
 * PSF pass, and rounding decides what becomes of them, on any engine.
 */
const BANK = { kernelCount: 15, kernelSize: [3, 3, 3] } as const;

/** The loss of every step, in dB, and what was learned. */
async function train(
  engine: Engine,
  { stages, steps }: { readonly stages: readonly Stage[]; readonly steps: number },
): Promise<{ losses: readonly number[]; parameters: Float64Array }> {
  const losses: number[] = [];
  let sum = 0;
  try {
    const { state } = await trainTwb(
      spotDataset(Array.from({ length: 10 }, () => [1, 5, 20, 22])),
      engine,
      {
        stages,
        psfs: [blobPsf([3, 5, 5])],
        noise: { min: 0.01, max: 0.03 },
        epochs: steps / 10,
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

/** Trains on both engines; how far the losses are apart, in dB. */
async function compare(stages: readonly Stage[], steps: number): Promise<number> {
  const cpu = await train(await createCpuEngine({ threads: 1 }), { stages, steps });
  const webgpu = await train(await createWebgpuEngine(), { stages, steps });
  assert.equal(webgpu.losses.length, steps);
  // The parameters are further apart: where a gradient is 0, Adam steps along its rounding.
  const moved = relativeError(cpu.parameters, flattenStages(stages));
  assert.ok(moved > 0.01, "nothing was learned");
  return Math.max(...webgpu.losses.map((loss, step) => Math.abs(loss - cpu.losses[step])));
}

const CASES: Readonly<Record<string, readonly [stages: readonly Stage[], steps: number]>> = {
  "a block": [[createStage(BANK)], 50],
  "three residual stages": [
    createStages({ ...BANK, stageCount: 3, stageKind: "residual", positivity: "rectify" }),
    20,
  ],
  "three shrinkage stages": [
    createStages({ ...BANK, stageCount: 3, stageKind: "shrinkage", positivity: "rectify" }),
    20,
  ],
  "a shrinkage stage and two coarse ones": [
    createStages({
      ...BANK,
      stageCount: 2,
      coarseFactors: [[1, 4, 4], [2, 3, 3]],
      coarseKernelCount: 5,
      positivity: "rectify",
    }),
    20,
  ],
};

for (const [name, [stages, steps]] of Object.entries(CASES)) {
  Deno.test({
    name:
      `webgpu: ${steps} steps of training ${name} stay within 1e-3 dB of the CPU's${NO_ADAPTER}`,
    ignore: !ADAPTER,
    async fn() {
      const apart = await compare(stages, steps);
      assert.ok(apart <= 1e-3, `${apart} dB apart`);
    },
  });
}
