/**
 * The models of an experiment: trained by it, or before.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import { listSourceFiles } from "../dataset/source_files.ts";
import { CancelledError, InputError } from "../errors.ts";
import { type EvaluatedMethod, modelMethod } from "../evaluate.ts";
import { loadModel } from "../model/load_model.ts";
import type { Model } from "../model/model.ts";
import { decodeModel, encodeModel } from "../model/model_file.ts";
import { hasRunFile, readRunFile } from "../model/run_folder.ts";
import type { HistoryRow } from "../report/page.ts";
import { readTrainConfig, runTraining, type TrainConfig } from "../run_training.ts";
import { sha256 } from "../sha256.ts";
import type { ExperimentFolder } from "./experiment_folder.ts";

/**
 * A model by its name in the tables: how to train it, where it is, or one part for every structure,
 * told by how the stacks' names begin.
 */
export type ComparedModel =
  | { readonly name: string; readonly config: TrainConfig }
  | { readonly name: string; readonly path: string }
  | {
    readonly name: string;
    readonly parts: readonly { readonly structure: string; readonly config: TrainConfig }[];
  };

/** A model, ready for use, and how its training went. */
export interface PreparedModel {
  readonly name: string;
  /** The first part's, where there are several. */
  readonly model: Model;
  /** What to call it: "TWB LAM". */
  readonly shown: string;
  /** Means over the parts. */
  readonly history: readonly HistoryRow[];
  /** As it is evaluated. */
  readonly method: EvaluatedMethod;
}

/** Where an experiment computes and goes, and whom it tells. */
export interface ExperimentHooks {
  readonly engine: Engine;
  readonly out: string;
  readonly resume: "go on" | "refuse";
  readonly signal?: AbortSignal;
  onMessage?(message: string): void;
  onProgress?(fraction: number, text: string): void;
}

/**
 * Trains the model, or loads it. What was trained is kept in the folder, below `folder.path/name`; a
 * training that was interrupted goes on.
 *
 * @throws {CancelledError} when the signal aborts.
 */
export async function prepareModel(
  compared: ComparedModel,
  folder: ExperimentFolder,
  hooks: ExperimentHooks,
): Promise<PreparedModel> {
  const { name } = compared;
  const { engine } = hooks;
  if ("path" in compared) {
    const model = loadModel(compared.path);
    const history = readHistory(compared.path);
    return { name, model, shown: name, history, method: modelMethod(name, model, engine) };
  }
  const trained = async (part: string, config: TrainConfig) => {
    const { text, history } = await folder.keep(
      `${part}.json`,
      () => trainModel(part, config, { folder, hooks }),
    );
    const model = decodeModel(text, part);
    return { model, shown: part, history, method: modelMethod(part, model, engine) };
  };
  if ("config" in compared) return { name, ...await trained(name, compared.config) };
  const parts: (Awaited<ReturnType<typeof trained>> & { readonly structure: string })[] = [];
  for (const { structure, config } of compared.parts) {
    parts.push({ structure, ...await trained(`${name} ${structure}`, config) });
  }
  return {
    name,
    model: parts[0].model,
    shown: parts[0].shown,
    history: averageHistories(parts.map(({ history }) => history)),
    method: {
      name,
      restore(observed, call) {
        const part = parts.find(({ structure }) => call.stack?.startsWith(structure));
        if (part) return part.method.restore(observed, call);
        const known = parts.map(({ structure }) => structure).join(", ");
        throw new InputError(`${name} knows ${known}, and not what is on ${call.stack}`);
      },
    },
  };
}

/** What a model's rows depend on: its training, or the numbers in its file. */
export async function identifyModel(compared: ComparedModel): Promise<unknown> {
  if (!("path" in compared)) return compared;
  return { ...compared, sha256: await sha256(encodeModel(loadModel(compared.path))) };
}

/** Means epoch by epoch, of the epochs that all have. */
function averageHistories(histories: readonly (readonly HistoryRow[])[]): readonly HistoryRow[] {
  const epochs = Math.min(...histories.map(({ length }) => length));
  const keys = ["trainLoss", "psnr", "cpsnr", "isnr", "cisnr", "learningRate"] as const;
  return histories[0].slice(0, epochs).map((row, i) => {
    const means = keys.map((key) => {
      const values = histories.map((history) => history[i][key] ?? NaN);
      return [key, values.reduce((a, b) => a + b, 0) / values.length] as const;
    });
    return { ...row, ...Object.fromEntries(means) };
  });
}

async function trainModel(
  name: string,
  config: TrainConfig,
  { folder, hooks }: { readonly folder: ExperimentFolder; readonly hooks: ExperimentHooks },
): Promise<{ readonly text: string; readonly history: readonly HistoryRow[] }> {
  const { engine, signal, onMessage, onProgress } = hooks;
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
  return { text: encodeModel(result.model), history: result.state.history };
}

/** The epochs of a run folder; none for a model that stands alone. */
function readHistory(path: string): readonly HistoryRow[] {
  if (!isFolder(path) || !hasRunFile(path, "history")) return [];
  const [head, ...lines] = readRunFile(path, "history").trim().split("\n");
  const columns = head.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    const known = columns.flatMap((column, i) =>
      cells[i] ? [[column, Number(cells[i])] as const] : []
    );
    return Object.fromEntries(known) as unknown as HistoryRow;
  });
}

/**
 * Refuses a trained model that has seen one of the stacks that it is to be tested on; what a model
 * outside a run folder has seen is not known.
 *
 * @param tested names of files, without their folders.
 * @throws {InputError} naming the stack.
 */
export function assertUnseen(path: string, tested: ReadonlySet<string>): void {
  if (!isFolder(path) || !hasRunFile(path, "config")) return;
  const { data, validation } = readTrainConfig(path);
  for (const source of [...data, ...validation ?? []]) {
    const seen = listSeen(source).find((name) => tested.has(name));
    if (seen === undefined) continue;
    throw new InputError(
      `The model in ${path} was trained with ${seen}, which this experiment tests it on; give ` +
        `models that have not seen the test stacks, for several folds in the folds' order`,
    );
  }
}

/** Names of a source's files; none where it is gone. */
function listSeen(source: string): readonly string[] {
  try {
    return listSourceFiles(source).map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // Loading it gives the clear error.
  }
}

/**
 * Models as they are named on the command line: "NAME=path", or a path, whose last part is the name.
 *
 * @example
 * ```ts
 * import { parseModel } from "./compared_model.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseModel("runs/cascade-1/"), { name: "cascade-1", path: "runs/cascade-1/" });
 * assert.deepEqual(parseModel("T = 3=runs/a"), { name: "T = 3", path: "runs/a" });
 * ```
 */
export function parseModel(text: string): { readonly name: string; readonly path: string } {
  const at = text.lastIndexOf("=");
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), path: text.slice(at + 1) };
  const parts = text.split(/[/\\]/).filter((part) => part !== "");
  return { name: parts.at(-1) ?? text, path: text };
}
