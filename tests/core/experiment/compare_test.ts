import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { findBaseline } from "../../../core/baselines/baselines.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { createPhantom } from "../../../core/dataset/phantom.ts";
import { CancelledError, InputError } from "../../../core/errors.ts";
import { type Comparison, runComparison } from "../../../core/experiment/compare.ts";
import type { ComparedModel } from "../../../core/experiment/compared_model.ts";
import { openExperimentFolder } from "../../../core/experiment/experiment_folder.ts";
import { COMPARISONS, createComparison } from "../../../core/experiment/experiments.ts";
import { writeVolume } from "../../../core/io/tiff_writer.ts";
import { formatTable } from "../../../core/report/table.ts";

/** Four small images, and what is compared on them. */
function smallComparison(folder: string): Comparison {
  const files = [1, 2, 3, 4].map((seed) => {
    const path = `${folder}/cell${seed}.tif`;
    writeVolume(path, createPhantom({ shape: [1, 1, 48, 48], seed }));
    return path;
  });
  return {
    title: "small",
    models: [{
      name: "TWB",
      config: {
        data: files.slice(0, 3),
        validation: [],
        validationPart: 0.3,
        psf: ["hela3d/psf4"],
        noise: { min: 0.01, max: 0.01 },
        epochs: 1,
        batch: 1,
        crop: [1, 32, 32],
        learningRate: 0.005,
        schedule: "cosine",
        loss: "npsnr",
        kernels: 3,
        kernelSize: [1, 3, 3],
        init: "dct",
        seed: 1,
        cells: 2,
        cellSize: [1, 32, 32],
        channels: 1,
      },
    }],
    methods: [findBaseline("wiener-laplacian")],
    tuneOn: files.slice(0, 2),
    tuneStacks: 2,
    testOn: files.slice(2),
    psfs: ["hela3d/psf4"],
    sigma: 0.01,
    seed: 1,
    notes: ["a note"],
  };
}

Deno.test("runComparison() writes its tables, and one that was stopped goes on to the same", async () => {
  const folder = Deno.makeTempDirSync();
  const comparison = smallComparison(folder);
  const engine = await createCpuEngine({ threads: 1 });
  const withoutTimes = (table: Awaited<ReturnType<typeof runComparison>>) =>
    table.rows.map((row) => row.filter((_, i) => table.columns[i].key !== "seconds"));
  try {
    const options = { engine, out: `${folder}/whole`, resume: "refuse" } as const;
    const whole = await runComparison(comparison, options);
    assert.deepEqual(whole.rows.map((row) => row[1]), ["input", "TWB", "Wiener, Laplacian"]);
    for (const name of ["table.md", "table.csv", "table.json", "table.tex", "report.html"]) {
      assert.ok(existsSync(`${folder}/whole/${name}`), name);
    }
    await assert.rejects(runComparison(comparison, options), InputError);

    const stopping = { ...options, out: `${folder}/stopped` };
    const controller = new AbortController();
    await assert.rejects(
      runComparison(comparison, {
        ...stopping,
        signal: controller.signal,
        onProgress: (_, text) => text.includes("input") && controller.abort(),
      }),
      CancelledError,
    );
    const resumed = await runComparison(comparison, { ...stopping, resume: "go on" });
    assert.deepEqual(withoutTimes(resumed), withoutTimes(whole));
    assert.match(formatTable(whole, "markdown"), /a note/);
  } finally {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("openExperimentFolder() keeps values and rows, NaN too, and refuses another setting", async () => {
  const path = Deno.makeTempDirSync();
  const open = (setting: Readonly<Record<string, unknown>>) =>
    openExperimentFolder(path, { setting, resume: "go on" });
  const first = open({ a: 1 });
  assert.equal(await first.keep("value.json", () => Promise.resolve(5)), 5);
  const metrics = { psnr: 30, cpsnr: NaN, isnr: 1, cisnr: NaN, snr: 2, nrmse: 0.1, ssim: Infinity };
  const row = { stack: "s", psf: "p", sigma: 0.01, method: "m", metrics, seconds: 1 };
  first.addRow(row);
  Deno.writeTextFileSync(`${path}/rows.jsonl`, '{"stack":"cut o', { append: true });
  const second = open({ a: 1 });
  assert.equal(await second.keep("value.json", () => Promise.reject(new Error("again"))), 5);
  assert.deepEqual(second.rows, [row]);
  second.addRow(row);
  assert.deepEqual(open({ a: 1 }).rows, [row, row]);
  assert.throws(() => open({ a: 2 }), /another setting/);
  Deno.removeSync(path, { recursive: true });
});

Deno.test("an experiment that goes on may compare more than before, and nothing else instead", () => {
  const path = Deno.makeTempDirSync();
  const open = (models: readonly unknown[]) =>
    openExperimentFolder(path, { setting: { seed: 1 }, compared: { models }, resume: "go on" });
  open([{ name: "a", sha256: "1" }]);
  open([{ name: "b" }, { name: "a", sha256: "1" }]);
  // What was added counts from then on.
  assert.throws(() => open([{ name: "a", sha256: "1" }]), /another setting/);
  assert.throws(() => open([{ name: "b" }, { name: "a", sha256: "2" }]), /another setting/);
  Deno.removeSync(path, { recursive: true });
});

function dataOf(model: ComparedModel): readonly string[] {
  return "config" in model ? model.config.data : [];
}

const data = new URL("../../../../shared/data", import.meta.url).pathname;
const present = existsSync(data);

Deno.test({
  name: `every experiment names files that are there${present ? "" : " (needs ../shared)"}`,
  ignore: !present,
  fn: () => {
    for (const name of COMPARISONS) {
      for (const size of ["full", "quick"] as const) {
        const options = { data, sigma: 0.01, seed: 1, size, methods: [] };
        const { models, testOn, psfs } = createComparison(name, options);
        assert.ok(models.length > 0 && testOn.length > 0 && psfs.length > 0);
        for (const path of [...testOn, ...models.flatMap(dataOf)]) {
          assert.ok(existsSync(path), path);
        }
        if (name === "init3d" && size === "full") assert.equal(models.length, 27);
        if (!["toy2d"].includes(name)) {
          const learned = new Set(models.flatMap(dataOf));
          assert.ok(testOn.every((path) => !learned.has(path)), `${name} tests on what it learned`);
        }
      }
    }
  },
});
