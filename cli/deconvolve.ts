/**
 * `deconvolve`: restores a stack with a model.
 *
 * @module
 */
import { type Backend, runOnEngine } from "../core/compute/choose_engine.ts";
import type { Engine } from "../core/compute/engine.ts";
import { deconvolveFile } from "../core/deconvolve_file.ts";
import { InputError, UsageError } from "../core/errors.ts";
import { createOnnxRestorer, onnxMemoryFactor } from "../core/onnx/onnx_restorer.ts";
import { openRestoration } from "../core/open_restoration.ts";
import { commonOptions, deconvolveOptions, type NoiseRange } from "../core/options.ts";
import { SEAM_TOLERANCE } from "../core/tile_reach.ts";
import { formatSize } from "../core/volume.ts";
import { type CommandSpec, required } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";
import { count, createProgress } from "./progress.ts";

const { backend, threads, quiet } = commonOptions;
const psf = { ...commonOptions.psf, flags: "-p, --psf <file>", repeatable: false } as const;
const options = { ...deconvolveOptions, psf, backend, threads, quiet };

interface DeconvolveCommandOptions {
  readonly model?: string;
  readonly psf?: string;
  readonly sigma?: NoiseRange;
  readonly type: "32-bit" | "same";
  readonly memory: number;
  readonly engine: "native" | "onnx";
  readonly backend: Backend;
  readonly threads?: number;
  readonly quiet?: boolean;
}

export const deconvolveCommand: CommandSpec<DeconvolveCommandOptions> = {
  name: "deconvolve",
  summary: "restore a stack with a model",
  description: "Restores a blurred stack in one shot. The result keeps the input's units, voxel " +
    "size, channels, frames and metadata, and opens in ImageJ.",
  arguments: [["<input>", "TIFF or PNG"], ["<output>", "TIFF to write"]],
  options,
  examples: [
    "deconvolve blurred.tif restored.tif --model runs/train-1 --psf psf.tif",
    "deconvolve big.tif restored.tif --model runs/train-1 --psf psf.tif --memory 2GB --type same",
  ],
  async run([input, output], typed, given) {
    if (typed.engine === "onnx" && given.has("backend")) {
      throw new UsageError(
        "--backend goes with --engine native; onnxruntime computes on the processor, leave it out",
      );
    }
    const { type, sigma, memory, backend, threads, quiet } = typed;
    const path = required(typed.model, options.model);
    if (sigma && sigma.min !== sigma.max) {
      throw new InputError("--sigma is a range; a stack has one noise level, such as 1%");
    }
    const { model, psf, onnx } = await openRestoration(path, {
      psf: typed.psf,
      image: input as string,
      runtime: typed.engine,
    });
    const progress = createProgress(quiet ? "quiet" : "shown");
    const appetite = typed.engine === "onnx" ? onnxMemoryFactor(model) : 1;
    const begin = performance.now();
    const restore = (engine: Engine, signal: AbortSignal) =>
      deconvolveFile(input as string, output as string, {
        engine,
        model,
        psf,
        sigma: sigma?.min,
        memoryBytes: memory / appetite,
        signal,
        pixelType: type === "same" ? "same" : "float32",
        createRestorer: typed.engine === "onnx"
          ? ({ size }) => createOnnxRestorer({ ...onnx!, psf, size, threads, signal })
          : undefined,
        onPlan: (plan, { shape, frames }) => {
          progress.message(
            `${formatSize(shape)}, ${count(shape[0], "channel")}, ${count(frames, "frame")}: ` +
              `${count(plan.tiles.length, "tile")} of ${formatSize(plan.size)}, ` +
              `about ${Math.ceil(plan.bytes * appetite / 1e6)} MB; ` +
              (typed.engine === "onnx" ? "onnxruntime" : engine.description),
          );
          if (plan.seam !== undefined && plan.seam > SEAM_TOLERANCE) {
            progress.message(
              `at their seams the tiles may differ from the whole by ` +
                `${(100 * plan.seam).toPrecision(2)} % of the peak; a larger --memory lowers that`,
            );
          }
        },
        onTile: (done, total) => progress.update(done / total, `tile ${done}/${total}`),
      });
    const chosen = typed.engine === "onnx" ? "cpu" : backend;
    const { tiles, sigmas } = await withInterrupt(
      "Stopping ...",
      (signal) =>
        runOnEngine(
          { backend: chosen, threads, onNotice: progress.message },
          (engine) => restore(engine, signal),
        ),
    );
    progress.done();
    for (const [frame, values] of sigmas.entries()) {
      const percents = values.map((value) => `${(value * 100).toFixed(2)} %`).join(", ");
      progress.message(`noise estimated in frame ${frame + 1}: ${percents} of the maximum`);
    }
    const seconds = (performance.now() - begin) / 1000;
    progress.message(`${count(tiles, "tile")} in ${seconds.toFixed(1)} s`);
    console.log(output);
  },
};
