/**
 * A checksum against damage on the way.
 *
 * @module
 */

/**
 * CRC-32 (ISO 3309) as eight hexadecimal digits.
 *
 * @example
 * ```ts
 * import { checksum } from "./checksum.ts";
 * import assert from "node:assert/strict";
 *
 * // The check value of the CRC-32 definition.
 * assert.equal(checksum(new TextEncoder().encode("123456789")), "cbf43926");
 * ```
 */
export function checksum(bytes: Uint8Array): string {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ((crc ^ -1) >>> 0).toString(16).padStart(8, "0");
}

/** The remainders of all bytes. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? 0xedb88320 ^ (remainder >>> 1) : remainder >>> 1;
  }
  return remainder;
});
