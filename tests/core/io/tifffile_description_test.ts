import assert from "node:assert/strict";
import { parseTifffileDescription } from "../../../core/io/tifffile_description.ts";

function parse(shape: readonly number[], more: Readonly<Record<string, unknown>> = {}) {
  return parseTifffileDescription(JSON.stringify({ shape, ...more }).replace(":", ": "), "a.tif");
}

Deno.test("parseTifffileDescription() finds c, z and t in any order", () => {
  assert.deepEqual(parse([3, 64, 64], { axes: "ZYX" })?.slices, 3);
  assert.deepEqual(parse([3, 64, 64], { axes: "CYX" })?.channels, 3);
  const order = parse([2, 3, 2, 64, 64], { axes: "ZTCYX" })!;
  assert.deepEqual([order.channels, order.slices, order.frames], [2, 2, 3]);
  // c fastest, then z, then t: page = (z * 3 + t) * 2 + c.
  assert.deepEqual(order.pages, [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
});

Deno.test("parseTifffileDescription() takes a single unnamed axis for z", () => {
  assert.equal(parse([5, 64, 64])?.slices, 5);
  assert.equal(parse([1, 5, 1, 64, 64])?.slices, 5);
  assert.equal(parse([64, 64])?.slices, 1);
  assert.equal(parse([5, 64, 64], { truncated: true })?.layout, "one page");
});

Deno.test("parseTifffileDescription() refuses to guess two unnamed axes", () => {
  assert.throws(() => parse([2, 5, 64, 64]), /array of shape \[2, 5, 64, 64\] whose axes are not/);
  assert.throws(() => parse([2, 5, 64, 64], { axes: "QZYX" }), /axes are not named/);
});

Deno.test("parseTifffileDescription() leaves other texts alone", () => {
  for (const text of ["", "ImageJ=1.53t", '{"shape": "x"}', '{"shape": [1, 2', '{"a": 1}']) {
    assert.equal(parseTifffileDescription(text, "a.tif"), undefined, text);
  }
});
