/**
 * Pictures in memory, red, green and blue in 8 bits each, and their way to PNG.
 *
 * @module
 */
import { encode } from "fast-png";

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** A picture: rows of pixels from the top, three bytes each. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A box of pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture of one colour, black where none is given. */
export function createRaster(width: number, height: number, color?: Rgb): Raster {
  const raster = { width, height, data: new Uint8Array(3 * width * height) };
  if (color) fillBox(raster, { box: { x: 0, y: 0, width, height }, color });
  return raster;
}

/** Fills a box; what lies outside the picture is left out. */
export function fillBox(raster: Raster, { box, color }: { box: Box; color: Rgb }): void {
  const left = Math.max(0, box.x);
  const right = Math.min(raster.width, box.x + box.width);
  const bottom = Math.min(raster.height, box.y + box.height);
  for (let y = Math.max(0, box.y); y < bottom; y++) {
    for (let i = 3 * (y * raster.width + left); i < 3 * (y * raster.width + right); i += 3) {
      raster.data[i] = color[0];
      raster.data[i + 1] = color[1];
      raster.data[i + 2] = color[2];
    }
  }
}

/** Copies a picture into another, which has to hold all of it. */
export function drawRaster(
  raster: Raster,
  { source, x, y }: { source: Raster; x: number; y: number },
): void {
  for (let row = 0; row < source.height; row++) {
    const from = 3 * row * source.width;
    raster.data.set(
      source.data.subarray(from, from + 3 * source.width),
      3 * ((y + row) * raster.width + x),
    );
  }
}

/** The picture with every pixel as a square of `factor` pixels. */
export function enlargeRaster(raster: Raster, factor: number): Raster {
  const large = createRaster(raster.width * factor, raster.height * factor);
  for (let y = 0; y < large.height; y++) {
    for (let x = 0; x < large.width; x++) {
      const from = 3 * (Math.floor(y / factor) * raster.width + Math.floor(x / factor));
      const to = 3 * (y * large.width + x);
      for (let i = 0; i < 3; i++) large.data[to + i] = raster.data[from + i];
    }
  }
  return large;
}

/** The pictures side by side, their tops aligned. */
export function joinRasters(
  rasters: readonly Raster[],
  { gap, color }: { readonly gap: number; readonly color: Rgb },
): Raster {
  const width = rasters.reduce((sum, raster) => sum + raster.width + gap, -gap);
  const joined = createRaster(width, Math.max(...rasters.map(({ height }) => height)), color);
  let x = 0;
  for (const source of rasters) {
    drawRaster(joined, { source, x, y: 0 });
    x += source.width + gap;
  }
  return joined;
}

/**
 * The picture as a PNG file: grey where it has no colour, with a palette where it has at most 256
 * colours, and with three bytes per pixel else.
 *
 * @example
 * ```ts
 * import { createRaster, encodeRaster } from "./raster.ts";
 * import assert from "node:assert/strict";
 *
 * const png = encodeRaster(createRaster(4, 3, [255, 0, 0]));
 * assert.deepEqual([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]); // "PNG"
 * ```
 */
export function encodeRaster(raster: Raster): Uint8Array<ArrayBuffer> {
  const { width, height, data } = raster;
  const indexed = indexColors(raster);
  const gray = indexed?.palette.every(([red, green, blue]) => red === green && red === blue);
  const image = !indexed
    ? { data, channels: 3 }
    : gray
    ? { data: indexed.data.map((i) => indexed.palette[i][0]), channels: 1 }
    : { ...indexed, channels: 1 };
  return new Uint8Array(encode({ width, height, depth: 8, ...image }, { zlib: { level: 6 } }));
}

/** The picture in numbers of its colours, or undefined where it has more than 256. */
function indexColors({ data }: Raster): { data: Uint8Array; palette: number[][] } | undefined {
  const indices = new Map<number, number>();
  const palette: number[][] = [];
  const indexed = new Uint8Array(data.length / 3);
  for (let i = 0; i < indexed.length; i++) {
    const key = data[3 * i] << 16 | data[3 * i + 1] << 8 | data[3 * i + 2];
    let index = indices.get(key);
    if (index === undefined) {
      if (palette.length === 256) return undefined;
      index = palette.length;
      indices.set(key, index);
      palette.push([data[3 * i], data[3 * i + 1], data[3 * i + 2]]);
    }
    indexed[i] = index;
  }
  return { data: indexed, palette };
}

/** The picture as the address of an image within a page. */
export function rasterUrl(raster: Raster): string {
  const png = encodeRaster(raster);
  const parts: string[] = [];
  // Long argument lists overflow the stack.
  for (let i = 0; i < png.length; i += 8192) {
    parts.push(String.fromCharCode(...png.subarray(i, i + 8192)));
  }
  return `data:image/png;base64,${btoa(parts.join(""))}`;
}
