import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { loadModel } from "../../core/model/load_model.ts";
import { writeVolume } from "../../core/io/tiff_writer.ts";
import { readTrainConfig, runTraining, type TrainConfig } from "../../core/run_training.ts";
import { countModelParameters } from "../../core/model/model.ts";
import type { Shape } from "../../core/volume.ts";
import { blobPsf, normals } from "../support/pattern.ts";
import { inFolder, inputError, writeStack } from "./dataset/write_stack.ts";

/** A run of a second: four cells of 24 x 24 x 4, one small PSF. */
function configOf(folder: string, changes: Partial<TrainConfig> = {}): TrainConfig {
  const psf = `${folder}/psf.tif`;
  writeVolume(psf, blobPsf([3, 5, 5]));
  return {
    data: [],
    validation: [],
    validationPart: 0.25,
    psf: [psf],
    noise: { min: 0.01, max: 0.01 },
    epochs: 2,
    batch: 2,
    crop: [4, 16, 16],
    learningRate: 0.02,
    schedule: "cosine",
    loss: "npsnr",
    kernels: 3,
    kernelSize: [2, 3, 3],
    init: "dct",
    seed: 1,
    cells: 4,
    cellSize: [4, 24, 24],
    channels: 1,
    ...changes,
  };
}

async function run(
  config: TrainConfig,
  folder: string,
  { stopAfter = Infinity }: { stopAfter?: number } = {},
) {
  Deno.mkdirSync(folder, { recursive: true });
  const engine = await createCpuEngine({ threads: 2 });
  const controller = new AbortController();
  const messages: string[] = [];
  let steps = 0;
  try {
    const result = await runTraining(config, engine, {
      folder,
      signal: controller.signal,
      onMessage: (message) => messages.push(message),
      onProgress: () => {
        if (++steps >= stopAfter) controller.abort();
      },
    });
    return { ...result, messages, steps };
  } finally {
    engine.close();
  }
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

const FINISHED = [
  "checkpoint",
  "config.json",
  "history.csv",
  "model.json",
  "model.onnx",
  "report.html",
];

Deno.test("runTraining() leaves everything behind that a run promises", () =>
  inFolder(async (folder) => {
    const config = configOf(folder, { seed: 3, dataLicence: "ours" });
    const { outcome, model, messages } = await run(config, `${folder}/run`);
    assert.equal(outcome, "finished");
    assert.deepEqual(filesIn(`${folder}/run`), FINISHED);
    assert.equal(messages.length, 3);
    assert.match(messages[2], /^epoch 2\/2: training PSNR \d+\.\d\d dB; validation PSNR \d/);

    assert.deepEqual(loadModel(`${folder}/run`), model);
    assert.equal(countModelParameters(model), 3 * 19 + 1);
    const { training } = model;
    assert.deepEqual([training.epochs, training.seed, training.dataNotice], [2, 3, "ours"]);
    assert.deepEqual(training.psfs, config.psf);
    assert.match(training.data, /4 synthetic cells/);

    const written = JSON.parse(Deno.readTextFileSync(`${folder}/run/config.json`));
    assert.deepEqual(written.config, JSON.parse(JSON.stringify(config)));
    assert.deepEqual(Object.keys(written.program), ["version", "deno", "v8"]);
    assert.deepEqual(readTrainConfig(`${folder}/run`), written.config);

    const [head, ...rows] = Deno.readTextFileSync(`${folder}/run/history.csv`).trim().split("\n");
    assert.equal(head, "epoch,trainLoss,psnr,cpsnr,isnr,cisnr,learningRate");
    assert.deepEqual(rows.map((row) => row.split(",").length), [7, 7]);
    // Of two epochs on a cosine only the last one settles.
    assert.equal(training.validation?.psnr, Number(rows[1].split(",")[2]));
    const page = Deno.readTextFileSync(`${folder}/run/report.html`);
    for (const part of ["Trainable Wiener deconvolution", "synthetic cell", "CPSNR", "<svg"]) {
      assert.ok(page.includes(part), `the report has no ${part}`);
    }
  }));

for (const stopAfter of [1, 2, 3]) {
  Deno.test(`a run stopped after ${stopAfter} steps and resumed leaves the same files`, () =>
    inFolder(async (folder) => {
      const config = configOf(folder, { noise: { min: 0.01, max: 0.03 } });
      const whole = await run(config, `${folder}/whole`);
      assert.equal(whole.steps, 4);
      const stopped = await run(config, `${folder}/parts`, { stopAfter });
      assert.equal(stopped.outcome, "stopped");
      // What there is so far is usable; the report comes with the end.
      assert.deepEqual(filesIn(`${folder}/parts`), FINISHED.slice(0, 4));
      loadModel(`${folder}/parts`);
      const resumed = await run(readTrainConfig(`${folder}/parts`), `${folder}/parts`);
      assert.equal(resumed.outcome, "finished");
      assert.equal(resumed.steps, 4 - stopAfter);
      for (const name of ["checkpoint", "history.csv", "model.json", "model.onnx"]) {
        const [a, b] = ["whole", "parts"].map((run) =>
          Deno.readFileSync(`${folder}/${run}/${name}`)
        );
        assert.deepEqual(b, a, name);
      }
    }));
}

Deno.test("another seed, another model", () =>
  inFolder(async (folder) => {
    const first = await run(configOf(folder, { epochs: 1 }), `${folder}/a`);
    const second = await run(configOf(folder, { epochs: 1, seed: 2 }), `${folder}/b`);
    assert.notDeepEqual(first.stages, second.stages);
  }));

/** Spots in a file, counts up to 4000. */
function writeCells(path: string, shape: Shape, seed = 1): void {
  const values = normals(shape.reduce((a, b) => a * b), seed);
  writeStack(path, { shape, value: (i) => values[i] > 1.5 ? 1500 * values[i] : 100 });
}

Deno.test("files of the user's own, validated on others; voxel size and channels are theirs", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/cells`);
    for (const i of [1, 2, 3]) writeCells(`${folder}/cells/${i}.tif`, [2, 3, 20, 20], i);
    writeCells(`${folder}/other.tif`, [2, 3, 18, 22], 9);
    const data = { data: [`${folder}/cells`], validation: [`${folder}/other.tif`] };
    const own = await run(configOf(folder, data), `${folder}/own`);
    assert.equal(own.model.channels, 2);
    assert.match(own.messages[0], /training scenes: 3, validation scenes: 1/);
    const shared = await run(
      configOf(folder, { ...data, sharedKernels: true }),
      `${folder}/shared`,
    );
    assert.equal(shared.model.channels, 1);
    assert.equal(countModelParameters(shared.model), 3 * 19 + 1);
  }));

Deno.test("images of one plane train with kernels of one plane and presets in focus", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/cells`);
    for (const i of [1, 2]) writeCells(`${folder}/cells/${i}.tif`, [1, 1, 40, 40], i);
    const config = configOf(folder, {
      data: [`${folder}/cells`],
      kernelSize: undefined,
      psf: ["hela3d/psf4"],
      epochs: 1,
    });
    const { model } = await run(config, `${folder}/run`);
    assert.deepEqual(model.stages[0].kernelSize, [1, 5, 5]);
  }));

Deno.test("a patience that is used up ends the run, with a report", () =>
  inFolder(async (folder) => {
    // Steps this large go up and down.
    const config = configOf(folder, { epochs: 60, patience: 1, learningRate: 0.9 });
    const { outcome, state } = await run(config, `${folder}/run`);
    assert.equal(outcome, "plateau");
    assert.ok(state.epoch < 60 && state.epoch === state.best!.epoch + 1);
    assert.deepEqual(filesIn(`${folder}/run`), FINISHED);
  }));

Deno.test("what does not go together is refused before anything is written", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/flat`);
    for (const i of [1, 2]) writeCells(`${folder}/flat/${i}.tif`, [1, 1, 20, 20], i);
    Deno.mkdirSync(`${folder}/mixed`);
    writeCells(`${folder}/mixed/1.tif`, [1, 3, 20, 20], 1);
    writeCells(`${folder}/mixed/2.tif`, [2, 3, 20, 20], 2);
    Deno.mkdirSync(`${folder}/empty`);
    Deno.mkdirSync(`${folder}/blank`);
    for (const i of [1, 2]) {
      writeStack(`${folder}/blank/${i}.tif`, { shape: [1, 3, 20, 20], value: () => 7 });
    }
    writeVolume(`${folder}/two.tif`, { ...blobPsf([2, 3, 3]), shape: [2, 1, 3, 3] });
    const cases: [Partial<TrainConfig>, ...string[]][] = [
      [{ data: [`${folder}/none`] }, "none", "no such file"],
      [{ data: [`${folder}/empty`] }, "empty", "no images"],
      [{ data: [`${folder}/mixed`] }, "2 channels", "has 1", "same channels"],
      [{ data: [`${folder}/blank`] }, "blank", "all its voxels are 7"],
      [{ data: [`${folder}/flat/1.tif`] }, "1 scene", "validation"],
      [{ data: [`${folder}/flat`], kernelSize: [1, 3, 3] }, "PSF", "3 planes", "image one"],
      [
        { data: [`${folder}/flat`], psf: ["hela3d/psf1"], kernelSize: [3, 3, 3] },
        "kernels have 3 planes",
        "--kernel-size 3x3",
      ],
      [
        {
          data: [`${folder}/flat`],
          psf: ["hela3d/psf1"],
          kernelSize: [1, 3, 3],
          coarse: [[1, 4, 4], [2, 4, 4]],
        },
        "--coarse 4x4x2",
        "several planes",
        "--coarse 4x4",
      ],
      [{ coarse: [[1, 4, 4]], coarseKernels: 50 }, "17 kernels", "not 50"],
      [{ psf: [`${folder}/two.tif`] }, "2 channels", "stack has 1"],
      [{ validation: [`${folder}/flat`] }, "--validation", "name the training stacks"],
      [{ kernels: 200 }, "17 kernels", "not 200"],
    ];
    for (const [changes, ...parts] of cases) {
      await assert.rejects(run(configOf(folder, changes), `${folder}/run`), inputError(...parts));
      assert.deepEqual(filesIn(`${folder}/run`), [], parts.join());
    }
  }));

Deno.test("readTrainConfig() says what is wrong with a run folder", () =>
  inFolder((folder) => {
    assert.throws(() => readTrainConfig(folder), inputError("config.json", "no such file"));
    for (const text of ["{", "{}", "null", `{"config": 3}`]) {
      Deno.writeTextFileSync(`${folder}/config.json`, text);
      assert.throws(() => readTrainConfig(folder), inputError("config.json", "damaged"), text);
    }
  }));

Deno.test("a checkpoint of other kernels is refused", () =>
  inFolder(async (folder) => {
    await run(configOf(folder, { epochs: 1 }), `${folder}/run`);
    await assert.rejects(
      run(configOf(folder, { epochs: 2, kernels: 4 }), `${folder}/run`),
      inputError("checkpoint", "58", "77"),
    );
  }));
