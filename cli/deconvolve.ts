/**
 * `deconvolve`: restores a stack with a model.
 *
 * @module
 */
import { createEngine } from "../core/compute/choose_engine.ts";
import { deconvolveStack } from "../core/deconvolve.ts";
import { InputError } from "../core/errors.ts";
import { openStack } from "../core/io/read_stack.ts";
import { createTiff } from "../core/io/tiff_writer.ts";
import { loadModel } from "../core/model/load_model.ts";
import { commonOptions, deconvolveOptions, type NoiseRange } from "../core/options.ts";
import { loadPsf } from "../core/psf/load_psf.ts";
import { formatSize } from "../core/volume.ts";
import { type CommandSpec, required } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";
import { createProgress, formatDuration } from "./progress.ts";

const { threads, quiet } = commonOptions;
const psf = { ...commonOptions.psf, flags: "-p, --psf <file>", repeatable: false } as const;
const options = { ...deconvolveOptions, psf, threads, quiet };

interface DeconvolveCommandOptions {
  readonly model?: string;
  readonly psf?: string;
  readonly sigma?: NoiseRange;
  readonly type: "32-bit" | "same";
  readonly memory: number;
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
  async run([input, output], { type, sigma, memory, threads, quiet, ...rest }) {
    const model = await loadModel(required(rest.model, options.model));
    const { psf } = await loadPsf(required(rest.psf, options.psf));
    if (sigma && sigma.min !== sigma.max) {
      throw new InputError("--sigma is a range; a stack has one noise level, such as 1%");
    }
    const reader = await openStack(input as string);
    const progress = createProgress(quiet ? "quiet" : "shown");
    const engine = await createEngine({ threads });
    const pixelType = type === "same" ? reader.info.pixelType : "float32";
    const begin = performance.now();
    const writer = createTiff(output as string, { ...reader.info, pixelType });
    try {
      const { tiles, sigmas } = await withInterrupt(
        "Stopping ...",
        (signal) =>
          deconvolveStack(reader, writer, {
            engine,
            model,
            psf,
            sigma: sigma?.min,
            memoryBytes: memory,
            signal,
            onPlan: (plan) =>
              progress.message(
                `${formatSize(reader.info.shape)}, ${reader.info.shape[0]} channel(s), ` +
                  `${reader.info.frames} frame(s): ${plan.tiles.length} tile(s) of ` +
                  `${formatSize(plan.size)}, about ${Math.ceil(plan.bytes / 1e6)} MB, ` +
                  engine.description,
              ),
            onTile: (done, total) => progress.update(done / total, `tile ${done}/${total}`),
          }),
      );
      writer.close();
      progress.done();
      for (const [frame, values] of sigmas.entries()) {
        const percents = values.map((value) => `${(value * 100).toFixed(2)} %`).join(", ");
        progress.message(`noise estimated in frame ${frame + 1}: ${percents} of the maximum`);
      }
      const seconds = (performance.now() - begin) / 1000;
      progress.message(`${tiles} tile(s) in ${formatDuration(seconds)}`);
      console.log(output);
    } catch (error) {
      writer.abort();
      throw error;
    } finally {
      reader.close();
      engine.close();
    }
  },
};
