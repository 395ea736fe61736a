import assert from "node:assert/strict";
import { findBaseline } from "../../core/baselines/baselines.ts";
import type { BaselineMethod } from "../../core/baselines/method.ts";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { CancelledError } from "../../core/errors.ts";
import { evaluateCases } from "../../core/evaluate.ts";
import { createCases, createTuningCases } from "../../core/evaluation_case.ts";
import { tabulateMeans, tabulateOracles, tabulateSearches } from "../../core/evaluation_table.ts";
import { psnr } from "../../core/loss/metrics.ts";
import { classicalMethod } from "../../core/evaluate.ts";
import { oracleMethod, tuneBaseline } from "../../core/tune.ts";
import { blobPsf } from "../support/pattern.ts";
import { spotDataset } from "../support/scenes.ts";

const dataset = spotDataset([1, 2, 3, 4, 5, 6, 7].map(() => [1, 3, 20, 20] as const));
const psfs = [{ name: "narrow", psf: blobPsf([3, 5, 5], 1) }];

async function onEngine(test: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createCpuEngine({ threads: 2 });
  try {
    await test(engine);
  } finally {
    engine.close();
  }
}

/** A method's name for its calls, and what it was called with. */
function watched(name: string): { method: BaselineMethod; runs: (readonly number[])[] } {
  const inner = findBaseline(name);
  const runs: (readonly number[])[] = [];
  const method: BaselineMethod = {
    ...inner,
    restoreSeries(engine, input) {
      runs.push(input.parameters);
      return inner.restoreSeries(engine, input);
    },
  };
  return { method, runs };
}

Deno.test("tuneBaseline() finds the value with the best mean PSNR of the whole grid", () =>
  onEngine(async (engine) => {
    const cases = createTuningCases(dataset, engine, { psfs, sigma: 0.02, seed: 3, stacks: 4 });
    for (const name of ["wiener-laplacian", "ictm"]) {
      const { method, runs } = watched(name);
      const { values } = method.parameter;
      const tuned = await tuneBaseline(method, cases, { engine });
      const means = values.map(() => 0);
      for (const one of cases) {
        const { target, observed } = await one.load();
        const psf = one.psf.psf;
        const all = await method.restoreSeries(engine, { observed, psf, parameters: values });
        all.forEach((restored, i) => means[i] += psnr(restored, target) / cases.length);
      }
      assert.equal(tuned.value, values[means.indexOf(Math.max(...means))], name);
      const { score, stacks } = tuned.tried.find(({ value }) => value === tuned.value)!;
      assert.equal(stacks, 4);
      assert.ok(Math.abs(score - Math.max(...means)) < 1e-3);
      assert.equal(tuned.runs, runs.length - cases.length);
    }
  }));

Deno.test("tuneBaseline() climbs on a third of the stacks first, and runs nothing twice", () =>
  onEngine(async (engine) => {
    const cases = createTuningCases(dataset, engine, { psfs, sigma: 0.02, seed: 3, stacks: 6 });
    const { method, runs } = watched("ictm");
    const { tried } = await tuneBaseline(method, cases, { engine });
    assert.ok(tried.some(({ stacks }) => stacks === 2));
    assert.ok(tried.filter(({ stacks }) => stacks === 6).length >= 2);
    assert.equal(runs.length, tried.reduce((sum, { stacks }) => sum + stacks, 0));
    assert.ok(runs.length < method.parameter.values.length * cases.length / 2);
  }));

Deno.test("tuneBaseline() ends when it is told to", () =>
  onEngine(async (engine) => {
    const cases = createTuningCases(dataset, engine, { psfs, sigma: 0.02, seed: 3, stacks: 2 });
    const signal = AbortSignal.abort();
    await assert.rejects(
      tuneBaseline(findBaseline("ictm"), cases, { engine, signal }),
      CancelledError,
    );
  }));

Deno.test("createTuningCases() has noise that no evaluation has, kept for all methods", () =>
  onEngine(async (engine) => {
    const options = { psfs, sigma: 0.02, seed: 3 };
    const [tuning] = createTuningCases(dataset, engine, { ...options, stacks: 1 });
    const first = await tuning.load();
    assert.deepEqual(await tuning.load(), first);
    const cases = createCases(dataset, engine, { psfs, sigmas: [0.02], seed: 3 });
    const same = cases.find(({ stack }) => stack === tuning.stack)!;
    assert.notDeepEqual((await same.load()).observed.data, first.observed.data);
    assert.deepEqual((await same.load()).target.data, first.target.data);
  }));

Deno.test("oracleMethod() is never worse than the choice on other stacks, and stands apart", () =>
  onEngine(async (engine) => {
    const cases = createCases(dataset, engine, { psfs, sigmas: [0.02], seed: 5 });
    const laplacian = findBaseline("wiener-laplacian");
    const ictm = findBaseline("ictm");
    const rows = await evaluateCases(cases, engine, {
      methods: [
        classicalMethod(laplacian, engine, () => 0.1),
        classicalMethod(ictm, engine, () => 0.1),
        oracleMethod(laplacian, engine, { start: () => 0.1 }),
        oracleMethod(ictm, engine, { start: () => 0.1 }),
      ],
    });
    const of = (method: string) => rows.filter((row) => row.method === method);
    for (const { label, parameter: { values } } of [laplacian, ictm]) {
      const [own, best] = [of(label), of(`${label}, oracle`)];
      assert.ok(best.every(({ metrics }, i) => metrics.psnr >= own[i].metrics.psnr));
      assert.ok(
        best.every(({ choice, parameter }) => choice === "oracle" && values.includes(parameter!)),
      );
      assert.ok(own.every(({ choice, parameter }) => choice === undefined && parameter === 0.1));
    }
    assert.equal(tabulateMeans(rows, []).rows.length, 3);
    const bounds = tabulateOracles(rows)!;
    assert.deepEqual(bounds.rows.map((row) => row[1]), [laplacian.label, ictm.label]);
    const gain = bounds.columns.findIndex(({ key }) => key === "gain_db");
    assert.ok(bounds.rows.every((row) => (row[gain] as number) >= 0));
    assert.equal(tabulateOracles(of(laplacian.label)), undefined);
  }));

Deno.test("tabulateSearches() says what was tried and what it cost", () => {
  const tried = [{ value: 0.1, score: 30, stacks: 2 }, { value: 1, score: 31, stacks: 2 }];
  const search = { method: "RIF", parameter: "lambda", sigma: 0.01, value: 1, tried };
  const table = tabulateSearches([{ ...search, runs: 2, stacks: 2, seconds: 1.5 }]);
  assert.deepEqual(table.rows, [["1 %", "RIF", "lambda", 1, 2, 2, 2, 1.5]]);
});
