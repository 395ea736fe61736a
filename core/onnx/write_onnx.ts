/**
 * Models as ONNX files.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { hasShrinkage, isNoiseAdaptive, type Model } from "../model/model.ts";
import { formatSize, type Size, sizeOf, type Volume } from "../volume.ts";
import { encodeGraph, type ValueDeclaration } from "./encode_graph.ts";
import {
  array,
  createGraph,
  emit,
  type Graph,
  integer,
  nameOutput,
  removeUnused,
  store,
  type Value,
} from "./graph.ts";
import { metadataOf } from "./metadata.ts";
import { choosePeak, chooseSigma } from "./noise_graph.ts";
import { reshape, sizeAt } from "./operators.ts";
import { emitStages } from "./stage_graph.ts";
import { createGrid, type GraphGrid, type GraphSize, transformSmall } from "./transform_graph.ts";

/** What a graph is written for. */
export type OnnxTarget =
  /** Inputs `image` and `psf`, both of any size. */
  | { readonly kind: "general" }
  /** One PSF and one size, `[z, y, x]`: a single input, and the fastest. */
  | { readonly kind: "baked"; readonly psf: Volume; readonly size: Size };

/** Names of a graph's inputs and outputs. */
export const ONNX_NAMES = {
  image: "image",
  psf: "psf",
  sigma: "sigma",
  peak: "peak",
  channel: "channel",
  restored: "restored",
} as const;

/**
 * The model as an ONNX file (operator set 17) that does everything: padding, taper, transforms,
 * Wiener quotient and crop.
 *
 * A general graph takes `image [1, c, z, y, x]` and `psf [1 or c, z, y, x]` of any size, float32; the
 * PSF's centre is at floor(size / 2) and its channels need not be scaled. A baked one takes the image
 * alone. The result `restored` has the image's shape and units.
 *
 * Some stored tensors can be made inputs, see `openInputs`: `sigma`, the noise as a part of the peak,
 * one value or one per channel, of noise-adaptive models (it is -1, for which the graph estimates the
 * noise); `peak`, of models with shrinkage, whose thresholds are on the peak's scale (it is -1, for
 * which the graph takes the image's largest voxel); and `channel`, which of the model's channels the
 * image's are, of general graphs of models without shrinkage and with kernels for several channels.
 *
 * @returns the file's bytes; `readOnnxModel` gives back exactly the model.
 *
 * @throws {InputError} when a PSF or a size cannot be baked in.
 *
 * @example
 * ```ts
 * import { writeOnnx } from "./write_onnx.ts";
 * import { readOnnxModel } from "../model/onnx_file.ts";
 * import { createStage } from "../twb/initialize.ts";
 * import assert from "node:assert/strict";
 *
 * const training = {
 *   data: "synthetic cells",
 *   dataNotice: "",
 *   psfs: [],
 *   noise: { min: 0.01, max: 0.01 },
 *   epochs: 1,
 *   seed: 0,
 * };
 * const stages = [createStage()];
 * const model = { stages, channels: 1, normalization: "peak", training } as const;
 * const bytes = writeOnnx(model, { kind: "general" });
 * assert.deepEqual(readOnnxModel(bytes, "model.onnx"), model);
 * ```
 */
export function writeOnnx(model: Model, target: OnnxTarget): Uint8Array<ArrayBuffer> {
  const graph = createGraph();
  const parts = target.kind === "general"
    ? declareGeneral(graph, model)
    : declareBaked(graph, model, target);
  const { stack, size, psf, psfSize, channelCount, inputs, shape } = parts;
  const grid = createGrid(graph, size, psfSize);
  const transfer = emitTransfer(graph, psf, { grid, psfSize });
  const { peakRatio = 1 } = model;
  const unknown = (name: string) => store(graph, array([UNKNOWN], [1]), name);
  const sigma = isNoiseAdaptive(model)
    ? chooseSigma(graph, stack, {
      size,
      channelCount,
      peakRatio,
      given: unknown(ONNX_NAMES.sigma),
    })
    : undefined;
  const context = { grid, transfer, sigma, channelCount, channels: parts.channels };
  const { stages } = model;
  const op = (operator: string, a: Value, b: Value) => emit(graph, operator, [a, b]);
  const peak = hasShrinkage(model)
    ? choosePeak(graph, stack, { given: unknown(ONNX_NAMES.peak), peakRatio })
    : undefined;
  const scaled = peak ? op("Div", stack, peak) : stack;
  const estimate = emitStages(graph, scaled, { stages, context });
  const restored = peak ? op("Mul", estimate, peak) : estimate;
  nameOutput(graph, reshape(graph, restored, [1, channelCount, ...size]), ONNX_NAMES.restored);
  removeUnused(graph);
  const description = "in the image's units";
  return encodeGraph(graph, {
    name: "trainable_wiener",
    description: describe(model, target),
    inputs,
    outputs: [{ name: ONNX_NAMES.restored, type: "float32", shape, description }],
    metadata: metadataOf(model, target),
  });
}

/** The stored noise and peak: below 0 the graph finds them in the image. */
export const UNKNOWN = -1;

/** What the two kinds of graphs begin with. */
interface GraphParts {
  /** `[c, z, y, x]` */
  readonly stack: Value;
  readonly size: GraphSize;
  /** `[1 or c, z, y, x]`, every channel of sum 1 */
  readonly psf: Value;
  readonly psfSize: GraphSize;
  readonly channels?: Value;
  readonly channelCount: Value;
  readonly inputs: ValueDeclaration[];
  /** Of the image and the result. */
  readonly shape: readonly (number | string)[];
}

function declareGeneral(graph: Graph, model: Model): GraphParts {
  const image: Value = { kind: "tensor", name: ONNX_NAMES.image };
  const psf: Value = { kind: "tensor", name: ONNX_NAMES.psf };
  const sizes = (tensor: Value, first: number) =>
    [0, 1, 2].map((axis) => sizeAt(graph, tensor, first + axis)) as unknown as GraphSize;
  const size = sizes(image, 2);
  const channelCount = sizeAt(graph, image, 1);
  const shape = [1, model.channels === 1 ? "c" : model.channels, "z", "y", "x"];
  const inputs: ValueDeclaration[] = [
    { name: ONNX_NAMES.image, type: "float32", shape, description: "the blurred stack" },
    {
      name: ONNX_NAMES.psf,
      type: "float32",
      shape: ["psf_c", "psf_z", "psf_y", "psf_x"],
      description: "one channel, or one per channel of the image; centre at floor(size / 2)",
    },
  ];
  const sum = emit(graph, "ReduceSum", [psf, array([1, 2, 3], [3], "int64")], { keepdims: 1 });
  return {
    stack: reshape(graph, image, [channelCount, ...size]),
    size,
    psf: emit(graph, "Div", [psf, sum]),
    psfSize: sizes(psf, 1),
    channels: model.channels === 1 || hasShrinkage(model) ? undefined : storeChannels(graph, model),
    channelCount,
    inputs,
    shape,
  };
}

function declareBaked(
  graph: Graph,
  model: Model,
  { psf, size }: { psf: Volume; size: Size },
): GraphParts {
  const channels = Math.max(model.channels, psf.shape[0]);
  if (psf.shape[0] !== 1 && model.channels !== 1 && psf.shape[0] !== model.channels) {
    throw new InputError(
      `The PSF has ${psf.shape[0]} channels and the model ${model.channels}; ` +
        `give a PSF of one channel, or of one per channel`,
    );
  }
  const psfSize = sizeOf(psf.shape);
  if (size[0] === 1 && psfSize[0] > 1) {
    throw new InputError(
      `The PSF has ${psfSize[0]} planes and the size ${formatSize(size)} one; ` +
        `give a PSF of one plane, or a depth: --size ${size[2]}x${size[1]}x32`,
    );
  }
  const shape = [1, channels, ...size];
  const graphSize = size.map(integer) as unknown as GraphSize;
  return {
    stack: reshape(graph, { kind: "tensor", name: ONNX_NAMES.image }, [channels, ...size]),
    size: graphSize,
    psf: store(graph, array(psf.data, psf.shape), ONNX_NAMES.psf),
    psfSize: psfSize.map(integer) as unknown as GraphSize,
    channelCount: integer(channels),
    inputs: [
      { name: ONNX_NAMES.image, type: "float32", shape, description: "the blurred stack" },
    ],
    shape,
  };
}

/** K, with the PSF's centre at the origin. */
function emitTransfer(
  graph: Graph,
  psf: Value,
  { grid, psfSize }: { grid: GraphGrid; psfSize: GraphSize },
) {
  const origin = psfSize.map((n) => emit(graph, "Div", [n, integer(2)])) as unknown as GraphSize;
  const { re, im } = transformSmall(graph, psf, grid, { size: psfSize, origin });
  return { re, im: im() };
}

/** All channels of the kernels, in order. */
function storeChannels(graph: Graph, model: Model): Value {
  const all = Array.from({ length: model.channels }, (_, i) => i);
  return store(graph, array(all, [model.channels], "int64"), ONNX_NAMES.channel);
}

function describe(model: Model, target: OnnxTarget): string {
  const size = target.kind === "baked"
    ? ` for stacks of ${formatSize(target.size)} voxels and one point spread function`
    : "";
  return `Wiener deconvolution with learned regularization${size}. Trained on: ` +
    `${model.training.data}.`;
}
