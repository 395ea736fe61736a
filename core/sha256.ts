/**
 * A file's identity.
 *
 * @module
 */

/**
 * SHA-256 (FIPS 180-4) of bytes, or of a text's UTF-8, as 64 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { sha256 } from "./sha256.ts";
 * import assert from "node:assert/strict";
 *
 * // The example of the standard.
 * assert.match(await sha256("abc"), /^ba7816bf8f01cfea414140de5dae2223/);
 * ```
 */
export async function sha256(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return new Uint8Array(digest).toHex();
}
