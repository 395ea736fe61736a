/**
 * `experiment`: the scripted experiments, each one command.
 *
 * @module
 */
import { EXPERIMENT_METHODS } from "../core/baselines/baselines.ts";
import { type Backend, runOnEngine } from "../core/compute/choose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { InputError, UsageError } from "../core/errors.ts";
import { type ExperimentName, EXPERIMENTS, runExperiment } from "../core/experiment/experiments.ts";
import { commonOptions, experimentOptions, type NoiseRange } from "../core/options.ts";
import { formatTables, type TableFormat } from "../core/report/table.ts";
import type { CommandSpec } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

const { noise, seed, backend, threads, quiet, format } = commonOptions;
const options = { ...experimentOptions, noise, seed, format, backend, threads, quiet };

interface ExperimentCommandOptions {
  readonly data: string;
  readonly out?: string;
  readonly model?: readonly string[];
  readonly oracle?: boolean;
  readonly quick?: boolean;
  readonly resume?: boolean;
  readonly noise: NoiseRange;
  readonly seed: number;
  readonly format: TableFormat;
  readonly backend: Backend;
  readonly threads?: number;
  readonly quiet?: boolean;
}

export const experimentCommand: CommandSpec<ExperimentCommandOptions> = {
  name: "experiment",
  summary: "run a scripted experiment",
  description:
    "Trains, tunes the classical methods on training stacks, evaluates all on the same " +
    "degraded stacks, and writes tables and a page. An interrupted one goes on with --resume.",
  arguments: [["<name>", EXPERIMENTS.join(", ")]],
  options,
  examples: [
    "experiment hela3d --noise 1%",
    "experiment init2d --quick",
    "experiment fmd --model T3=runs/fmd-fold1 runs/fmd-fold2",
    "experiment robustness --model T1=runs/hela1 T3=runs/hela3",
    "experiment profile --model T3=runs/hela3 --noise 1%",
  ],
  async run([name], typed, given) {
    const { data, model, oracle, quick, noise, seed, format, backend, threads, quiet } = typed;
    if (!EXPERIMENTS.includes(name as ExperimentName)) {
      throw new InputError(`There is no experiment "${name}"; there are ${EXPERIMENTS.join(", ")}`);
    }
    if (noise.min !== noise.max) {
      throw new InputError("--noise is a range; an experiment has one level, such as 1%");
    }
    if (name === "fmd" && given.has("noise")) {
      throw new UsageError("--noise does not go with fmd, which has its five levels; leave it out");
    }
    if ((name === "robustness" || name === "profile") && oracle) {
      throw new UsageError(`--oracle does not go with ${name}, which tells no one the truth`);
    }
    const level = name === "fmd" ? "" : `-${noise.min * 100}`;
    const out = typed.out ?? `runs/experiments/${name}${level}${quick ? "-quick" : ""}`;
    const progress = createProgress(quiet ? "quiet" : "shown");
    let resume: "go on" | "refuse" = typed.resume ? "go on" : "refuse";
    const run = (engine: Engine, signal: AbortSignal) => {
      const result = runExperiment(name as ExperimentName, {
        data,
        sigma: noise.min,
        seed,
        size: quick ? "quick" : "full",
        methods: EXPERIMENT_METHODS,
        models: model,
        oracles: oracle ? "measured" : "none",
      }, {
        engine,
        out,
        resume,
        signal,
        onMessage: progress.message,
        onProgress: progress.update,
      });
      // Where a GPU was lost, the CPU goes on with what is in the folder.
      resume = "go on";
      return result;
    };
    const tables = await withInterrupt(
      "Stopping after the step ...",
      (signal) =>
        runOnEngine(
          { backend, threads, onNotice: progress.message },
          (engine) => run(engine, signal),
        ),
    );
    progress.done();
    progress.message(`Tables and the report are in ${out}`);
    console.log(formatTables(tables, format).trimEnd());
  },
};
