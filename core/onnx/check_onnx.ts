/**
 * Whether an ONNX file can be run, and for what.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Model } from "../model/model.ts";
import {
  modelOfOnnxFile,
  type OnnxFile,
  type OnnxValue,
  readOnnxFile,
  readStored,
} from "../model/onnx_file.ts";
import {
  createVolume,
  formatSize,
  rangeOf,
  type Shape,
  type Size,
  type Volume,
} from "../volume.ts";
import { checksum } from "./checksum.ts";
import { CHECKSUM_ENTRY, OPSET } from "./encode_graph.ts";
import { ONNX_NAMES } from "./write_onnx.ts";

/** What a file is for. */
export interface OnnxDescription {
  readonly model: Model;
  /** What a baked graph is for; undefined for one of any size and PSF. */
  readonly baked?: {
    readonly channels: number;
    /** `[z, y, x]` */
    readonly size: Size;
    readonly psf: Volume;
  };
}

/**
 * Looks at an ONNX file before a runtime does; `name` is what messages call it.
 *
 * @throws {InputError} when it is no ONNX file, was cut off or damaged, comes from another program,
 * needs a newer operator set, or has other inputs than this program's graphs.
 */
export function describeOnnx(bytes: Uint8Array, name: string): OnnxDescription {
  const file = readOnnxFile(bytes, name);
  if (file.opset > OPSET) {
    throw new InputError(
      `${name} needs ONNX operator set ${file.opset}, and this program runs up to ${OPSET}; ` +
        `use the program that wrote it, or export the model again`,
    );
  }
  const model = modelOfOnnxFile(file, name);
  const [image, psf] = [ONNX_NAMES.image, ONNX_NAMES.psf].map((input) => find(file, input));
  if (!image) {
    throw new InputError(`${name} has no input "${ONNX_NAMES.image}"; export the model again`);
  }
  assertInput(image, { rank: 5, axes: "[1, c, z, y, x]", name });
  if (psf) assertInput(psf, { rank: 4, axes: "[c, z, y, x]", name });
  if (file.metadata.get(CHECKSUM_ENTRY) !== checksum(file.graph)) {
    throw new InputError(
      `${name} is damaged, or another program changed it: its graph is not the one that was ` +
        `written; copy or export it again`,
    );
  }
  if (psf) return { model };
  const [, channels, ...size] = image.shape;
  const { data, shape } = readStored(file, ONNX_NAMES.psf)!;
  return {
    model,
    baked: {
      channels: Number(channels),
      size: size as unknown as Size,
      psf: createVolume(shape as unknown as Shape, data),
    },
  };
}

/** What a stack is to be restored with. */
export interface OnnxUse {
  /** Of the stack or its pieces, `[z, y, x]`. */
  readonly size: Size;
  /** The PSF, every channel of sum 1; a baked graph has its own. */
  readonly psf?: Volume;
}

/**
 * Whether a file goes with a stack's size and a PSF.
 *
 * @throws {InputError} when it does not.
 */
export function assertOnnxFits(
  { baked }: OnnxDescription,
  { size, psf }: OnnxUse,
  name: string,
): void {
  if (!baked) {
    if (psf) return;
    throw new InputError(`${name} is for any PSF and none is given; give one with --psf`);
  }
  if (psf && !isSamePsf(psf, baked.psf)) {
    throw new InputError(
      `${name} was exported with another PSF than the given one (${formatSize(baked.psf.shape)} ` +
        `and ${formatSize(psf.shape)} voxels); leave out --psf, or export the model anew`,
    );
  }
  if (baked.size.every((n, axis) => n === size[axis])) return;
  throw new InputError(
    `${name} was exported for ${formatSize(baked.size)} voxels and the stack, or its tiles, have ` +
      `${formatSize(size)}; export it with --size ${size[2]}x${size[1]}x${size[0]}, or without ` +
      `--size for stacks of any size`,
  );
}

/** Whether two PSFs agree but for the rounding of their sums. */
function isSamePsf(a: Volume, b: Volume): boolean {
  const { max } = rangeOf(b.data);
  return a.shape.every((n, axis) => n === b.shape[axis]) &&
    a.data.every((value, i) => Math.abs(value - b.data[i]) <= 1e-5 * max);
}

function find({ inputs }: OnnxFile, name: string): OnnxValue | undefined {
  return inputs.find((input) => input.name === name);
}

function assertInput(
  input: OnnxValue,
  { rank, axes, name }: { rank: number; axes: string; name: string },
): void {
  if (input.elementType === 1 && input.shape.length === rank) return;
  throw new InputError(
    `${name} has an input "${input.name}" with ${input.shape.length} axes ` +
      `(element type ${input.elementType}), not ${axes} of float32; export the model again`,
  );
}
