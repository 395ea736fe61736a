/**
 * The experiment `fmd`: the published benchmark on the images at hand, in two folds by field of view.
 * Models and methods are told the PSF and the noise level, as the published ones are.
 *
 * @module
 */
import type { BaselineMethod } from "../baselines/method.ts";
import { InputError } from "../errors.ts";
import { evaluateCases, type EvaluatedMethod, type EvaluationRow } from "../evaluate.ts";
import { type EvaluationCase, keepCases } from "../evaluation_case.ts";
import { MEMORY_NOTE, type SearchReport, tabulateMeans } from "../evaluation_table.ts";
import type { NamedPsf } from "../psf/load_psf.ts";
import { describeStages } from "../report/model_stages.ts";
import type { Table } from "../report/table.ts";
import type { TrainConfig } from "../run_training.ts";
import {
  assertUnseen,
  type ComparedModel,
  type ExperimentHooks,
  identifyModel,
  parseModel,
  type PreparedModel,
  prepareModel,
} from "./compared_model.ts";
import { openExperimentFolder } from "./experiment_folder.ts";
import {
  addFmdNoise,
  blurFmdImage,
  drawFmdNoise,
  FMD_SIGMAS,
  type FmdFold,
  type FmdImage,
  listFmdImages,
  loadFmdImage,
  loadFmdPsfs,
  splitFmdFolds,
} from "./fmd.ts";
import { writeFmdFiles } from "./fmd_files.ts";
import { tabulateFmd } from "./fmd_table.ts";
import { createExamples, pickBest, writeResults } from "./results.ts";
import { tuneMethods } from "./tuned_methods.ts";

/** What the benchmark is run with. */
export interface FmdOptions {
  /** The folder with fmd/ and index.json. */
  readonly data: string;
  /** Of the training, and of the noise of tuning stacks. */
  readonly seed: number;
  /** "quick": every sixteenth image and few epochs, to see that everything works. */
  readonly size: "full" | "quick";
  readonly methods: readonly BaselineMethod[];
  /** Models trained before: "NAME=path" or paths, one for each fold, in the folds' order. */
  readonly models: readonly string[];
  /** @default "none" */
  readonly oracles?: "none" | "measured";
}

/** Noise of tuning images is of our own generator, with labels that no training uses. */
const TUNING_LABEL = 0x74756e65;

/** A fold and what was measured on it. */
interface MeasuredFold {
  readonly fold: FmdFold;
  /** In the order of `tested`, the same models under their names in the tables. */
  readonly models: readonly PreparedModel[];
  readonly tested: readonly EvaluatedMethod[];
  /** The tested models and the tuned methods. */
  readonly methods: readonly EvaluatedMethod[];
}

/** The level that the page's pictures show. */
const PICTURED_SIGMA = 0.01;

/**
 * Trains a block for each fold, tunes the methods for each fold and level, evaluates, and writes
 * tables and the page. The folder also has the folds' lists and PSFs for `train`.
 *
 * @throws {InputError} when the data is not there, or a model was trained with an image it is tested
 * on.
 * @throws {CancelledError} when the signal aborts; `resume: "go on"` then continues.
 */
export async function runFmd(options: FmdOptions, hooks: ExperimentHooks): Promise<Table> {
  const { data, seed, size, methods, oracles } = options;
  const { engine, onProgress } = hooks;
  const images = listFmdImages(data).filter((_, i) => size === "full" || i % 16 === 0);
  const psfs = await loadFmdPsfs(data);
  const folds = splitFmdFolds(images);
  const given = groupModels(options.models, folds);
  const folder = openExperimentFolder(hooks.out, {
    setting: { experiment: "fmd", seed, size, oracles },
    compared: {
      models: await Promise.all(given.flat().map(identifyModel)),
      methods: methods.map(({ name }) => name),
    },
    resume: hooks.resume,
  });
  const { lists, psfs: psfPaths } = await writeFmdFiles(folder.path, { folds, psfs });
  const rows: EvaluationRow[] = [];
  const searches: SearchReport[] = [];
  const measured: MeasuredFold[] = [];
  for (const [i, fold] of folds.entries()) {
    const part = `fold ${i + 1}`;
    const config = createConfig(lists[i], { psfs: psfPaths, seed, size });
    const compared: ComparedModel[] = [{ name: `TWB ${part}`, config }];
    const prepared: PreparedModel[] = [];
    for (const one of [...compared, ...given.map((paths) => paths[i])]) {
      prepared.push(await prepareModel(one, folder, hooks));
    }
    const tested = prepared.map(({ name, method }) => ({
      ...method,
      name: name.replace(/ fold \d$/, ""),
    }));
    const tuned = await tuneMethods(methods, {
      sigmas: FMD_SIGMAS,
      part,
      clipping: "unit",
      oracles,
      casesOf: (sigma) => createTuning(fold, { psfs, sigma, seed, size }),
    }, { folder, hooks });
    searches.push(...tuned.searches);
    const all = [...tested, ...tuned.methods];
    measured.push({ fold, models: prepared, tested, methods: all });
    const before = rows.length;
    rows.push(
      ...await evaluateCases(fold.test.flatMap((image) => createFmdCases(image, psfs)), engine, {
        methods: all,
        clipping: "unit",
        known: folder.rows,
        signal: hooks.signal,
        onRow(row, done, total) {
          folder.addRow(row);
          onProgress?.(
            (i + done / total) / folds.length,
            `${row.stack}, ${row.method}, ${before + done} rows`,
          );
        },
      }),
    );
  }
  const table = tabulateFmd(rows, describe({ folds, engine: engine.description, options }));
  const examples = [];
  const [{ models, tested, methods: compared }] = measured;
  const best = pickBest(rows, compared).name;
  const bestModel = pickBest(rows, tested);
  const { history, model } = models[tested.indexOf(bestModel)];
  for (const { fold, methods } of measured) {
    const method = methods.find(({ name }) => name === best)!;
    const cases = pickFamilies(fold.test)
      .flatMap((image) => createFmdCases(image, psfs))
      .filter(({ sigma }) => sigma === PICTURED_SIGMA);
    examples.push(...await createExamples(cases.slice(0, 3), method, { clipping: "unit" }));
  }
  await writeResults(folder, {
    title: "fmd",
    summary: [
      ["Images", `${images.length}, in two folds by field of view`],
      ["Noise", "Gaussian, 0.1 % to 10 %, told"],
      ["Seed", String(seed)],
      ["Curves and kernels", `of ${bestModel.name}, the best model by PSNR, in fold 1`],
      ["Examples", `of ${best}, the best by PSNR`],
    ],
    tables: [table, tabulateMeans(rows, [])],
    rows,
    searches,
    page: { history, stages: describeStages(model), examples },
  });
  return table;
}

/** The image at all levels, degraded as in the benchmark: by its own PSF, with the benchmark's draw. */
export function createFmdCases(
  image: FmdImage,
  psfs: readonly NamedPsf[],
): readonly EvaluationCase[] {
  return FMD_SIGMAS.map((sigma) => ({
    stack: image.name,
    psf: psfs[image.psf],
    sigma,
    async load() {
      const target = await loadFmdImage(image.path);
      const blurred = blurFmdImage(target, psfs[image.psf].psf);
      const noise = drawFmdNoise(blurred.data.length);
      return { target, observed: addFmdNoise(blurred, { sigma, noise }) };
    },
  }));
}

/** Training images spread evenly over a fold, with noise that no test image has. */
function createTuning(
  { train }: FmdFold,
  { psfs, sigma, seed, size }: {
    readonly psfs: readonly NamedPsf[];
    readonly sigma: number;
    readonly seed: number;
    readonly size: "full" | "quick";
  },
): readonly EvaluationCase[] {
  const count = Math.min(size === "quick" ? 2 : 12, train.length);
  return keepCases(Array.from({ length: count }, (_, i): EvaluationCase => {
    const image = train[Math.floor((i + 0.5) * train.length / count)];
    const psf = psfs[image.psf];
    return {
      stack: image.name,
      psf,
      sigma,
      async load() {
        const target = await loadFmdImage(image.path);
        const own = { seed, label: TUNING_LABEL + image.index };
        const noise = drawFmdNoise(target.data.length, own);
        return { target, observed: addFmdNoise(blurFmdImage(target, psf.psf), { sigma, noise }) };
      },
    };
  }));
}

/** The block of the experiment: 24 kernels 5 x 5, one model for all levels. */
function createConfig(
  list: string,
  { psfs, seed, size }: {
    readonly psfs: readonly string[];
    readonly seed: number;
    readonly size: "full" | "quick";
  },
): TrainConfig {
  return {
    data: [list],
    dataLicence: "FMD part CC BY-SA 4.0, HeLa part not stated; cite Pronina et al. 2020",
    validation: [],
    validationPart: 0.1,
    psf: psfs,
    noise: { min: FMD_SIGMAS[0], max: FMD_SIGMAS.at(-1)! },
    epochs: size === "quick" ? 10 : 60,
    batch: 1,
    crop: [1, 160, 160],
    learningRate: 0.005,
    schedule: "cosine",
    loss: "npsnr",
    kernels: 24,
    kernelSize: [1, 5, 5],
    init: "dct",
    noiseAdaptive: true,
    seed,
    cells: 0,
    cellSize: [1, 1, 1],
    channels: 1,
  };
}

/** Models in the order of the folds, each checked for what it has seen. */
function groupModels(
  texts: readonly string[],
  folds: readonly FmdFold[],
): readonly (readonly ComparedModel[])[] {
  if (texts.length % folds.length !== 0) {
    throw new InputError(
      `--model names ${texts.length} models; fmd has ${folds.length} folds: give one model for ` +
        `each, in the order of the folds' lists`,
    );
  }
  const groups: ComparedModel[][] = [];
  for (let i = 0; i < texts.length; i += folds.length) {
    const parsed = texts.slice(i, i + folds.length).map(parseModel);
    const name = parsed[0].name.replace(/[-_ ]*fold[-_ ]*1$/i, "") || parsed[0].name;
    if (name === "TWB" || groups.some(([other]) => other.name === name)) {
      throw new InputError(
        `Two models would be called "${name}"; name them, as in --model "T = 3=${parsed[0].path}"`,
      );
    }
    for (const [fold, { path }] of parsed.entries()) {
      assertUnseen(path, new Set(folds[fold].test.map((image) => image.name.split("/").at(-1)!)));
    }
    groups.push(parsed.map(({ path }) => ({ name, path })));
  }
  return groups;
}

/** The first image of every family. */
function pickFamilies(images: readonly FmdImage[]): readonly FmdImage[] {
  return [...Map.groupBy(images, ({ family }) => family).values()].map(([first]) => first);
}

function describe(
  { folds, engine, options }: {
    readonly folds: readonly FmdFold[];
    readonly engine: string;
    readonly options: FmdOptions;
  },
): readonly string[] {
  const counts = folds.map(({ test }) => test.length).join(" and ");
  return [
    `here: ${folds[0].test.length + folds[0].train.length} images in two folds by field of view ` +
    `(${counts}); each is tested once, by models and parameters of the other fold; seed ` +
    `${options.seed}, ${engine}`,
    "degraded as published: minimum 0 and maximum 1, convolution with the image's own PSF mirrored " +
    "at the borders, Gaussian noise (the benchmark's own draw, its generator seeded with 0 for " +
    "every image), clipped to 0 to 1 before it is measured",
    "one model for all levels; models and methods are told the noise level, and each method's " +
    "parameter is chosen for each level on training images; every method with its own boundary " +
    "handling, none is told of the mirror",
    'published: V. Pronina et al., ECCV 2020, on all 230 images; the rows "input" show how far ' +
    "the columns compare; SSIM where it was at hand",
    MEMORY_NOTE,
  ];
}
