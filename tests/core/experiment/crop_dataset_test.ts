import assert from "node:assert/strict";
import { cropDataset } from "../../../core/experiment/crop_dataset.ts";
import { createVolume, rangeOf } from "../../../core/volume.ts";

Deno.test("cropDataset() cuts around the brightest rows and columns, all planes and channels", async () => {
  const volume = createVolume([2, 3, 10, 12], undefined, { x: 0.1, y: 0.1, z: 0.2 });
  const at = (c: number, z: number, y: number, x: number) => ((c * 3 + z) * 10 + y) * 12 + x;
  for (let z = 0; z < 3; z++) volume.data[at(0, z, 8, 3)] = 0.5;
  volume.data[at(1, 2, 7, 2)] = 0.25;
  const dataset = { items: [{ name: "a", load: () => Promise.resolve(volume) }], channels: 2 };
  const cropped = await cropDataset(dataset, 4).items[0].load();
  assert.deepEqual(cropped.shape, [2, 3, 4, 4]);
  assert.deepEqual(cropped.voxelSizeUm, volume.voxelSizeUm);
  // Rows 6 to 9, columns 1 to 4.
  const value = (c: number, z: number, y: number, x: number) =>
    cropped.data[((c * 3 + z) * 4 + y - 6) * 4 + x - 1];
  assert.deepEqual([0, 1, 2].map((z) => value(0, z, 8, 3)), [1, 1, 1]);
  assert.equal(value(1, 2, 7, 2), 0.5);
  assert.equal(cropped.data.filter((v) => v !== 0).length, 4);
  assert.deepEqual(rangeOf(cropped.data), { min: 0, max: 1 });
});

Deno.test("cropDataset() leaves smaller scenes whole", async () => {
  const volume = createVolume([1, 1, 2, 3], Float32Array.of(0, 1, 0.5, 0, 0, 0.25));
  const dataset = { items: [{ name: "a", load: () => Promise.resolve(volume) }], channels: 1 };
  assert.deepEqual((await cropDataset(dataset, 8).items[0].load()).data, volume.data);
});
