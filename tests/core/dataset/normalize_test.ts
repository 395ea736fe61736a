import assert from "node:assert/strict";
import { normalizeToPeak } from "../../../core/dataset/normalize.ts";
import { InputError } from "../../../core/errors.ts";
import { createVolume } from "../../../core/volume.ts";

const volumeOf = (...values: number[]) =>
  createVolume([1, 1, 1, values.length], new Float32Array(values));

Deno.test("normalizeToPeak() divides all channels by one maximum and keeps the voxel size", () => {
  const voxelSizeUm = { x: 0.1, y: 0.1, z: 0.2 };
  const data = new Float32Array([0, 3, -6, 12]);
  const { volume, peak } = normalizeToPeak(createVolume([2, 1, 1, 2], data, voxelSizeUm));
  assert.equal(peak, 12);
  assert.deepEqual([...volume.data], [0, 0.25, -0.5, 1]);
  assert.deepEqual(volume.voxelSizeUm, voxelSizeUm);
  assert.deepEqual([...data], [0, 3, -6, 12]);
});

Deno.test("normalizeToPeak() makes the peak exactly 1", () => {
  for (const peak of [49, 0.1, 65280, 1e-30, 3e38]) {
    const { volume } = normalizeToPeak(volumeOf(0, Math.fround(peak)));
    assert.equal(volume.data[1], 1);
  }
});

Deno.test("normalizeToPeak() refuses what has no peak, in one line with its name", () => {
  const cases: [number[], RegExp][] = [
    [[0, 0, 0], /^a\.tif cannot be normalized .* all its voxels are 0;/],
    [[5, 5], /^a\.tif cannot be normalized .* all its voxels are 5;/],
    [[-3, -1], /^a\.tif cannot be normalized .* its largest voxel is -1;/],
    [[-3, 0], /its largest voxel is 0;/],
    [[1, NaN, 3], /^a\.tif has 1 voxel that is NaN/],
    [[1, Infinity], /^a\.tif has 1 voxel/],
  ];
  for (const [values, message] of cases) {
    assert.throws(
      () => normalizeToPeak(volumeOf(...values), "a.tif"),
      (error: Error) =>
        error instanceof InputError && message.test(error.message) && !error.message.includes("\n"),
    );
  }
});
