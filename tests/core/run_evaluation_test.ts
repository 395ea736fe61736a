import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { createPhantom } from "../../core/dataset/phantom.ts";
import { CancelledError } from "../../core/errors.ts";
import { writeVolume } from "../../core/io/tiff_writer.ts";
import { encodeModel } from "../../core/model/model_file.ts";
import type { Table } from "../../core/report/table.ts";
import { formatTables } from "../../core/report/table.ts";
import { type EvaluationConfig, runEvaluation } from "../../core/run_evaluation.ts";
import { createStage } from "../../core/twb/initialize.ts";
import { modelOf } from "../support/stage.ts";

const folder = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const files = [1, 2, 3, 4].map((seed) => {
  const path = `${folder}/cell${seed}.tif`;
  writeVolume(path, createPhantom({ shape: [1, 1, 40, 40], seed }));
  return path;
});
const modelPath = `${folder}/model.json`;
Deno.writeTextFileSync(modelPath, encodeModel(modelOf(createStage({ alpha: -5 }))));

const config: EvaluationConfig = {
  data: files.slice(0, 2),
  models: [modelPath],
  methods: ["wiener-laplacian", "ictm", "rif=0.1"],
  tuneOn: files.slice(2),
  tuneStacks: 2,
  oracles: "measured",
  psf: ["hela3d/psf4"],
  sigmas: [0.01, 0.03],
  seed: 1,
  rows: "stacks",
};

/** All that does not depend on the machine's mood. */
function withoutTimes(tables: readonly Table[]): unknown {
  return tables.map(({ columns, rows }) =>
    rows.map((row) => row.filter((_, i) => columns[i].key !== "seconds"))
  );
}

Deno.test("runEvaluation() that was stopped goes on to the same tables, without repeating rows", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const whole = await runEvaluation(config, engine);
    assert.equal(whole.length, 2);
    const out = `${folder}/out`;
    const controller = new AbortController();
    let rows = 0;
    await assert.rejects(
      runEvaluation(config, engine, {
        out,
        signal: controller.signal,
        onProgress: () => ++rows === 7 && controller.abort(),
      }),
      CancelledError,
    );
    const lines = () => Deno.readTextFileSync(`${out}/rows.jsonl`).trim().split("\n").length;
    assert.equal(lines(), 7);
    assert.ok(existsSync(`${out}/tuned ictm 0.01.json`));
    await assert.rejects(runEvaluation(config, engine, { out }), /go on with --resume/);
    const messages: string[] = [];
    const resumed = await runEvaluation(config, engine, {
      out,
      resume: "go on",
      onMessage: (message) => messages.push(message),
    });
    assert.deepEqual(withoutTimes(resumed), withoutTimes(whole));
    assert.deepEqual(messages, [], "a search was repeated");
    // Two stacks, two levels; the input, the model, three methods, and their oracles.
    assert.equal(lines(), 2 * 2 * (1 + 1 + 3 + 3));
    // How the figures are shown is no part of the setting.
    const means = { ...config, rows: "means", format: "csv" } as EvaluationConfig;
    const [table] = await runEvaluation(means, engine, { out, resume: "go on" });
    assert.equal(table.rows.length, 2 * (1 + 1 + 3));
    await assert.rejects(
      runEvaluation({ ...config, seed: 2 }, engine, { out, resume: "go on" }),
      /another setting/,
    );
  } finally {
    engine.close();
  }
});

Deno.test("runEvaluation() measures time and memory of all but the input, as documented", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const [{ columns, rows, notes }] = await runEvaluation({ ...config, oracles: "none" }, engine);
    const at = (key: string) => columns.findIndex((column) => column.key === key);
    for (const row of rows) {
      const isInput = row[at("method")] === "input";
      // At least the restored stack, at most a hundred of it.
      const memory = (row[at("memory_mb")] ?? NaN) as number;
      assert.equal(isInput, Number.isNaN(memory));
      assert.ok(isInput || (memory > 4 * 1600e-6 && memory < 400 * 1600e-6), `${row}, ${memory}`);
    }
    assert.ok(
      notes!.some((note) => /^RIF: lambda 0.1 at 1 %, 0.1 at 3 % \(as given\)$/.test(note)),
    );
    assert.ok(notes!.some((note) => /^Wiener, Laplacian: .*tried in 2 runs on 2/.test(note)));
  } finally {
    engine.close();
  }
});

Deno.test("formatTables() makes several tables one text, an array in JSON", () => {
  const table: Table = { title: "A", columns: [{ key: "a", title: "A" }], rows: [["x"]] };
  assert.equal(JSON.parse(formatTables([table], "json")).title, "A");
  assert.equal(JSON.parse(formatTables([table, table], "json")).length, 2);
  assert.equal(formatTables([table, table], "csv"), "a\nx\n\na\nx\n");
});
