import assert from "node:assert/strict";
import type { Dataset } from "../../../core/dataset/dataset.ts";
import { splitDataset } from "../../../core/dataset/split.ts";
import { syntheticDataset } from "../../../core/dataset/synthetic_dataset.ts";
import { inputError } from "./write_stack.ts";

const cells = (count: number, channels = 1) =>
  syntheticDataset({ count, shape: [channels, 1, 8, 8], seed: 1 });

/** Frames of one file each, as `openDataset` gives them. */
function movies(...frames: number[]): Dataset {
  const [item] = cells(1).items;
  return {
    channels: 1,
    items: frames.flatMap((count, file) =>
      Array.from(
        { length: count },
        (_, frame) => ({ ...item, path: `${file}.tif`, name: `${file}.tif, frame ${frame}` }),
      )
    ),
  };
}

Deno.test("splitDataset() sets the part aside, every scene on one side, in order", () => {
  const dataset = cells(20);
  const { train, validation } = splitDataset(dataset, { validation: 0.15, seed: 4 });
  assert.equal(validation.items.length, 3);
  assert.equal(train.items.length, 17);
  assert.equal(train.channels, 1);
  const sides = dataset.items.map((item) => validation.items.includes(item));
  assert.deepEqual(train.items, dataset.items.filter((_, i) => !sides[i]));
  assert.deepEqual(validation.items, dataset.items.filter((_, i) => sides[i]));
});

Deno.test("splitDataset() sets the same scenes aside for a seed and others for another", () => {
  const dataset = cells(30);
  const names = (seed: number) =>
    splitDataset(dataset, { validation: 0.2, seed }).validation.items.map((item) => item.name);
  assert.deepEqual(names(1), names(1));
  assert.notDeepEqual(names(1), names(2));
});

Deno.test("splitDataset() leaves a scene on each side whatever the part", () => {
  for (const [count, part] of [[2, 0.01], [2, 0.99], [5, 0.01], [5, 0.99]]) {
    const { train, validation } = splitDataset(cells(count), { validation: part, seed: 1 });
    assert.equal(train.items.length + validation.items.length, count);
    assert.equal(Math.min(train.items.length, validation.items.length), 1);
  }
});

Deno.test("splitDataset() keeps the frames of a file on one side", () => {
  for (let seed = 0; seed < 10; seed++) {
    const { train, validation } = splitDataset(movies(5, 5, 5), { validation: 0.3, seed });
    assert.equal(validation.items.length, 5);
    assert.equal(new Set(validation.items.map((item) => item.path)).size, 1);
    assert.ok(!train.items.some((item) => item.path === validation.items[0].path));
  }
});

Deno.test("splitDataset() splits by frames where there is but one file", () => {
  const { train, validation } = splitDataset(movies(10), { validation: 0.2, seed: 1 });
  assert.equal(train.items.length, 8);
  assert.equal(validation.items.length, 2);
});

Deno.test("splitDataset() takes a validation dataset of its own", () => {
  const [one, two] = [cells(3), cells(1)];
  const { train, validation } = splitDataset(one, { validation: two, seed: 1 });
  assert.deepEqual([train, validation], [one, two]);
});

Deno.test("splitDataset() says in one line what cannot be split", () => {
  const split = (dataset: Dataset, validation: number | Dataset) => () =>
    splitDataset(dataset, { validation, seed: 1 });
  assert.throws(split(cells(1), 0.5), inputError("1 scene;", "validation"));
  for (const part of [0, 1, -0.2, 1.5, NaN]) {
    assert.throws(split(cells(4), part), inputError(`${part}`, "above 0 and below 1"));
  }
  assert.throws(split(cells(2), cells(2, 3)), inputError("1 channel", "3"));
  assert.throws(split(cells(2), { items: [], channels: 1 }), inputError("validation", "no scenes"));
});
