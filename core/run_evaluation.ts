/**
 * An evaluation from what a user names to its table.
 *
 * @module
 */
import type { BaselineMethod } from "./baselines/method.ts";
import type { Engine } from "./compute/engine.ts";
import { openDataset } from "./dataset/dataset.ts";
import { InputError } from "./errors.ts";
import { classicalMethod, type EvaluatedMethod, evaluateMethods, modelMethod } from "./evaluate.ts";
import { formatLevel, tabulateMeans, tabulateStacks } from "./evaluation_table.ts";
import { loadModel } from "./model/load_model.ts";
import { loadPsfs } from "./psf/load_psf.ts";
import type { Table } from "./report/table.ts";
import { tuneBaseline } from "./tune.ts";

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
  readonly psf: readonly string[];
  readonly sigmas: readonly number[];
  readonly photons?: number;
  readonly seed: number;
  readonly rows: "means" | "stacks";
}

/** What an evaluation reports on its way. */
export interface EvaluationHooks {
  readonly signal?: AbortSignal;
  onMessage?(message: string): void;
  onProgress?(fraction: number, text: string): void;
}

/**
 * The table of a configuration.
 *
 * @throws {InputError} when something named cannot be read or used.
 * @throws {CancelledError} when the signal aborts.
 */
export async function runEvaluation(
  config: EvaluationConfig,
  engine: Engine,
  hooks: EvaluationHooks = {},
): Promise<Table> {
  const { photons, seed, sigmas } = config;
  const dataset = await openDataset(config.data);
  const planar = (await dataset.items[0].load()).shape[1] === 1;
  const references = config.psf.length > 0 ? config.psf : ["hela3d"];
  const psfs = await loadPsfs(references, { presetDepth: planar ? "plane" : "volume" });
  const methods: EvaluatedMethod[] = config.models.map((path) =>
    modelMethod(path, loadModel(path), engine)
  );
  const notes = [
    `stacks: ${dataset.items.length}, PSFs: ${psfs.length}, seed: ${seed}, ${engine.description}`,
  ];
  const named = await parseMethods(config.methods);
  const tuning = config.tuneOn.length > 0 && named.some(({ value }) => value === undefined)
    ? await openDataset(config.tuneOn)
    : undefined;
  for (const { method, value } of named) {
    const { name, values, default: usual } = method.parameter;
    const parameters = new Map<number, number>();
    for (const sigma of sigmas) {
      if (value !== undefined || !tuning) {
        parameters.set(sigma, value ?? usual);
        continue;
      }
      hooks.onMessage?.(`Tuning ${method.label} at ${formatLevel(sigma)}`);
      const { tuneStacks: stacks } = config;
      const options = { engine, psfs, sigma, photons, seed, stacks, signal: hooks.signal };
      const tuned = await tuneBaseline(method, tuning, options);
      parameters.set(sigma, tuned.value);
    }
    const chosen = [...parameters].map(([sigma, p]) => `${p} at ${formatLevel(sigma)}`).join(", ");
    const how = value !== undefined
      ? "as given"
      : tuning
      ? `best of ${values.length} on training stacks`
      : "the method's default";
    notes.push(`${method.label}: ${name} ${chosen} (${how})`);
    methods.push(classicalMethod(method, engine, (sigma) => parameters.get(sigma)!));
  }
  const rows = await evaluateMethods(dataset, engine, {
    methods,
    psfs,
    sigmas,
    photons,
    seed,
    signal: hooks.signal,
    onRow: ({ stack, method }, done, total) =>
      hooks.onProgress?.(done / total, `${stack}, ${method}`),
  });
  return config.rows === "stacks" ? tabulateStacks(rows, notes) : tabulateMeans(rows, notes);
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
