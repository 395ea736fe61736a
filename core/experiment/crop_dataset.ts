/**
 * Smaller scenes from large ones.
 *
 * @module
 */
import type { Dataset } from "../dataset/dataset.ts";
import { normalizeToPeak } from "../dataset/normalize.ts";
import { findBrightest } from "../report/slice.ts";
import { channelOf, createVolume, type Volume, voxelsOf } from "../volume.ts";

/**
 * The scenes cut, in x and y, to a square of `side` pixels around their brightest row and column, all
 * planes, and normalized to a peak of 1 again. The same at every call; smaller scenes stay whole.
 *
 * @example
 * ```ts
 * import { cropDataset } from "./crop_dataset.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const scene = createVolume([1, 1, 1, 4], Float32Array.of(0, 0.5, 0, 1));
 * const items = [{ name: "a", load: () => Promise.resolve(scene) }];
 * const [item] = cropDataset({ items, channels: 1 }, 2).items;
 * assert.deepEqual([...(await item.load()).data], [0, 1]);
 * ```
 */
export function cropDataset(dataset: Dataset, side: number): Dataset {
  return {
    ...dataset,
    items: dataset.items.map((item) => ({
      ...item,
      load: async () => cropVolume(await item.load(), side, item.name),
    })),
  };
}

function cropVolume(volume: Volume, side: number, name: string): Volume {
  const [channels, depth, height, width] = volume.shape;
  const { x, y } = findBrightest(volume);
  const [rows, columns] = [Math.min(side, height), Math.min(side, width)];
  const top = Math.max(0, Math.min(height - rows, y - (rows >> 1)));
  const left = Math.max(0, Math.min(width - columns, x - (columns >> 1)));
  const cropped = createVolume([channels, depth, rows, columns], undefined, volume.voxelSizeUm);
  for (let channel = 0; channel < channels; channel++) {
    const source = channelOf(volume, channel);
    const target = cropped.data.subarray(channel * voxelsOf(cropped.shape));
    for (let z = 0; z < depth; z++) {
      for (let row = 0; row < rows; row++) {
        const from = (z * height + top + row) * width + left;
        target.set(source.subarray(from, from + columns), (z * rows + row) * columns);
      }
    }
  }
  return normalizeToPeak(cropped, name).volume;
}
