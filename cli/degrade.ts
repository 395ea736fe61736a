/**
 * `degrade`: blurs a stack and adds noise, as training does.
 *
 * @module
 */
import { type Backend, runOnEngine } from "../core/compute/choose_engine.ts";
import { degradeStack } from "../core/degrade_stack.ts";
import { commonOptions, deconvolveOptions, type NoiseRange } from "../core/options.ts";
import { loadPsfFor } from "../core/psf/load_psf.ts";
import { type CommandSpec, required } from "./command.ts";

const { noise, photons, seed, backend, threads } = commonOptions;
const psf = { ...commonOptions.psf, flags: "-p, --psf <file>", repeatable: false } as const;
const options = { psf, noise, photons, seed, type: deconvolveOptions.type, backend, threads };

interface DegradeCommandOptions {
  readonly psf?: string;
  readonly noise: NoiseRange;
  readonly photons?: number;
  readonly seed: number;
  readonly type: "32-bit" | "same";
  readonly backend: Backend;
  readonly threads?: number;
}

export const degradeCommand: CommandSpec<DegradeCommandOptions> = {
  name: "degrade",
  summary: "blur a stack and add noise",
  description: "Blurs a sharp stack with a PSF (zeros lie beyond its borders) and adds noise, in " +
    "the stack's units: what a model is trained to undo.",
  arguments: [["<input>", "TIFF or PNG"], ["<output>", "TIFF to write"]],
  options,
  examples: ["degrade cell.tif blurred.tif --psf psf.tif --noise 1% --seed 1"],
  async run([input, output], { type, noise, photons, seed, backend, threads, ...rest }) {
    const { psf } = await loadPsfFor(input as string, required(rest.psf, options.psf));
    const onNotice = (line: string) => console.error(line);
    await runOnEngine(
      { backend, threads, onNotice },
      (engine) =>
        degradeStack(input as string, output as string, {
          engine,
          psf,
          noise,
          photons,
          seed,
          pixelType: type === "same" ? "same" : "float32",
        }),
    );
    console.log(output);
  },
};
