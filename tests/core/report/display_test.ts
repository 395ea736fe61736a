import assert from "node:assert/strict";
import {
  findDifferenceRanges,
  findDisplayRanges,
  paintPlanes,
} from "../../../core/report/display.ts";
import { createVolume } from "../../../core/volume.ts";

function paint(values: number[][], gamma?: number): number[] {
  const planes = values.map((v) => ({ data: Float32Array.from(v), width: v.length, height: 1 }));
  const ranges = values.map(() => ({ min: 0, max: 1 }));
  return [...paintPlanes(planes, { ranges, gamma, colors: "intensity" }).data];
}

Deno.test("findDisplayRanges() leaves out single bright voxels, channel by channel", () => {
  const volume = createVolume([2, 1, 200, 200]);
  for (let i = 0; i < volume.data.length; i++) volume.data[i] = (i % 40000) / 40000;
  volume.data[5] = 100; // one of 40000
  const [first, second] = findDisplayRanges(volume);
  assert.ok(first.max > 0.9 && first.max < 1.1, `${first.max}`);
  assert.ok(Math.abs(second.min - 0.001) < 5e-4 && Math.abs(second.max - 1) < 1e-3);
});

Deno.test("findDisplayRanges() gives a constant channel a range", () => {
  const flat = createVolume([1, 1, 2, 2], new Float32Array(4).fill(3));
  assert.deepEqual(findDisplayRanges(flat), [{ min: 2.5, max: 3.5 }]);
});

Deno.test("findDifferenceRanges() is symmetric", () => {
  const volume = createVolume([1, 1, 1, 3], Float32Array.of(-0.5, 0.1, 0.2));
  const [{ min, max }] = findDifferenceRanges(volume);
  assert.ok(min === -max && Math.abs(max - 0.5) < 1e-3);
});

Deno.test("paintPlanes() shows one channel in grey, clipped to the range, with gamma", () => {
  assert.deepEqual(paint([[-1, 0.5, 2]]), [0, 0, 0, 128, 128, 128, 255, 255, 255]);
  // 0.25^0.5 = 0.5
  assert.deepEqual(paint([[0.25]], 0.5), [128, 128, 128]);
});

Deno.test("paintPlanes() adds the colours of several channels up to white", () => {
  assert.deepEqual(paint([[1], [0]]), [0, 255, 0]);
  assert.deepEqual(paint([[1], [1]]), [255, 255, 255]);
  assert.deepEqual(paint([[0], [0], [1]]), [255, 255, 0]);
});

Deno.test("paintPlanes() shows a difference of zero as white, above red, below blue", () => {
  const planes = [{ data: Float32Array.of(-0.2, 0, 0.2), width: 3, height: 1 }];
  const ranges = [{ min: -0.2, max: 0.2 }];
  const { data } = paintPlanes(planes, { ranges, colors: "difference" });
  assert.ok(data[2] > data[0] && data[6] > data[8]);
  assert.ok(Math.min(data[3], data[4], data[5]) > 240);
});
