/**
 * A comparison of trained models with classical methods, from training to the tables, on the same
 * degraded stacks.
 *
 * @module
 */
import type { BaselineMethod } from "../baselines/method.ts";
import { type Dataset, openDataset } from "../dataset/dataset.ts";
import { evaluateMethods, type EvaluationRow } from "../evaluate.ts";
import { createCases, createTuningCases } from "../evaluation_case.ts";
import { formatLevel, MEMORY_NOTE, tabulateMeans } from "../evaluation_table.ts";
import { loadPsfs } from "../psf/load_psf.ts";
import { describeStages } from "../report/model_stages.ts";
import type { ReportPicture } from "../report/page.ts";
import type { Table } from "../report/table.ts";
import {
  assertUnseen,
  type ComparedModel,
  type ExperimentHooks,
  identifyModel,
  type PreparedModel,
  prepareModel,
} from "./compared_model.ts";
import { cropDataset } from "./crop_dataset.ts";
import { openExperimentFolder } from "./experiment_folder.ts";
import { createExamples, pickBest, writeResults } from "./results.ts";
import { tuneMethods } from "./tuned_methods.ts";

/** What is compared. */
export interface Comparison {
  readonly title: string;
  readonly models: readonly ComparedModel[];
  readonly methods: readonly BaselineMethod[];
  /** Also every method with the best parameter of every stack. @default "none" */
  readonly oracles?: "none" | "measured";
  /** Files on which the methods' parameters are chosen. */
  readonly tuneOn: readonly string[];
  readonly tuneStacks: number;
  /** Side in x and y of what of a tuning stack is used, see `cropDataset`. @default all */
  readonly tuneCrop?: number;
  /** Files that nothing was chosen on. */
  readonly testOn: readonly string[];
  /** Side of what of a test stack is used. @default all */
  readonly testCrop?: number;
  /** Whether models may have learned from the test stacks. @default "refused" */
  readonly overlap?: "refused" | "wanted";
  /** References, see `loadPsfs`. */
  readonly psfs: readonly string[];
  readonly sigma: number;
  readonly seed: number;
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** Further tables of the page, from the rows. */
  summarize?(rows: readonly EvaluationRow[]): readonly Table[];
  /** Further pictures of the page, from the best model. */
  picture?(model: PreparedModel): Promise<readonly ReportPicture[]>;
}

/** Stacks that the page shows. */
const EXAMPLES = 3;

/**
 * Trains, tunes, evaluates, and writes table.md, .csv, .json and .tex, every stack's rows, and
 * report.html into the folder. Steps that the folder has already are not done again.
 *
 * @throws {CancelledError} when the signal aborts; `resume: "go on"` then continues.
 */
export async function runComparison(
  comparison: Comparison,
  hooks: ExperimentHooks,
): Promise<Table> {
  const { sigma, seed, title } = comparison;
  const { engine, signal } = hooks;
  const { methods: _, models: compared, notes: texts, summarize, picture, ...setting } = comparison;
  const tested = new Set(comparison.testOn.map((path) => path.slice(path.lastIndexOf("/") + 1)));
  for (const model of comparison.overlap === "wanted" ? [] : compared) {
    if ("path" in model) assertUnseen(model.path, tested);
  }
  const folder = openExperimentFolder(hooks.out, {
    setting,
    compared: {
      models: await Promise.all(compared.map(identifyModel)),
      methods: comparison.methods.map(({ name }) => name),
    },
    resume: hooks.resume,
  });
  const test = await openCropped(comparison.testOn, comparison.testCrop);
  const planar = (await test.items[0].load()).shape[1] === 1;
  const psfs = await loadPsfs(comparison.psfs, { presetDepth: planar ? "plane" : "volume" });
  const models: PreparedModel[] = [];
  for (const model of compared) {
    models.push(await prepareModel(model, folder, hooks));
  }
  const methods = models.map(({ method }) => method);
  const tuning = comparison.methods.length > 0
    ? await openCropped(comparison.tuneOn, comparison.tuneCrop)
    : undefined;
  const tuned = await tuneMethods(comparison.methods, {
    sigmas: tuning ? [sigma] : [],
    oracles: comparison.oracles,
    casesOf: () =>
      createTuningCases(tuning!, engine, { psfs, sigma, seed, stacks: comparison.tuneStacks }),
  }, { folder, hooks });
  const options = { psfs, sigmas: [sigma], seed };
  const rows = await evaluateMethods(test, engine, {
    ...options,
    methods: [...methods, ...tuned.methods],
    known: folder.rows,
    signal,
    onRow(row, done, total) {
      folder.addRow(row);
      hooks.onProgress?.(done / total, `${row.stack}, ${row.psf}, ${row.method}`);
    },
  });
  const notes = [
    `stacks: ${test.items.length}, PSFs: ${psfs.length}, ` +
    `noise: ${formatLevel(sigma)}, seed: ${seed}, ${engine.description}`,
    ...texts,
    MEMORY_NOTE,
  ];
  const table = { ...tabulateMeans(rows, notes), title };
  const cases = createCases(test, engine, options);
  const best = pickBest(rows, [...methods, ...tuned.methods]);
  const bestModel = models[methods.indexOf(pickBest(rows, methods))];
  const step = Math.max(1, Math.floor(cases.length / EXAMPLES) + 1);
  await writeResults(folder, {
    title,
    summary: [
      ["Noise", formatLevel(sigma)],
      ["Seed", String(seed)],
      ["Curves", `of ${bestModel.name}, the best model by PSNR`],
      ["Kernels", `of ${bestModel.shown}`],
      ["Examples", `of ${best.name}, the best by PSNR`],
    ],
    tables: [table, ...summarize?.(rows) ?? []],
    rows,
    searches: tuned.searches,
    page: {
      history: bestModel.history,
      stages: describeStages(bestModel.model),
      examples: await createExamples(cases.filter((_, i) => i % step === 0), best),
      pictures: await picture?.(bestModel),
    },
  });
  return table;
}

/** The files as a dataset, its scenes cut by `cropDataset` where there is a side. */
export async function openCropped(
  files: readonly string[],
  side: number | undefined,
): Promise<Dataset> {
  const dataset = await openDataset(files);
  return side === undefined ? dataset : cropDataset(dataset, side);
}
