import assert from "node:assert/strict";
import { createPhantom, PHANTOM_STRUCTURES } from "../../../core/dataset/phantom.ts";
import { channelOf, rangeOf, type Shape, type Volume } from "../../../core/volume.ts";

/** Part of the power along x at or above `frequency` cycles per voxel, over every fourth row. */
function powerAbove(volume: Volume, frequency: number): number {
  const width = volume.shape[3];
  const cosines = Float64Array.from({ length: width }, (_, i) => Math.cos(2 * Math.PI * i / width));
  // A Hann window: the border of the field is no detail.
  const window = cosines.map((_, x) => 0.5 - 0.5 * Math.cos(2 * Math.PI * (x + 0.5) / width));
  let high = 0;
  let all = 0;
  for (let row = 0; row < volume.data.length; row += 4 * width) {
    const line = volume.data.subarray(row, row + width);
    if (rangeOf(line).max < 0.05) continue;
    for (let k = 0; k <= width / 2; k++) {
      let re = 0;
      let im = 0;
      for (let x = 0; x < width; x++) {
        re += window[x] * line[x] * cosines[k * x % width];
        im += window[x] * line[x] * cosines[(k * x + width / 4) % width];
      }
      const power = (re * re + im * im) * (k === 0 || k === width / 2 ? 1 : 2);
      all += power;
      if (k / width >= frequency) high += power;
    }
  }
  return high / all;
}

for (const structure of PHANTOM_STRUCTURES) {
  Deno.test(`createPhantom() draws ${structure} on a dark ground, smooth, from 0 to 1`, () => {
    for (const seed of [1, 2, 3]) {
      const cell = createPhantom({ shape: [1, 8, 128, 128], seed, structures: [[structure]] });
      assert.deepEqual(rangeOf(cell.data), { min: 0, max: 1 });
      // Confocal HeLa stacks: 58 to 98 % below 1 % of the peak; membranes fill more of a cell.
      const dark = cell.data.filter((v) => v < 0.01).length / cell.data.length;
      assert.ok(dark > 0.5 && dark < 0.99, `seed ${seed}: ${dark} dark`);
      assert.ok(powerAbove(cell, 0.375) < 1e-4, `seed ${seed}: ${powerAbove(cell, 0.375)}`);
      // Something is there beside one bright spot.
      const bright = cell.data.filter((v) => v > 0.1).length / cell.data.length;
      assert.ok(bright > 0.001, `seed ${seed}: ${bright} bright`);
    }
  });
}

Deno.test("createPhantom() gives the same voxels for the same seed, others for another", () => {
  const shape: Shape = [3, 4, 40, 48];
  const one = createPhantom({ shape, seed: 12 });
  assert.deepEqual(one.data, createPhantom({ shape, seed: 12 }).data);
  assert.notDeepEqual(one.data, createPhantom({ shape, seed: 13 }).data);
});

Deno.test("createPhantom() scales every channel to 1 and shows another structure in each", () => {
  const cell = createPhantom({ shape: [4, 6, 64, 64], seed: 2 });
  const channels = [0, 1, 2, 3].map((c) => channelOf(cell, c));
  for (const channel of channels) assert.equal(rangeOf(channel).max, 1);
  for (let a = 0; a < 4; a++) {
    for (let b = 0; b < a; b++) assert.notDeepEqual(channels[a], channels[b]);
  }
});

Deno.test("createPhantom() draws all channels on the same cells", () => {
  for (const seed of [1, 2, 3]) {
    const cell = createPhantom({
      shape: [2, 6, 128, 128],
      seed,
      structures: [["nuclei"], ["filaments"]],
    });
    const nuclei = channelOf(cell, 0);
    const filaments = channelOf(cell, 1);
    // Filaments run around nuclei, not through them, and in the same part of the field.
    let inside = 0, insideCount = 0, all = 0;
    for (let i = 0; i < nuclei.length; i++) {
      all += filaments[i];
      if (nuclei[i] < 0.1) continue;
      inside += filaments[i];
      insideCount++;
    }
    assert.ok(insideCount > 200);
    assert.ok(inside / all < 0.1, `seed ${seed}: ${inside / all}`);
  }
});

Deno.test("createPhantom() keeps a channel when another one is changed", () => {
  const shape: Shape = [2, 3, 48, 48];
  const one = createPhantom({ shape, seed: 5, structures: [["vesicles"], ["nuclei"]] });
  const two = createPhantom({ shape, seed: 5, structures: [["vesicles"], ["membranes"]] });
  assert.deepEqual(channelOf(one, 0), channelOf(two, 0));
  assert.notDeepEqual(channelOf(one, 1), channelOf(two, 1));
});

Deno.test("createPhantom() draws fields of any size, from one voxel on", () => {
  for (
    const shape of [[1, 1, 1, 1], [1, 1, 3, 3], [2, 2, 8, 8], [1, 16, 8, 64], [
      1,
      1,
      1,
      64,
    ]] as const
  ) {
    for (const structure of PHANTOM_STRUCTURES) {
      const structures = Array.from({ length: shape[0] }, () => [structure]);
      const { data } = createPhantom({ shape, seed: 8, structures });
      const { min, max } = rangeOf(data);
      assert.ok(min >= 0 && max === 1, `${structure} ${shape}: ${min}, ${max}`);
      assert.ok(data.every(Number.isFinite));
    }
  }
});

Deno.test("createPhantom() keeps the voxel size and draws finer detail into larger voxels", () => {
  const coarse = { x: 0.2, y: 0.2, z: 0.5 };
  const cell = createPhantom({ shape: [1, 4, 64, 64], seed: 1, voxelSizeUm: coarse });
  assert.deepEqual(cell.voxelSizeUm, coarse);
  const options = {
    shape: [1, 1, 128, 128] as const,
    seed: 1,
    structures: [["vesicles"] as const],
  };
  const fine = powerAbove(
    createPhantom({ ...options, voxelSizeUm: { x: 0.06, y: 0.06, z: 0.2 } }),
    0.2,
  );
  assert.ok(fine < 0.5 * powerAbove(createPhantom(options), 0.2));
});

Deno.test("createPhantom() refuses shapes and structures that do not fit", () => {
  assert.throws(() => createPhantom({ shape: [1, 0, 8, 8], seed: 1 }), RangeError);
  assert.throws(
    () => createPhantom({ shape: [2, 1, 8, 8], seed: 1, structures: [["nuclei"]] }),
    /2 lists of structures/,
  );
  assert.throws(
    () => createPhantom({ shape: [1, 1, 8, 8], seed: 1, structures: [[]] }),
    RangeError,
  );
});
