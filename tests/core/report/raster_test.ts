import assert from "node:assert/strict";
import { decode } from "fast-png";
import {
  createRaster,
  drawRaster,
  encodeRaster,
  enlargeRaster,
  fillBox,
  joinRasters,
  rasterUrl,
  type Rgb,
} from "../../../core/report/raster.ts";

function pixelOf(raster: { width: number; data: Uint8Array }, x: number, y: number): number[] {
  return [...raster.data.subarray(3 * (y * raster.width + x), 3 * (y * raster.width + x) + 3)];
}

Deno.test("encodeRaster() stores a picture without colour as grey", () => {
  const raster = createRaster(5, 4, [7, 7, 7]);
  fillBox(raster, { box: { x: 1, y: 2, width: 1, height: 1 }, color: [200, 200, 200] });
  const png = decode(encodeRaster(raster));
  assert.deepEqual([png.width, png.height, png.channels, png.depth], [5, 4, 1, 8]);
  assert.equal(png.palette, undefined);
  assert.equal(png.data[2 * 5 + 1], 200);
  assert.equal(png.data[0], 7);
});

Deno.test("encodeRaster() stores few colours as a palette, many as they are", () => {
  const few = createRaster(3, 1, [255, 0, 0]);
  fillBox(few, { box: { x: 2, y: 0, width: 1, height: 1 }, color: [0, 0, 255] });
  const indexed = decode(encodeRaster(few));
  const colors = [...indexed.data].map((i) => indexed.palette![i].slice(0, 3));
  assert.deepEqual(colors, [[255, 0, 0], [255, 0, 0], [0, 0, 255]]);

  const many = createRaster(300, 1);
  for (let x = 0; x < 300; x++) many.data.set([x & 255, x >> 8, 99], 3 * x);
  const full = decode(encodeRaster(many));
  assert.equal(full.channels, 3);
  assert.deepEqual([...full.data], [...many.data]);
});

Deno.test("rasterUrl() holds the same PNG, also a large one", () => {
  const raster = createRaster(200, 200);
  for (let i = 0; i < raster.data.length; i++) raster.data[i] = Math.imul(i, 2654435761) >>> 24;
  const url = rasterUrl(raster);
  const base64 = url.replace(/^data:image\/png;base64,/, "");
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  assert.deepEqual(bytes, encodeRaster(raster));
});

Deno.test("fillBox() leaves out what lies outside", () => {
  const raster = createRaster(3, 2);
  const color: Rgb = [1, 2, 3];
  fillBox(raster, { box: { x: 2, y: -1, width: 5, height: 2 }, color });
  assert.deepEqual(pixelOf(raster, 2, 0), color);
  assert.equal(raster.data.reduce((a, b) => a + b), 6);
});

Deno.test("enlargeRaster() repeats pixels, joinRasters() sets pictures side by side", () => {
  const raster = createRaster(2, 1, [10, 0, 0]);
  drawRaster(raster, { source: createRaster(1, 1, [0, 20, 0]), x: 1, y: 0 });
  const large = enlargeRaster(raster, 3);
  assert.deepEqual([large.width, large.height], [6, 3]);
  assert.deepEqual([pixelOf(large, 2, 2), pixelOf(large, 3, 0)], [[10, 0, 0], [0, 20, 0]]);
  const joined = joinRasters([raster, large], { gap: 4, color: [9, 9, 9] });
  assert.deepEqual([joined.width, joined.height], [2 + 4 + 6, 3]);
  assert.deepEqual([pixelOf(joined, 3, 0), pixelOf(joined, 0, 1)], [[9, 9, 9], [9, 9, 9]]);
  assert.deepEqual(pixelOf(joined, 6, 2), [10, 0, 0]);
});
