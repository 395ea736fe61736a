import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import type { PixelType, StackReader } from "../../../core/io/stack.ts";
import { openTiff, openTiffBuffer } from "../../../core/io/tiff_reader.ts";
import { sizeOf } from "../../../core/volume.ts";
import { countingPlanes, greyTags, makeTiff, shorts, type TestTag } from "./tiff_generator.ts";

const W = 4;
const H = 3;

function imageJ(lines: string): TestTag {
  return [270, 2, `ImageJ=1.53t\n${lines}`];
}

/** One page that announces several planes, which follow one another. */
function onePage(lines: string, planes: number, order: "little" | "big" = "little") {
  const first = { tags: greyTags(W, H, { 270: imageJ(lines) }), chunks: [new Uint8Array(0)] };
  const data = countingPlanes(planes, W * H, order).flatMap((plane) => [...plane]);
  const head = makeTiff([first], { order });
  // The planes begin where the head ends.
  const tags = greyTags(W, H, { 270: imageJ(lines), 273: [273, 4, [head.length]] });
  const placed = makeTiff([{ tags, chunks: [new Uint8Array(0)] }], { order });
  assert.equal(placed.length, head.length);
  return new Uint8Array([...placed, ...data]);
}

function frameOf(reader: StackReader, channel = 0, frame = 0): Promise<Float32Array> {
  return reader.readRegion({
    frame,
    channel,
    start: [0, 0, 0],
    end: sizeOf(reader.info.shape),
  });
}

for (const order of ["little", "big"] as const) {
  for (const kind of ["classic", "bigtiff"] as const) {
    Deno.test(`openTiffBuffer() reads pages as slices, ${order}-endian ${kind}`, async () => {
      const pages = countingPlanes(5, W * H, order)
        .map((chunk) => ({ tags: greyTags(W, H), chunks: [chunk] }));
      const reader = await openTiffBuffer(makeTiff(pages, { order, kind }).buffer, "pages.tif");
      assert.deepEqual(reader.info.shape, [1, 5, H, W]);
      assert.equal(reader.info.frames, 1);
      assert.equal(reader.info.pixelType, "uint16");
      assert.equal(reader.info.voxelSizeUm, undefined);
      assert.deepEqual([...await frameOf(reader)], Array.from({ length: 60 }, (_, i) => i));
    });
  }

  Deno.test(`openTiffBuffer() reads ImageJ's planes behind one page, ${order}-endian`, async () => {
    const file = onePage("images=12\nchannels=2\nslices=3\nframes=2\n", 12, order);
    const reader = await openTiffBuffer(file.buffer, "hyperstack.tif");
    assert.deepEqual(reader.info.shape, [2, 3, H, W]);
    assert.equal(reader.info.frames, 2);
    for (let frame = 0; frame < 2; frame++) {
      for (let channel = 0; channel < 2; channel++) {
        const firsts = [0, 1, 2].map((z) => ((frame * 3 + z) * 2 + channel) * W * H);
        const read = await frameOf(reader, channel, frame);
        assert.deepEqual([0, 12, 24].map((i) => read[i]), firsts);
      }
    }
  });
}

Deno.test("readRegion() cuts the same box out of rows, strips and tiles", async () => {
  const width = 21;
  const height = 17;
  const at = (z: number, y: number, x: number) => (z * height + y) * width + x;
  const rowsOf = (z: number, y0: number, y1: number) => {
    const values = [];
    for (let y = y0; y < Math.min(y1, height); y++) {
      for (let x = 0; x < width; x++) values.push(at(z, y, x));
    }
    return shorts(values);
  };
  const tileOf = (z: number, y0: number, x0: number) =>
    shorts(Array.from({ length: 256 }, (_, i) => {
      const [y, x] = [y0 + (i >> 4), x0 + i % 16];
      return y < height && x < width ? at(z, y, x) : 9999;
    }));
  const slices = [0, 1, 2];
  const files = {
    rows: slices.map((z) => ({ tags: greyTags(width, height), chunks: [rowsOf(z, 0, height)] })),
    strips: slices.map((z) => ({
      tags: greyTags(width, height, { 278: [278, 4, [5]] }),
      // With two bytes between them, so that they are not in one piece.
      chunks: [0, 5, 10, 15].map((y) => new Uint8Array([...rowsOf(z, y, y + 5), 99, 99])),
    })),
    tiles: slices.map((z) => ({
      tags: greyTags(width, height, { 322: [322, 4, [16]], 323: [323, 4, [16]] }),
      chunks: [tileOf(z, 0, 0), tileOf(z, 0, 16), tileOf(z, 16, 0), tileOf(z, 16, 16)],
      layout: "tiles" as const,
    })),
  };
  const boxes = [
    [[0, 0, 0], [3, 17, 21]],
    [[1, 3, 2], [3, 16, 20]],
    [[2, 16, 20], [3, 17, 21]],
    [[0, 4, 0], [1, 11, 21]],
  ] as const;
  for (const [name, pages] of Object.entries(files)) {
    const reader = await openTiffBuffer(makeTiff(pages).buffer, `${name}.tif`);
    for (const [start, end] of boxes) {
      const expected = [];
      for (let z = start[0]; z < end[0]; z++) {
        for (let y = start[1]; y < end[1]; y++) {
          for (let x = start[2]; x < end[2]; x++) expected.push(at(z, y, x));
        }
      }
      assert.deepEqual([...await reader.readRegion({ channel: 0, start, end })], expected, name);
    }
  }
});

Deno.test("readRegion() reads strips in the order of their list", async () => {
  // The second strip lies behind the header's 8 bytes, the first one 16 bytes further on.
  const tags = greyTags(4, 4, { 273: [273, 4, [24, 8]], 278: [278, 4, [2]] });
  const chunks = [
    shorts([8, 9, 10, 11, 12, 13, 14, 15]),
    shorts([0, 1, 2, 3, 4, 5, 6, 7]),
  ];
  const reader = await openTiffBuffer(makeTiff([{ tags, chunks }]).buffer, "strips.tif");
  assert.deepEqual([...await frameOf(reader)], Array.from({ length: 16 }, (_, i) => i));
});

Deno.test("readRegion() refuses a box outside the stack", async () => {
  const file = makeTiff([{ tags: greyTags(W, H), chunks: countingPlanes(1, W * H) }]);
  const reader = await openTiffBuffer(file.buffer, "one.tif");
  const box = { start: [0, 0, 0], end: [1, H, W] } as const;
  await assert.rejects(reader.readRegion({ channel: 1, ...box }), RangeError);
  await assert.rejects(reader.readRegion({ channel: 0, frame: 1, ...box }), RangeError);
  await assert.rejects(reader.readRegion({ channel: 0, ...box, end: [1, H, W + 1] }), RangeError);
  await assert.rejects(reader.readRegion({ channel: 0, ...box, start: [0, H, 0] }), RangeError);
});

const TYPES: readonly (readonly [PixelType, bits: number, format: number])[] = [
  ["uint8", 8, 1],
  ["uint16", 16, 1],
  ["uint32", 32, 1],
  ["int8", 8, 2],
  ["int16", 16, 2],
  ["int32", 32, 2],
  ["float32", 32, 3],
  ["float64", 64, 3],
];

for (const [type, bits, format] of TYPES) {
  Deno.test(`openTiffBuffer() reads ${type} in both byte orders`, async () => {
    const values = type.startsWith("u")
      ? [0, 1, 100, 255]
      : type.startsWith("int")
      ? [0, -1, 100, -128]
      : [0, -1.5, 1e6, 0.25];
    for (const order of ["little", "big"] as const) {
      const view = new DataView(new ArrayBuffer(4 * bits / 8));
      const little = order === "little";
      values.forEach((v, i) => {
        if (bits === 8) view.setInt8(i, v);
        else if (bits === 16) view.setInt16(2 * i, v, little);
        else if (type === "float32") view.setFloat32(4 * i, v, little);
        else if (type === "float64") view.setFloat64(8 * i, v, little);
        else view.setInt32(4 * i, v, little);
      });
      const tags = greyTags(2, 2, { bits, 339: [339, 3, [format]] });
      const file = makeTiff([{ tags, chunks: [new Uint8Array(view.buffer)] }], { order });
      const reader = await openTiffBuffer(file.buffer, "type.tif");
      assert.equal(reader.info.pixelType, type);
      assert.deepEqual([...await frameOf(reader)], values);
    }
  });
}

Deno.test("openTiffBuffer() undoes ImageJ's offset of signed 16-bit stacks", async () => {
  const lines = "images=1\ncf=0\nc0=-32768.0\nc1=1.0\nvunit=Gray Value\n";
  const tags = greyTags(2, 1, { 270: imageJ(lines) });
  const file = makeTiff([{ tags, chunks: [shorts([32768 - 5, 32768 + 7])] }]);
  const reader = await openTiffBuffer(file.buffer, "signed.tif");
  assert.equal(reader.info.pixelType, "int16");
  assert.deepEqual([...await frameOf(reader)], [-5, 7]);
  assert.equal(reader.info.metadata.description?.cf, undefined);
});

const UNITS: readonly (readonly [unit: string, um: number])[] = [
  ["um", 1],
  ["micron", 1],
  ["\\u00B5m", 1],
  ["\u00b5m", 1],
  ["nm", 1e-3],
  ["mm", 1e3],
  ["cm", 1e4],
  ["inch", 25400],
];

Deno.test("openTiffBuffer() reads ImageJ's voxel size in any unit", async () => {
  for (const [unit, um] of UNITS) {
    const tags = greyTags(W, H, {
      270: imageJ(`images=2\nslices=2\nunit=${unit}\nspacing=0.75\n`),
      282: [282, 5, [4, 1]],
      283: [283, 5, [2, 1]],
    });
    const pages = countingPlanes(2, W * H).map((chunk) => ({ tags, chunks: [chunk] }));
    const { info } = await openTiffBuffer(makeTiff(pages).buffer, "voxel.tif");
    assert.deepEqual(info.voxelSizeUm, { x: 0.25 * um, y: 0.5 * um, z: 0.75 * um }, unit);
  }
});

Deno.test("openTiffBuffer() reads a micro sign in Latin-1", async () => {
  const text = [..."ImageJ=1.40g\nunit=?m\n"].map((c) => c === "?" ? 0xb5 : c.charCodeAt(0));
  const tags = greyTags(W, H, {
    270: [270, 2, ""],
    282: [282, 5, [10, 1]],
    283: [283, 5, [10, 1]],
  }).map((tag): TestTag => tag[0] === 270 ? [270, 1, text] : tag);
  const file = makeTiff([{ tags, chunks: countingPlanes(1, W * H) }]);
  const { info } = await openTiffBuffer(file.buffer, "latin.tif");
  assert.deepEqual(info.voxelSizeUm, { x: 0.1, y: 0.1, z: 1 });
});

Deno.test("openTiffBuffer() keeps a size in a unit that is no length apart", async () => {
  const tags = greyTags(W, H, {
    270: imageJ("unit=pixel\nspacing=3\n"),
    282: [282, 5, [1, 2]],
    283: [283, 5, [1, 2]],
  });
  const file = makeTiff([{ tags, chunks: countingPlanes(1, W * H) }]);
  const { info } = await openTiffBuffer(file.buffer, "pixel.tif");
  assert.equal(info.voxelSizeUm, undefined);
  assert.equal(info.metadata.unit, "pixel");
  assert.deepEqual(info.metadata.pixelSize, { x: 2, y: 2, z: 3 });
});

Deno.test("openTiffBuffer() takes ImageJ's palettes of rising brightness for intensities", async () => {
  const page = (color: (i: number) => number, lines = "") => {
    const map = Array.from({ length: 768 }, (_, i) => i < 256 ? color(i) * 257 : 0);
    const tags = greyTags(W, H, {
      bits: 8,
      262: [262, 3, [3]],
      270: imageJ(lines),
      320: [320, 3, map],
    });
    return makeTiff([{ tags, chunks: [Uint8Array.from({ length: W * H }, (_, i) => i)] }]).buffer;
  };
  const red = await openTiffBuffer(page((i) => i), "red.tif");
  assert.deepEqual([...await frameOf(red)], Array.from({ length: W * H }, (_, i) => i));
  assert.equal(red.info.metadata.lookupTables?.[0][200], 200);
  await openTiffBuffer(page((i) => 255 - i), "inverted.tif");
  await assert.rejects(
    openTiffBuffer(page((i) => i * 37 % 256), "colours.tif"),
    (error: unknown) => error instanceof InputError && /palette colour/.test(error.message),
  );
});

Deno.test("openTiffBuffer() leaves out reduced copies and keeps inverted colours", async () => {
  const [plane] = countingPlanes(1, W * H);
  const file = makeTiff([
    { tags: greyTags(W, H, { 262: [262, 3, [0]] }), chunks: [plane] },
    { tags: greyTags(2, 1, { 254: [254, 4, [1]] }), chunks: [shorts([1, 2])] },
  ]);
  const { info } = await openTiffBuffer(file.buffer, "preview.tif");
  assert.deepEqual(info.shape, [1, 1, H, W]);
  assert.equal(info.metadata.lookupTables?.[0][0], 255);
});

Deno.test("openTiffBuffer() takes samples that are stored apart for channels", async () => {
  const tags = greyTags(2, 1, {
    258: [258, 3, [16, 16]],
    277: [277, 3, [2]],
    284: [284, 3, [2]],
  });
  const pages = [[1, 2, 3, 4], [5, 6, 7, 8]].map(([a, b, c, d]) => ({
    tags,
    chunks: [shorts([a, b]), shorts([c, d])],
  }));
  const reader = await openTiffBuffer(makeTiff(pages).buffer, "planar.tif");
  assert.deepEqual(reader.info.shape, [2, 2, 1, 2]);
  assert.deepEqual([...await frameOf(reader, 0)], [1, 2, 5, 6]);
  assert.deepEqual([...await frameOf(reader, 1)], [3, 4, 7, 8]);
});

Deno.test("openTiff() reads regions of a file and closes it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/stack.tif`;
    await Deno.writeFile(path, onePage("images=3\nslices=3\n", 3));
    const reader = await openTiff(path);
    const region = { channel: 0, start: [1, 1, 1], end: [3, 2, 3] } as const;
    assert.deepEqual([...await reader.readRegion(region)], [17, 18, 29, 30]);
    reader.close();
    reader.close();
    await assert.rejects(reader.readRegion(region));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
