import assert from "node:assert/strict";
import { createVoxelCache } from "../../../core/dataset/voxel_cache.ts";
import type { PixelType } from "../../../core/io/stack.ts";
import { createVolume } from "../../../core/volume.ts";

const volumeOf = (...values: number[]) =>
  createVolume([1, 1, 1, values.length], new Float32Array(values), { x: 1, y: 2, z: 3 });

Deno.test("createVoxelCache() keeps voxels in their own type and gives them back", () => {
  const types: [PixelType, number[], number][] = [
    ["uint8", [0, 255], 2],
    ["int8", [-128, 127], 2],
    ["uint16", [0, 65535], 4],
    ["int16", [-32768, 32767], 4],
    ["float32", [-0.5, 1e30], 8],
    ["float64", [0.25, 3], 8],
    ["uint32", [0, 2 ** 31], 8],
    ["int32", [-(2 ** 31), 5], 8],
  ];
  for (const [type, values, bytes] of types) {
    const cache = createVoxelCache(100);
    const volume = volumeOf(...values);
    cache.set("a", { volume, type });
    assert.equal(cache.bytes, bytes);
    assert.deepEqual(cache.get("a"), volume);
  }
});

Deno.test("createVoxelCache() gives copies: changing one changes nothing", () => {
  const cache = createVoxelCache(100);
  const volume = volumeOf(1, 2);
  cache.set("a", { volume, type: "float32" });
  volume.data[0] = 9;
  cache.get("a")!.data[1] = 9;
  assert.deepEqual([...cache.get("a")!.data], [1, 2]);
});

Deno.test("createVoxelCache() drops what was used longest ago when the budget is full", () => {
  const cache = createVoxelCache(6);
  const entry = { volume: volumeOf(1, 2), type: "uint8" } as const;
  for (const key of ["a", "b", "c"]) cache.set(key, entry);
  assert.equal(cache.bytes, 6);
  cache.get("a");
  cache.set("d", entry);
  assert.equal(cache.bytes, 6);
  assert.equal(cache.get("b"), undefined);
  for (const key of ["a", "c", "d"]) assert.ok(cache.get(key), key);
});

Deno.test("createVoxelCache() does not keep what exceeds the budget alone, and counts once", () => {
  const cache = createVoxelCache(3);
  cache.set("a", { volume: volumeOf(1, 2), type: "uint8" });
  cache.set("large", { volume: volumeOf(1, 2, 3, 4), type: "uint8" });
  assert.equal(cache.get("large"), undefined);
  assert.ok(cache.get("a"));
  cache.set("a", { volume: volumeOf(3, 4), type: "uint8" });
  assert.equal(cache.bytes, 2);
  assert.deepEqual([...cache.get("a")!.data], [3, 4]);
});
