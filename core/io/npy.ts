/**
 * Arrays in NumPy's .npy format (R. Kern, "NEP 1: A simple file format for NumPy arrays", 2007).
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { readFileBytes } from "./file_source.ts";
import { bytesOf, swapBytes, viewSamples } from "./pixel_type.ts";

/** An array with its shape; the last index varies fastest. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Reads an array of float32 or float64 in C order.
 *
 * @throws {InputError} when the file is missing, truncated, no .npy file, or of another type or
 * order.
 */
export function readNpy(path: string): NpyArray {
  return decodeNpy(readFileBytes(path), path);
}

/**
 * The array in the bytes of a .npy file.
 *
 * @param name As messages show it.
 *
 * @example
 * ```ts
 * import { decodeNpy, encodeNpy } from "./npy.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = encodeNpy({ data: new Float32Array([1, 2, 3, 4, 5, 6]), shape: [2, 3] });
 * assert.deepEqual(decodeNpy(bytes, "six numbers").shape, [2, 3]);
 * ```
 */
export function decodeNpy(bytes: Uint8Array, name: string): NpyArray {
  if (bytes.length < 10 || !MAGIC.every((byte, i) => bytes[i] === byte)) {
    throw new InputError(`${name} is not a .npy file; save the array with numpy.save`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOld = bytes[6] === 1;
  const start = isOld ? 10 : 12;
  const length = isOld ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (order === undefined || sizes === undefined) {
    throw new InputError(`${name} is damaged: its header is not NumPy's; save the array again`);
  }
  const match = /^([<>])f([48])$/.exec(type ?? "");
  if (!match) {
    throw new InputError(
      `${name} holds numbers of the type "${type ?? "record"}"; save the array as float32`,
    );
  }
  const shape = sizes.split(",").filter((size) => size.trim() !== "").map(Number);
  if (order === "True" && shape.length > 1) {
    throw new InputError(
      `${name} is in Fortran order; save it with numpy.save(..., numpy.ascontiguousarray(a))`,
    );
  }
  const size = Number(match[2]);
  const end = start + length + size * shape.reduce((a, b) => a * b, 1);
  if (!(end <= bytes.length)) {
    throw new InputError(
      `${name} is truncated: its numbers reach to byte ${end}, and the file ends at ` +
        `${bytes.length}; copy or save it again`,
    );
  }
  const numbers = bytes.slice(start + length, end);
  if (match[1] === ">") swapBytes(numbers, size);
  const data = viewSamples(numbers, size === 4 ? "float32" : "float64");
  return { data: data as Float32Array | Float64Array, shape };
}

/**
 * The bytes of a .npy file, with the numbers' own type.
 *
 * @throws {RangeError} when the data are not as long as the shape says.
 */
export function encodeNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  const { data, shape } = array;
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) {
    throw new RangeError(
      `An array of shape [${shape.join(", ")}] has ${count} numbers, not ${data.length}`,
    );
  }
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const type = `<f${data.BYTES_PER_ELEMENT}`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Spaces and a newline fill the header up to a multiple of 64 bytes.
  const start = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set([...MAGIC, 1, 0, (start - 10) & 255, (start - 10) >> 8]);
  bytes.set(new TextEncoder().encode(text.padEnd(start - 11) + "\n"), 10);
  bytes.set(bytesOf(data), start);
  return bytes;
}

/**
 * Writes an array as a .npy file.
 *
 * @throws {InputError} when the folder is missing or not writable, or the disk is full.
 */
export function writeNpy(path: string, array: NpyArray): void {
  writeFileAtomically(path, encodeNpy(array));
}
