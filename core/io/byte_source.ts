/**
 * Where bytes are read from by position: a file on the disk, or a buffer in memory.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/** Bytes that can be read at any position. */
export interface ByteSource {
  /** As messages show it. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * Fills `target` with the bytes from `offset` on.
   *
   * @throws {InputError} when they reach beyond the end.
   */
  readInto(offset: number, target: Uint8Array): void;
  close(): void;
}

/**
 * The bytes of a buffer, which is not copied.
 *
 * @example
 * ```ts
 * import { createBufferSource } from "./byte_source.ts";
 * import assert from "node:assert/strict";
 *
 * const source = createBufferSource(new Uint8Array([1, 2, 3]).buffer, "three bytes");
 * const target = new Uint8Array(2);
 * source.readInto(1, target);
 * assert.deepEqual([...target], [2, 3]);
 * ```
 */
export function createBufferSource(buffer: ArrayBufferLike | Uint8Array, name: string): ByteSource {
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  return {
    name,
    size: bytes.length,
    readInto(offset, target) {
      assertInside({ name, size: bytes.length }, offset, target.length);
      target.set(bytes.subarray(offset, offset + target.length));
    },
    close() {},
  };
}

/**
 * Refuses a range of bytes that reaches beyond the end of its source.
 *
 * @throws {InputError}
 */
export function assertInside(
  source: { readonly name: string; readonly size: number },
  offset: number,
  length: number,
): void {
  if (offset >= 0 && offset + length <= source.size) return;
  throw new InputError(
    `${source.name} is truncated or damaged: it refers to bytes ${offset} to ${
      offset + length
    }, and ends at ${source.size}; copy or save it again`,
  );
}
