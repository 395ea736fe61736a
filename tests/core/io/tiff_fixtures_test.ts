/**
 * Encodings that are read but not written here: files made by fixtures/make_tiff_fixtures.py with
 * tifffile and imagecodecs, whose values follow a formula.
 */
import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import type { StackReader } from "../../../core/io/stack.ts";
import { openTiff } from "../../../core/io/tiff_reader.ts";

const FIXTURES = new URL("../../../fixtures/tiff/", import.meta.url);
const WIDTH = 21;
const HEIGHT = 17;

/** The formula of the generator. */
function base(plane: number, y: number, x: number): number {
  return (x * x + 3 * x * y + 7 * y + 31 * plane) % 251;
}

function open(name: string): Promise<StackReader> {
  return openTiff(new URL(name, FIXTURES).pathname);
}

/** The largest difference to the formula over all planes. */
async function differenceOf(reader: StackReader, value: (base: number) => number) {
  const { shape: [channels, depth], frames } = reader.info;
  let difference = 0;
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++) {
      const data = await reader.readRegion({
        frame,
        channel,
        start: [0, 0, 0],
        end: [depth, HEIGHT, WIDTH],
      });
      for (let i = 0; i < data.length; i++) {
        const z = Math.floor(i / (WIDTH * HEIGHT));
        const plane = (frame * depth + z) * channels + channel;
        const expected = value(base(plane, Math.floor(i / WIDTH) % HEIGHT, i % WIDTH));
        difference = Math.max(difference, Math.abs(data[i] - expected));
      }
    }
  }
  reader.close();
  return difference;
}

const FILES: readonly (readonly [name: string, type: string, value: (b: number) => number])[] = [
  ["lzw_predictor2_strips_be_uint16", "uint16", (b) => b * 257],
  ["deflate_predictor3_tiles_float32", "float32", (b) => b / 8 - 10],
  ["deflate_predictor3_be_float64", "float64", (b) => b / 8 - 10],
  ["packbits_uint8", "uint8", (b) => b],
  ["zstd_predictor2_strips_int16", "int16", (b) => b - 125],
  ["bigtiff_deflate_be_int32", "int32", (b) => b - 125],
  ["tiles_uint32", "uint32", (b) => b * 257],
];

for (const [name, type, value] of FILES) {
  Deno.test(`openTiff() reads ${name} exactly`, async () => {
    const reader = await open(`${name}.tif`);
    assert.deepEqual(reader.info.shape, [1, 3, HEIGHT, WIDTH]);
    assert.equal(reader.info.pixelType, type);
    assert.equal(await differenceOf(reader, value), 0);
  });
}

Deno.test("openTiff() reads JPEG within its rounding", async () => {
  // Quality 100 quantizes coefficients by 1: values differ by 2 at most from what was stored.
  const difference = await differenceOf(await open("jpeg_uint8.tif"), (b) => Math.floor(b / 8));
  assert.ok(difference <= 2, `${difference}`);
});

Deno.test("openTiff() reads an ImageJ hyperstack with all of its metadata", async () => {
  const reader = await open("imagej_hyperstack_be_uint16.tif");
  const { info } = reader;
  assert.deepEqual(info.shape, [2, 3, HEIGHT, WIDTH]);
  assert.equal(info.frames, 2);
  assert.deepEqual(info.voxelSizeUm, { x: 0.25, y: 0.125, z: 0.5 });
  const { metadata } = info;
  assert.equal(metadata.unit, "um");
  assert.equal(metadata.frameIntervalS, 2.5);
  assert.equal(metadata.description?.mode, "composite");
  assert.deepEqual(metadata.sliceLabels, Array.from({ length: 12 }, (_, p) => `plane ${p}`));
  assert.deepEqual(metadata.displayRanges, [[0, 100], [5, 250]]);
  assert.equal(metadata.info, "two channels, \u00b5m");
  const [magenta, green] = metadata.lookupTables!;
  assert.deepEqual([magenta[255], magenta[256 + 255], magenta[512 + 255]], [255, 0, 255]);
  assert.deepEqual([green[100], green[256 + 100], green[512 + 100]], [0, 100, 0]);
  assert.equal(await differenceOf(reader, (b) => b), 0);
});

Deno.test("openTiff() reads an OME-TIFF with its order, units, names and colours", async () => {
  const reader = await open("ome_xyzct_lzw_uint16.ome.tif");
  const { info } = reader;
  assert.deepEqual(info.shape, [2, 3, HEIGHT, WIDTH]);
  assert.equal(info.frames, 2);
  const { x, y, z } = info.voxelSizeUm!;
  assert.ok(Math.abs(x - 0.098) < 1e-12 && y === 0.1 && Math.abs(z - 0.3) < 1e-12);
  const { metadata } = info;
  assert.equal(metadata.frameIntervalS, 0.5);
  assert.deepEqual(metadata.sliceLabels?.slice(0, 3), ["nuclei", "actin", "nuclei"]);
  assert.equal(metadata.sliceLabels?.length, 12);
  const colors = metadata.lookupTables!.map((table) => [table[255], table[511], table[767]]);
  assert.deepEqual(colors, [[0, 0, 255], [0, 255, 0]]);
  assert.match(metadata.info!, /DimensionOrder="XYZCT"/);
  assert.equal(await differenceOf(reader, (b) => b), 0);
});

Deno.test("openTiff() reads tifffile's axes", async () => {
  const reader = await open("tifffile_czyx_uint8.tif");
  assert.deepEqual(reader.info.shape, [2, 3, HEIGHT, WIDTH]);
  assert.equal(await differenceOf(reader, (b) => b), 0);
});

const REFUSED: readonly (readonly [name: string, RegExp])[] = [
  ["rgb_uint8", /RGB image/],
  ["palette_uint8", /palette colour image/],
  ["float16", /16-bit floating-point/],
  ["complex64", /complex numbers/],
];

for (const [name, pattern] of REFUSED) {
  Deno.test(`openTiff() refuses ${name}`, async () => {
    await assert.rejects(
      open(`${name}.tif`),
      (error: unknown) => error instanceof InputError && pattern.test(error.message),
    );
  });
}
