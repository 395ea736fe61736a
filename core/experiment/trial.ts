/**
 * A trial of trained models and a few classical methods, on stacks that nothing was chosen on.
 *
 * @module
 */
import type { BaselineMethod } from "../baselines/method.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { InputError } from "../errors.ts";
import { createTuningCases } from "../evaluation_case.ts";
import type { NamedPsf } from "../psf/load_psf.ts";
import { createPsf } from "../psf/create_psf.ts";
import type { PsfPreset } from "../psf/presets.ts";
import { openCropped } from "./compare.ts";
import {
  assertUnseen,
  type ExperimentHooks,
  identifyModel,
  parseModel,
  type PreparedModel,
  prepareModel,
} from "./compared_model.ts";
import { type ExperimentFolder, openExperimentFolder } from "./experiment_folder.ts";
import { type TunedMethods, tuneMethods } from "./tuned_methods.ts";

/** What is tried, on what. */
export interface Trial {
  /** Models trained before, at least one: "NAME=path" or paths. */
  readonly models: readonly string[];
  readonly methods: readonly BaselineMethod[];
  /** Files on which the methods' parameters are chosen. */
  readonly tuneOn: readonly string[];
  readonly tuneStacks: number;
  /** Side in x and y of what of a tuning stack is used, see `cropDataset`. */
  readonly tuneCrop: number;
  /** Files that nothing was chosen on, of one channel. */
  readonly testOn: readonly string[];
  /** Side of what of a test stack is used. @default all */
  readonly testCrop?: number;
  /** The true PSFs. */
  readonly psfs: readonly PsfPreset[];
  /** The true level. */
  readonly sigma: number;
  readonly seed: number;
  /** Sentences below the table. */
  readonly notes: readonly string[];
}

/** A trial, ready to be measured. */
export interface PreparedTrial {
  readonly folder: ExperimentFolder;
  readonly models: readonly PreparedModel[];
  readonly tuned: TunedMethods;
  readonly psfs: readonly (PsfPreset & NamedPsf)[];
  readonly test: Dataset;
}

/** Which experiment tries, and the noise levels that the methods are tuned for. */
export interface TrialOptions {
  readonly experiment: string;
  readonly levels: readonly number[];
}

/**
 * Opens the experiment's folder, loads the models and chooses the methods' parameters for the levels.
 *
 * @throws {InputError} without a model, for two of one name, or for one that has seen a test stack.
 * @throws {CancelledError} when the signal aborts.
 */
export async function prepareTrial(
  trial: Trial,
  { experiment, levels }: TrialOptions,
  hooks: ExperimentHooks,
): Promise<PreparedTrial> {
  const { models: _, methods: __, notes: ___, ...setting } = trial;
  const compared = parseModels(trial, experiment);
  const folder = openExperimentFolder(hooks.out, {
    setting: { experiment, ...setting },
    compared: {
      models: await Promise.all(compared.map(identifyModel)),
      methods: trial.methods.map(({ name }) => name),
    },
    resume: hooks.resume,
  });
  const models: PreparedModel[] = [];
  for (const model of compared) models.push(await prepareModel(model, folder, hooks));
  const psfs = trial.psfs.map((preset) => ({ ...preset, psf: createPsf(preset.optics, preset) }));
  const tuning = await openCropped(trial.tuneOn, trial.tuneCrop);
  const { seed, tuneStacks: stacks } = trial;
  const tuned = await tuneMethods(trial.methods, {
    sigmas: levels,
    casesOf: (sigma) => createTuningCases(tuning, hooks.engine, { psfs, sigma, seed, stacks }),
  }, { folder, hooks });
  return { folder, models, tuned, psfs, test: await openCropped(trial.testOn, trial.testCrop) };
}

function parseModels({ models, methods, testOn }: Trial, experiment: string) {
  const parsed = models.map(parseModel);
  if (parsed.length === 0) {
    throw new InputError(`${experiment} needs trained models; give them as --model NAME=path`);
  }
  const names = ["input", ...methods.map(({ label }) => label), ...parsed.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new InputError(`Two methods would be called "${twice}"; name them, as --model NAME=path`);
  }
  const tested = new Set(testOn.map((path) => path.slice(path.lastIndexOf("/") + 1)));
  for (const { path } of parsed) assertUnseen(path, tested);
  return parsed;
}
