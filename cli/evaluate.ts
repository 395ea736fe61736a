/**
 * `evaluate`: measures models and classical methods on degraded stacks.
 *
 * @module
 */
import { type Backend, runOnEngine } from "../core/compute/choose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { openDataset } from "../core/dataset/dataset.ts";
import { UsageError } from "../core/errors.ts";
import { evaluateMethods, modelMethod } from "../core/evaluate.ts";
import { tabulateMeans, tabulateStacks } from "../core/evaluation_table.ts";
import { loadModel } from "../core/model/load_model.ts";
import { commonOptions, evaluateOptions, type NoiseRange } from "../core/options.ts";
import { loadPsfs } from "../core/psf/load_psf.ts";
import { formatTable, type TableFormat } from "../core/report/table.ts";
import type { CommandSpec } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

const { psf, photons, backend, threads, quiet, format } = commonOptions;
const options = { ...evaluateOptions, psf, photons, format, backend, threads, quiet };

interface EvaluateCommandOptions {
  readonly model?: readonly string[];
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
    "the degraded stack (ISNR, CISNR), SSIM, and the time of a restoration.",
  arguments: [["<data...>", "sharp stacks: folders, lists (.txt) or files"]],
  options,
  examples: [
    "evaluate cells/ --model runs/train-1 --noise 1% --format markdown",
    "evaluate cells/ --model runs/train-1 --noise 1% 3% --psf psf.tif --per-stack --format csv",
  ],
  async run(
    [data],
    { model: paths = [], psf, noise, perStack, format, backend, threads, quiet, ...rest },
  ) {
    if (paths.length === 0) throw new UsageError("--model is missing; name what to evaluate");
    const dataset = await openDataset(data as string[]);
    const planar = (await dataset.items[0].load()).shape[1] === 1;
    const presetDepth = planar ? "plane" : "volume";
    const psfs = await loadPsfs(psf ?? ["hela3d"], { presetDepth });
    const models = paths.map((path) => [path, loadModel(path)] as const);
    const progress = createProgress(quiet ? "quiet" : "shown");
    const evaluate = async (engine: Engine, signal: AbortSignal) => {
      const methods = models.map(([path, model]) => modelMethod(path, model, engine));
      const rows = await evaluateMethods(dataset, engine, {
        ...rest,
        methods,
        psfs,
        sigmas: noise.flatMap(({ min, max }) => min === max ? [min] : [min, max]),
        signal,
        onRow: ({ stack, method }, done, total) =>
          progress.update(done / total, `${stack}, ${method}`),
      });
      const notes = [
        `stacks: ${dataset.items.length}, PSFs: ${psfs.length}, seed ${rest.seed}, ` +
        engine.description,
      ];
      return perStack ? tabulateStacks(rows, notes) : tabulateMeans(rows, notes);
    };
    const table = await withInterrupt(
      "Stopping ...",
      (signal) =>
        runOnEngine(
          { backend, threads, onNotice: progress.message },
          (engine) => evaluate(engine, signal),
        ),
    );
    progress.done();
    console.log(formatTable(table, format).trimEnd());
  },
};
