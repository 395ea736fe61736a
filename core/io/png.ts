/**
 * PNG pictures: grey ones are read as stacks of one plane; grey and colour ones are written.
 *
 * @module
 */
import { convertIndexedToRgb, decode, type DecodedPng, encode } from "fast-png";
import { InputError } from "../errors.ts";
import { writeFileAtomically } from "./atomic_file.ts";
import { readFileBytes } from "./file_source.ts";
import { createMemoryReader } from "./memory_stack.ts";
import type { PixelType, StackReader } from "./stack.ts";

/** The first bytes of every PNG. */
export const PNG_SIGNATURE: readonly number[] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** A picture to write. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Rows from top to bottom; red, green, blue after one another if it is `colour`. */
  readonly data: Uint8Array | Uint16Array;
  /** Colours have 8 bits each. @default "grey" */
  readonly kind?: "grey" | "colour";
}

/**
 * Opens a grey PNG of 8 or 16 bits. Colours that are all grey count as grey, an alpha channel that
 * is all opaque as none.
 *
 * @throws {InputError} when it is missing, damaged, or has colours, transparency or fewer bits.
 */
// deno-lint-ignore require-await -- as openTiff
export async function openPng(path: string): Promise<StackReader> {
  return openPngBytes(readFileBytes(path), path);
}

/**
 * Opens the bytes of a PNG as `openPng` does.
 *
 * @param name As messages show it.
 *
 * @example
 * ```ts
 * import { encodePng, openPngBytes } from "./png.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = encodePng({ width: 2, height: 1, data: new Uint16Array([7, 65535]) });
 * const reader = openPngBytes(bytes, "two pixels");
 * assert.deepEqual(reader.info.shape, [1, 1, 1, 2]);
 * const row = await reader.readRegion({ channel: 0, start: [0, 0, 0], end: [1, 1, 2] });
 * assert.deepEqual([...row], [7, 65535]);
 * ```
 */
export function openPngBytes(bytes: Uint8Array, name: string): StackReader {
  if (!PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)) {
    throw new InputError(`${name} is not a PNG file; save the image as PNG or TIFF`);
  }
  let png: DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new InputError(
      `${name} is truncated or damaged and cannot be decoded (${reason}); copy or save it again`,
      { cause: error },
    );
  }
  const { width, height } = png;
  const data = greyOf(png, name);
  const pixelType: PixelType = data instanceof Uint16Array ? "uint16" : "uint8";
  const info = { shape: [1, 1, height, width], frames: 1, pixelType, metadata: {} } as const;
  return createMemoryReader(info, data);
}

/**
 * The bytes of a PNG with 8 or 16 bits per value, as the data have.
 *
 * @throws {RangeError} when the data are not as long as the picture, or colours have 16 bits.
 */
export function encodePng(picture: Picture): Uint8Array {
  const { width, height, data, kind = "grey" } = picture;
  const channels = kind === "colour" ? 3 : 1;
  if (data.length !== width * height * channels) {
    throw new RangeError(
      `A ${kind} picture of ${width} x ${height} has ${width * height * channels} values, ` +
        `not ${data.length}`,
    );
  }
  const depth = data instanceof Uint16Array ? 16 : 8;
  if (kind === "colour" && depth === 16) throw new RangeError("Colours are written with 8 bits");
  return encode({ width, height, data, channels, depth });
}

/**
 * Writes a PNG.
 *
 * @throws {InputError} when the folder is missing or not writable, or the disk is full.
 * @throws {RangeError} as `encodePng` does.
 */
export function writePng(path: string, picture: Picture): void {
  writeFileAtomically(path, encodePng(picture));
}

/** The intensities of a picture without colours. */
function greyOf(png: DecodedPng, name: string): Uint8Array | Uint16Array {
  const indexed = png.palette !== undefined;
  if (png.depth < 8 && !indexed) {
    throw new InputError(
      `${name} has ${png.depth}-bit samples; convert it to 8 or 16 bit (in ImageJ: Image > Type)`,
    );
  }
  const values = indexed ? convertIndexedToRgb(png) : png.data;
  const channels = indexed ? png.palette![0].length : png.channels;
  const colors = channels < 3 ? 1 : 3;
  const opaque = indexed || png.depth === 8 ? 255 : 65535;
  const count = png.width * png.height;
  const grey = values instanceof Uint16Array ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++, at += channels) {
    const v = values[at];
    if (colors === 3 && (values[at + 1] !== v || values[at + 2] !== v)) {
      throw new InputError(
        `${name} is a colour image, whose colours are not intensities; split its channels or ` +
          `convert it to 8 or 16 bit grey (in ImageJ: Image > Color > Split Channels)`,
      );
    }
    if (colors < channels && values[at + colors] !== opaque) throw transparent(name);
    grey[i] = v;
  }
  // A single colour can stand for transparency.
  const { transparency } = png;
  if (
    !indexed && transparency?.length === colors && transparency.every((v) => v === transparency[0])
  ) {
    if (grey.includes(transparency[0])) throw transparent(name);
  }
  return grey;
}

function transparent(name: string): InputError {
  return new InputError(`${name} has transparent pixels; save it without an alpha channel`);
}
