/**
 * Where the numbers of a page lie in a TIFF file, and how they are stored.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { bytesPerSample } from "./pixel_type.ts";
import type { PixelType } from "./stack.ts";
import { assertDecodable } from "./tiff_codec.ts";
import {
  damaged,
  readBytes,
  readNumber,
  readNumbers,
  TAG,
  type TiffDirectory,
  type TiffFile,
} from "./tiff_directory.ts";

/** One grey image of a file: strips or tiles, from left to right, then from top to bottom. */
export interface TiffPlane {
  readonly width: number;
  readonly height: number;
  readonly pixelType: PixelType;
  /** "offset": ImageJ stores signed 16-bit numbers with 32768 added. @default "plain" */
  readonly signs?: "plain" | "offset";
  readonly littleEndian: boolean;
  readonly compression: number;
  readonly predictor: number;
  readonly jpegTables?: Uint8Array;
  readonly chunkWidth: number;
  readonly chunkHeight: number;
  /** Strips end with the image; tiles are always of full size. */
  readonly chunks: "strips" | "tiles";
  readonly offsets: readonly number[];
  readonly byteCounts: readonly number[];
  /** Where the plane begins, if all of it lies there uncompressed in one piece. */
  readonly contiguousAt?: number;
}

/** Whether the indices of a palette may be taken for intensities, or are colours. */
export type PaletteReading = "intensities" | "colours";

/** Bytes of a plane without compression. */
export function planeBytesOf(plane: TiffPlane): number {
  return plane.width * plane.height * bytesPerSample(plane.pixelType);
}

/** "strip" rows or tile rows in a chunk: the last strip may have fewer. */
export function rowsOfChunk(plane: TiffPlane, chunk: number): number {
  if (plane.chunks === "tiles") return plane.chunkHeight;
  return Math.min(plane.chunkHeight, plane.height - chunk * plane.chunkHeight);
}

/**
 * The planes of a page: one, or one per sample where the page stores its samples apart.
 *
 * @throws {InputError} for colours and number formats that are not intensities, encodings that are
 * not read here, and data beyond the end of the file.
 */
export function planesOfPage(
  file: TiffFile,
  directory: TiffDirectory,
  palette: PaletteReading = "colours",
): TiffPlane[] {
  const name = file.source.name;
  const number = (tag: number, fallback: number) => readNumber(file, directory, tag, fallback);
  const width = number(TAG.imageWidth, 0);
  const height = number(TAG.imageLength, 0);
  if (!(width > 0 && height > 0)) {
    throw new InputError(`${name} has zero size (${width} x ${height}); save the stack again`);
  }
  const samples = number(TAG.samplesPerPixel, 1);
  assertGrey(name, number(TAG.photometric, 1), palette);
  if (samples > 1 && number(TAG.planarConfiguration, 1) !== 2) {
    throw new InputError(
      `${name} stores ${samples} samples in each pixel; ` +
        `split them into channels (in ImageJ: Image > Color > Split Channels)`,
    );
  }
  if (number(TAG.fillOrder, 1) !== 1) {
    throw new InputError(`${name} stores its bits in reverse order; save it again`);
  }
  const pixelType = pixelTypeOf(
    name,
    number(TAG.bitsPerSample, 1),
    number(TAG.sampleFormat, 1),
  );
  const isTiled = directory.has(TAG.tileOffsets);
  const rowsPerStrip = number(TAG.rowsPerStrip, height);
  const common = {
    width,
    height,
    pixelType,
    littleEndian: file.littleEndian,
    compression: number(TAG.compression, 1),
    predictor: number(TAG.predictor, 1),
    jpegTables: readBytes(file, directory, TAG.jpegTables),
    chunkWidth: isTiled ? number(TAG.tileWidth, 0) : width,
    chunkHeight: isTiled ? number(TAG.tileLength, 0) : Math.min(rowsPerStrip || height, height),
    chunks: isTiled ? "tiles" : "strips",
  } as const;
  if (!(common.chunkWidth > 0 && common.chunkHeight > 0)) {
    throw damaged(name, "its tiles have no size");
  }
  assertDecodable(name, { ...common, rows: common.chunkHeight });

  const perPlane = Math.ceil(width / common.chunkWidth) * Math.ceil(height / common.chunkHeight);
  const count = perPlane * samples;
  const offsets = readNumbers(file, directory, isTiled ? TAG.tileOffsets : TAG.stripOffsets) ?? [];
  if (offsets.length < count) {
    throw damaged(name, `a page lists ${offsets.length} of its ${count} ${common.chunks}`);
  }
  const byteCounts = readNumbers(
    file,
    directory,
    isTiled ? TAG.tileByteCounts : TAG.stripByteCounts,
  ) ?? [];
  return Array.from({ length: samples }, (_, sample) => {
    const from = sample * perPlane;
    return locate(name, file.source.size, {
      ...common,
      offsets: offsets.slice(from, from + perPlane),
      byteCounts: byteCounts.slice(from, from + perPlane),
    });
  });
}

/** Checks that the plane's data lie within the file, and finds out whether they are in one piece. */
function locate(name: string, fileBytes: number, plane: TiffPlane): TiffPlane {
  const { offsets, compression } = plane;
  const rowBytes = plane.chunkWidth * bytesPerSample(plane.pixelType);
  const byteCounts = offsets.map((offset, chunk) => {
    // Some writers give wrong lengths for uncompressed data, or none: their size tells it.
    const bytes = compression === 1
      ? rowBytes * rowsOfChunk(plane, chunk)
      : plane.byteCounts[chunk] ?? 0;
    if (offset === 0 || bytes === 0) {
      throw damaged(name, `its ${plane.chunks} were not all written`);
    }
    assertWithin(name, fileBytes, offset + bytes);
    return bytes;
  });
  const inOnePiece = compression === 1 && plane.chunkWidth === plane.width &&
    plane.height % (plane.chunks === "tiles" ? plane.chunkHeight : 1) === 0 &&
    offsets.every((offset, i) => i === 0 || offset === offsets[i - 1] + byteCounts[i - 1]);
  return { ...plane, byteCounts, contiguousAt: inOnePiece ? offsets[0] : undefined };
}

/**
 * The planes of a stack that follow one another behind a single page, as ImageJ writes stacks of
 * more than 4 GB.
 *
 * @throws {InputError} when the first is not in one piece, or the file ends before the last.
 */
export function repeatPlane(name: string, fileBytes: number, plane: TiffPlane, count: number) {
  const first = plane.contiguousAt;
  if (first === undefined) {
    throw damaged(name, `it announces ${count} images and holds one page that is not in one piece`);
  }
  const bytes = planeBytesOf(plane);
  assertWithin(name, fileBytes, first + count * bytes);
  return Array.from({ length: count }, (_, i): TiffPlane => {
    const at = first + i * bytes;
    return { ...plane, offsets: [at], byteCounts: [bytes], contiguousAt: at };
  });
}

function assertWithin(name: string, fileBytes: number, end: number): void {
  if (end <= fileBytes) return;
  throw new InputError(
    `${name} is truncated: its image data reach to byte ${end}, and the file ends at ${fileBytes}; ` +
      `copy or save it again`,
  );
}

function assertGrey(name: string, photometric: number, palette: PaletteReading): void {
  // 0 and 1: black is the largest or the smallest number.
  if (photometric === 0 || photometric === 1) return;
  if (photometric === 3 && palette === "intensities") return;
  if (photometric === 2 || photometric === 6) {
    throw new InputError(
      `${name} is an RGB image, whose colours are not intensities; convert it in ImageJ with ` +
        `Image > Type > RGB Stack, or split its channels and restore each`,
    );
  }
  if (photometric === 3) {
    throw new InputError(
      `${name} is a palette colour image, whose numbers are not intensities; ` +
        `convert it in ImageJ with Image > Type > 8-bit`,
    );
  }
  throw new InputError(
    `${name} has the colour model ${photometric}, which is not grey; convert it to 8, 16 or 32 bit`,
  );
}

/** Sample formats: 1 unsigned, 2 signed, 3 floating point, 4 undefined (taken as unsigned). */
function pixelTypeOf(name: string, bits: number, format: number): PixelType {
  const kind = { 1: "uint", 2: "int", 3: "float", 4: "uint" }[format];
  const type = `${kind}${bits}`;
  switch (type) {
    case "uint8":
    case "uint16":
    case "uint32":
    case "int8":
    case "int16":
    case "int32":
    case "float32":
    case "float64":
      return type;
  }
  const what = format === 5 || format === 6
    ? "complex numbers"
    : bits === 1
    ? "1-bit (binary) samples"
    : `${bits}-bit ${{ uint: "unsigned integer", int: "integer", float: "floating-point" }[
      kind ?? "uint"
    ]!} samples`;
  throw new InputError(
    `${name} stores ${what}, which are not read here; convert it to 8, 16 or 32 bit ` +
      `(in ImageJ: Image > Type)`,
  );
}
