/**
 * Numbers as files store them, and their way to and from float32.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { PixelType } from "./stack.ts";

/** Numbers in the type in which they are stored. */
export type Samples =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const RANGES: Partial<Record<PixelType, readonly [min: number, max: number]>> = {
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
};

/** 1, 2, 4 or 8. */
export function bytesPerSample(type: PixelType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** Room for `length` numbers, all 0. */
export function createSamples(type: PixelType, length: number): Samples {
  return new ARRAYS[type](length);
}

/** `bytes` as numbers in this machine's byte order, shared where their place in memory allows it. */
export function viewSamples(bytes: Uint8Array, type: PixelType): Samples {
  const size = bytesPerSample(type);
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  return new ARRAYS[type](
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    Math.floor(aligned.length / size),
  );
}

/** The bytes of numbers, shared. */
export function bytesOf(samples: ArrayBufferView): Uint8Array {
  return new Uint8Array(samples.buffer as ArrayBuffer, samples.byteOffset, samples.byteLength);
}

/** Reverses the bytes of every number of `size` bytes, in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  const { buffer, byteOffset, length } = bytes;
  if (size === 2 && byteOffset % 2 === 0) {
    const words = new Uint16Array(buffer as ArrayBuffer, byteOffset, length >> 1);
    for (let i = 0; i < words.length; i++) words[i] = (words[i] << 8) | (words[i] >> 8);
  } else if (size === 4 && byteOffset % 4 === 0) {
    const words = new Uint32Array(buffer as ArrayBuffer, byteOffset, length >> 2);
    for (let i = 0; i < words.length; i++) {
      const v = words[i];
      words[i] = (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24);
    }
  } else if (size > 1) {
    for (let at = 0; at + size <= length; at += size) {
      for (let a = at, b = at + size - 1; a < b; a++, b--) {
        const v = bytes[a];
        bytes[a] = bytes[b];
        bytes[b] = v;
      }
    }
  }
}

/** Turns 16-bit numbers stored with 32768 added to them into signed ones, in place. */
export function flipSigns(samples: Int16Array): void {
  for (let i = 0; i < samples.length; i++) samples[i] ^= 0x8000;
}

/**
 * Writes `data` into `target`: integers are rounded (halves up) and clipped to their range.
 *
 * @throws {InputError} on NaN, which no integer stands for.
 *
 * @example
 * ```ts
 * import { storeSamples } from "./pixel_type.ts";
 * import assert from "node:assert/strict";
 *
 * const stored = new Uint8Array(4);
 * storeSamples(new Float32Array([-3, 1.5, 254.4, 900]), stored, "uint8");
 * assert.deepEqual([...stored], [0, 2, 254, 255]);
 * ```
 */
export function storeSamples(data: Float32Array, target: Samples, type: PixelType): void {
  const range = RANGES[type];
  if (!range) {
    target.set(data);
    return;
  }
  const [min, max] = range;
  for (let i = 0; i < data.length; i++) {
    const v = data[i];
    if (v !== v) {
      throw new InputError(`A voxel is NaN, which ${type} cannot store; write float32 instead`);
    }
    target[i] = v <= min ? min : v >= max ? max : Math.round(v);
  }
}
