/**
 * `train`: learns a model from stacks, or from synthetic cells.
 *
 * @module
 */
import { type Backend, runOnEngine } from "../core/compute/choose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { CancelledError, InputError, UsageError } from "../core/errors.ts";
import { countModelParameters } from "../core/model/model.ts";
import { createRunFolder, nextRunFolder } from "../core/model/run_folder.ts";
import { commonOptions, longName, trainOptions } from "../core/options.ts";
import { isCascade, readTrainConfig, runTraining, type TrainConfig } from "../core/run_training.ts";
import type { CommandSpec } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

const { psf, noise, photons, seed, backend, threads, quiet } = commonOptions;
const options = { psf, noise, photons, ...trainOptions, seed, backend, threads, quiet };

interface TrainCommandOptions
  extends Omit<TrainConfig, "data" | "kernels" | "learningRate" | "validation" | "psf"> {
  readonly out?: string;
  readonly resume?: boolean;
  readonly kernels: string;
  readonly learningRate?: number;
  readonly validation?: readonly string[];
  readonly psf?: readonly string[];
  readonly backend: Backend;
  readonly threads?: number;
  readonly quiet?: boolean;
}

/** As measured on `hela3d` and `fmd`: a cascade's gains and thresholds have a long way to go. */
const LEARNING_RATES = { block: 0.005, cascade: 0.015 };

export const trainCommand: CommandSpec<TrainCommandOptions> = {
  name: "train",
  summary: "learn a model",
  description:
    "Learns the regularizer from stacks that are sharp, by blurring them with the PSFs " +
    "and adding noise. Without data it learns from synthetic cells.",
  arguments: [["[data...]", "folders, lists (.txt) or files: TIFF, PNG"]],
  options,
  examples: [
    "train",
    "train cells/ --noise 1% --crop 256x256 --out runs/cells",
    "train cells/ --psf psf.tif --noise 0.5%..5% --noise-adaptive --positivity",
    "train cells/ --stages 4 --stage-kind shrinkage --noise 0.5%..5% --crop 128x128",
    "train images/ --stages 5 --coarse 4x4 4x4 4x4 --kernels 24 --noise 0.1%..10%",
    "train --resume --out runs/cells",
  ],
  async run([data], typed, given) {
    const { out, resume, backend, threads, quiet, ...rest } = typed;
    if (resume && !out) throw new UsageError("--resume needs --out, the folder of the run");
    if (!resume) assertHeeded(data as string[], { given, ...typed });
    const wanted: TrainConfig = {
      ...rest,
      data: data as string[],
      validation: rest.validation ?? [],
      psf: rest.psf ?? [],
      kernels: parseKernels(rest.kernels),
      learningRate: rest.learningRate ?? LEARNING_RATES[isCascade(rest) ? "cascade" : "block"],
    };
    const folder = out ?? nextRunFolder();
    const config = resume ? readTrainConfig(folder) : wanted;
    if (resume) assertSameConfig(config, wanted, given);
    const made = resume ? undefined : createRunFolder(folder);
    const progress = createProgress(quiet ? "quiet" : "shown");
    const train = (engine: Engine, signal: AbortSignal) =>
      runTraining(config, engine, {
        folder,
        signal,
        onMessage: progress.message,
        onProgress: ({ epoch, epochs, position, samples, loss }) =>
          progress.update(
            (epoch + position / samples) / epochs,
            `epoch ${epoch + 1}/${epochs}, ${position}/${samples}, PSNR ${(-loss).toFixed(2)} dB`,
          ),
      });
    const result = await withInterrupt(
      "Finishing the step and saving ...",
      (signal) =>
        runOnEngine(
          { backend, threads, onNotice: progress.message },
          (engine) => train(engine, signal),
        ),
    ).catch((error) => {
      made?.discard();
      throw error;
    });
    progress.done();
    if (result.outcome === "stopped") {
      throw new CancelledError(`Stopped; go on with: train --resume --out ${folder}`);
    }
    const parameters = countModelParameters(result.model);
    progress.message(`${parameters} parameters learned; the report is ${folder}/report.html`);
    console.log(folder);
  },
};

function parseKernels(text: string): number | "full" {
  if (text === "full") return text;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new InputError(`--kernels is "${text}"; give a number from 1 on, or full`);
  }
  return count;
}

/** Refuses options that other ones make pointless, instead of ignoring them. */
function assertHeeded(
  data: readonly string[],
  { given, stages = 1, coarse }: Pick<TrainConfig, "stages" | "coarse"> & {
    readonly given: ReadonlySet<string>;
  },
): void {
  const synthetic = (["cells", "cellSize", "channels"] as const).find((name) => given.has(name));
  if (data.length > 0 && synthetic) {
    throw new UsageError(
      `${
        longName(trainOptions[synthetic])
      } is for synthetic cells, and there is data; leave it out`,
    );
  }
  if (given.has("coarseKernels") && !coarse) {
    throw new UsageError(
      "--coarse-kernels is for --coarse stages; give --coarse 4x4, or leave it out",
    );
  }
  const cascade = isCascade({ stages, coarse });
  const forBlock = (["positivity", "noiseAdaptive"] as const).find((name) => given.has(name));
  if (cascade && forBlock) {
    throw new UsageError(
      `${longName(trainOptions[forBlock])} is for one block, a cascade has it always; leave it out`,
    );
  }
  const forCascade = (["stageKind", "stageEpochs", "signed"] as const)
    .find((name) => given.has(name) && !(name === "stageKind" ? stages > 1 : cascade));
  if (forCascade) {
    throw new UsageError(
      `${
        longName(trainOptions[forCascade])
      } is for a cascade; give --stages 2 or more, or leave it out`,
    );
  }
  if (given.has("validation") && given.has("validationPart")) {
    throw new UsageError("--validation-part and --validation exclude each other; give one of them");
  }
}

/** Options typed beside --resume have to be the run's own. */
function assertSameConfig(
  config: TrainConfig,
  wanted: TrainConfig,
  given: ReadonlySet<string>,
): void {
  const names = [...given, ...(wanted.data.length > 0 ? ["data"] : [])];
  for (const name of names as (keyof TrainConfig)[]) {
    const [then, now] = [config[name], wanted[name]].map((value) => JSON.stringify(value));
    if (then !== now && name in wanted) {
      throw new InputError(
        `The run was started with ${name} ${then ?? "not set"}, not ${now}; leave it out, or ` +
          `start a new run`,
      );
    }
  }
}
