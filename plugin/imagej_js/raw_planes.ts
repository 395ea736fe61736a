/**
 * Planes as ImageJ.JS hands them over, for the case that it cannot make a file of them.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { bytesPerSample, swapBytes, viewSamples } from "../../core/io/pixel_type.ts";
import type { PixelType, StackInfo } from "../../core/io/stack.ts";
import { encodeTiff } from "../../core/io/tiff_writer.ts";

/** An array as it comes through ImJoy. */
export interface NumberArray {
  readonly _rvalue: ArrayBuffer | ArrayBufferView;
  readonly _rshape: readonly number[];
  readonly _rdtype: string;
}

/** Width, height, channels, slices, frames. */
export type Dimensions = readonly [number, number, number, number, number];

const TYPES: Record<string, PixelType> = { uint8: "uint8", uint16: "uint16", float32: "float32" };

/**
 * A TIFF of all planes (c fastest, then z, then t), whatever the byte order of the numbers: it is
 * told from the current plane, which always is little-endian.
 *
 * @throws {InputError} for colours, and for planes that do not fit the dimensions.
 */
export function encodePlanes(
  dimensions: Dimensions,
  { all, current }: { readonly all: NumberArray; readonly current: NumberArray },
): ArrayBuffer {
  const [width, height, channels, depth, frames] = dimensions;
  if (current._rshape.at(-1)! > 1) throw colours();
  const pixelType = TYPES[all._rdtype];
  const info: StackInfo = {
    shape: [channels, depth, height, width],
    frames,
    pixelType,
    metadata: {},
  };
  const bytes = bytesOfArray(all).slice();
  const size = pixelType && bytesPerSample(pixelType);
  const planes = channels * depth * frames;
  if (!size || bytes.length !== planes * width * height * size) {
    throw new InputError(
      `ImageJ.JS gave ${bytes.length} bytes of ${all._rdtype} for ${planes} planes of ` +
        `${width} x ${height}; save the image as TIFF and open it again`,
    );
  }
  if (size > 1 && isBigEndian(bytes, bytesOfArray(current), size)) swapBytes(bytes, size);
  // [t, z, c, y, x] -> [t, c, z, y, x]
  const plane = width * height;
  const samples = viewSamples(bytes, pixelType);
  const ordered = new Float32Array(samples.length);
  for (let from = 0; from < planes; from++) {
    const c = from % channels;
    const z = Math.floor(from / channels) % depth;
    const t = Math.floor(from / (channels * depth));
    const to = (t * channels + c) * depth + z;
    ordered.set(samples.subarray(from * plane, (from + 1) * plane), to * plane);
  }
  return encodeTiff(info, ordered).buffer;
}

/** What to tell the user of an RGB image. */
export function colours(): InputError {
  return new InputError(
    "The image is RGB; a deconvolution needs intensities: use Image > Color > Split Channels, or " +
      "Image > Type > 8-bit, and try again",
  );
}

/** Big-endian unless the current plane is among the planes as they are: what Java writes. */
function isBigEndian(bytes: Uint8Array, current: Uint8Array, size: number): boolean {
  const swapped = current.slice();
  swapBytes(swapped, size);
  for (let begin = 0; begin < bytes.length; begin += current.length) {
    const plane = bytes.subarray(begin, begin + current.length);
    if (isEqual(plane, swapped)) return true;
    if (isEqual(plane, current)) return false;
  }
  return true;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function bytesOfArray({ _rvalue: value }: NumberArray): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}
