/**
 * From the stored bytes of a strip or tile to its numbers.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { builtinModule } from "./builtin_module.ts";
import { decodeLzw } from "./lzw.ts";
import { bytesOf, bytesPerSample, type Samples, swapBytes, viewSamples } from "./pixel_type.ts";
import type { PixelType } from "./stack.ts";

/** How the numbers of a strip or tile are stored. */
export interface ChunkEncoding {
  readonly pixelType: PixelType;
  readonly littleEndian: boolean;
  /** TIFF's code: 1 none, 5 LZW, 7 JPEG, 8 deflate, 32773 PackBits, 50000 zstd. */
  readonly compression: number;
  /** 1 none, 2 horizontal differences, 3 floating point. */
  readonly predictor: number;
  /** Numbers in a row. */
  readonly width: number;
  readonly rows: number;
  /** The tables that JPEG chunks of a page share. */
  readonly jpegTables?: Uint8Array;
}

type Bytes = Uint8Array | Promise<Uint8Array>;

/** By TIFF's codes; each gives `length` bytes or fewer. */
const DECODERS: Readonly<
  Record<number, (bytes: Uint8Array, length: number, encoding: ChunkEncoding) => Bytes>
> = {
  1: (bytes) => bytes,
  5: (bytes, length) => {
    // Before TIFF 6 the bits ran the other way round.
    if (bytes[0] === 0 && (bytes[1] & 1) === 1) throw new Error("its LZW is of the old style");
    const target = new Uint8Array(length);
    return target.subarray(0, decodeLzw(bytes, target));
  },
  7: decodeJpeg,
  8: inflate,
  32946: inflate,
  32773: decodePackBits,
  50000: decodeZstd,
};

const NAMES: Readonly<Record<number, string>> = {
  2: "CCITT RLE",
  3: "CCITT fax 3",
  4: "CCITT fax 4",
  6: "old-style JPEG",
  33003: "JPEG 2000",
  33005: "JPEG 2000",
  34712: "JPEG 2000",
  34887: "LERC",
  34925: "LZMA",
  50001: "WebP",
  50002: "JPEG XL",
  52546: "JPEG XL",
};

/**
 * Refuses an encoding that `decodeChunk` does not take.
 *
 * @throws {InputError}
 */
export function assertDecodable(name: string, encoding: ChunkEncoding): void {
  const { compression, predictor, pixelType } = encoding;
  if (!(compression in DECODERS)) {
    const method = NAMES[compression] ?? `method ${compression}`;
    throw new InputError(
      `${name} is compressed with ${method}, which is not read here; ` +
        `save it uncompressed or with deflate or LZW`,
    );
  }
  if (compression === 7 && pixelType !== "uint8") {
    throw new InputError(
      `${name} holds ${pixelType} samples as JPEG, which is not read here; save it uncompressed`,
    );
  }
  const isKnown = predictor === 1 || predictor === 2 ||
    (predictor === 3 && pixelType.startsWith("float"));
  if (!isKnown) {
    throw new InputError(
      `${name} uses predictor ${predictor} on ${pixelType} samples, which is not read here; ` +
        `save it uncompressed`,
    );
  }
}

/**
 * The numbers of one strip or tile.
 *
 * @throws {Error} saying what is wrong with the bytes, without the file's name.
 */
export function decodeChunk(
  bytes: Uint8Array,
  encoding: ChunkEncoding,
): Samples | Promise<Samples> {
  const length = encoding.width * encoding.rows * bytesPerSample(encoding.pixelType);
  const raw = DECODERS[encoding.compression](bytes, length, encoding);
  return raw instanceof Promise
    ? raw.then((raw) => finish(raw, length, encoding))
    : finish(raw, length, encoding);
}

function finish(raw: Uint8Array, length: number, encoding: ChunkEncoding): Samples {
  const { pixelType, littleEndian, compression, predictor, width } = encoding;
  if (raw.length < length) {
    throw new Error(`a block of it decodes to ${raw.length} of ${length} bytes`);
  }
  const size = bytesPerSample(pixelType);
  const samples = viewSamples(raw.subarray(0, length), pixelType);
  if (compression === 1 || predictor !== 3) {
    if (size > 1 && !littleEndian) swapBytes(bytesOf(samples), size);
  }
  // Predictors belong to compressed data alone.
  if (compression !== 1 && predictor === 2) addRows(samples, width);
  if (compression !== 1 && predictor === 3) return undoFloatPredictor(samples, width);
  return samples;
}

/** Predictor 2: each number is the difference to its left neighbour, modulo the type's range. */
function addRows(samples: Samples, width: number): void {
  const numbers = integersOf(samples);
  for (let row = 0; row < numbers.length; row += width) {
    // x[i] = d[i] + x[i - 1]
    for (let i = row + 1; i < row + width; i++) {
      (numbers as Uint32Array)[i] += (numbers as Uint32Array)[i - 1];
    }
  }
}

/** Differences are taken of the bits, whatever they stand for. */
function integersOf(samples: Samples): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, length } = samples;
  const place = [buffer as ArrayBuffer, byteOffset, length] as const;
  switch (samples.BYTES_PER_ELEMENT) {
    case 1:
      return new Uint8Array(...place);
    case 2:
      return new Uint16Array(...place);
    case 4:
      return new Uint32Array(...place);
    default:
      return new BigUint64Array(...place);
  }
}

/**
 * Predictor 3: a row holds the highest bytes of all its numbers, then the next lower ones, and so
 * on, each as its difference to the byte before (Adobe Photoshop TIFF Technical Note 3, 2005).
 */
function undoFloatPredictor(samples: Samples, width: number): Samples {
  const source = bytesOf(samples);
  const size = samples.BYTES_PER_ELEMENT;
  const target = new Uint8Array(source.length);
  const rowBytes = width * size;
  for (let row = 0; row < source.length; row += rowBytes) {
    for (let i = row + 1; i < row + rowBytes; i++) source[i] += source[i - 1];
    for (let k = 0; k < size; k++) {
      const from = row + k * width;
      for (let i = 0, to = row + size - 1 - k; i < width; i++, to += size) {
        target[to] = source[from + i];
      }
    }
  }
  return new (samples.constructor as Float32ArrayConstructor)(target.buffer);
}

/** Runs and literals of bytes (Apple's PackBits, TIFF 6.0 section 9). */
function decodePackBits(source: Uint8Array, length: number): Uint8Array {
  const target = new Uint8Array(length);
  let written = 0;
  for (let read = 0; read < source.length && written < length;) {
    const n = source[read++];
    if (n < 128) {
      const literal = source.subarray(read, read + Math.min(n + 1, length - written));
      target.set(literal, written);
      written += literal.length;
      read += n + 1;
    } else if (n > 128) {
      const end = Math.min(written + 257 - n, length);
      target.fill(source[read++], written, end);
      written = end;
    }
  }
  return target.subarray(0, written);
}

function inflate(bytes: Uint8Array, length: number, encoding: ChunkEncoding): Bytes {
  const zlib = builtinModule("node:zlib");
  // One output block of the right size spares joining many.
  if (zlib) return zlib.inflateSync(bytes, { chunkSize: length + 64 });
  return decodeByGeotiff(bytes, encoding);
}

function decodeZstd(bytes: Uint8Array, length: number, encoding: ChunkEncoding): Bytes {
  const zlib = builtinModule("node:zlib");
  if (zlib?.zstdDecompressSync) return zlib.zstdDecompressSync(bytes, { chunkSize: length + 64 });
  return decodeByGeotiff(bytes, encoding);
}

function decodeJpeg(bytes: Uint8Array, _length: number, encoding: ChunkEncoding): Bytes {
  return decodeByGeotiff(bytes, encoding);
}

/**
 * JPEG, and what a browser has no zlib for. The library is loaded only by those who need it.
 * Exported for its test.
 */
export async function decodeByGeotiff(
  bytes: Uint8Array,
  encoding: ChunkEncoding,
): Promise<Uint8Array> {
  const { getDecoder } = await import("geotiff");
  const parameters = {
    tileWidth: encoding.width,
    tileHeight: encoding.rows,
    predictor: 1,
    bitsPerSample: 8 * bytesPerSample(encoding.pixelType),
    planarConfiguration: 1,
    JPEGTables: encoding.jpegTables,
  };
  const decoder = await getDecoder(encoding.compression, parameters);
  return new Uint8Array(await decoder.decode(bytes.slice().buffer));
}
