/**
 * Voxels kept in memory up to a number of bytes; what was used longest ago goes first.
 *
 * @module
 */
import { createSamples, type Samples } from "../io/pixel_type.ts";
import type { PixelType } from "../io/stack.ts";
import { createVolume, type Volume } from "../volume.ts";

/** A cache of volumes by name. */
export interface VoxelCache {
  /** A copy of what was kept, its voxels divided by `divisor`, or undefined. */
  get(key: string, divisor?: number): Volume | undefined;
  /**
   * Keeps a copy in `type`, in which the voxels have to be exact, unless it alone exceeds the
   * budget.
   */
  set(key: string, entry: { readonly volume: Volume; readonly type: PixelType }): void;
  /** Bytes that are kept now. */
  readonly bytes: number;
}

/** What a dataset keeps in memory unless it is told otherwise: 1 GB. */
export const DEFAULT_CACHE_BYTES = 1e9;

/**
 * An empty cache.
 *
 * @example
 * ```ts
 * import { createVoxelCache } from "./voxel_cache.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const cache = createVoxelCache(100);
 * const volume = createVolume([1, 1, 2, 2], new Float32Array([0, 1, 2, 3]));
 * cache.set("a", { volume, type: "uint8" });
 * assert.equal(cache.bytes, 4);
 * assert.deepEqual(cache.get("a")?.data, volume.data);
 * ```
 */
export function createVoxelCache(budgetBytes: number): VoxelCache {
  // A Map remembers the order of insertion: the first entry was used longest ago.
  const kept = new Map<string, { volume: Omit<Volume, "data">; samples: Samples }>();
  let bytes = 0;
  const drop = (key: string) => {
    bytes -= kept.get(key)?.samples.byteLength ?? 0;
    kept.delete(key);
  };
  return {
    get(key, divisor = 1) {
      const entry = kept.get(key);
      if (entry === undefined) return undefined;
      kept.delete(key);
      kept.set(key, entry);
      const { samples, volume: { shape, voxelSizeUm } } = entry;
      const data = new Float32Array(samples.length);
      for (let i = 0; i < data.length; i++) data[i] = samples[i] / divisor;
      return createVolume(shape, data, voxelSizeUm);
    },
    set(key, { volume, type }) {
      drop(key);
      const samples = createSamples(typeInMemory(type), volume.data.length);
      if (samples.byteLength > budgetBytes) return;
      samples.set(volume.data);
      for (const oldest of kept.keys()) {
        if (bytes + samples.byteLength <= budgetBytes) break;
        drop(oldest);
      }
      const { shape, voxelSizeUm } = volume;
      kept.set(key, { volume: { shape, voxelSizeUm }, samples });
      bytes += samples.byteLength;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Voxels arrive as float32: types of more bits would keep nothing more. */
function typeInMemory(type: PixelType): PixelType {
  return type === "uint32" || type === "int32" || type === "float64" ? "float32" : type;
}
