import assert from "node:assert/strict";
import { findBrightest, resizePlane, takePlane, takeWindow } from "../../../core/report/slice.ts";
import { createVolume } from "../../../core/volume.ts";

/** The value at z, y, x of channel c is c * 1000 + z * 100 + y * 10 + x. */
function createNumbered(): ReturnType<typeof createVolume> {
  const volume = createVolume([2, 3, 4, 5]);
  let i = 0;
  for (let c = 0; c < 2; c++) {
    for (let z = 0; z < 3; z++) {
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 5; x++) volume.data[i++] = c * 1000 + z * 100 + y * 10 + x;
      }
    }
  }
  return volume;
}

Deno.test("takePlane() takes each view of the right channel", () => {
  const volume = createNumbered();
  const xy = takePlane(volume, "xy", { channel: 1, at: 2 });
  assert.deepEqual([xy.width, xy.height, xy.data[0], xy.data[7]], [5, 4, 1200, 1212]);
  const xz = takePlane(volume, "xz", { channel: 0, at: 3 });
  assert.deepEqual([xz.width, xz.height, xz.data[0], xz.data[6]], [5, 3, 30, 131]);
  const yz = takePlane(volume, "yz", { channel: 1, at: 4 });
  assert.deepEqual([yz.width, yz.height, yz.data[1], yz.data[3]], [3, 4, 1104, 1014]);
});

Deno.test("takePlane() takes the maximum along the axis", () => {
  const { data } = takePlane(createNumbered(), "xz", { channel: 0, at: "maximum" });
  assert.deepEqual([...data.slice(0, 6)], [30, 31, 32, 33, 34, 130]);
});

Deno.test("takePlane() takes the value farthest from 0 along the axis", () => {
  const volume = createVolume([1, 2, 1, 3], Float32Array.of(1, -2, 3, -4, 1, -1));
  const { data } = takePlane(volume, "xy", { channel: 0, at: "strongest" });
  assert.deepEqual([...data], [-4, -2, 3]);
});

Deno.test("takePlane() refuses channels and planes that are not there", () => {
  const volume = createNumbered();
  assert.throws(() => takePlane(volume, "xy", { channel: 2, at: 0 }), /No xy plane 0 of channel 2/);
  assert.throws(() => takePlane(volume, "yz", { channel: 0, at: 5 }), /No yz plane 5/);
});

Deno.test("findBrightest() sums over channels", () => {
  const volume = createVolume([2, 3, 4, 5]);
  volume.data[60 + 20 + 2 * 5 + 3] = 2; // c 1, z 1, y 2, x 3
  volume.data[1] = 1;
  assert.deepEqual(findBrightest(volume), { z: 1, y: 2, x: 3 });
});

Deno.test("resizePlane() averages where it shrinks and repeats where it grows", () => {
  const plane = { data: Float32Array.of(1, 3, 5, 7, 2, 4, 6, 8), width: 4, height: 2 };
  assert.deepEqual([...resizePlane(plane, { width: 2, height: 1 }).data], [2.5, 6.5]);
  const grown = resizePlane(plane, { width: 4, height: 5 });
  assert.deepEqual([...grown.data].filter((_, i) => i % 4 === 0), [1, 1, 2, 2, 2]);
});

Deno.test("resizePlane() keeps the mean when a size does not divide", () => {
  const data = Float32Array.from({ length: 7 * 9 }, (_, i) => (i * 37) % 11);
  const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
  const small = resizePlane({ data, width: 7, height: 9 }, { width: 3, height: 4 });
  assert.ok(Math.abs(mean(small.data) - mean(data)) < 1e-5);
});

Deno.test("takeWindow() takes a part", () => {
  const plane = takePlane(createNumbered(), "xy", { channel: 0, at: 0 });
  const window = takeWindow(plane, { x: 1, y: 2, width: 3, height: 2 });
  assert.deepEqual([...window.data], [21, 22, 23, 31, 32, 33]);
});
