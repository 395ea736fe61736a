/**
 * What an ONNX file says about its model, for people and for programs.
 *
 * @module
 */
import { countModelParameters, hasShrinkage, isNoiseAdaptive, type Model } from "../model/model.ts";
import { encodeModel } from "../model/model_file.ts";
import { MODEL_ENTRY } from "../model/onnx_file.ts";
import { VERSION } from "../version.ts";
import type { Size, Volume } from "../volume.ts";

/** The metadata's entries, the model itself last. */
export function metadataOf(
  model: Model,
  target: { readonly kind: "general" } | {
    readonly kind: "baked";
    readonly psf: Volume;
    readonly size: Size;
  },
): readonly (readonly [key: string, value: string])[] {
  const { training, voxelSizeUm } = model;
  const entries: [string, string][] = [
    ["version", VERSION],
    ["graph", target.kind],
    ["intensity_normalization", describeNormalization(model)],
    ["training", JSON.stringify(training)],
    ["parameters", String(countModelParameters(model))],
    ["data_licence", training.dataNotice || "unknown"],
  ];
  if (voxelSizeUm) {
    const { x, y, z } = voxelSizeUm;
    entries.push(["voxel_size_um", `${x} ${y} ${z}`]);
  }
  if (target.kind === "baked") {
    const [depth, height, width] = target.size;
    entries.push(["size", `${width}x${height}x${depth}`]);
    entries.push(["psf_shape", target.psf.shape.join(" ")]);
  }
  entries.push([MODEL_ENTRY, encodeModel(model)]);
  return entries;
}

function describeNormalization(model: Model): string {
  if (hasShrinkage(model)) {
    return "inside the graph: stacks are divided by the largest voxel of all channels" +
      (model.peakRatio ? ` over ${model.peakRatio}` : "") + ", and multiplied by it afterwards";
  }
  if (!isNoiseAdaptive(model)) return "none needed: the graph is linear up to clipping at 0";
  return "inside the graph: noise is measured relative to the largest voxel of all channels";
}
