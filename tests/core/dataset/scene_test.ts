import assert from "node:assert/strict";
import { drawScene } from "../../../core/dataset/scene.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, type Shape, type Size } from "../../../core/volume.ts";

/** A volume whose voxels are 1, 2, 3, ..., none 0. */
function counted(shape: Shape) {
  const volume = createVolume(shape);
  volume.data.forEach((_, i) => volume.data[i] = i + 1);
  return volume;
}

Deno.test("drawScene() gives the volume's own voxels around the crop and zeros beyond it", () => {
  const shape: Shape = [2, 5, 7, 9];
  const volume = counted(shape);
  const crop: Size = [2, 3, 4];
  const halo: Size = [2, 1, 3];
  for (let seed = 0; seed < 50; seed++) {
    const scene = drawScene(volume, { crop, halo, random: createRandom(seed) });
    assert.deepEqual(scene.shape, [2, 6, 5, 10]);
    assert.deepEqual(scene.crop, crop);
    assert.deepEqual(scene.cropStart, halo);
    let i = 0;
    for (let c = 0; c < 2; c++) {
      for (let z = 0; z < 6; z++) {
        for (let y = 0; y < 5; y++) {
          for (let x = 0; x < 10; x++, i++) {
            const [vz, vy, vx] = [z, y, x].map((p, a) => p - halo[a] + scene.origin[a]);
            const inside = vz >= 0 && vy >= 0 && vx >= 0 && vz < 5 && vy < 7 && vx < 9;
            const expected = inside ? volume.data[((c * 5 + vz) * 7 + vy) * 9 + vx] : 0;
            assert.equal(scene.data[i], expected);
          }
        }
      }
    }
  }
});

Deno.test("drawScene() takes every place, the borders included, about as often", () => {
  const volume = counted([1, 1, 1, 8]);
  const random = createRandom(3);
  const counts = new Array(5).fill(0);
  for (let i = 0; i < 1000; i++) {
    counts[drawScene(volume, { crop: [1, 1, 4], halo: [0, 0, 0], random }).origin[2]]++;
  }
  // 200 expected at each, standard deviation 13.
  for (const count of counts) assert.ok(Math.abs(count - 200) < 60, counts.join(", "));
});

Deno.test("drawScene() takes the whole axis where the crop is longer", () => {
  const volume = counted([1, 3, 6, 6]);
  const scene = drawScene(volume, { crop: [16, 4, 99], halo: [1, 1, 1], random: createRandom(1) });
  assert.deepEqual(scene.crop, [3, 4, 6]);
  assert.equal(scene.origin[0], 0);
  assert.equal(scene.origin[2], 0);
  assert.deepEqual(scene.shape, [1, 5, 6, 8]);
});

Deno.test("drawScene() of the whole volume surrounds it with zeros", () => {
  const volume = counted([1, 2, 3, 4]);
  const scene = drawScene(volume, { crop: "whole", halo: [3, 0, 5], random: createRandom(1) });
  assert.deepEqual(scene.shape, [1, 8, 3, 14]);
  assert.deepEqual(scene.origin, [0, 0, 0]);
  assert.equal(scene.data.reduce((a, b) => a + b), volume.data.reduce((a, b) => a + b));
});

Deno.test("drawScene() draws the same crop for the same stream and leaves the volume alone", () => {
  const volume = counted([1, 4, 16, 16]);
  const before = volume.data.slice();
  const draw = (label: number) =>
    drawScene(volume, { crop: [2, 5, 5], halo: [1, 2, 2], random: createRandom(9, label) });
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1).origin, draw(2).origin);
  draw(1).data.fill(-1);
  assert.deepEqual(volume.data, before);
});

Deno.test("drawScene() refuses crops and halos that are no sizes", () => {
  const volume = counted([1, 2, 2, 2]);
  const random = createRandom(1);
  assert.throws(() => drawScene(volume, { crop: [0, 2, 2], halo: [0, 0, 0], random }), RangeError);
  assert.throws(() => drawScene(volume, { crop: "whole", halo: [0, -1, 0], random }), RangeError);
  assert.throws(
    () => drawScene(volume, { crop: [1, 1.5, 1], halo: [0, 0, 0], random }),
    RangeError,
  );
});
