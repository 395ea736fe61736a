/**
 * The documentation of a BioImage Model Zoo package.
 *
 * @module
 */
import { countModelParameters, hasShrinkage, isNoiseAdaptive, type Model } from "../model/model.ts";
import { formatSize } from "../volume.ts";
import type { ZooFacts } from "./zoo_description.ts";

/** What was measured when the package was made. */
export interface ZooMeasurement {
  /** What the test stack is, in words. */
  readonly testStack: string;
  /** Largest difference of the graph's and our own engine's result, of the largest voxel. */
  readonly relativeError: number;
}

/** Markdown with the section "Validation" that the zoo asks for. */
export function documentZooModel(
  facts: Omit<ZooFacts, "sha256">,
  { testStack, relativeError }: ZooMeasurement,
): string {
  const { model, shape, psfShape, voxelSizeUm } = facts;
  const { training } = model;
  const { noise, validation } = training;
  const channels = shape[0] === 1
    ? "One channel at a time: run the others one after the other."
    : `${shape[0]} channels together, in the order they were trained in.`;
  const scale = isNoiseAdaptive(model)
    ? (hasShrinkage(model)
      ? "Inside the graph the stack is divided by its largest voxel, and multiplied by it afterwards. "
      : "") +
      "The noise is estimated from the stack inside the graph, relative to its largest voxel, and " +
      "sets the strength of the regularization."
    : "The graph is linear in the intensities (up to clipping at 0, where the model has it), so that " +
      "they need no normalization.";
  const voxels = voxelSizeUm
    ? ` The voxel size is ${length(voxelSizeUm.x)} x ${length(voxelSizeUm.y)} x ` +
      `${length(voxelSizeUm.z)} um; other samplings ` +
      `need another point spread function.`
    : "";
  const lines = [
    `# ${facts.name}`,
    "",
    "A Wiener deconvolution whose regularization was learned from data: padding, edge taper, Fourier " +
    `transforms, filter${describeStages(model)} and crop are one ONNX graph. ` +
    `The method${model.stages.length > 1 ? " of the first stage" : ""}: ` +
    "A. Moskalev, Trainable Regularization " +
    "for Wiener Deconvolution, MSc thesis, Skolkovo Institute of Science and Technology, 2019.",
    "",
    "## Input and output",
    "",
    `* One stack of ${formatSize(shape)} voxels (x, y, z). ${channels}`,
    `* The point spread function (${formatSize(psfShape)} voxels) is part of the model.${voxels}`,
    `* The result has the units of the input. ${scale}`,
    "",
    "## Training",
    "",
    `* Data: ${training.data}.`,
    `* Licence of the data: ${training.dataNotice || "unknown"}.`,
    `* Point spread functions: ${training.psfs.join(", ") || "not recorded"}.`,
    `* Noise: ${noise.min} to ${noise.max} of the peak; ${training.epochs} epochs; ` +
    `seed ${training.seed}.`,
    `* Learned parameters: ${countModelParameters(model)}.`,
    "",
    "## Validation",
    "",
    ...(validation
      ? [
        "Mean over the validation stacks of the training (C: of the central crop; I: gain over the " +
        "input):",
        "",
        "| PSNR | CPSNR | ISNR | CISNR |",
        "|---|---|---|---|",
        `| ${decibel(validation.psnr)} | ${decibel(validation.cpsnr)} ` +
        `| ${decibel(validation.isnr)} | ${decibel(validation.cisnr)} |`,
        "",
      ]
      : []),
    `The test tensors are ${testStack}, before and after restoration by this graph. Another ` +
    `implementation of the same model differs by ${
      relativeError.toExponential(1)
    } of the largest voxel.`,
    "",
    "Check it on stacks of your own microscope: structures that are sharper in the result must be " +
    "there in an independent image, and a stack without structures must stay without.",
    "",
  ];
  return lines.join("\n");
}

/** What follows the first block. */
function describeStages({ stages }: Model): string {
  const kinds = {
    residual: "that correct what the estimate does not explain",
    shrinkage: "whose kernels' responses are shrunk",
    coarse: "on means of neighbouring voxels",
  };
  return Object.entries(kinds).map(([name, what]) => {
    const count = stages.filter(({ kind }) => kind === name).length;
    return count === 0 ? "" : `, ${count} further stage${count === 1 ? "" : "s"} ${what}`;
  }).join("");
}

function length(micrometres: number): number {
  return Number(micrometres.toPrecision(6));
}

function decibel(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)} dB` : "-";
}
