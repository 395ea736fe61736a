// One training step made independently (PyTorch autograd, float64), on both engines.
import { createTransfer } from "../../../core/psf/transfer.ts";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../../core/compute/engine.ts";
import {
  createReferenceEngine,
  type ReferenceEngine,
} from "../../../core/compute/reference/reference_engine.ts";
import { createWebgpuEngine } from "../../../core/compute/webgpu/webgpu_engine.ts";
import { npsnrLoss } from "../../../core/loss/npsnr.ts";
import { createAdam, updateAdam } from "../../../core/optimizer/adam.ts";
import {
  backwardTwb,
  backwardTwbInput,
  createWorkspace,
  forwardTwb,
  loadStage,
} from "../../../core/twb/block.ts";
import { autocorrelateKernels, normalizeKernels } from "../../../core/twb/kernels.ts";
import { flattenStages, type WienerStage, withParameters } from "../../../core/twb/stage.ts";
import {
  addLagGradients,
  createStageGradients,
  gradStages,
} from "../../../core/twb/stage_gradients.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";

const folder = new URL("../../../../shared/reference/", import.meta.url);

interface GoldenArray {
  shape: number[];
  data: number[];
}
interface Golden {
  [name: string]: GoldenArray;
}
interface GoldenNumbers {
  alpha: number;
  loss: number;
  gradAlpha: number;
  adamAlpha: number;
  adamLosses: number[];
}

/** One step on the golden's periodic grid: the loss, the restored image, and the gradients. */
async function step(engine: Engine, golden: Golden, stage: WienerStage) {
  const [channels, ...sizes] = golden.target.shape;
  const size = sizes as unknown as Size;
  const n = voxelsOf(size);
  const { kernelSize, kernelChannels } = stage;
  const workspace = createWorkspace(engine, {
    size,
    grid: size,
    kernelSize,
    kernelChannels,
    extension: "zero",
  });
  const transfer = createTransfer(engine, {
    psf: Float64Array.from(golden.psf.data),
    psfSize: golden.psf.shape as unknown as Size,
    grid: size,
  });
  const field = engine.createField(size);
  const target = engine.createField(size);
  const read = async () =>
    engine.name === "reference"
      ? (engine as ReferenceEngine).readExactly(field)
      : await engine.read(field);
  loadStage(workspace, stage);
  const weight = Math.exp(stage.alpha);
  const gradients = createStageGradients(stage);
  const restored: number[] = [];
  const inputs: number[] = [];
  const sums: { channel: number; sums: Float64Array }[] = [];
  let squares = 0;
  for (let channel = 0; channel < channels; channel++) {
    const options = { transfer, regularizer: workspace.regularizers[channel], weight };
    const part = (name: string) =>
      Float64Array.from(golden[name].data.slice(channel * n, (channel + 1) * n));
    engine.write(field, part("observed"));
    engine.write(target, part("target"));
    forwardTwb(workspace, field, { ...options, estimate: field });
    restored.push(...await read());
    squares += await engine.residual(field, target, "none");
    sums.push({ channel, sums: await backwardTwb(workspace, field, options) });
    backwardTwbInput(workspace, field, options);
    inputs.push(...await read());
  }
  const { value: loss, residualFactor: factor } = npsnrLoss(squares, channels * n);
  for (const { channel, sums: values } of sums) {
    addLagGradients(gradients, values, { channel, sigma: 0.01, weight, factor });
  }
  return {
    loss,
    restored,
    gradObserved: inputs.map((v) => v * factor),
    grad: gradStages([gradients]),
  };
}

for (const name of ["twb_step_2d", "twb_step_3d"]) {
  const url = new URL(`${name}.json`, folder);
  const present = existsSync(url);
  for (
    const [engineName, start, tolerance] of [
      ["reference", () => Promise.resolve(createReferenceEngine()), 1e-9],
      ["cpu", () => createCpuEngine({ threads: 2 }), 1e-4],
      ["webgpu", () => createWebgpuEngine(), 1e-4],
    ] as const
  ) {
    const noAdapter = engineName === "webgpu" && !ADAPTER;
    const skipped = present ? noAdapter ? NO_ADAPTER : "" : " (needs ../shared)";
    Deno.test({
      name: `${engineName}: ${name} within ${tolerance}${skipped}`,
      ignore: !present || noAdapter,
      fn: async () => {
        const golden: Golden & GoldenNumbers = JSON.parse(readFileSync(url, "utf8"));
        const [kernelCount, kernelChannels, ...kernelSize] = golden.v.shape;
        const stage: WienerStage = {
          kind: "wiener",
          kernelCount,
          kernelChannels,
          kernelSize: kernelSize as unknown as Size,
          kernels: Float64Array.from(golden.v.data),
          scales: Float64Array.from(golden.s.data),
          alpha: golden.alpha,
          noiseExponent: 0,
          positivity: "none",
        };
        const engine = await start();
        try {
          const result = await step(engine, golden, stage);
          const nv = stage.kernels.length;
          const ns = stage.scales.length;
          const { kernels } = normalizeKernels(stage);
          assertClose(kernels, golden.g.data, 1e-12, "g");
          assertClose(result.restored, golden.restored.data, tolerance, "restored");
          assertClose([result.loss], [golden.loss], tolerance, "loss");
          assertClose(result.grad.subarray(0, nv), golden.gradV.data, tolerance, "gradV");
          assertClose(result.grad.subarray(nv, nv + ns), golden.gradS.data, tolerance, "gradS");
          assertClose(result.grad.subarray(nv + ns), [golden.gradAlpha], tolerance, "gradAlpha");
          assertClose(result.gradObserved, golden.gradObserved.data, tolerance, "gradObserved");

          let adam = createAdam(flattenStages([stage]));
          const losses: number[] = [];
          for (let i = 0; i < 10; i++) {
            const [at] = withParameters([stage], adam.parameters);
            const { loss, grad } = await step(engine, golden, at);
            losses.push(loss);
            adam = updateAdam(adam, grad, { learningRate: 1e-2 });
          }
          assertClose(losses, golden.adamLosses, tolerance, "Adam's losses");
          const { parameters } = adam;
          assertClose(parameters.subarray(0, nv), golden.adamV.data, tolerance, "v after Adam");
          assertClose(parameters.subarray(nv, nv + ns), golden.adamS.data, tolerance, "s");
          assertClose(parameters.subarray(nv + ns), [golden.adamAlpha], tolerance, "alpha");
        } finally {
          engine.close();
        }
      },
    });
  }

  Deno.test({
    name: `the lags' cosine sum is ${name}'s R within 1e-9${present ? "" : " (needs ../shared)"}`,
    ignore: !present,
    fn: () => {
      const golden: Golden = JSON.parse(readFileSync(url, "utf8"));
      const [, channels, depth, height, width] = golden.v.shape;
      const kernelSize: Size = [depth, height, width];
      const [, nz, ny, nx] = golden.R.shape;
      const kernels = Float64Array.from(golden.g.data);
      const values: number[] = [];
      for (let channel = 0; channel < channels; channel++) {
        const lags = autocorrelateKernels(kernels, {
          kernelSize,
          kernelChannels: channels,
          channel,
        });
        for (let i = 0; i < nz * ny * nx; i++) {
          const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
          let sum = 0;
          let index = 0;
          for (let lz = 0; lz < depth; lz++) {
            for (let ly = 1 - height; ly < height; ly++) {
              for (let lx = 1 - width; lx < width; lx++) {
                const phase = 2 * Math.PI * (x * lx / nx + y * ly / ny + z * lz / nz);
                sum += (lz > 0 ? 2 : 1) * lags[index++] * Math.cos(phase);
              }
            }
          }
          values.push(sum);
        }
      }
      assertClose(values, golden.R.data, 1e-9);
      assert.equal(values.length, golden.R.data.length);
    },
  });
}
