import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { openTiffBuffer } from "../../../core/io/tiff_reader.ts";
import { encodePlanes } from "../../../plugin/imagej_js/raw_planes.ts";

/** 2 x 1 voxels, two channels, three slices: planes in ImageJ's order hold 10 z + c and one more. */
const PLANES = [0, 1, 2].flatMap((z) => [0, 1].flatMap((c) => [10 * z + c, 10 * z + c + 300]));

function arrayOf(values: readonly number[], order: "big" | "little") {
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setUint16(2 * i, value, order === "little"));
  return { _rvalue: bytes, _rshape: [1, 2, 1], _rdtype: "uint16" };
}

Deno.test("encodePlanes() orders planes, in either byte order", async () => {
  const current = arrayOf(PLANES.slice(4, 6), "little");
  for (const order of ["big", "little"] as const) {
    const tiff = encodePlanes([2, 1, 2, 3, 1], { all: arrayOf(PLANES, order), current });
    const { info, readRegion } = await openTiffBuffer(tiff, "planes");
    assert.deepEqual(info.shape, [2, 3, 1, 2]);
    const second = await readRegion({ channel: 1, start: [0, 0, 0], end: [3, 1, 2] });
    assert.deepEqual([...second], [1, 301, 11, 311, 21, 321]);
  }
});

Deno.test("encodePlanes() refuses colours and planes that do not fit", () => {
  const all = arrayOf(PLANES, "big");
  const colours = { ...all, _rshape: [1, 2, 4] };
  const dimensions = [2, 1, 2, 3, 1] as const;
  assert.throws(() => encodePlanes(dimensions, { all, current: colours }), /^InputError.*RGB/);
  const current = arrayOf(PLANES.slice(0, 2), "little");
  assert.throws(() => encodePlanes([2, 1, 2, 4, 1], { all, current }), InputError);
});
