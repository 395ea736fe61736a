/**
 * The description of a BioImage Model Zoo package, format 0.5.
 *
 * @module
 */
import type { Model } from "../model/model.ts";
import { kernelSpanOf } from "../twb/coarse.ts";
import { VERSION } from "../version.ts";
import { formatSize, type Shape, type VoxelSizeUm } from "../volume.ts";
import { OPSET } from "./encode_graph.ts";
import { ONNX_NAMES } from "./write_onnx.ts";
import type { YamlValue } from "./yaml.ts";

/** The package's files beside its description, rdf.yaml. */
export const ZOO_FILES = {
  weights: "weights.onnx",
  input: "test_input.npy",
  output: "test_output.npy",
  cover: "cover.png",
  documentation: "README.md",
} as const;

/** The format that is written; readers of any 0.5 take it. */
export const ZOO_FORMAT = "0.5.3";

/** What a package says about itself; what is not known is left out. */
export interface ZooFacts {
  readonly model: Model;
  /** Of the graph: `[c, z, y, x]`. */
  readonly shape: Shape;
  /** Of the PSF in the graph. */
  readonly psfShape: Shape;
  readonly name: string;
  readonly authors: readonly string[];
  /** DOIs of what a user of the model should cite. */
  readonly citations: readonly string[];
  /** SPDX name, such as "CC-BY-4.0". */
  readonly licence?: string;
  readonly voxelSizeUm?: VoxelSizeUm;
  readonly timestamp: Date;
  /** Hexadecimal SHA-256 of every file of `ZOO_FILES`. */
  readonly sha256: Readonly<Record<keyof typeof ZOO_FILES, string>>;
}

/** The fields of rdf.yaml. */
export function describeZooModel(
  facts: ZooFacts,
): { readonly [key: string]: YamlValue | undefined } {
  const { model, shape, name, authors, licence, citations, sha256 } = facts;
  const file = (key: keyof typeof ZOO_FILES) => ({ source: ZOO_FILES[key], sha256: sha256[key] });
  const { min, max } = model.training.noise;
  return {
    format_version: ZOO_FORMAT,
    type: "model",
    name,
    description: `Wiener deconvolution with learned regularization for stacks of ` +
      `${formatSize(shape)} voxels and one point spread function, which is part of the model. ` +
      `Trained on ${model.training.data} with ${percent(min)} to ${percent(max)} noise.`,
    timestamp: facts.timestamp.toISOString(),
    authors: authors.map((author) => ({ name: author })),
    license: licence,
    cite: citations.map((doi) => ({ text: `DOI ${doi}`, doi })),
    tags: [
      "deconvolution",
      "image-restoration",
      "fluorescence-light-microscopy",
      shape[1] === 1 ? "2d" : "3d",
    ],
    // All versions of the format take names here; checksums, only the newer ones.
    documentation: ZOO_FILES.documentation,
    covers: [ZOO_FILES.cover],
    inputs: [{
      id: ONNX_NAMES.image,
      description: "the blurred stack, in any units",
      axes: axesOf(facts, "input"),
      data: { type: "float32", unit: "arbitrary unit" },
      test_tensor: file("input"),
    }],
    outputs: [{
      id: ONNX_NAMES.restored,
      description: "the restored stack, in the units of the input",
      axes: axesOf(facts, "output"),
      data: { type: "float32", unit: "arbitrary unit" },
      test_tensor: file("output"),
    }],
    weights: { onnx: { ...file("weights"), opset_version: OPSET } },
    config: {
      trainable_wiener: {
        version: VERSION,
        documentation_sha256: sha256.documentation,
        cover_sha256: sha256.cover,
      },
    },
  };
}

/** The space axes in the order of memory. */
const AXES = ["z", "y", "x"] as const;

/** A space axis of a graph. */
interface ZooAxis {
  readonly id: (typeof AXES)[number];
  /** Voxels. */
  readonly size: number;
  /** Micrometres. */
  readonly scale?: number;
  /**
   * Voxels at the border of a tile that another tile has to overlap: the reach of the stages, about
   * the PSF's size and the kernels' of all of them, and such that coarse stages have their nodes where the
   * whole stack has them; none where a tile would be mostly border, and none along z, where a tile is the
   * whole depth.
   */
  readonly halo: number;
}

function spaceAxes({ shape, psfShape, model, voxelSizeUm }: Omit<ZooFacts, "sha256">): ZooAxis[] {
  return AXES.map((id, axis) => {
    const size = shape[axis + 1];
    const scale = voxelSizeUm ? scaleOf(voxelSizeUm[id], size) : undefined;
    let halo = model.stages.reduce(
      (sum, stage) => sum + kernelSpanOf(stage, axis),
      psfShape[axis + 1],
    );
    const goesWithNodes = () =>
      model.stages.every((stage) => stage.kind !== "coarse" || halo % stage.factor[axis] === 0);
    while (halo % 2 !== 0 || !isWhole(halo, scale) || !goesWithNodes()) halo++;
    if (id === "z" || 4 * halo > size) halo = 0;
    return { id, size, scale, halo };
  });
}

/** Whether bioimageio.core, which takes voxels times the scale over the scale, gets them back. */
function isWhole(voxels: number, scale = 1): boolean {
  return voxels * scale / scale === voxels;
}

/** To six digits, or next to them where rounding would make another size of the axis. */
function scaleOf(micrometres: number, size: number): number {
  const scale = Number(micrometres.toPrecision(6));
  for (let step = 0; step < 64; step++) {
    const candidate = scale * (1 + step * Number.EPSILON);
    if (isWhole(size, candidate)) return candidate;
  }
  return scale;
}

function axesOf(facts: Omit<ZooFacts, "sha256">, side: "input" | "output"): readonly YamlValue[] {
  const [channels] = facts.shape;
  const space = spaceAxes(facts).map(({ id, size, scale, halo }) => ({
    type: "space",
    id,
    ...(scale === undefined ? {} : { unit: "micrometer", scale }),
    ...(side === "output" && halo > 0
      ? { size: { tensor_id: ONNX_NAMES.image, axis_id: id }, halo }
      : { size }),
  }));
  const names = channels === 1
    ? ["intensity"]
    : Array.from({ length: channels }, (_, c) => `channel${c + 1}`);
  return [
    { type: "batch", size: 1 },
    { type: "channel", id: "channel", channel_names: names },
    ...space,
  ];
}

function percent(level: number): string {
  return `${Number((100 * level).toPrecision(3))} %`;
}
