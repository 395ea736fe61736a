/**
 * The one file that ImageJ puts into a zip.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { NamedBytes } from "./restore_messages.ts";

/** Signatures: end of the directory, entry of the directory. */
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;

/**
 * The first file of a zip, read by its directory: ImageJ writes sizes behind the data.
 *
 * @throws {InputError} when it is no zip, was cut off, or is packed in another way than stored or
 * deflated.
 */
export async function unzipFirst(zip: ArrayBuffer, name: string): Promise<NamedBytes> {
  const view = new DataView(zip);
  const damaged = () =>
    new InputError(`${name} is no zip, or a damaged one; save the stack as TIFF`);
  let end = zip.byteLength - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) throw damaged();
  const entry = view.getUint32(end + 16, true);
  if (entry + 46 > zip.byteLength || view.getUint32(entry, true) !== ENTRY) throw damaged();
  const method = view.getUint16(entry + 10, true);
  const size = view.getUint32(entry + 20, true);
  const nameLength = view.getUint16(entry + 28, true);
  const local = view.getUint32(entry + 42, true);
  const title = new TextDecoder().decode(new Uint8Array(zip, entry + 46, nameLength));
  if (local + 30 > zip.byteLength) throw damaged();
  const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (begin + size > zip.byteLength) throw damaged();
  const packed = new Uint8Array(zip, begin, size);
  if (method === 0) return { bytes: packed.slice().buffer, name: title };
  if (method !== 8) throw damaged();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  try {
    return { bytes: await new Response(stream).arrayBuffer(), name: title };
  } catch {
    throw damaged();
  }
}

/** Whether bytes begin as a zip does. */
export function isZip(bytes: ArrayBuffer): boolean {
  return bytes.byteLength > 4 && new DataView(bytes).getUint32(0, true) === 0x04034b50;
}
