import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { openTiff, openTiffBuffer } from "../../../core/io/tiff_reader.ts";
import { countingPlanes, greyTags, makeTiff, shorts, type TestTag } from "./tiff_generator.ts";

const W = 4;
const H = 3;

/** Opening has to fail with one line that names the file, says what is wrong, and what to do. */
async function assertRefused(file: Uint8Array<ArrayBuffer>, pattern: RegExp) {
  await assert.rejects(openTiffBuffer(file.buffer, "cell.tif"), (error: unknown) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, pattern);
    assert.match(error.message, /^cell\.tif /);
    assert.match(error.message, /;/, "says the way out");
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

function page(replaced: Parameters<typeof greyTags>[2], count = W * H) {
  return { tags: greyTags(W, H, replaced), chunks: countingPlanes(1, count) };
}

const plane = { tags: greyTags(W, H), chunks: countingPlanes(1, W * H) };

const PAGES: readonly (readonly [what: string, Uint8Array<ArrayBuffer>, RegExp])[] = [
  [
    "RGB",
    makeTiff([page({ 258: [258, 3, [8, 8, 8]], 262: [262, 3, [2]], 277: [277, 3, [3]] })]),
    /RGB image.*Image > Type > RGB Stack/,
  ],
  ["YCbCr", makeTiff([page({ 262: [262, 3, [6]] })]), /RGB image/],
  ["a palette", makeTiff([page({ bits: 8, 262: [262, 3, [3]] })]), /palette colour image/],
  ["CMYK", makeTiff([page({ 262: [262, 3, [5]] })]), /colour model 5/],
  [
    "grey and alpha in each pixel",
    makeTiff([page({ 258: [258, 3, [16, 16]], 277: [277, 3, [2]] }, 2 * W * H)]),
    /2 samples in each pixel.*Split Channels/,
  ],
  ["1-bit samples", makeTiff([page({ bits: 1 })]), /1-bit \(binary\) samples/],
  ["12-bit samples", makeTiff([page({ bits: 12 })]), /12-bit unsigned integer samples/],
  ["64-bit integers", makeTiff([page({ bits: 64, 339: [339, 3, [2]] })]), /64-bit integer/],
  ["16-bit floats", makeTiff([page({ 339: [339, 3, [3]] })]), /16-bit floating-point/],
  ["complex numbers", makeTiff([page({ bits: 64, 339: [339, 3, [6]] })]), /complex numbers/],
  ["no width", makeTiff([page({ 256: [256, 4, [0]] })]), /zero size \(0 x 3\)/],
  ["bits in reverse order", makeTiff([page({ 266: [266, 3, [2]] })]), /bits in reverse order/],
  [
    "JPEG 2000",
    makeTiff([page({ 259: [259, 3, [33003]] })]),
    /compressed with JPEG 2000.*deflate or LZW/,
  ],
  ["an unknown method", makeTiff([page({ 259: [259, 3, [777]] })]), /method 777/],
  ["an unknown predictor", makeTiff([page({ 317: [317, 3, [9]] })]), /predictor 9/],
  ["16-bit JPEG", makeTiff([page({ 259: [259, 3, [7]] })]), /uint16 samples as JPEG/],
  [
    "too few strips",
    makeTiff([page({ 278: [278, 4, [1]] })]),
    /lists 1 of its 3 strips/,
  ],
  [
    "strips that were never written",
    makeTiff([page({ 259: [259, 3, [8]], 273: [273, 4, [0]] })]),
    /strips were not all written/,
  ],
  [
    "pages of two sizes",
    makeTiff([plane, { tags: greyTags(2, 2), chunks: countingPlanes(1, 4) }]),
    /different kinds \(4 x 3 uint16, 2 x 2 uint16\)/,
  ],
  [
    "fewer planes than ImageJ's text announces",
    makeTiff([plane, plane].map((p, i) => ({
      ...p,
      tags: i > 0 ? p.tags : [...p.tags, imageJ("images=3\nslices=3\n")],
    }))),
    /announces 3 images and holds 2/,
  ],
  [
    "axes that contradict the number of planes",
    makeTiff([page({ 270: imageJ("images=5\nchannels=2\nslices=2\n") })]),
    /announces 5 images but 2 channels x 2 slices x 1 frames/,
  ],
  [
    "an ImageJ stack behind one page that ends early",
    makeTiff([page({ 270: imageJ("images=40\nslices=40\n") })]),
    /truncated: its image data reach to byte 968/,
  ],
  [
    "a compressed page for many planes",
    makeTiff([page({ 259: [259, 3, [8]], 270: imageJ("images=2\nslices=2\n") })]),
    /holds one page that is not in one piece/,
  ],
];

function imageJ(lines: string): TestTag {
  return [270, 2, `ImageJ=1.53t\n${lines}`];
}

for (const [what, file, pattern] of PAGES) {
  Deno.test(`openTiffBuffer() refuses ${what}`, () => assertRefused(file, pattern));
}

Deno.test("openTiffBuffer() refuses a file that ends anywhere before its end", async () => {
  for (const kind of ["classic", "bigtiff"] as const) {
    // The data lie before the page that describes them, or behind all pages.
    const before = makeTiff([plane, plane], { kind });
    for (let length = 0; length < before.length; length += 7) {
      await assertRefused(before.slice(0, length), /truncated|not a TIFF file/);
    }
  }
  const behind = makeTiff([page({ 273: [273, 4, [400]] })]);
  const whole = new Uint8Array(400 + 2 * W * H);
  whole.set(behind);
  await openTiffBuffer(whole.buffer, "whole.tif");
  await assertRefused(whole.slice(0, -1), /image data reach to byte 424, and the file ends at 423/);
});

Deno.test("openTiffBuffer() refuses what is no TIFF", async () => {
  await assertRefused(new Uint8Array(20), /not a TIFF file/);
  await assertRefused(new TextEncoder().encode("II is a text, not a TIFF"), /not a TIFF file/);
});

Deno.test("openTiffBuffer() refuses pages that form a loop, and a file without any", async () => {
  const file = makeTiff([plane, plane]);
  const view = new DataView(file.buffer);
  const first = view.getUint32(4, true);
  const next = first + 2 + 12 * view.getUint16(first, true);
  const second = view.getUint32(next, true);
  view.setUint32(second + 2 + 12 * view.getUint16(second, true), first, true);
  await assertRefused(file, /form a loop/);
  await assertRefused(new Uint8Array([0x49, 0x49, 42, 0, 0, 0, 0, 0]), /holds no image/);
});

Deno.test("readRegion() names the file and the plane of damaged data", async () => {
  const region = { channel: 0, start: [0, 0, 0], end: [1, H, W] } as const;
  const cases: readonly (readonly [compression: number, bytes: number[]])[] = [
    [8, [1, 2, 3, 4, 5, 6]],
    [5, [0xff, 0xff, 0xff, 0xff]],
    [5, [0x80, 0x01, 0x01]],
    [32773, [3, 1, 2, 3, 4]],
    [50000, [1, 2, 3, 4]],
  ];
  for (const [compression, bytes] of cases) {
    const tags = greyTags(W, H, { 259: [259, 3, [compression]] });
    const good = { tags: greyTags(W, H), chunks: [shorts(new Array(W * H).fill(1))] };
    const file = makeTiff([{ tags, chunks: [new Uint8Array(bytes)] }, good]);
    const reader = await openTiffBuffer(file.buffer, "cell.tif");
    await assert.rejects(reader.readRegion(region), (error: unknown) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, /^cell\.tif is damaged: plane 1 cannot be decoded \(.+\); copy/);
      return true;
    });
    // The other plane is as good as before.
    const other = await reader.readRegion({ ...region, start: [1, 0, 0], end: [2, H, W] });
    assert.ok(other.every((v) => v === 1));
  }
});

Deno.test("openTiff() refuses a missing file, a folder, an empty file and a device", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/empty.tif`, new Uint8Array(0));
    const cases: readonly (readonly [path: string, RegExp])[] = [
      [`${folder}/missing.tif`, /there is no such file; check the path$/],
      [folder, /it is a folder; give a file in it$/],
      [`${folder}/empty.tif`, /it is empty \(0 bytes\)$/],
      [`${folder}/empty.tif/deeper.tif`, /a part of its path is a file/],
    ];
    for (const [path, pattern] of cases) {
      await assert.rejects(openTiff(path), (error: unknown) => {
        assert.ok(error instanceof InputError, String(error));
        assert.ok(error.message.startsWith(`Cannot read ${path}: `), error.message);
        assert.match(error.message, pattern);
        return true;
      });
    }
    if (Deno.build.os !== "windows") {
      await assert.rejects(openTiff("/dev/null"), /not a regular file/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
