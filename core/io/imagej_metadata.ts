/**
 * The binary block in which ImageJ keeps labels, display ranges, colour tables, regions of interest
 * and texts (TIFF tags 50838, the sizes of its parts, and 50839, the parts).
 *
 * @module
 */
import type { StackMetadata } from "./stack.ts";

/** The two tags' values. */
export interface ImageJBlock {
  /** Of the header, then of each part in the order of the header. */
  readonly byteCounts: readonly number[];
  readonly bytes: Uint8Array;
}

type BlockMetadata = Pick<
  StackMetadata,
  "info" | "sliceLabels" | "displayRanges" | "lookupTables" | "roi" | "overlay" | "properties"
>;

/** The magic number of the header. */
const MAGIC = "IJIJ";

/**
 * What the block holds. Kinds that are not known here are skipped, as ImageJ does, and so is a block
 * that is not whole: it holds nothing that a restoration needs.
 */
export function parseImageJBlock(block: ImageJBlock, littleEndian: boolean): BlockMetadata {
  const { bytes, byteCounts } = block;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = byteCounts[0] ?? 0;
  const isWhole = header >= 4 && byteCounts.reduce((a, b) => a + b, 0) <= bytes.length &&
    readCode(view, 0, littleEndian) === MAGIC;
  if (!isWhole) return {};
  const parts = new Map<string, Uint8Array[]>();
  let part = 1;
  let at = header;
  for (let entry = 4; entry + 8 <= header; entry += 8) {
    const list: Uint8Array[] = [];
    const count = view.getUint32(entry + 4, littleEndian);
    for (let i = 0; i < count && part < byteCounts.length; i++) {
      list.push(bytes.slice(at, at + byteCounts[part]));
      at += byteCounts[part++];
    }
    parts.set(readCode(view, entry, littleEndian), list);
  }
  const texts = (code: string) => parts.get(code)?.map((bytes) => readText(bytes, littleEndian));
  const labels = texts("labl");
  const properties = texts("prop");
  const ranges = parts.get("rang")?.[0];
  return dropUndefined({
    info: texts("info")?.[0],
    sliceLabels: labels?.some((label) => label !== "") ? labels : undefined,
    displayRanges: ranges && readRanges(ranges, littleEndian),
    lookupTables: parts.get("luts")?.filter((table) => table.length === 768),
    roi: parts.get("roi ")?.[0],
    overlay: parts.get("over"),
    properties: properties && readPairs(properties),
  });
}

/** The block of a little-endian file, or undefined where there is nothing to put into it. */
export function formatImageJBlock(metadata: StackMetadata): ImageJBlock | undefined {
  const ranges = metadata.displayRanges && new Float64Array(metadata.displayRanges.flat());
  const properties = Object.entries(metadata.properties ?? {}).flat();
  const kinds: (readonly [code: string, parts: readonly Uint8Array[]])[] = [
    ["info", metadata.info ? [writeText(metadata.info)] : []],
    ["prop", properties.map(writeText)],
    ["labl", (metadata.sliceLabels ?? []).map(writeText)],
    ["rang", ranges ? [writeDoubles(ranges)] : []],
    ["luts", metadata.lookupTables ?? []],
    ["roi ", metadata.roi ? [metadata.roi] : []],
    ["over", metadata.overlay ?? []],
  ];
  const used = kinds.filter(([, parts]) => parts.length > 0);
  if (used.length === 0) return undefined;
  const header = new Uint8Array(4 + 8 * used.length);
  const view = new DataView(header.buffer);
  writeCode(view, 0, MAGIC);
  used.forEach(([code, parts], i) => {
    writeCode(view, 4 + 8 * i, code);
    view.setUint32(8 + 8 * i, parts.length, true);
  });
  const parts = [header, ...used.flatMap(([, parts]) => parts)];
  const byteCounts = parts.map((part) => part.length);
  const bytes = new Uint8Array(byteCounts.reduce((a, b) => a + b, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { byteCounts, bytes };
}

/** Codes are numbers in the file's byte order: "info" reads backwards in a little-endian file. */
function readCode(view: DataView, at: number, littleEndian: boolean): string {
  const n = view.getUint32(at, littleEndian);
  return String.fromCharCode(n >>> 24, n >>> 16 & 255, n >>> 8 & 255, n & 255);
}

function writeCode(view: DataView, at: number, code: string): void {
  for (let i = 0; i < 4; i++) view.setUint8(at + i, code.charCodeAt(3 - i));
}

/** UTF-16 in the file's byte order. */
function readText(bytes: Uint8Array, littleEndian: boolean): string {
  return new TextDecoder(littleEndian ? "utf-16le" : "utf-16be", { ignoreBOM: true }).decode(bytes);
}

function writeText(text: string): Uint8Array {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}

function readRanges(bytes: Uint8Array, littleEndian: boolean): [min: number, max: number][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 16) }, (_, i) => [
    view.getFloat64(16 * i, littleEndian),
    view.getFloat64(16 * i + 8, littleEndian),
  ]);
}

function writeDoubles(numbers: Float64Array): Uint8Array {
  const bytes = new Uint8Array(8 * numbers.length);
  const view = new DataView(bytes.buffer);
  numbers.forEach((n, i) => view.setFloat64(8 * i, n, true));
  return bytes;
}

function readPairs(texts: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < texts.length; i += 2) pairs.push([texts[i], texts[i + 1]]);
  return Object.fromEntries(pairs);
}

/** The fields that have a value. */
export function dropUndefined<T extends object>(fields: T): T {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as T;
}
