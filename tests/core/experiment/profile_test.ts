import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { findBaseline } from "../../../core/baselines/baselines.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { createPhantom } from "../../../core/dataset/phantom.ts";
import { CancelledError, InputError } from "../../../core/errors.ts";
import { averageMetrics } from "../../../core/evaluate.ts";
import type { ErrorPart, ErrorProfile } from "../../../core/experiment/error_profile.ts";
import { openExperimentFolder } from "../../../core/experiment/experiment_folder.ts";
import { runProfile } from "../../../core/experiment/profile.ts";
import {
  plotSpectra,
  type ProfiledRow,
  tabulateAxial,
  tabulateBorder,
  tabulateIntensities,
  tabulateLateral,
} from "../../../core/experiment/profile_tables.ts";
import type { Trial } from "../../../core/experiment/trial.ts";
import { writeVolume } from "../../../core/io/tiff_writer.ts";
import { encodeModel } from "../../../core/model/model_file.ts";
import { presetPsfs } from "../../../core/psf/presets.ts";
import { formatTable, type Table } from "../../../core/report/table.ts";
import { createStage } from "../../../core/twb/initialize.ts";
import { modelOf } from "../../support/stage.ts";

/** Two small cells to test on, two PSFs, a model and a classical method. */
function smallTrial(folder: string): Trial {
  const files = [1, 2, 3].map((seed) => {
    const path = `${folder}/cell${seed}.tif`;
    writeVolume(path, createPhantom({ shape: [1, 8, 40, 40], seed }));
    return path;
  });
  const model = `${folder}/model.json`;
  const stage = createStage({ kernelCount: 3, kernelSize: [3, 3, 3], alpha: -4 });
  Deno.writeTextFileSync(model, encodeModel(modelOf(stage)));
  return {
    models: [`TWB=${model}`],
    methods: [findBaseline("wiener-laplacian")],
    tuneOn: files.slice(0, 1),
    tuneStacks: 1,
    tuneCrop: 32,
    testOn: files.slice(1),
    psfs: presetPsfs("hela3d").slice(2, 4).map((preset) => ({ ...preset, size: [5, 11, 11] })),
    sigma: 0.02,
    seed: 1,
    notes: ["a note"],
  };
}

/** The numbers of a column, by method. */
function column({ columns, rows }: Table, key: string): Readonly<Record<string, number>> {
  const at = columns.findIndex((one) => one.key === key);
  assert.ok(at >= 0, key);
  return Object.fromEntries(rows.map((row) => [row[0], row[at] as number]));
}

Deno.test("runProfile() writes its tables and curves, and one that was stopped goes on to the same", async () => {
  const folder = Deno.makeTempDirSync();
  const trial = smallTrial(folder);
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const options = { engine, out: `${folder}/whole`, resume: "refuse" } as const;
    const tables = await runProfile(trial, options);
    const [border, lateral, axial, intensity] = tables;
    for (const { rows, notes } of tables) {
      assert.deepEqual(rows.map(([method]) => method), ["input", "TWB", "Wiener, Laplacian"]);
      assert.ok(notes!.includes("a note"));
    }
    for (const name of ["table", "lateral", "axial", "intensity"]) {
      for (const end of ["md", "csv", "json", "tex"]) {
        assert.ok(existsSync(`${folder}/whole/${name}.${end}`), `${name}.${end}`);
      }
    }
    assert.match(Deno.readTextFileSync(`${folder}/whole/lateral.svg`), /lateral frequency/);
    const page = Deno.readTextFileSync(`${folder}/whole/report.html`);
    for (const title of [...tables.map((table) => table.title), "lateral frequency / cut-off"]) {
      assert.ok(page.includes(title.replace("'", "&#39;")), title);
    }

    const { rows } = openExperimentFolder(options.out, {
      setting: JSON.parse(Deno.readTextFileSync(`${options.out}/setting.json`)),
      resume: "go on",
    });
    assert.equal(rows.length, 2 * 2 * 3);
    const input = rows.filter(({ method }) => method === "input");
    const { psnr } = averageMetrics(input.map(({ metrics }) => metrics));
    assert.ok(Math.abs(column(border, "psnr_db").input - psnr) < 1e-4);
    const shares = (table: Table) =>
      table.rows.map((row) =>
        row.reduce<number>(
          (sum, cell, i) => table.columns[i].title === "share" ? sum + (cell as number) : sum,
          0,
        )
      );
    for (const share of [lateral, axial, intensity].flatMap(shares)) {
      assert.ok(Math.abs(share - 100) < 1e-6, `${share} % of the error`);
    }
    // What Wiener's filter knows of low frequencies it restores, and above the cut-off nothing.
    const wiener = "Wiener, Laplacian";
    assert.ok(column(lateral, "0_0.1_db")[wiener] < column(lateral, "0.5_0.75_db")[wiener]);

    const stopping = { ...options, out: `${folder}/stopped` };
    const controller = new AbortController();
    await assert.rejects(
      runProfile(trial, {
        ...stopping,
        signal: controller.signal,
        onProgress: (_, text) => text.includes("psf4, TWB") && controller.abort(),
      }),
      CancelledError,
    );
    const resumed = await runProfile(trial, { ...stopping, resume: "go on" });
    assert.deepEqual(resumed, tables);
    await assert.rejects(
      runProfile({ ...trial, models: [] }, { ...options, out: `${folder}/none` }),
      (error) => error instanceof InputError && /profile needs trained models/.test(`${error}`),
    );
  } finally {
    engine.close();
    Deno.removeSync(folder, { recursive: true });
  }
});

const part = (voxels: number, sum: number, squares: number): ErrorPart => ({
  voxels,
  sum,
  squares,
});

/** Of 100 voxels, 20 at the border and 40 in end planes, with a sum of squares of 1. */
function rowOf(method: string, change: Partial<ErrorProfile> = {}): ProfiledRow {
  const metrics = averageMetrics([]);
  const place = { stack: "s", psf: "p", sigma: 0.01, seconds: 1 };
  const profile: ErrorProfile = {
    regions: {
      border: part(20, 2, 0.2),
      centre: part(80, 4, 0.8),
      ends: part(40, 0, 0.4),
      middle: part(60, 6, 0.6),
    },
    // Bins of 0.05: 0 to 0.1, 0.1 to 0.25, and 1 to 1.05.
    lateral: {
      error: [0.1, 0.1, 0.2, 0, 0, ...Array(15).fill(0), 0.6],
      truth: [10, 10, 2, 0, 0, ...Array(15).fill(0), 0.6],
    },
    axial: { error: [0.5, 0.5], truth: [50, 50] },
    intensities: {
      dark: part(90, 0.9, 0.09),
      middle: part(10, -1, 0.91),
      bright: part(0, 0, 0),
    },
    ...change,
  };
  return { ...place, method, metrics, profile };
}

Deno.test("the tables of profiles have the means of every method, of what there is", () => {
  const regions = { ...rowOf("a").profile.regions, border: part(20, 2, 0.02) };
  const rows = [rowOf("a"), rowOf("b"), rowOf("a", { regions })];
  const near = (table: Table, key: string, expected: number) =>
    assert.ok(Math.abs(column(table, key).a - expected) < 1e-9, `${key}: ${column(table, key).a}`);

  const border = tabulateBorder(rows, ["of two"]);
  near(border, "psnr_border_db", 25); // 20 and 30 dB
  near(border, "psnr_ends_db", 20);
  near(border, "share_border_percent", 50 * (0.2 + 0.02 / 0.82));
  assert.ok(border.notes!.some((note) => note.includes("20.0 % of the voxels")));
  assert.equal(border.notes!.at(-1), "of two");

  const lateral = tabulateLateral(rows, []);
  near(lateral, "0_0.1_db", -20);
  near(lateral, "0.1_0.25_db", -10);
  near(lateral, "0.1_0.25_percent", 20);
  near(lateral, "above_1_db", 0);
  near(lateral, "above_1_percent", 60);
  // No frequency of these stacks lies in the band: it is missing, not 0.
  assert.match(formatTable(lateral, "csv"), /^a,-20,20,-10,20,,0,,0,,0,0,60$/m);
  near(tabulateAxial(rows, []), "0_0.1_db", -20);

  const intensity = tabulateIntensities(rows.slice(0, 2), []);
  near(intensity, "mean_dark_percent", 1);
  near(intensity, "rms_dark_percent", 100 * Math.sqrt(0.001));
  near(intensity, "share_middle_percent", 91);
  assert.ok(Number.isNaN(column(intensity, "rms_bright_percent").a));

  const [a, b] = plotSpectra(rows).lateral.plot.series;
  assert.deepEqual([a.name, b.name], ["a", "b"]);
  assert.deepEqual(a.points[0], { x: 0.025, y: -20 });
  assert.deepEqual(a.points.at(-1), { x: 1.025, y: 0 });
});
