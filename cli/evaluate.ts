/**
 * `evaluate`: measures models and classical methods on degraded stacks.
 *
 * @module
 */
import { type Backend, runOnEngine } from "../core/compute/choose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { UsageError } from "../core/errors.ts";
import { commonOptions, evaluateOptions, type NoiseRange } from "../core/options.ts";
import { formatTables, type TableFormat } from "../core/report/table.ts";
import { type EvaluationConfig, runEvaluation } from "../core/run_evaluation.ts";
import type { CommandSpec } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

const { psf, photons, backend, threads, quiet, format } = commonOptions;
const options = { ...evaluateOptions, psf, photons, format, backend, threads, quiet };

interface EvaluateCommandOptions {
  readonly model?: readonly string[];
  readonly method?: readonly string[];
  readonly tuneOn?: readonly string[];
  readonly tuneStacks: number;
  readonly oracle?: boolean;
  readonly out?: string;
  readonly resume?: boolean;
  readonly psf?: readonly string[];
  readonly noise: readonly NoiseRange[];
  readonly photons?: number;
  readonly seed: number;
  readonly perStack?: boolean;
  readonly format: TableFormat;
  readonly backend: Backend;
  readonly threads?: number;
  readonly quiet?: boolean;
}

export const evaluateCommand: CommandSpec<EvaluateCommandOptions> = {
  name: "evaluate",
  summary: "measure methods on degraded stacks",
  description: "Degrades sharp stacks with every PSF and noise level, restores them with every " +
    "method, and prints a table: PSNR of the whole stack and of its centre, what was gained on " +
    "the degraded stack (ISNR, CISNR), SSIM, and the time and memory of a restoration.",
  arguments: [["<data...>", "sharp stacks: folders, lists (.txt) or files"]],
  options,
  examples: [
    "evaluate cells/ --model runs/train-1 --noise 1% --format markdown",
    "evaluate cells/ --model runs/train-1 --noise 1% 3% --psf psf.tif --per-stack --format csv",
    "evaluate cells/ --model runs/train-1 --method wiener-laplacian --tune-on other_cells/",
    "evaluate cells/ --method all --tune-on other_cells/ --out runs/table --resume",
  ],
  async run([data], typed) {
    const { model = [], method = [], tuneOn = [], psf = [], noise, perStack, format } = typed;
    const { backend, threads, quiet, oracle, out, resume: goOn, ...rest } = typed;
    if (model.length + method.length === 0) {
      throw new UsageError("--model or --method is missing; name what to evaluate");
    }
    if (goOn && out === undefined) throw new UsageError("--resume needs --out");
    if (oracle && method.length === 0) {
      throw new UsageError("--oracle goes with --method; name the classical methods");
    }
    const range = noise.find(({ min, max }) => min !== max);
    if (range) {
      throw new UsageError(
        `--noise ${percent(range.min)}..${percent(range.max)} is a range; name the levels to ` +
          `evaluate: --noise ${percent(range.min)} ${percent(range.max)}`,
      );
    }
    const config: EvaluationConfig = {
      ...rest,
      data: data as string[],
      models: model,
      methods: method,
      tuneOn,
      psf,
      oracles: oracle ? "measured" : "none",
      sigmas: noise.map(({ min }) => min),
      rows: perStack ? "stacks" : "means",
    };
    const progress = createProgress(quiet ? "quiet" : "shown");
    const hooks = { onMessage: progress.message, onProgress: progress.update };
    let resume: "go on" | "refuse" = goOn ? "go on" : "refuse";
    const run = (engine: Engine, signal: AbortSignal) => {
      const result = runEvaluation(config, engine, { ...hooks, out, resume, signal });
      // Where a GPU was lost, the CPU goes on with what is in the folder.
      resume = "go on";
      return result;
    };
    const tables = await withInterrupt(
      "Stopping ...",
      (signal) =>
        runOnEngine(
          { backend, threads, onNotice: progress.message },
          (engine) => run(engine, signal),
        ),
    );
    progress.done();
    console.log(formatTables(tables, format).trimEnd());
  },
};

/** 0.01 as it is typed: "1%". */
function percent(level: number): string {
  return `${+(level * 100).toPrecision(6)}%`;
}
