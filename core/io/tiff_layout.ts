/**
 * How a stack is laid out in a TIFF file that ImageJ opens as a hyperstack: a first page with all
 * metadata, the planes in one piece, the further pages behind them.
 *
 * Files of 4 GB and more keep only the first page and `images=N` in its description, as ImageJ
 * itself writes them: ImageJ does not open BigTIFF without further plugins.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { calibrationOf, formatImageJDescription } from "./imagej_description.ts";
import { formatImageJBlock } from "./imagej_metadata.ts";
import { bytesPerSample } from "./pixel_type.ts";
import type { StackInfo } from "./stack.ts";
import { TAG } from "./tiff_directory.ts";

/** The bytes around the planes, and where everything lies. */
export interface TiffLayout {
  /** Header, first page and metadata; from the file's first byte on. */
  readonly head: Uint8Array;
  /** Where the first plane begins; the others follow without gaps, c fastest, then z, then t. */
  readonly dataOffset: number;
  readonly planeBytes: number;
  readonly planeCount: number;
  /** The further pages; empty where there is only one. */
  readonly tail: Uint8Array;
  readonly tailOffset: number;
  readonly totalBytes: number;
}

/** A tag of a page: `bytes` where they do not fit into it. */
interface Field {
  readonly tag: number;
  /** 1 byte, 2 text, 3 short, 4 long, 5 rational. */
  readonly type: 1 | 2 | 3 | 4 | 5;
  readonly count: number;
  readonly value: number | Uint8Array;
}

/** A page's directory must be reachable by 32 bits. */
const CLASSIC_LIMIT = 2 ** 32;

/**
 * The layout of a stack.
 *
 * @param limit Bytes from which on there is one page only; other than the format's for tests alone.
 *
 * @throws {RangeError} when the shape is not of positive integers, or labels, display ranges or
 * colour tables are not as many as planes or channels.
 */
export function planTiff(info: StackInfo, limit: number = CLASSIC_LIMIT): TiffLayout {
  assertInfo(info);
  const { shape: [channels, depth, height, width], frames, pixelType } = info;
  const planeCount = channels * depth * frames;
  const planeBytes = width * height * bytesPerSample(pixelType);
  if (planeBytes >= CLASSIC_LIMIT) {
    throw new InputError(
      `A plane of ${width} x ${height} ${pixelType} voxels does not fit into a TIFF (4 GB)`,
    );
  }
  const common = fieldsOfPage(info, planeBytes);
  const first = [...common, ...fieldsOfStack(info)].sort((a, b) => a.tag - b.tag);
  const measured = formatPage(first, { at: 8, dataOffset: 0, next: 0 }).length + 8;
  // Numbers of any type begin at a multiple of their size.
  const dataOffset = Math.ceil(measured / 16) * 16;
  const tailOffset = dataOffset + planeBytes * planeCount;
  const pageBytes = formatPage(common, { at: 0, dataOffset: 0, next: 0 }).length;
  const tailBytes = pageBytes * (planeCount - 1);
  const isOnePage = planeCount === 1 || tailOffset + tailBytes >= limit;

  const head = new Uint8Array(dataOffset);
  head.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  const next = isOnePage ? 0 : tailOffset + tailOffset % 2;
  head.set(formatPage(first, { at: 8, dataOffset, next }), 8);
  if (isOnePage) {
    const tail = new Uint8Array(0);
    const totalBytes = tailOffset;
    return { head, dataOffset, planeBytes, planeCount, tail, tailOffset, totalBytes };
  }
  const tail = new Uint8Array(next - tailOffset + tailBytes);
  for (let plane = 1; plane < planeCount; plane++) {
    const at = next + (plane - 1) * pageBytes;
    const page = formatPage(common, {
      at,
      dataOffset: dataOffset + plane * planeBytes,
      next: plane + 1 < planeCount ? at + pageBytes : 0,
    });
    tail.set(page, at - tailOffset);
  }
  const totalBytes = tailOffset + tail.length;
  return { head, dataOffset, planeBytes, planeCount, tail, tailOffset, totalBytes };
}

/** What every page has. */
function fieldsOfPage(info: StackInfo, planeBytes: number): Field[] {
  const { shape: [, , height, width], pixelType } = info;
  const bits = 8 * bytesPerSample(pixelType);
  const format = pixelType.startsWith("float") ? 3 : pixelType.startsWith("int") ? 2 : 1;
  const { x, y } = calibrationOf(info);
  return [
    { tag: TAG.newSubfileType, type: 4, count: 1, value: 0 },
    { tag: TAG.imageWidth, type: 4, count: 1, value: width },
    { tag: TAG.imageLength, type: 4, count: 1, value: height },
    { tag: TAG.bitsPerSample, type: 3, count: 1, value: bits },
    { tag: TAG.compression, type: 3, count: 1, value: 1 },
    { tag: TAG.photometric, type: 3, count: 1, value: 1 },
    { tag: TAG.stripOffsets, type: 4, count: 1, value: -1 },
    { tag: TAG.samplesPerPixel, type: 3, count: 1, value: 1 },
    { tag: TAG.rowsPerStrip, type: 4, count: 1, value: height },
    { tag: TAG.stripByteCounts, type: 4, count: 1, value: planeBytes },
    { tag: TAG.xResolution, type: 5, count: 1, value: longs(rationalOf(1 / x)) },
    { tag: TAG.yResolution, type: 5, count: 1, value: longs(rationalOf(1 / y)) },
    // The unit is in the description.
    { tag: TAG.resolutionUnit, type: 3, count: 1, value: 1 },
    { tag: TAG.sampleFormat, type: 3, count: 1, value: format },
  ];
}

/** What the first page has for all. */
function fieldsOfStack(info: StackInfo): Field[] {
  const text = new TextEncoder().encode(formatImageJDescription(info) + "\0");
  const fields: Field[] = [
    { tag: TAG.imageDescription, type: 2, count: text.length, value: text },
  ];
  const { lookupTables, ...others } = info.metadata;
  const isSingle = info.shape[0] === 1;
  if (isSingle && lookupTables) {
    // ImageJ takes the colours of a single channel from the page's map, of 16 bits each.
    const map = new Uint8Array(1536);
    lookupTables[0].forEach((v, i) => map.fill(v, 2 * i, 2 * i + 2));
    fields.push({ tag: TAG.colorMap, type: 3, count: 768, value: map });
  }
  const block = formatImageJBlock(isSingle ? others : info.metadata);
  if (!block) return fields;
  const { byteCounts, bytes } = block;
  return [
    ...fields,
    { tag: TAG.imageJByteCounts, type: 4, count: byteCounts.length, value: longs(byteCounts) },
    { tag: TAG.imageJMetadata, type: 1, count: bytes.length, value: bytes },
  ];
}

/** A directory and, behind it, the values that do not fit into its entries. */
function formatPage(
  fields: readonly Field[],
  place: { readonly at: number; readonly dataOffset: number; readonly next: number },
): Uint8Array {
  const directoryBytes = 2 + 12 * fields.length + 4;
  const extra = fields.map(({ value }) =>
    typeof value === "number" || value.length <= 4 ? 0 : value.length + value.length % 2
  );
  const page = new Uint8Array(directoryBytes + extra.reduce((a, b) => a + b, 0));
  const view = new DataView(page.buffer);
  view.setUint16(0, fields.length, true);
  let free = directoryBytes;
  fields.forEach(({ tag, type, count, value }, i) => {
    const entry = 2 + 12 * i;
    view.setUint16(entry, tag, true);
    view.setUint16(entry + 2, type, true);
    view.setUint32(entry + 4, count, true);
    if (tag === TAG.stripOffsets) view.setUint32(entry + 8, place.dataOffset, true);
    else if (typeof value === "number") view.setUint32(entry + 8, value, true);
    else if (extra[i] === 0) page.set(value, entry + 8);
    else {
      view.setUint32(entry + 8, place.at + free, true);
      page.set(value, free);
      free += extra[i];
    }
  });
  view.setUint32(directoryBytes - 4, place.next, true);
  return page;
}

function longs(numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  numbers.forEach((n, i) => view.setUint32(4 * i, n, true));
  return bytes;
}

/**
 * The shortest fraction within 1e-15 of `value`, by its continued fraction, or the best one whose
 * parts are below 2^31: a voxel of 0.098 um is written as 500/49 pixels per micrometre.
 */
export function rationalOf(value: number): [numerator: number, denominator: number] {
  const limit = 2 ** 31 - 1;
  let [n0, d0, n1, d1] = [0, 1, 1, 0];
  for (let rest = value; d1 === 0 || Math.abs(n1 / d1 - value) > 1e-15 * value;) {
    const whole = Math.floor(rest);
    const n = whole * n1 + n0;
    const d = whole * d1 + d0;
    if (n > limit || d > limit) break;
    [n0, d0, n1, d1] = [n1, d1, n, d];
    if (rest === whole) break;
    rest = 1 / (rest - whole);
  }
  if (d1 === 0 || n1 === 0) {
    throw new InputError(
      `A voxel size of ${1 / value} in its unit cannot be written; use another unit`,
    );
  }
  return [n1, d1];
}

function assertInfo(info: StackInfo): void {
  const { shape, frames, voxelSizeUm, metadata } = info;
  const { sliceLabels, displayRanges, lookupTables } = metadata;
  const sizes = [...shape, frames];
  if (shape.length !== 4 || !sizes.every((n) => Number.isInteger(n) && n > 0)) {
    throw new RangeError(
      `A stack needs positive integers for its shape and frames, not [${sizes.join(", ")}]`,
    );
  }
  if (voxelSizeUm && !Object.values(voxelSizeUm).every((n) => n > 0 && n < Infinity)) {
    const { x, y, z } = voxelSizeUm;
    throw new RangeError(`A voxel size must be above 0 in x, y and z, not ${x}, ${y}, ${z} um`);
  }
  const planes = shape[0] * shape[1] * frames;
  const lists = [
    ["slice labels", sliceLabels, planes],
    ["display ranges", displayRanges, shape[0]],
    ["lookup tables", lookupTables, shape[0]],
  ] as const;
  for (const [name, list, count] of lists) {
    if (list && list.length !== count) {
      throw new RangeError(`The stack needs ${count} ${name}, not ${list.length}`);
    }
  }
  if (lookupTables && !lookupTables.every((table) => table.length === 768)) {
    throw new RangeError("A lookup table has 768 bytes: 256 red, 256 green, 256 blue");
  }
}
