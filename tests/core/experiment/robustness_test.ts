import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { findBaseline } from "../../../core/baselines/baselines.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { createPhantom } from "../../../core/dataset/phantom.ts";
import { CancelledError, InputError } from "../../../core/errors.ts";
import { runRobustness } from "../../../core/experiment/robustness.ts";
import {
  actingAperture,
  listConditions,
  scaleAperture,
} from "../../../core/experiment/told_condition.ts";
import type { Trial } from "../../../core/experiment/trial.ts";
import { writeVolume } from "../../../core/io/tiff_writer.ts";
import { encodeModel } from "../../../core/model/model_file.ts";
import { presetPsfs } from "../../../core/psf/presets.ts";
import { createStage } from "../../../core/twb/initialize.ts";
import { modelOf } from "../../support/stage.ts";

/** Three small cells, a fixed and a noise-adaptive model, and a classical method. */
function smallRobustness(folder: string): Trial {
  const files = [1, 2, 3].map((seed) => {
    const path = `${folder}/cell${seed}.tif`;
    writeVolume(path, createPhantom({ shape: [1, 8, 40, 40], seed }));
    return path;
  });
  const models = [0, 1].map((noiseExponent) => {
    const stage = createStage({ kernelCount: 3, kernelSize: [3, 3, 3], alpha: -4 });
    const path = `${folder}/model${noiseExponent}.json`;
    Deno.writeTextFileSync(path, encodeModel(modelOf({ ...stage, noiseExponent })));
    return path;
  });
  return {
    models: [`fixed=${models[0]}`, `adaptive=${models[1]}`],
    methods: [findBaseline("wiener-laplacian")],
    tuneOn: files.slice(0, 2),
    tuneStacks: 2,
    tuneCrop: 32,
    testOn: files.slice(2),
    psfs: presetPsfs("hela3d").slice(2, 3).map((preset) => ({ ...preset, size: [5, 11, 11] })),
    sigma: 0.02,
    seed: 1,
    notes: ["a note"],
  };
}

Deno.test("runRobustness() tells each method the condition's PSF and noise, and goes on", async () => {
  const folder = Deno.makeTempDirSync();
  const spec = smallRobustness(folder);
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const options = { engine, out: `${folder}/whole`, resume: "refuse" } as const;
    const { columns, rows, notes } = await runRobustness(spec, options);
    assert.deepEqual(rows.map(([told]) => told), listConditions(0.02).map(({ label }) => label));
    const column = (key: string) => {
      const at = columns.findIndex((one) => one.key === key);
      return rows.map((row) => row[at] as number);
    };
    const input = column("input_psnr_db");
    for (const same of input.slice(1, 8)) assert.ok(Math.abs(same - input[0]) < 1e-9);
    assert.ok(input.at(-1)! < input.at(-2)! && input.at(-2)! < input[0]);
    const [fixed, adaptive, wiener] = ["fixed", "adaptive", "Wiener, Laplacian"]
      .map((name) => column(`${name} isnr_db`));
    for (const [i, gain] of fixed.entries()) {
      if (i > 0 && i < 5) assert.notEqual(gain, fixed[0]);
      if (i >= 5 && i < 8) assert.equal(gain, fixed[0]);
    }
    assert.notEqual(adaptive[5], adaptive[0]);
    assert.notEqual(wiener[1], wiener[0]);
    const losses = column("adaptive loss_db");
    assert.ok(Math.abs(losses[6] - (adaptive[0] - adaptive[6])) < 1e-9);
    assert.ok(notes!.some((note) => note.includes("not told the noise: fixed")));
    assert.ok(notes!.some((note) => note.includes("psf3 by 6.1 % instead of 10 %")));
    for (const name of ["table.md", "stacks.csv", "search.csv", "report.html"]) {
      assert.ok(existsSync(`${folder}/whole/${name}`), name);
    }

    const stopping = { ...options, out: `${folder}/stopped` };
    const controller = new AbortController();
    await assert.rejects(
      runRobustness(spec, {
        ...stopping,
        signal: controller.signal,
        onProgress: (_, text) => text.endsWith("NA 10 % smaller") && controller.abort(),
      }),
      CancelledError,
    );
    const resumed = await runRobustness(spec, { ...stopping, resume: "go on" });
    assert.deepEqual(resumed.rows, rows);
  } finally {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("runRobustness() refuses to run without a model, or with two of one name", async () => {
  const folder = Deno.makeTempDirSync();
  const spec = smallRobustness(folder);
  const engine = await createCpuEngine({ threads: 1 });
  const run = (models: readonly string[]) =>
    runRobustness({ ...spec, models }, { engine, out: `${folder}/out`, resume: "refuse" });
  try {
    await assert.rejects(
      run([]),
      (error) => error instanceof InputError && /--model/.test(`${error}`),
    );
    await assert.rejects(run(["a=x.json", "a=y.json"]), /would be called "a"/);
    assert.ok(!existsSync(`${folder}/out`));
  } finally {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("scaleAperture() keeps the NA below the index, actingAperture() at the sample's", () => {
  const [psf1, psf2, psf3] = presetPsfs("hela3d").map(({ optics }) => optics);
  assert.ok(Math.abs(scaleAperture(psf2, 1.1).numericalAperture - 1.32) < 1e-12);
  assert.ok(Math.abs(scaleAperture(psf3, 1.1).numericalAperture - 1.485) < 1e-12);
  assert.equal(actingAperture(psf1), 1.33);
  assert.equal(actingAperture(psf3), 1.4);
});
