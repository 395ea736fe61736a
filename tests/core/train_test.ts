import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine, NoiseOptions } from "../../core/compute/engine.ts";
import type { Dataset } from "../../core/dataset/dataset.ts";
import type { Metrics } from "../../core/loss/metrics.ts";
import { type TrainOptions, type TrainResult, trainTwb } from "../../core/train.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../core/training/checkpoint.ts";
import { createStage, createStages } from "../../core/twb/initialize.ts";
import { flattenStages, withParameters } from "../../core/twb/stage.ts";
import { createVolume, type Shape } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { blobPsf } from "../support/pattern.ts";
import { spotDataset } from "../support/scenes.ts";
import { inputError } from "./dataset/write_stack.ts";

const SHAPE: Shape = [1, 4, 20, 22];
const dataset = spotDataset(Array.from({ length: 5 }, () => SHAPE));

const base: TrainOptions = {
  stages: [createStage({ kernelSize: [2, 3, 3], kernelCount: 4, initialization: "xavier" })],
  psfs: [blobPsf([3, 5, 5], 1), blobPsf([2, 4, 6], 1.2)],
  noise: { min: 0.01, max: 0.03 },
  epochs: 3,
  batchSize: 2,
  crop: [3, 14, 12],
  learningRate: 0.02,
  schedule: "cosine",
  loss: "npsnr",
  seed: 7,
};

async function train(
  options: Partial<TrainOptions> = {},
  { data = dataset, threads = 2 }: { data?: Dataset; threads?: number } = {},
): Promise<TrainResult> {
  const engine = await createCpuEngine({ threads });
  try {
    return await trainTwb(data, engine, { ...base, ...options });
  } finally {
    engine.close();
  }
}

/** Metrics of which only the PSNR matters. */
function metrics(psnr: number): Metrics {
  return { psnr, cpsnr: psnr, isnr: 0, cisnr: NaN, snr: 0, nrmse: 0, ssim: NaN };
}

/** A validation that depends on the parameters, and prefers no epoch in particular. */
function validate(stages: TrainOptions["stages"]): Promise<Metrics> {
  return Promise.resolve(metrics(30 + Math.sin(1e4 * flattenStages(stages)[3])));
}

Deno.test("trainTwb() gives the same numbers for the same seed, on any number of threads", async () => {
  const first = await train({ validate });
  assert.equal(first.outcome, "finished");
  assert.deepEqual(await train({ validate }), first);
  for (const threads of [1, 3]) {
    assert.deepEqual(await train({ validate }, { threads }), first, `${threads} threads`);
  }
  const other = await train({ validate, seed: 8 });
  assert.notDeepEqual(other.state.adam.parameters, first.state.adam.parameters);
});

/** Trains until `steps` steps are done. */
async function interrupted(steps: number, options: Partial<TrainOptions>): Promise<TrainResult> {
  const controller = new AbortController();
  let left = steps;
  return await train({
    ...options,
    signal: controller.signal,
    onStep: () => {
      if (--left === 0) controller.abort();
    },
  });
}

// Three steps an epoch: in the middle, at the end of an epoch, and behind it.
for (const steps of [1, 3, 5, 9]) {
  Deno.test(`a training stopped after step ${steps} goes on bit for bit from its checkpoint`, async () => {
    const options = { validate, patience: 5 };
    const whole = await train(options);
    const stopped = await interrupted(steps, options);
    assert.equal(stopped.outcome, "stopped");
    assert.equal(stopped.state.adam.step, steps);
    const resume = decodeCheckpoint(encodeCheckpoint(stopped.state), "checkpoint");
    assert.deepEqual(resume, stopped.state);
    assert.deepEqual(await train({ ...options, resume }), whole);
  });
}

Deno.test("a training stopped at every step ends as one that was never stopped", async () => {
  let state;
  for (let i = 0; i < 9; i++) {
    state = (await interrupted(1, { validate, resume: state })).state;
    state = decodeCheckpoint(encodeCheckpoint(state), "checkpoint");
  }
  assert.deepEqual(await train({ validate, resume: state }), await train({ validate }));
});

Deno.test("a finished training that is resumed is finished", async () => {
  const { state, stages } = await train({ validate });
  const again = await train({ validate, resume: state });
  assert.deepEqual(again, { state, stages, outcome: "finished" });
});

Deno.test("the loss goes down, and the learned block restores better than the first one", async () => {
  for (const loss of ["npsnr", "mse"] as const) {
    const { state: { history } } = await train({ loss, epochs: 12, batchSize: 1 });
    const losses = history.map((row) => row.trainLoss);
    const [begin, end] = [losses.slice(0, 2), losses.slice(-2)].map((a) => a[0] + a[1]);
    assert.ok(loss === "mse" ? end < 0.9 * begin : end < begin - 1, `${loss}: ${losses}`);
    assert.deepEqual(history.map((row) => row.epoch), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  }
});

Deno.test("the learning rate follows its schedule", async () => {
  const rates = async (schedule: "cosine" | "constant") =>
    (await train({ schedule, epochs: 2 })).state.history.map((row) => row.learningRate);
  assert.deepEqual(await rates("constant"), [0.02, 0.02]);
  const [half, end] = await rates("cosine");
  assert.ok(Math.abs(half / 0.02 - 0.51) < 1e-12 && Math.abs(end / 0.02 - 0.02) < 1e-12);
});

Deno.test("a learning rate that diverges ends in one line that says what to change", async () => {
  await assert.rejects(
    train({ learningRate: 500, epochs: 20, schedule: "constant" }),
    inputError("diverged at epoch", "smaller --learning-rate than 500"),
  );
});

/** The gradient of step n + 1, from Adam's first moments before and after it. */
function gradientOf(after: TrainResult, before?: TrainResult): Float64Array {
  return after.state.adam.firstMoment.map((m, i) =>
    (m - 0.9 * (before?.state.adam.firstMoment[i] ?? 0)) / 0.1
  );
}

Deno.test("a batch's gradient is the mean of its images' gradients", async () => {
  // At learning rate 0 the parameters stay, so that single steps see what the batch sees.
  const options = { learningRate: 0, epochs: 1 } as const;
  const batch = await interrupted(1, { ...options, batchSize: 3 });
  const singles: TrainResult[] = [];
  for (const steps of [1, 2, 3]) {
    singles.push(await interrupted(steps, { ...options, batchSize: 1 }));
  }
  const gradients = singles.map((single, i) => gradientOf(single, singles[i - 1]));
  const mean = gradients[0].map((g, i) => (g + gradients[1][i] + gradients[2][i]) / 3);
  assertClose(gradientOf(batch), mean, 1e-10);
  assert.ok(Math.abs(batch.state.lossSum - singles[2].state.lossSum) < 1e-10);
});

Deno.test("the last batch of an epoch is the rest of it", async () => {
  const steps: [number, number][] = [];
  await train({
    batchSize: 3,
    epochs: 2,
    onStep: ({ epoch, position, samples }) => {
      assert.equal(samples, 5);
      steps.push([epoch, position]);
    },
  });
  assert.deepEqual(steps, [[0, 3], [0, 5], [1, 3], [1, 5]]);
});

Deno.test("a plateau ends the training, also when it is resumed from there", async () => {
  const scores = [20, 25, 24, 25, 25, 30];
  let epoch = 0;
  const plateau = {
    epochs: 6,
    patience: 3,
    validate: () => Promise.resolve(metrics(scores[epoch++])),
  };
  const result = await train(plateau);
  // The best is epoch 2; epochs 3 to 5 were not better.
  assert.equal(result.outcome, "plateau");
  assert.equal(result.state.epoch, 5);
  assert.equal(result.state.best?.epoch, 2);
  const resumed = await train({ ...plateau, resume: result.state });
  assert.deepEqual(resumed, result);
  assert.equal(epoch, 5);
});

Deno.test("the result is the stage with the best validation, the state keeps the last one", async () => {
  const seen: Float64Array[] = [];
  const { stages, state } = await train({
    schedule: "constant",
    validate: (stages) => {
      seen.push(flattenStages(stages));
      return Promise.resolve(metrics([21, 23, 22][seen.length - 1]));
    },
  });
  assert.deepEqual(stages, withParameters(base.stages, seen[1]));
  assert.deepEqual(state.adam.parameters, seen[2]);
  assert.deepEqual([state.best?.epoch, state.best?.score], [2, 23]);
  assert.deepEqual(state.history.map((row) => row.psnr), [21, 23, 22]);
});

Deno.test("while the steps of a schedule are large, no epoch is the best", async () => {
  const falling = () => {
    let score = 30;
    return () => Promise.resolve(metrics(score--));
  };
  const cosine = await train({ epochs: 12, schedule: "cosine", validate: falling() });
  // 0.02 + 0.98 (1 + cos(pi 10/12)) / 2 = 0.086, and 0.037 after the eleventh epoch.
  assert.equal(cosine.state.best?.epoch, 11);
  const constant = await train({ schedule: "constant", validate: falling() });
  assert.equal(constant.state.best?.epoch, 1);
  const patient = await train({ patience: 9, validate: falling() });
  assert.equal(patient.state.best?.epoch, 1);
});

Deno.test("without validation the result is the last stage", async () => {
  const { stages, state } = await train();
  assert.deepEqual(flattenStages(stages), state.adam.parameters);
  assert.equal(state.best, undefined);
  assert.ok(state.history.every((row) => row.psnr === undefined));
});

/** Trains on an engine that notes the noise it was asked for. */
async function noiseOf(options: Partial<TrainOptions>): Promise<NoiseOptions[]> {
  const engine = await createCpuEngine({ threads: 1 });
  const asked: NoiseOptions[] = [];
  const noting = new Proxy<Engine>(engine, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      if (name !== "addNoise") return value.bind(target);
      return (...args: Parameters<Engine["addNoise"]>) => {
        asked.push(args[1]);
        return target.addNoise(...args);
      };
    },
  });
  try {
    await trainTwb(dataset, noting, { ...base, ...options });
  } finally {
    engine.close();
  }
  return asked;
}

Deno.test("noise levels are drawn from the whole range, another for every image", async () => {
  const asked = await noiseOf({ epochs: 8 });
  const sigmas = asked.map(({ sigma }) => sigma);
  assert.equal(sigmas.length, 40);
  assert.ok(sigmas.every((sigma) => sigma >= 0.01 && sigma <= 0.03));
  // Of 40 uniform draws, some lie in each quarter but once in 25000.
  for (const quarter of [0, 1, 2, 3]) {
    const low = 0.01 + quarter * 0.005;
    assert.ok(sigmas.some((sigma) => sigma >= low && sigma < low + 0.005), `${sigmas}`);
  }
  const streams = asked.map(({ label, sublabel }) => `${label} ${sublabel}`);
  assert.equal(new Set(streams).size, 40, "two images share their noise");
  assert.deepEqual(await noiseOf({ epochs: 8 }), asked);
});

Deno.test("one noise level is used as it is", async () => {
  const asked = await noiseOf({ epochs: 1, noise: { min: 0.02, max: 0.02 } });
  assert.ok(asked.every(({ sigma }) => sigma === 0.02));
});

Deno.test("Poisson noise makes restoring harder, and is seeded too", async () => {
  const noise = { min: 0, max: 0 };
  const lossOf = async (photons?: number) =>
    (await train({ noise, photons, epochs: 1, learningRate: 0 })).state.history[0].trainLoss;
  const [few, many, none] = [await lossOf(20), await lossOf(200), await lossOf()];
  assert.ok(few > many + 1 && many > none, `${few}, ${many}, ${none} dB`);
  assert.equal(await lossOf(20), few);
});

Deno.test("a noise-adaptive block learns with Gaussian and with Poisson noise", async () => {
  const stage = createStage({ kernelSize: [2, 3, 3], kernelCount: 4, noiseExponent: 1 });
  for (const photons of [undefined, 50]) {
    const { state: { history } } = await train({
      stages: [stage],
      photons,
      epochs: 6,
      batchSize: 1,
    });
    assert.ok(history[5].trainLoss < history[0].trainLoss - 0.2, `photons ${photons}`);
  }
});

Deno.test("stacks of different sizes, smaller than the crop or the PSF, train together", async () => {
  const shapes: Shape[] = [[1, 4, 20, 22], [1, 2, 9, 30], [1, 1, 3, 3], [1, 8, 14, 12]];
  const data = spotDataset(shapes);
  const first = await train({}, { data });
  assert.ok(first.state.adam.parameters.every(Number.isFinite));
  assert.deepEqual(await train({}, { data, threads: 3 }), first);
});

Deno.test("channels learn their own kernels, or share them", async () => {
  const data = spotDataset([[2, 3, 16, 16], [2, 3, 16, 16]]);
  const psf = createVolume([2, 1, 3, 3]);
  psf.data.set([...blobPsf([1, 3, 3], 0.7).data, ...blobPsf([1, 3, 3], 1.3).data]);
  for (const kernelChannels of [2, 1]) {
    const stage = createStage({ kernelSize: [1, 3, 3], kernelCount: 3, kernelChannels });
    const { stages: [learned], state: { history } } = await train(
      { stages: [stage], psfs: [psf], epochs: 10, crop: [3, 16, 16], learningRate: 0.05 },
      { data },
    );
    assert.equal(learned.kernels.length, 27 * kernelChannels);
    assert.ok(history[9].trainLoss < history[0].trainLoss - 0.5);
    if (kernelChannels === 2) {
      // Both begin with the same dictionary.
      assert.notDeepEqual(learned.kernels.subarray(0, 9), learned.kernels.subarray(9, 18));
    }
  }
});

for (
  const [what, text, ...parts] of [
    ["cut off", `{"format":"trainable-wiener-checkpoint","version":1,"epo`, "damaged"],
    ["no JSON", "II*", "damaged"],
    ["of another program", `{"format":"checkpoint"}`, "not a checkpoint of this version"],
    ["null", "null", "not a checkpoint of this version"],
    ["of another version", `{"format":"trainable-wiener-checkpoint","version":2}`, "version"],
    ["without its numbers", `{"format":"trainable-wiener-checkpoint","version":1}`, "damaged"],
  ]
) {
  Deno.test(`decodeCheckpoint() refuses a file that is ${what}`, () => {
    assert.throws(
      () => decodeCheckpoint(text, "run/checkpoint"),
      inputError("run/check", ...parts),
    );
  });
}

const cascade: Partial<TrainOptions> = {
  stages: createStages({
    kernelSize: [1, 3, 3],
    kernelCount: 3,
    stageCount: 3,
    positivity: "rectify",
  }),
  epochs: 3,
  stageEpochs: 2,
  learningRate: 0.01,
  clip: 20,
};

Deno.test("a cascade's stages learn one by one, then together", async () => {
  const start = flattenStages(cascade.stages!);
  const sizes = cascade.stages!.map((stage) => flattenStages([stage]).length);
  const counts: number[] = [];
  const after: Float64Array[] = [];
  const { state, stages } = await train({
    ...cascade,
    validate: (stages) => {
      counts.push(stages.length);
      return Promise.resolve(metrics(30 - counts.length));
    },
    onEpoch: ({ adam }) => {
      after.push(adam.parameters);
      return Promise.resolve();
    },
  });
  assert.deepEqual(counts, [1, 1, 2, 2, 3, 3, 3, 3, 3]);
  const moved = (epoch: number) => {
    let at = 0;
    return sizes.map((size) => {
      const range = [at, at += size] as const;
      return start.slice(...range).some((value, i) => after[epoch][range[0] + i] !== value);
    });
  };
  assert.deepEqual(moved(1), [true, false, false]);
  assert.deepEqual(moved(3), [true, true, false]);
  const first = (epoch: number) => after[epoch].slice(0, sizes[0]);
  assert.deepEqual(first(3), first(1), "the first stage learned in the second one's turn");
  assert.notDeepEqual(first(8), first(5));
  // The best of the epochs in which all learn and settle, not of the ones before.
  assert.equal(state.best?.epoch, 9);
  assert.deepEqual(stages, withParameters(cascade.stages!, after[8]));
  const losses = state.history.map((row) => row.trainLoss);
  assert.ok(losses[8] < losses[0] - 0.3, `${losses}`);
});

for (const steps of [2, 8, 20]) {
  Deno.test(`a cascade's training stopped after step ${steps} goes on bit for bit`, async () => {
    const whole = await train({ ...cascade, validate });
    const stopped = await interrupted(steps, { ...cascade, validate });
    const resume = decodeCheckpoint(encodeCheckpoint(stopped.state), "checkpoint");
    assert.deepEqual(await train({ ...cascade, validate, resume }), whole);
  });
}

Deno.test("a gradient longer than --clip is scaled down to it", async () => {
  const options = { ...cascade, learningRate: 0, stageEpochs: 0, epochs: 1, batchSize: 1 };
  const whole = gradientOf(await interrupted(1, { ...options, clip: undefined }));
  const clipped = gradientOf(await interrupted(1, { ...options, clip: 0.2 }));
  const length = Math.hypot(...whole);
  assert.ok(length > 0.2, `${length}`);
  assertClose(clipped, whole.map((value) => value * 0.2 / length), 1e-12);
});
