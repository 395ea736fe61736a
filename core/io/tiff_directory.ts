/**
 * The directories of a TIFF file and the values of their tags.
 *
 * The format: Adobe, "TIFF Revision 6.0" (1992); BigTIFF with its 64-bit offsets as libtiff has it.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { assertInside, type ByteSource } from "./byte_source.ts";

/** Where the value of a tag lies. */
export interface TiffEntry {
  /** The format's code for the type of its numbers. */
  readonly type: number;
  readonly count: number;
  /** Of the value's first byte in the file. */
  readonly offset: number;
}

/** The tags of one page. */
export type TiffDirectory = ReadonlyMap<number, TiffEntry>;

/** A TIFF file whose directories are known. */
export interface TiffFile {
  readonly source: ByteSource;
  readonly littleEndian: boolean;
  /** The pages, in the order of the file. */
  readonly directories: readonly TiffDirectory[];
  /** Bytes of the file; the next call may overwrite them. */
  read(offset: number, length: number): DataView;
}

/** The tags that are read or written here, by the format's names. */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  imageDescription: 270,
  stripOffsets: 273,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  xResolution: 282,
  yResolution: 283,
  planarConfiguration: 284,
  resolutionUnit: 296,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
  jpegTables: 347,
  imageJByteCounts: 50838,
  imageJMetadata: 50839,
} as const;

/** Bytes of one number by type: BYTE, ASCII, SHORT, LONG, RATIONAL, ... */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];

/**
 * Reads all directories of a TIFF file, classic or BigTIFF, in either byte order.
 *
 * @throws {InputError} when it is no TIFF, or its directories reach beyond its end.
 */
export function readTiffDirectories(source: ByteSource): TiffFile {
  if (source.size < 8) throw notTiff(source.name);
  const window = createWindow(source);
  const head = window(0, 8);
  const mark = head.getUint16(0);
  if (mark !== 0x4949 && mark !== 0x4d4d) throw notTiff(source.name);
  const littleEndian = mark === 0x4949;
  const version = head.getUint16(2, littleEndian);
  if (version !== 42 && version !== 43) throw notTiff(source.name);
  const isBig = version === 43;
  const word = (at: number) =>
    isBig
      ? Number(window(at, 8).getBigUint64(0, littleEndian))
      : window(at, 4).getUint32(0, littleEndian);
  const [countBytes, entryBytes, wordBytes] = isBig ? [8, 20, 8] : [2, 12, 4];

  const directories: TiffDirectory[] = [];
  const seen = new Set<number>();
  for (let at = word(isBig ? 8 : 4); at !== 0;) {
    if (seen.has(at)) throw damaged(source.name, "its directories form a loop");
    seen.add(at);
    const count = isBig ? word(at) : window(at, 2).getUint16(0, littleEndian);
    const first = at + countBytes;
    assertInside(source, first, count * entryBytes + wordBytes);
    const directory = new Map<number, TiffEntry>();
    for (let i = 0; i < count; i++) {
      const place = first + i * entryBytes;
      const view = window(place, entryBytes);
      const tag = view.getUint16(0, littleEndian);
      const type = view.getUint16(2, littleEndian);
      const length = isBig
        ? Number(view.getBigUint64(4, littleEndian))
        : view.getUint32(4, littleEndian);
      const valueAt = place + entryBytes - wordBytes;
      const bytes = length * (TYPE_BYTES[type] ?? 0);
      // Readers skip types that they do not know, and keep the first of two equal tags.
      if (bytes === 0 || directory.has(tag)) continue;
      // A value that does not fit into its entry lies where the entry points to.
      const offset = bytes <= wordBytes ? valueAt : word(valueAt);
      assertInside(source, offset, bytes);
      directory.set(tag, { type, count: length, offset });
    }
    directories.push(directory);
    at = word(first + count * entryBytes);
  }
  if (directories.length === 0) throw damaged(source.name, "it holds no image");
  return { source, littleEndian, directories, read: window };
}

/** The numbers of a tag (rationals as quotients), or undefined where the page does not have it. */
export function readNumbers(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
): number[] | undefined {
  const entry = directory.get(tag);
  if (!entry) return undefined;
  const view = file.read(entry.offset, entry.count * TYPE_BYTES[entry.type]);
  const numbers = new Array<number>(entry.count);
  for (let i = 0; i < entry.count; i++) {
    numbers[i] = numberAt(view, i * TYPE_BYTES[entry.type], entry.type, file.littleEndian);
  }
  return numbers;
}

/** The first number of a tag, or `fallback` where the page does not have it. */
export function readNumber(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
  fallback: number,
): number {
  const entry = directory.get(tag);
  if (!entry) return fallback;
  return readNumbers(file, new Map([[tag, { ...entry, count: 1 }]]), tag)![0];
}

/** The bytes of a tag, or undefined where the page does not have it. */
export function readBytes(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
): Uint8Array | undefined {
  const entry = directory.get(tag);
  if (!entry) return undefined;
  const bytes = new Uint8Array(entry.count * TYPE_BYTES[entry.type]);
  file.source.readInto(entry.offset, bytes);
  return bytes;
}

/** The text of a tag up to its first NUL: UTF-8 where it is, else Latin-1. */
export function readText(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
): string | undefined {
  const bytes = readBytes(file, directory, tag);
  if (!bytes) return undefined;
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("latin1").decode(text);
  }
}

/** An error about a file that is not what a TIFF should be. */
export function damaged(name: string, reason: string): InputError {
  return new InputError(`${name} is damaged: ${reason}; copy or save it again`);
}

function notTiff(name: string): InputError {
  return new InputError(`${name} is not a TIFF file; save the stack as TIFF`);
}

function numberAt(view: DataView, at: number, type: number, littleEndian: boolean): number {
  switch (type) {
    case 3:
      return view.getUint16(at, littleEndian);
    case 4:
    case 13:
      return view.getUint32(at, littleEndian);
    case 5:
      return view.getUint32(at, littleEndian) / view.getUint32(at + 4, littleEndian);
    case 6:
      return view.getInt8(at);
    case 8:
      return view.getInt16(at, littleEndian);
    case 9:
      return view.getInt32(at, littleEndian);
    case 10:
      return view.getInt32(at, littleEndian) / view.getInt32(at + 4, littleEndian);
    case 11:
      return view.getFloat32(at, littleEndian);
    case 12:
      return view.getFloat64(at, littleEndian);
    case 16:
    case 18:
      return Number(view.getBigUint64(at, littleEndian));
    case 17:
      return Number(view.getBigInt64(at, littleEndian));
    default:
      return view.getUint8(at);
  }
}

/** Small reads share blocks of a few kilobytes: a file of many pages has them far apart. */
function createWindow(source: ByteSource): (offset: number, length: number) => DataView {
  const block = new Uint8Array(4096);
  let start = 0;
  let end = 0;
  return (offset, length) => {
    assertInside(source, offset, length);
    if (length > block.length) {
      const bytes = new Uint8Array(length);
      source.readInto(offset, bytes);
      return new DataView(bytes.buffer);
    }
    if (offset < start || offset + length > end) {
      start = offset;
      end = Math.min(source.size, start + block.length);
      source.readInto(start, block.subarray(0, end - start));
    }
    return new DataView(block.buffer, offset - start, length);
  };
}
