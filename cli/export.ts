/**
 * `export`: a model as an ONNX file or as a BioImage Model Zoo package.
 *
 * @module
 */
import { InputError, UsageError } from "../core/errors.ts";
import { exportZoo } from "../core/export_zoo.ts";
import { writeFileAtomically } from "../core/io/atomic_file.ts";
import { readVolume } from "../core/io/read_stack.ts";
import { loadModel } from "../core/model/load_model.ts";
import type { Model } from "../core/model/model.ts";
import { type OnnxTarget, writeOnnx } from "../core/onnx/write_onnx.ts";
import { commonOptions, exportOptions, longName } from "../core/options.ts";
import { loadPsf, loadPsfFor } from "../core/psf/load_psf.ts";
import { assertFinite, formatSize, type Size } from "../core/volume.ts";
import { type CommandSpec, required } from "./command.ts";
import { withInterrupt } from "./interrupt.ts";

const { threads } = commonOptions;
const psf = {
  ...commonOptions.psf,
  flags: "-p, --psf <file>",
  repeatable: false,
  description: "PSF of a fixed graph: a TIFF, or a preset such as hela3d/psf1",
} as const;
const options = { ...exportOptions, psf, threads };

interface ExportCommandOptions {
  readonly format: "onnx" | "bioimageio";
  readonly psf?: string;
  readonly size?: Size;
  readonly testStack?: string;
  readonly name?: string;
  readonly author?: readonly string[];
  readonly cite?: readonly string[];
  readonly licence?: string;
  readonly threads?: number;
}

export const exportCommand: CommandSpec<ExportCommandOptions> = {
  name: "export",
  summary: "write a model as ONNX",
  description: "Writes a model as an ONNX graph that does everything, for stacks and PSFs of any " +
    "size; with --psf and --size for one of each, which is faster and has a single input. Or packs " +
    "such a graph for the BioImage Model Zoo.",
  arguments: [["<model>", "run folder, model.json or model.onnx"], ["<output>", ".onnx or .zip"]],
  options,
  examples: [
    "export runs/train-1 model.onnx",
    "export runs/train-1 model.onnx --psf psf.tif --size 512x512x32",
    "export runs/train-1 model.zip --format bioimageio --psf psf.tif --test-stack cell.tif",
  ],
  async run([path, output], typed) {
    const target = output as string;
    assertOptions(target, typed);
    const model = loadModel(path as string);
    const line = typed.format === "onnx"
      ? await exportOnnx(model, target, typed)
      : await exportPackage(model, target, typed);
    console.error(line);
    console.log(target);
  },
};

/** Options that the format would not use are refused, not ignored. */
function assertOptions(output: string, typed: ExportCommandOptions): void {
  const { format } = typed;
  const ending = format === "onnx" ? ".onnx" : ".zip";
  if (!output.toLowerCase().endsWith(ending)) {
    throw new InputError(
      `${output} does not end in ${ending}, as --format ${format} does; give another name` +
        (format === "onnx" && output.endsWith(".zip") ? ", or --format bioimageio" : ""),
    );
  }
  if (format === "bioimageio") return;
  for (const key of ["testStack", "name", "author", "cite", "licence", "threads"] as const) {
    if (typed[key] !== undefined) {
      throw new UsageError(`${longName(options[key])} is for --format bioimageio alone`);
    }
  }
  if ((typed.psf === undefined) !== (typed.size === undefined)) {
    const [given, missing] = typed.psf === undefined ? ["--size", "--psf"] : ["--psf", "--size"];
    throw new UsageError(`${given} needs ${missing}: a fixed graph is for one PSF and one size`);
  }
}

async function exportOnnx(
  model: Model,
  output: string,
  { psf, size }: ExportCommandOptions,
): Promise<string> {
  const presetDepth = size?.[0] === 1 ? "plane" : "volume";
  const target: OnnxTarget = psf !== undefined && size !== undefined
    ? { kind: "baked", psf: (await loadPsf(psf, { presetDepth })).psf, size }
    : { kind: "general" };
  const bytes = writeOnnx(model, target);
  writeFileAtomically(output, bytes);
  const purpose = target.kind === "general"
    ? "stacks and PSFs of any size"
    : `stacks of ${formatSize(target.size)} and one PSF`;
  return `${Math.ceil(bytes.length / 1000)} KB, for ${purpose}`;
}

async function exportPackage(
  model: Model,
  output: string,
  typed: ExportCommandOptions,
): Promise<string> {
  const { name, size, author, cite, licence, threads } = typed;
  const testName = required(typed.testStack, options.testStack);
  const { psf } = await loadPsfFor(testName, required(typed.psf, options.psf));
  const testStack = await readVolume(testName);
  assertFinite(testStack, testName);
  const { bytes, relativeError } = await withInterrupt(
    "Stopping ...",
    (signal) =>
      exportZoo(model, {
        psf,
        size,
        testStack,
        testName: `the middle of ${testName.split(/[/\\]/).at(-1)}`,
        name,
        authors: author,
        citations: cite,
        licence,
        threads,
        signal,
      }),
  );
  writeFileAtomically(output, bytes);
  return `${(bytes.length / 1e6).toFixed(1)} MB; onnxruntime and our engine differ by ` +
    `${relativeError.toExponential(1)} of the largest voxel`;
}
