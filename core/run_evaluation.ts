/**
 * An evaluation from what a user names to its tables.
 *
 * @module
 */
import type { BaselineMethod } from "./baselines/method.ts";
import type { Engine } from "./compute/engine.ts";
import { openDataset } from "./dataset/dataset.ts";
import { InputError } from "./errors.ts";
import { classicalMethod, type EvaluatedMethod, evaluateMethods, modelMethod } from "./evaluate.ts";
import { createTuningCases, type EvaluationCase } from "./evaluation_case.ts";
import {
  formatLevel,
  MEMORY_NOTE,
  tabulateMeans,
  tabulateOracles,
  tabulateStacks,
} from "./evaluation_table.ts";
import { type ExperimentFolder, openExperimentFolder } from "./experiment/experiment_folder.ts";
import { loadModel } from "./model/load_model.ts";
import { encodeModel } from "./model/model_file.ts";
import { loadPsfs } from "./psf/load_psf.ts";
import type { Table } from "./report/table.ts";
import { sha256 } from "./sha256.ts";
import { oracleMethod, tuneBaseline, type TunedParameter } from "./tune.ts";

/** What is evaluated, as a user names it. */
export interface EvaluationConfig {
  /** Sharp stacks: folders, lists and files. */
  readonly data: readonly string[];
  /** Run folders, model.json or ONNX files. */
  readonly models: readonly string[];
  /** "name", "name=parameter" or "all". */
  readonly methods: readonly string[];
  /** Training stacks for the methods' parameters. */
  readonly tuneOn: readonly string[];
  readonly tuneStacks: number;
  /** Also every method with the best parameter of every stack. @default "none" */
  readonly oracles?: "none" | "measured";
  readonly psf: readonly string[];
  readonly sigmas: readonly number[];
  readonly photons?: number;
  readonly seed: number;
  readonly rows: "means" | "stacks";
}

/** Where an evaluation keeps what it has, and what it reports on its way. */
export interface EvaluationHooks {
  /** A folder for every finished row and search, to go on from after an interruption. */
  readonly out?: string;
  /** @default "refuse" */
  readonly resume?: "go on" | "refuse";
  readonly signal?: AbortSignal;
  onMessage?(message: string): void;
  onProgress?(fraction: number, text: string): void;
}

/**
 * The tables of a configuration: the means or every stack, and the oracles if they were asked for.
 *
 * @throws {InputError} when something named cannot be read or used, or `out` holds an evaluation
 * that is not to be gone on with, or of another configuration; more models and methods may be added.
 * @throws {CancelledError} when the signal aborts.
 */
export async function runEvaluation(
  config: EvaluationConfig,
  engine: Engine,
  hooks: EvaluationHooks = {},
): Promise<readonly Table[]> {
  const { photons, seed, sigmas } = config;
  const dataset = await openDataset(config.data);
  const planar = (await dataset.items[0].load()).shape[1] === 1;
  const references = config.psf.length > 0 ? config.psf : ["hela3d"];
  const psfs = await loadPsfs(references, { presetDepth: planar ? "plane" : "volume" });
  const models = config.models.map((path) => ({ path, model: loadModel(path) }));
  const named = await parseMethods(config.methods);
  const { data, methods: names, tuneOn, tuneStacks, oracles, psf } = config;
  const folder = hooks.out === undefined ? undefined : openExperimentFolder(hooks.out, {
    // All that the figures depend on, and nothing of how they are shown.
    setting: {
      data,
      tuneOn,
      tuneStacks,
      oracles,
      psf,
      sigmas,
      photons,
      seed,
      stacks: dataset.items.map(({ name }) => name),
    },
    compared: {
      methods: names,
      models: await Promise.all(models.map(async ({ path, model }) => ({
        path,
        sha256: await sha256(encodeModel(model)),
      }))),
    },
    resume: hooks.resume ?? "refuse",
  });
  const methods: EvaluatedMethod[] = models.map(({ path, model }) =>
    modelMethod(path, model, engine)
  );
  const notes = [
    `stacks: ${dataset.items.length}, PSFs: ${psfs.length}, seed: ${seed}, ${engine.description}`,
    MEMORY_NOTE,
  ];
  const tuning = config.tuneOn.length > 0 && named.some(({ value }) => value === undefined)
    ? await openDataset(config.tuneOn)
    : undefined;
  const tuningCases = new Map<number, readonly EvaluationCase[]>();
  for (const sigma of tuning ? sigmas : []) {
    const options = { psfs, sigma, photons, seed, stacks: config.tuneStacks };
    tuningCases.set(sigma, createTuningCases(tuning!, engine, options));
  }
  const bounding: EvaluatedMethod[] = [];
  for (const { method, value } of named) {
    const parameters = new Map<number, number>();
    const chosen: string[] = [];
    for (const sigma of sigmas) {
      const cases = tuningCases.get(sigma);
      if (value !== undefined || !cases) {
        parameters.set(sigma, value ?? method.parameter.default);
        chosen.push(`${parameters.get(sigma)} at ${formatLevel(sigma)}`);
        continue;
      }
      const tuned = await tuneOnce(method, cases, { sigma, engine, folder, hooks });
      parameters.set(sigma, tuned.value);
      chosen.push(
        `${tuned.value} at ${formatLevel(sigma)} (best of ${tuned.tried.length} tried in ` +
          `${tuned.runs} runs on ${tuned.stacks} training stacks, ${tuned.seconds.toFixed(1)} s)`,
      );
    }
    const how = value !== undefined ? " (as given)" : tuning ? "" : " (the method's default)";
    notes.push(`${method.label}: ${method.parameter.name} ${chosen.join(", ")}${how}`);
    methods.push(classicalMethod(method, engine, (sigma) => parameters.get(sigma)!));
    bounding.push(oracleMethod(method, engine, { start: (sigma) => parameters.get(sigma)! }));
  }
  const rows = await evaluateMethods(dataset, engine, {
    methods: oracles === "measured" ? [...methods, ...bounding] : methods,
    psfs,
    sigmas,
    photons,
    seed,
    known: folder?.rows,
    signal: hooks.signal,
    onRow(row, done, total) {
      folder?.addRow(row);
      hooks.onProgress?.(done / total, `${row.stack}, ${row.method}`);
    },
  });
  const table = config.rows === "stacks" ? tabulateStacks(rows, notes) : tabulateMeans(rows, notes);
  const bounds = tabulateOracles(rows);
  return bounds ? [table, bounds] : [table];
}

/** The search for a noise level, kept in the folder if there is one. */
function tuneOnce(
  method: BaselineMethod,
  cases: readonly EvaluationCase[],
  { sigma, engine, folder, hooks }: {
    readonly sigma: number;
    readonly engine: Engine;
    readonly folder?: ExperimentFolder;
    readonly hooks: EvaluationHooks;
  },
): Promise<TunedParameter> {
  const search = () => {
    hooks.onMessage?.(`Tuning ${method.label} at ${formatLevel(sigma)}`);
    return tuneBaseline(method, cases, { engine, signal: hooks.signal });
  };
  return folder?.keep(`tuned ${method.name} ${sigma}.json`, search) ?? search();
}

/** Methods with the parameters that were given for them. */
async function parseMethods(
  texts: readonly string[],
): Promise<readonly { readonly method: BaselineMethod; readonly value?: number }[]> {
  if (texts.length === 0) return [];
  const { BASELINES, findBaseline } = await import("./baselines/baselines.ts");
  return texts.flatMap((text) => {
    if (text === "all") return BASELINES.map((method) => ({ method }));
    const [name, parameter, ...rest] = text.split("=");
    const method = findBaseline(name);
    if (parameter === undefined) return [{ method }];
    const value = Number(parameter);
    if (rest.length > 0 || parameter === "" || !Number.isFinite(value)) {
      throw new InputError(`--method ${text} has no number behind "="; write ${name}=0.1`);
    }
    return [{ method, value }];
  });
}
