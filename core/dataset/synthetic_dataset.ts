/**
 * The dataset for those who have none yet.
 *
 * @module
 */
import { createRandom } from "../random.ts";
import type { Shape, VoxelSizeUm } from "../volume.ts";
import type { Dataset, DatasetItem } from "./dataset.ts";
import { createPhantom, PHANTOM_STRUCTURES, type PhantomStructure } from "./phantom.ts";
import { createVoxelCache, DEFAULT_CACHE_BYTES } from "./voxel_cache.ts";

/** What a synthetic dataset has. */
export interface SyntheticDatasetOptions {
  /** Number of cells, at least 1. */
  readonly count: number;
  /** Of each cell: `[c, z, y, x]`. */
  readonly shape: Shape;
  /** Any integer; the same seed gives the same cells. */
  readonly seed: number;
  /** @default that of `createPhantom` */
  readonly voxelSizeUm?: VoxelSizeUm;
  /** Voxels kept in memory once they were drawn. @default 1e9 */
  readonly cacheBytes?: number;
}

/**
 * Synthetic cells, drawn when they are loaded. With one channel the cells take the structures in
 * turn; with several, a channel shows the same structure in all cells, as a stain does. Half of the
 * channels show a second structure weakly.
 *
 * @example
 * ```ts
 * import { syntheticDataset } from "./synthetic_dataset.ts";
 * import assert from "node:assert/strict";
 *
 * const dataset = syntheticDataset({ count: 4, shape: [1, 4, 32, 32], seed: 7 });
 * const cell = await dataset.items[3].load();
 * assert.equal(Math.max(...cell.data), 1);
 * ```
 *
 * @throws {RangeError} when `count` is not a positive integer.
 */
export function syntheticDataset(options: SyntheticDatasetOptions): Dataset {
  const { count, shape, seed, voxelSizeUm } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`A synthetic dataset needs a positive number of cells, not ${count}`);
  }
  const cache = createVoxelCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
  const items = Array.from({ length: count }, (_, index): DatasetItem => {
    const random = createRandom(seed, index, 1);
    const cellSeed = random.integer(2 ** 31);
    const structures = Array.from({ length: shape[0] }, (_, channel) => {
      const main = (shape[0] === 1 ? index : channel) % PHANTOM_STRUCTURES.length;
      return mixOf(main, random.uniform(), random.uniform());
    });
    const name = `synthetic cell ${index + 1} (${structures.map((mix) => mix[0]).join(", ")})`;
    return {
      name,
      load() {
        const kept = cache.get(name);
        const volume = kept ?? createPhantom({ shape, seed: cellSeed, voxelSizeUm, structures });
        if (kept === undefined) cache.set(name, { volume, type: "float32" });
        return Promise.resolve(volume);
      },
    };
  });
  return { items, channels: shape[0] };
}

/** The main structure alone or with another; `mixed` and `other` are uniform in [0, 1). */
function mixOf(main: number, mixed: number, other: number): PhantomStructure[] {
  const count = PHANTOM_STRUCTURES.length;
  const second = (main + 1 + Math.floor(other * (count - 1))) % count;
  return mixed < 0.5
    ? [PHANTOM_STRUCTURES[main]]
    : [PHANTOM_STRUCTURES[main], PHANTOM_STRUCTURES[second]];
}
