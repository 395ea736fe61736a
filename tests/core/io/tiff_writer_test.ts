import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, sizeOf } from "../../../core/volume.ts";
import type { PixelType, StackInfo, StackReader } from "../../../core/io/stack.ts";
import { planTiff, rationalOf } from "../../../core/io/tiff_layout.ts";
import { openTiff, openTiffBuffer } from "../../../core/io/tiff_reader.ts";
import { createTiff, encodeTiff, writeVolume } from "../../../core/io/tiff_writer.ts";

async function inFolder(action: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function infoOf(fields: Partial<StackInfo> = {}): StackInfo {
  return { shape: [1, 1, 2, 3], frames: 1, pixelType: "float32", metadata: {}, ...fields };
}

/** Whole numbers that every type holds. */
function noise(length: number): Float32Array {
  const random = createRandom(5);
  return Float32Array.from({ length }, () => random.integer(127));
}

async function readAll(reader: StackReader): Promise<number[]> {
  const { info } = reader;
  const all: number[] = [];
  for (let frame = 0; frame < info.frames; frame++) {
    for (let channel = 0; channel < info.shape[0]; channel++) {
      const end = sizeOf(info.shape);
      all.push(...await reader.readRegion({ frame, channel, start: [0, 0, 0], end }));
    }
  }
  return all;
}

const TYPES: readonly PixelType[] = [
  "uint8",
  "uint16",
  "uint32",
  "int8",
  "int16",
  "int32",
  "float32",
  "float64",
];

for (const pixelType of TYPES) {
  Deno.test(`encodeTiff() keeps ${pixelType} hyperstacks`, async () => {
    const info = infoOf({ shape: [2, 3, 5, 7], frames: 2, pixelType });
    const data = noise(2 * 2 * 3 * 5 * 7);
    const reader = await openTiffBuffer(encodeTiff(info, data), "a.tif");
    assert.deepEqual(reader.info.shape, info.shape);
    assert.equal(reader.info.frames, 2);
    assert.equal(reader.info.pixelType, pixelType);
    assert.deepEqual(await readAll(reader), [...data]);
  });
}

Deno.test("encodeTiff() keeps all metadata", async () => {
  const ramp = (red: number) => Uint8Array.from({ length: 768 }, (_, i) => (i + red) % 256);
  const info = infoOf({
    shape: [2, 2, 2, 3],
    frames: 2,
    pixelType: "uint16",
    voxelSizeUm: { x: 0.098, y: 0.1, z: 0.203 },
    metadata: {
      unit: "nm",
      frameIntervalS: 0.25,
      description: { ImageJ: "1.54f", mode: "color", loop: "false", min: "1.5", max: "2.5" },
      sliceLabels: Array.from({ length: 8 }, (_, i) => i === 3 ? "" : `\u00b5 ${i}`),
      displayRanges: [[1.5, 2.5], [-1, 1e6]],
      lookupTables: [ramp(0), ramp(9)],
      info: "several\nlines \u2713",
      roi: new Uint8Array([1, 2, 3, 4, 5]),
      overlay: [new Uint8Array([6]), new Uint8Array([7, 8])],
      properties: { "a key": "a value", b: "" },
    },
  });
  const reader = await openTiffBuffer(encodeTiff(info, noise(48)), "metadata.tif");
  assert.deepEqual(reader.info.metadata, info.metadata);
  const { x, y, z } = reader.info.voxelSizeUm!;
  for (const [read, written] of [[x, 0.098], [y, 0.1], [z, 0.203]]) {
    assert.ok(Math.abs(read / written - 1) < 1e-12, `${read}`);
  }
});

Deno.test("encodeTiff() keeps the colours and range of a single channel", async () => {
  const table = Uint8Array.from({ length: 768 }, (_, i) => i < 256 ? i : 0);
  const metadata = { lookupTables: [table], displayRanges: [[3, 99]] as [number, number][] };
  const bytes = encodeTiff(infoOf({ metadata }), noise(6));
  const { info } = await openTiffBuffer(bytes, "red.tif");
  assert.deepEqual(info.metadata.lookupTables, [table]);
  assert.deepEqual(info.metadata.displayRanges, [[3, 99]]);
});

Deno.test("encodeTiff() says nothing about a voxel size that is not known", async () => {
  const { info } = await openTiffBuffer(encodeTiff(infoOf(), noise(6)), "none.tif");
  assert.equal(info.voxelSizeUm, undefined);
  const metadata = { unit: "pixel", pixelSize: { x: 2, y: 3, z: 4 } };
  const pixels = await openTiffBuffer(encodeTiff(infoOf({ metadata }), noise(6)), "pixel.tif");
  assert.equal(pixels.info.voxelSizeUm, undefined);
  assert.deepEqual(pixels.info.metadata.pixelSize, metadata.pixelSize);
});

Deno.test("encodeTiff() rounds and clips integers, and refuses NaN", async () => {
  const info = infoOf({ shape: [1, 1, 1, 6], pixelType: "int8" });
  const data = new Float32Array([-300, -1.5, 0.49, 0.5, 126.7, Infinity]);
  const reader = await openTiffBuffer(encodeTiff(info, data), "int8.tif");
  // Halves go up: -1.5 to -1, 0.5 to 1.
  assert.deepEqual((await readAll(reader)).map((v) => v + 0), [-128, -1, 0, 1, 127, 127]);
  const bad = new Float32Array([0, 1, NaN, 3, 4, 5]);
  assert.throws(() => encodeTiff(info, bad), /NaN, which int8 cannot store; write float32/);
  assert.doesNotThrow(() => encodeTiff({ ...info, pixelType: "float32" }, bad));
});

Deno.test("encodeTiff() refuses info that contradicts itself", () => {
  const data = noise(6);
  const wrong: readonly Partial<StackInfo>[] = [
    { shape: [1, 1, 2, 2.5] },
    { frames: 0 },
    { shape: [1, 1, 2, 4] },
    { voxelSizeUm: { x: 0, y: 1, z: 1 } },
    { metadata: { sliceLabels: ["a", "b"] } },
    { metadata: { displayRanges: [] } },
    { metadata: { lookupTables: [new Uint8Array(3)] } },
  ];
  for (const fields of wrong) {
    assert.throws(() => encodeTiff(infoOf(fields), data), RangeError, JSON.stringify(fields));
  }
  const tiny = infoOf({ voxelSizeUm: { x: 1e12, y: 1, z: 1 } });
  assert.throws(() => encodeTiff(tiny, data), InputError);
});

Deno.test("rationalOf() finds the fraction that was meant", () => {
  assert.deepEqual(rationalOf(1 / 0.098), [500, 49]);
  assert.deepEqual(rationalOf(1), [1, 1]);
  assert.deepEqual(rationalOf(1 / 25400), [1, 25400]);
  for (const value of [Math.PI, 1 / 0.0633333, 12345.678]) {
    const [n, d] = rationalOf(value);
    assert.ok(n < 2 ** 31 && d < 2 ** 31);
    assert.ok(Math.abs(n / d / value - 1) < 1e-12);
  }
});

Deno.test("planTiff() writes a page per plane below 4 GB and one page above", async () => {
  const small = planTiff(infoOf({ shape: [2, 3, 5, 7], pixelType: "uint8" }));
  assert.equal(small.tail.length > 0, true);
  assert.equal(small.tailOffset, small.dataOffset + 6 * 35);
  assert.equal(small.totalBytes, small.tailOffset + small.tail.length);
  const large = planTiff(infoOf({ shape: [2, 300, 2048, 2048], pixelType: "uint16" }));
  assert.equal(large.tail.length, 0);
  assert.equal(large.totalBytes, large.dataOffset + 600 * 2048 * 2048 * 2);
  // A file of one page reads as all of its planes.
  const info = infoOf({ shape: [1, 4, 2, 3], pixelType: "uint8" });
  const { head, dataOffset, tail } = planTiff(info, 0);
  assert.equal(tail.length, 0);
  const bytes = new Uint8Array(dataOffset + 24);
  bytes.set(head);
  for (let i = 0; i < 24; i++) bytes[dataOffset + i] = i;
  const reader = await openTiffBuffer(bytes, "one page.tif");
  assert.deepEqual(await readAll(reader), Array.from({ length: 24 }, (_, i) => i));
  assert.throws(
    () => planTiff(infoOf({ shape: [1, 1, 65536, 65536] })),
    /65536 x 65536 float32 voxels does not fit/,
  );
});

Deno.test("createTiff() takes regions in any order and leaves zeros elsewhere", () =>
  inFolder(async (folder) => {
    for (const pixelType of ["float32", "uint16"] as const) {
      const shape = [2, 3, 8, 10] as const;
      const info = infoOf({ shape, frames: 2, pixelType });
      const data = noise(2 * 2 * 3 * 8 * 10);
      const path = `${folder}/${pixelType}.tif`;
      const writer = createTiff(path, info);
      const ys = [[5, 8], [0, 5]];
      const xs = [[7, 10], [0, 3], [3, 7]];
      for (const [y0, y1] of ys) {
        for (const [x0, x1] of xs) {
          for (const frame of [1, 0]) {
            for (const channel of [0, 1]) {
              if (frame === 0 && channel === 1) continue;
              const part: number[] = [];
              for (let z = 0; z < 3; z++) {
                for (let y = y0; y < y1; y++) {
                  const row = (((frame * 2 + channel) * 3 + z) * 8 + y) * 10;
                  part.push(...data.subarray(row + x0, row + x1));
                }
              }
              const region = {
                frame,
                channel,
                start: [0, y0, x0] as [number, number, number],
                end: [3, y1, x1] as [number, number, number],
              };
              writer.writeRegion(region, new Float32Array(part));
            }
          }
        }
      }
      assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name.endsWith(".part")), [true]);
      writer.close();
      assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), [`${pixelType}.tif`]);
      const expected = [...data];
      expected.fill(0, 240, 480);
      const reader = await openTiff(path);
      assert.deepEqual(await readAll(reader), expected);
      reader.close();
      await Deno.remove(path);
    }
  }));

Deno.test("createTiff() leaves the old file until close, and for good after abort", () =>
  inFolder((folder) => {
    const path = `${folder}/stack.tif`;
    Deno.writeTextFileSync(path, "old");
    const region = { channel: 0, start: [0, 0, 0], end: [1, 2, 3] } as const;
    const aborted = createTiff(path, infoOf());
    aborted.writeRegion(region, noise(6));
    aborted.abort();
    aborted.abort();
    assert.equal(Deno.readTextFileSync(path), "old");
    assert.throws(() => aborted.writeRegion(region, noise(6)), /closed/);
    const failed = createTiff(path, infoOf());
    assert.throws(() => failed.writeRegion(region, noise(5)), RangeError);
    assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["stack.tif"]);
    const writer = createTiff(path, infoOf());
    writer.writeRegion(region, noise(6));
    assert.equal(Deno.readTextFileSync(path), "old");
    writer.close();
    assert.equal(Deno.readFileSync(path)[0], 0x49);
  }));

Deno.test("writeVolume() writes float32 unless told otherwise", () =>
  inFolder(async (folder) => {
    const volume = createVolume([2, 2, 2, 2], noise(16), { x: 0.1, y: 0.1, z: 0.5 });
    writeVolume(`${folder}/a.tif`, volume);
    writeVolume(`${folder}/b.tif`, volume, { pixelType: "uint8", metadata: { info: "hello" } });
    const a = await openTiff(`${folder}/a.tif`);
    const b = await openTiff(`${folder}/b.tif`);
    assert.equal(a.info.pixelType, "float32");
    assert.equal(a.info.metadata.description?.mode, "composite");
    assert.equal(b.info.pixelType, "uint8");
    assert.equal(b.info.metadata.info, "hello");
    for (const reader of [a, b]) {
      assert.deepEqual(reader.info.voxelSizeUm, volume.voxelSizeUm);
      assert.deepEqual(await readAll(reader), [...volume.data]);
      reader.close();
    }
  }));
