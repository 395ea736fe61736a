/**
 * Reading the fields of a protobuf message without a schema: enough to look into an ONNX file and to
 * notice one that was cut off, without building objects of its contents.
 *
 * @module
 */

/** A field: a number of its own, or the bytes of a string, a message or packed numbers. */
export type ProtobufField =
  | { readonly number: number; readonly kind: "integer"; readonly value: bigint }
  | { readonly number: number; readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly number: number; readonly kind: "fixed"; readonly bytes: Uint8Array };

/** Bytes that are no protobuf message; callers say what file they are from. */
export class ProtobufError extends Error {
  override name = "ProtobufError";
}

/**
 * The fields of a message in their order; their bytes are shared with `bytes`.
 *
 * @example
 * ```ts
 * import { readFields } from "./protobuf.ts";
 * import assert from "node:assert/strict";
 *
 * const [first, second] = readFields(Uint8Array.of(0x08, 0x96, 0x01, 0x12, 0x01, 0x41));
 * assert.deepEqual(first, { number: 1, kind: "integer", value: 150n });
 * assert.deepEqual(second, { number: 2, kind: "bytes", bytes: Uint8Array.of(65) });
 * ```
 *
 * @throws {ProtobufError} when the bytes end within a field or cannot be fields.
 */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  const cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(cursor);
    const number = Number(tag >> 3n);
    if (number < 1 || number > 536870911) throw new ProtobufError(`field number ${number}`);
    switch (Number(tag & 7n)) {
      case 0:
        yield { number, kind: "integer", value: BigInt.asIntN(64, readVarint(cursor)) };
        break;
      case 1:
        yield { number, kind: "fixed", bytes: take(cursor, 8) };
        break;
      case 2:
        yield { number, kind: "bytes", bytes: take(cursor, Number(readVarint(cursor))) };
        break;
      case 5:
        yield { number, kind: "fixed", bytes: take(cursor, 4) };
        break;
      default:
        throw new ProtobufError(`wire type ${tag & 7n}`);
    }
  }
}

/** Whole numbers that are packed into one field. */
export function readIntegers(bytes: Uint8Array): bigint[] {
  const cursor = { bytes, at: 0 };
  const values: bigint[] = [];
  while (cursor.at < bytes.length) values.push(BigInt.asIntN(64, readVarint(cursor)));
  return values;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    if (cursor.at >= cursor.bytes.length) throw new ProtobufError("the bytes end within a number");
    const byte = cursor.bytes[cursor.at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return value;
  }
  throw new ProtobufError("a number of more than 10 bytes");
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > cursor.bytes.length) {
    throw new ProtobufError(`a field ends at byte ${end} of ${cursor.bytes.length}`);
  }
  const bytes = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}
