import assert from "node:assert/strict";
import { encode } from "fast-png";
import { InputError } from "../../../core/errors.ts";
import { encodePng, openPng, openPngBytes, writePng } from "../../../core/io/png.ts";

function assertRefused(bytes: Uint8Array, pattern: RegExp): void {
  assert.throws(() => openPngBytes(bytes, "a.png"), (error: unknown) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, /^a\.png /);
    assert.match(error.message, pattern);
    return true;
  });
}

const WHOLE = { channel: 0, start: [0, 0, 0], end: [1, 2, 3] } as const;

Deno.test("openPng() reads what writePng() wrote, with 8 and 16 bits", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const data of [
        new Uint8Array([0, 1, 2, 253, 254, 255]),
        new Uint16Array([0, 1, 256, 257, 65534, 65535]),
      ]
    ) {
      const path = `${folder}/grey.png`;
      writePng(path, { width: 3, height: 2, data });
      const reader = await openPng(path);
      assert.deepEqual(reader.info.shape, [1, 1, 2, 3]);
      assert.equal(reader.info.pixelType, data instanceof Uint8Array ? "uint8" : "uint16");
      assert.deepEqual([...await reader.readRegion(WHOLE)], [...data]);
      const region = { channel: 0, start: [0, 1, 1], end: [1, 2, 3] } as const;
      assert.deepEqual([...await reader.readRegion(region)], [...data.slice(4)]);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["grey.png"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openPngBytes() takes grey in colours, palettes and opaque alpha for grey", async () => {
  const grey = [5, 9, 200, 0, 255, 7];
  const size = { width: 3, height: 2, depth: 8 } as const;
  const pictures = {
    rgb: encode({ ...size, channels: 3, data: new Uint8Array(grey.flatMap((v) => [v, v, v])) }),
    rgba: encode({
      ...size,
      channels: 4,
      data: new Uint8Array(grey.flatMap((v) => [v, v, v, 255])),
    }),
    alpha: encode({ ...size, channels: 2, data: new Uint8Array(grey.flatMap((v) => [v, 255])) }),
  };
  for (const [name, bytes] of Object.entries(pictures)) {
    const reader = openPngBytes(bytes, name);
    assert.equal(reader.info.pixelType, "uint8");
    assert.deepEqual([...await reader.readRegion(WHOLE)], grey, name);
  }
  const deep = new Uint16Array(grey.flatMap((v) => [v * 257, v * 257, v * 257, 65535]));
  const reader = openPngBytes(encode({ ...size, depth: 16, channels: 4, data: deep }), "deep");
  assert.deepEqual([...await reader.readRegion(WHOLE)], grey.map((v) => v * 257));
});

Deno.test("openPngBytes() refuses colours, transparency, damage and other formats", () => {
  const size = { width: 1, height: 2, depth: 8 } as const;
  const png = (channels: number, data: number[]) =>
    encode({ ...size, channels, data: new Uint8Array(data) });
  assertRefused(png(3, [1, 1, 1, 1, 2, 1]), /colour image.*Split Channels/);
  assertRefused(png(4, [1, 1, 1, 255, 1, 1, 1, 254]), /transparent pixels/);
  assertRefused(png(2, [1, 255, 2, 0]), /transparent pixels/);
  const good = png(1, [3, 4]);
  assertRefused(good.slice(0, good.length - 20), /truncated or damaged/);
  assertRefused(new Uint8Array(good.slice(0, 20)), /truncated or damaged/);
  const wrong = good.slice();
  wrong[45] ^= 0xff;
  assertRefused(wrong, /truncated or damaged/);
  assertRefused(new Uint8Array(30), /is not a PNG/);
});

Deno.test("encodePng() writes colours, and refuses data of another length", () => {
  const data = new Uint8Array([1, 2, 3, 4, 5, 6]);
  const bytes = encodePng({ width: 2, height: 1, data, kind: "colour" });
  assertRefused(bytes, /colour image/);
  assert.throws(() => encodePng({ width: 2, height: 1, data }), RangeError);
  const deep = new Uint16Array(3);
  assert.throws(() => encodePng({ width: 1, height: 1, data: deep, kind: "colour" }), RangeError);
});
