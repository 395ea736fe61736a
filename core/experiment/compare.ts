/**
 * A comparison of trained models with classical methods, from training to the tables, on the same
 * degraded stacks.
 *
 * @module
 */
import type { BaselineMethod } from "../baselines/method.ts";
import type { Engine } from "../compute/engine.ts";
import { type Dataset, openDataset } from "../dataset/dataset.ts";
import { CancelledError } from "../errors.ts";
import {
  classicalMethod,
  type EvaluatedMethod,
  evaluateMethods,
  type EvaluationRow,
  modelMethod,
} from "../evaluate.ts";
import { formatLevel, tabulateMeans, tabulateStacks } from "../evaluation_table.ts";
import { decodeModel, encodeModel } from "../model/model_file.ts";
import { loadPsfs } from "../psf/load_psf.ts";
import { renderReport } from "../report/page.ts";
import type { Cell } from "../report/cell.ts";
import { formatTable, type Table } from "../report/table.ts";
import { runTraining, type TrainConfig } from "../run_training.ts";
import { tuneBaseline, type TunedParameter } from "../tune.ts";
import { type ExperimentFolder, openExperimentFolder } from "./experiment_folder.ts";

/** A model to train, and its name in the tables. */
export interface ComparedModel {
  readonly name: string;
  readonly config: TrainConfig;
}

/** What is compared. */
export interface Comparison {
  readonly title: string;
  readonly models: readonly ComparedModel[];
  readonly methods: readonly BaselineMethod[];
  /** Files on which the methods' parameters are chosen. */
  readonly tuneOn: readonly string[];
  readonly tuneStacks: number;
  /** Files that nothing was chosen on. */
  readonly testOn: readonly string[];
  /** References, see `loadPsfs`. */
  readonly psfs: readonly string[];
  readonly sigma: number;
  readonly seed: number;
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

/** Where a comparison goes, and whom it tells. */
export interface CompareOptions {
  readonly engine: Engine;
  readonly out: string;
  readonly resume: "go on" | "refuse";
  readonly signal?: AbortSignal;
  onMessage?(message: string): void;
  onProgress?(fraction: number, text: string): void;
}

/**
 * Trains, tunes, evaluates, and writes table.md, .csv, .json and .tex, every stack's rows, and
 * report.html into the folder. Steps that the folder has already are not done again.
 *
 * @throws {CancelledError} when the signal aborts; `resume: "go on"` then continues.
 */
export async function runComparison(
  comparison: Comparison,
  options: CompareOptions,
): Promise<Table> {
  const { engine, onMessage = () => {}, signal } = options;
  const { methods: _, ...setting } = comparison;
  const names = comparison.methods.map(({ name }) => name);
  const folder = openExperimentFolder(options.out, {
    setting: { ...setting, methods: names },
    resume: options.resume,
  });
  const test = await openDataset(comparison.testOn);
  const planar = (await test.items[0].load()).shape[1] === 1;
  const psfs = await loadPsfs(comparison.psfs, { presetDepth: planar ? "plane" : "volume" });
  const tested: EvaluatedMethod[] = [];
  for (const compared of comparison.models) {
    const text = await folder.keep(
      `${compared.name}.json`,
      () => trainCompared(compared, folder, options),
    );
    tested.push(modelMethod(compared.name, decodeModel(text, compared.name), engine));
  }
  const tuned = new Map<string, TunedParameter>();
  if (comparison.methods.length > 0) {
    const tuning = await openDataset(comparison.tuneOn);
    for (const method of comparison.methods) {
      const found = await folder.keep(
        `tuned ${method.name}.json`,
        () => tuneCompared(method, tuning, { comparison, options, psfs }),
      );
      onMessage(`${method.label}: ${method.parameter.name} ${found.value}`);
      tuned.set(method.label, found);
      tested.push(classicalMethod(method, engine, () => found.value));
    }
  }
  const rows = await evaluateMethods(test, engine, {
    methods: tested,
    psfs,
    sigmas: [comparison.sigma],
    seed: comparison.seed,
    known: folder.rows,
    signal,
    onRow(row, done, total) {
      folder.addRow(row);
      options.onProgress?.(done / total, `${row.stack}, ${row.psf}, ${row.method}`);
    },
  });
  return await writeResults(folder, { comparison, rows, tuned, test, engine });
}

async function trainCompared(
  { name, config }: ComparedModel,
  folder: ExperimentFolder,
  { engine, signal, onMessage, onProgress }: CompareOptions,
): Promise<string> {
  const path = `${folder.path}/${name}`;
  Deno.mkdirSync(path, { recursive: true });
  onMessage?.(`Training ${name}`);
  const result = await runTraining(config, engine, {
    folder: path,
    signal,
    onMessage,
    onProgress: ({ epoch, epochs, position, samples }) =>
      onProgress?.((epoch + position / samples) / epochs, `${name}, epoch ${epoch + 1}/${epochs}`),
  });
  if (result.outcome === "stopped") throw new CancelledError("Stopped; go on with --resume");
  return encodeModel(result.model);
}

function tuneCompared(
  method: BaselineMethod,
  tuning: Dataset,
  { comparison, options, psfs }: {
    readonly comparison: Comparison;
    readonly options: CompareOptions;
    readonly psfs: Awaited<ReturnType<typeof loadPsfs>>;
  },
): Promise<TunedParameter> {
  const { engine, signal, onMessage, onProgress } = options;
  onMessage?.(`Tuning ${method.label}`);
  return tuneBaseline(method, tuning, {
    engine,
    psfs,
    sigma: comparison.sigma,
    seed: comparison.seed,
    stacks: comparison.tuneStacks,
    signal,
    onStack: (done, total) => onProgress?.(done / total, `tuning ${method.label}`),
  });
}

async function writeResults(
  folder: ExperimentFolder,
  { comparison, rows, tuned, test, engine }: {
    readonly comparison: Comparison;
    readonly rows: readonly EvaluationRow[];
    readonly tuned: ReadonlyMap<string, TunedParameter>;
    readonly test: Dataset;
    readonly engine: Engine;
  },
): Promise<Table> {
  const { title, seed, sigma } = comparison;
  const notes = [
    `stacks: ${test.items.length}, PSFs: ${new Set(rows.map(({ psf }) => psf)).size}, ` +
    `noise: ${formatLevel(sigma)}, seed: ${seed}, ${engine.description}`,
    ...comparison.notes,
  ];
  const table = { ...tabulateMeans(rows, notes), title };
  const extensions = { markdown: "md", csv: "csv", json: "json", latex: "tex" } as const;
  for (const [format, extension] of Object.entries(extensions)) {
    folder.write(`table.${extension}`, formatTable(table, format as keyof typeof extensions));
  }
  const stacks = tabulateStacks(rows, notes);
  folder.write("stacks.csv", formatTable(stacks, "csv"));
  const searches: Table = {
    title: "Parameters chosen on training stacks",
    columns: [
      { key: "method", title: "Method" },
      { key: "value", title: "parameter", kind: "number", digits: 3, notation: "significant" },
      { key: "seconds", title: "search", unit: "s", kind: "number", digits: 1 },
    ],
    rows: [...tuned].map(([label, { value, seconds }]): Cell[] => [label, value, seconds]),
  };
  folder.write(
    "report.html",
    await renderReport({
      title,
      created: new Date().toISOString(),
      summary: [["Noise", formatLevel(sigma)], ["Seed", String(seed)]],
      history: [],
      stages: [],
      examples: [],
      tables: searches.rows.length > 0 ? [table, searches, stacks] : [table, stacks],
    }),
  );
  return table;
}
