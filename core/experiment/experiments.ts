/**
 * The experiments by name: A. Moskalev's slides ("Trainable Regularization for Wiener
 * Deconvolution", 2019) on the shared data, and what goes beyond them.
 *
 * @module
 */
import type { BaselineMethod } from "../baselines/method.ts";
import { ACCELERATED_RICHARDSON_LUCY } from "../baselines/richardson_lucy.ts";
import { TOTAL_VARIATION } from "../baselines/total_variation.ts";
import { WIENER_LAPLACIAN } from "../baselines/wiener.ts";
import { openDataset } from "../dataset/dataset.ts";
import { listSourceFiles } from "../dataset/source_files.ts";
import { formatLevel } from "../evaluation_table.ts";
import { WHOLE_AXIS } from "../options.ts";
import { findPresets } from "../psf/presets.ts";
import { renderKernelResponses } from "../report/response_picture.ts";
import type { Box } from "../report/raster.ts";
import { findBrightest, type Position, takePlane, takeWindow } from "../report/slice.ts";
import type { Table } from "../report/table.ts";
import type { TrainConfig } from "../run_training.ts";
import type { Initialization } from "../twb/initialize.ts";
import type { Size, Volume } from "../volume.ts";
import { type Comparison, runComparison } from "./compare.ts";
import { type ComparedModel, type ExperimentHooks, parseModel } from "./compared_model.ts";
import { runFmd } from "./fmd_experiment.ts";
import { runProfile } from "./profile.ts";
import { rankSetUps, type SetUp } from "./ranking.ts";
import { describeStages } from "../report/model_stages.ts";
import { runRobustness } from "./robustness.ts";
import type { Trial } from "./trial.ts";

/** Names of the comparisons on the slides. */
export const COMPARISONS = ["toy2d", "init2d", "init3d", "dsb2018", "hela3d"] as const;

/** One of {@link COMPARISONS}. */
export type ComparisonName = typeof COMPARISONS[number];

/** Names of all experiments. */
export const EXPERIMENTS = [...COMPARISONS, "fmd", "robustness", "profile"] as const;

/** One of {@link EXPERIMENTS}. */
export type ExperimentName = typeof EXPERIMENTS[number];

/** What an experiment is made from. */
export interface ExperimentOptions {
  /** The folder with hela3d/, dsb2018/ and fmd/. */
  readonly data: string;
  readonly sigma: number;
  readonly seed: number;
  /** "quick": a few stacks and epochs, to see that everything works. */
  readonly size: "full" | "quick";
  readonly methods: readonly BaselineMethod[];
  /** Models trained before, beside those of the experiment: "NAME=path" or paths. @default [] */
  readonly models?: readonly string[];
  /** @default "none" */
  readonly oracles?: "none" | "measured";
}

/** Runs an experiment and returns its tables; "fmd" has its own noise levels. */
export async function runExperiment(
  name: ExperimentName,
  options: ExperimentOptions,
  hooks: ExperimentHooks,
): Promise<readonly Table[]> {
  if (name === "fmd") return [await runFmd({ ...options, models: options.models ?? [] }, hooks)];
  if (name === "robustness") return [await runRobustness(createTrial(options), hooks)];
  if (name === "profile") {
    const trial = createTrial(options);
    const methods = options.size === "quick" ? trial.methods : [...trial.methods, TOTAL_VARIATION];
    return runProfile({ ...trial, methods }, hooks);
  }
  return [await runComparison(createComparison(name, options), hooks)];
}

/** The comparison that belongs to a name. */
export function createComparison(name: ComparisonName, options: ExperimentOptions): Comparison {
  switch (name) {
    case "toy2d":
      return createToy(options);
    case "init2d":
      return createInitSearch("dsb2018", options);
    case "init3d":
      return createInitSearch("hela3d", options);
    case "dsb2018":
    case "hela3d":
      return createTable(name, options);
  }
}

/** Models and a few methods on the HeLa cells, for "robustness" and "profile". */
export function createTrial(options: ExperimentOptions): Trial {
  const { sigma, seed, models = [], size } = options;
  const quick = size === "quick";
  const { train, test } = createBase("hela3d", options);
  return {
    models,
    methods: [WIENER_LAPLACIAN, ACCELERATED_RICHARDSON_LUCY],
    tuneOn: train,
    tuneStacks: quick ? 1 : 6,
    tuneCrop: quick ? QUICK_TUNE_CROP : TUNE_CROP,
    testOn: test,
    testCrop: quick ? QUICK_TEST_CROP : undefined,
    psfs: TRIAL_PSFS.slice(0, quick ? 1 : undefined).flatMap(findPresets),
    sigma,
    seed,
    notes: quick ? [QUICK_NOTE] : [],
  };
}

/** The slides' comparison: TWB, TWB_C, TWB_M, one block with positivity, and the classical methods. */
function createTable(set: "hela3d" | "dsb2018", options: ExperimentOptions): Comparison {
  const { sigma, seed, methods, models = [], oracles } = options;
  const base = createBase(set, options);
  const mixed: TrainConfig = { ...base.config, noise: { min: 0.01, max: 0.03 } };
  const rectified: TrainConfig = { ...base.config, positivity: true };
  const tested = base.psfs.slice(0, TEST_PSFS);
  const tuneCrop = options.size === "quick" ? QUICK_TUNE_CROP : TUNE_CROP;
  const named = (name: string, config: TrainConfig): ComparedModel =>
    set === "hela3d" ? { name, parts: splitByStructure(config) } : { name, config };
  return {
    title: `${set}, ${formatLevel(sigma)} noise`,
    models: [
      named("TWB", base.config),
      ...(set === "hela3d" ? [{ name: "TWB_C", config: base.config }] : []),
      named("TWB_M", mixed),
      named("TWB, positive", rectified),
      ...models.map(parseModel),
    ],
    methods,
    oracles,
    tuneOn: base.train,
    tuneStacks: options.size === "quick" ? 1 : 6,
    tuneCrop,
    testOn: base.test,
    testCrop: options.size === "quick" ? QUICK_TEST_CROP : undefined,
    psfs: tested,
    sigma,
    seed,
    notes: [
      `parameters chosen on training stacks, ${tuneCrop} x ${tuneCrop} pixels around their ` +
      `brightest; tested with ${tested.length} of the ${base.psfs.length} PSFs that the models learned from`,
      ...(set === "hela3d" ? HELA_NOTES : ["TWB_M: one model for a mix of 1 % to 3 %"]),
      ...(options.size === "quick" ? [QUICK_NOTE] : []),
    ],
  };
}

/** Side of the training stacks' parts that parameters are chosen on: as large as training crops. */
const TUNE_CROP = 256;
const QUICK_TUNE_CROP = 160;
const QUICK_TEST_CROP = 192;

/** One of either NA, by Gibson & Lanni and by Richards & Wolf. */
const TRIAL_PSFS = ["hela3d/psf2", "hela3d/psf3"];

const QUICK_NOTE =
  "quick: few epochs, small parts of few stacks; its numbers say nothing but that all works";

/** As many as on the slides. */
const TEST_PSFS = 5;

const HELA_NOTES: readonly string[] = [
  "Every stack shows one structure: lysosomes (LAM), mitochondria (Mit), nucleoli (Nuc) or endosomes " +
  "(TfR), the channels of the model. TWB: 15 kernels for each of the four; TWB_C: 15 kernels common to " +
  "all; TWB_M: as TWB, learned from a mix of 1 % to 3 % noise; positive: as TWB, voxels below 0 set " +
  "to 0, in training too",
  "Slides, other cells with three channels, ISNR / CISNR in dB: at 1 % TWB 4.26 / 9.35, TWB_C 4.06 / " +
  "9.33, TWB_M 4.05 / 9.36, Tikhonov-Miller 4.12 / 6.60, TV 3.68 / 6.73, RIF 3.29 / 6.85, wavelets " +
  "2.73 / 4.72; at 3 % TV 3.95 / 6.20, TWB_C 3.76 / 7.83, TWB 3.75 / 7.88, TWB_M 3.69 / 7.75, RIF " +
  "3.59 / 6.82, Tikhonov-Miller 2.96 / 4.77, wavelets 2.79 / 3.99",
];

/** How the names of the HeLa stacks begin: what is stained. */
const STRUCTURES = ["LAM", "Mit", "Nuc", "TfR"] as const;

/** The training of a model whose kernels differ between the structures. */
function splitByStructure(
  config: TrainConfig,
): readonly { readonly structure: string; readonly config: TrainConfig }[] {
  const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  return STRUCTURES.map((structure) => ({
    structure,
    config: { ...config, data: config.data.filter((path) => nameOf(path).startsWith(structure)) },
  }));
}

/** {3x3x3, 5x5x3, 5x5x5} x {1, 15, full} x {dct, gabor, xavier}; in 2D 3x3, 5x5, 7x7. */
function createInitSearch(set: "hela3d" | "dsb2018", options: ExperimentOptions): Comparison {
  const base = createBase(set, options);
  const sizes: readonly Size[] = set === "hela3d"
    ? [[3, 3, 3], [3, 5, 5], [5, 5, 5]]
    : [[1, 3, 3], [1, 5, 5], [1, 7, 7]];
  const counts = [1, "some", "full"] as const;
  const training = options.size === "quick" ? {} : SEARCH_TRAINING[set];
  const inits: readonly Initialization[] = ["dct", "gabor", "xavier"];
  const models = inits.flatMap((init) =>
    sizes.flatMap((kernelSize) =>
      counts.map((count): ComparedModel & SetUp => {
        const full = kernelSize[0] * kernelSize[1] * kernelSize[2] - 1;
        const kernels = count === "full" ? full : count === 1 ? 1 : Math.min(15, full);
        const size = kernelSize.toReversed().slice(0, set === "hela3d" ? 3 : 2).join("x");
        return {
          name: `${init} ${size}:${kernels}`,
          config: { ...base.config, ...training, init, kernelSize, kernels },
          factors: { "first kernels": init, "size": size, "count": FACTOR_NAMES[count] },
        };
      })
    )
  ).filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
  return {
    title: `Initialization, ${set}, ${formatLevel(options.sigma)} noise`,
    models: [
      ...(options.size === "quick" ? models.filter((_, i) => i % 5 === 0) : models),
      ...(options.models ?? []).map(parseModel),
    ],
    methods: [],
    tuneOn: [],
    tuneStacks: 0,
    testOn: base.test,
    psfs: base.psfs.slice(0, options.size === "quick" ? 1 : undefined),
    sigma: options.sigma,
    seed: options.seed,
    notes: [
      "kernels' initialization, size x, y(, z) and count",
      ...(set === "hela3d" ? SLIDES_INIT : []),
    ],
    summarize: (rows) => rankSetUps(rows, models),
  };
}

/** 27 trainings of whole volumes would take hours; a block learns from smaller crops as well. */
const SEARCH_TRAINING: Readonly<Record<"hela3d" | "dsb2018", Partial<TrainConfig>>> = {
  hela3d: { crop: [WHOLE_AXIS, 128, 128], epochs: 8 },
  dsb2018: {},
};

const FACTOR_NAMES = { 1: "one", some: "15 at most", full: "full" } as const;

const SLIDES_INIT: readonly string[] = [
  "Slides, PSNR / CPSNR in dB: best dct 5x5x3:15 31.147 / 35.385, gabor 3x3x3:26 31.124 / 35.399, gabor " +
  "5x5x5:15 31.121 / 35.41, random 3x3x3:26 31.101 / 35.44, dct 5x5x3:74 31.088 / 35.523; worst gabor " +
  "5x5x3:1 28.477, gabor 3x3x3:1 28.332, dct 5x5x3:1 24.41, dct 5x5x5:1 23.72, dct 3x3x3:1 22.8",
];

/** Overfits four images: what the best regularizer for them looks like. */
function createToy(options: ExperimentOptions): Comparison {
  const base = createBase("dsb2018", options);
  const four = base.train.filter((_, i) => i % Math.ceil(base.train.length / 4) === 0);
  const config: TrainConfig = {
    ...base.config,
    data: four,
    validation: four,
    kernels: 24,
    kernelSize: [1, 5, 5],
    epochs: options.size === "quick" ? 20 : 200,
  };
  return {
    title: `Four images learned by heart, ${formatLevel(options.sigma)} noise`,
    models: [{ name: "TWB", config }, ...(options.models ?? []).map(parseModel)],
    methods: [],
    tuneOn: [],
    tuneStacks: 0,
    testOn: four,
    psfs: base.psfs.slice(0, 2),
    sigma: options.sigma,
    seed: options.seed,
    overlap: "wanted",
    notes: ["trained and measured on the same images"],
    picture: async ({ model }) => {
      const target = await (await openDataset(four)).items[0].load();
      const image = takeWindow(
        takePlane(target, "xy", { channel: 0, at: 0 }),
        windowAround(findBrightest(target), target),
      );
      const [stage] = describeStages(model);
      return [{
        title: "Responses of an image to the learned kernels",
        caption:
          "The first training image (a window of it) and its response to every kernel, in the " +
          "order of the dictionary: blue negative, white zero, red positive, each on its own scale.",
        picture: renderKernelResponses(image, stage, { channel: 0, columns: 5 }),
      }];
    },
  };
}

/** Pixels of a side of what is shown of the image and its responses. */
const TOY_WINDOW = 140;

function windowAround({ x, y }: Position, { shape: [, , height, width] }: Volume): Box {
  const begin = (centre: number, n: number) =>
    Math.max(0, Math.min(n - TOY_WINDOW, centre - (TOY_WINDOW >> 1)));
  return {
    x: begin(x, width),
    y: begin(y, height),
    width: Math.min(width, TOY_WINDOW),
    height: Math.min(height, TOY_WINDOW),
  };
}

interface Base {
  readonly train: readonly string[];
  readonly test: readonly string[];
  readonly psfs: readonly string[];
  readonly config: TrainConfig;
}

function createBase(set: "hela3d" | "dsb2018", options: ExperimentOptions): Base {
  const { data, sigma, seed, size } = options;
  const quick = size === "quick";
  const every = (files: readonly string[], n: number) => files.filter((_, i) => i % n === 0);
  const list = (part: string) => listSourceFiles(`${data}/${set}/${part}`).map(({ path }) => path);
  const train = quick ? every(list("train"), set === "hela3d" ? 12 : 24) : list("train");
  const test = quick ? every(list("val"), set === "hela3d" ? 3 : 8) : list("val");
  const psfs = [1, 2, 3, 4, 5, 6].map((number) => `hela3d/psf${number}`);
  return {
    train,
    test,
    psfs: quick ? psfs.slice(0, 2) : psfs,
    config: {
      data: train,
      dataLicence: set === "hela3d"
        ? "non-commercial research use; cite Velliste & Murphy 2002"
        : "CC0",
      validation: [],
      validationPart: 0.1,
      psf: psfs,
      noise: { min: sigma, max: sigma },
      epochs: quick ? 2 : 15,
      batch: 1,
      crop: [WHOLE_AXIS, 256, 256],
      learningRate: 0.005,
      schedule: "cosine",
      loss: "npsnr",
      kernels: 15,
      kernelSize: set === "hela3d" ? [3, 5, 5] : [1, 5, 5],
      init: "dct",
      seed,
      cells: 0,
      cellSize: [1, 1, 1],
      channels: 1,
    },
  };
}
