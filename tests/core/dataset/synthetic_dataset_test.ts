import assert from "node:assert/strict";
import { PHANTOM_STRUCTURES } from "../../../core/dataset/phantom.ts";
import { syntheticDataset } from "../../../core/dataset/synthetic_dataset.ts";
import { rangeOf, type Shape } from "../../../core/volume.ts";

const SHAPE: Shape = [1, 3, 32, 32];

Deno.test("syntheticDataset() gives different cells of the shape, with peak 1", async () => {
  const { items, channels } = syntheticDataset({ count: 5, shape: SHAPE, seed: 3 });
  assert.equal(channels, 1);
  const cells = await Promise.all(items.map((item) => item.load()));
  for (const cell of cells) {
    assert.deepEqual(cell.shape, SHAPE);
    assert.equal(rangeOf(cell.data).max, 1);
  }
  for (let a = 0; a < 5; a++) {
    for (let b = 0; b < a; b++) assert.notDeepEqual(cells[a].data, cells[b].data);
  }
});

Deno.test("syntheticDataset() draws the same cells for a seed, kept or not, in any order", async () => {
  const kept = syntheticDataset({ count: 3, shape: SHAPE, seed: 8 });
  const fresh = syntheticDataset({ count: 7, shape: SHAPE, seed: 8, cacheBytes: 0 });
  for (const i of [2, 0, 2]) {
    const cell = await kept.items[i].load();
    assert.deepEqual(cell, await fresh.items[i].load());
    // A copy: what a caller does to it is not seen by the next.
    cell.data.fill(0);
  }
  const other = syntheticDataset({ count: 3, shape: SHAPE, seed: 9 });
  assert.notDeepEqual((await other.items[0].load()).data, (await kept.items[0].load()).data);
});

Deno.test("syntheticDataset() takes the structures in turn with one channel", () => {
  const { items } = syntheticDataset({ count: 8, shape: SHAPE, seed: 1 });
  items.forEach((item, i) => {
    assert.equal(item.name, `synthetic cell ${i + 1} (${PHANTOM_STRUCTURES[i % 4]})`);
  });
});

Deno.test("syntheticDataset() shows the same main structure in a channel of all cells", () => {
  const { items, channels } = syntheticDataset({ count: 3, shape: [3, 2, 16, 16], seed: 1 });
  assert.equal(channels, 3);
  for (const item of items) assert.match(item.name, /\(vesicles, filaments, nuclei\)$/);
});

Deno.test("syntheticDataset() refuses a count that is not positive", () => {
  for (const count of [0, -1, 1.5]) {
    assert.throws(() => syntheticDataset({ count, shape: SHAPE, seed: 1 }), RangeError);
  }
});
