/**
 * Decoded strips and tiles, the latest used ones, up to an amount of memory.
 *
 * @module
 */
import type { Samples } from "./pixel_type.ts";

/** A cache of decoded samples. */
export interface ChunkCache {
  /** The samples of `key`, from the cache or from `decode`, which gives `bytes` bytes. */
  take(
    key: number,
    bytes: number,
    decode: () => Samples | Promise<Samples>,
  ): Samples | Promise<Samples>;
  clear(): void;
}

/** An empty cache that keeps at most `limitBytes`. */
export function createChunkCache(limitBytes: number): ChunkCache {
  // A map keeps the order of insertion: the first is the one that was not used for longest.
  const entries = new Map<number, { bytes: number; samples: Samples | Promise<Samples> }>();
  let total = 0;
  const drop = (key: number) => {
    total -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };
  return {
    take(key, bytes, decode) {
      const known = entries.get(key);
      if (known) {
        entries.delete(key);
        entries.set(key, known);
        return known.samples;
      }
      const samples = decode();
      if (bytes > limitBytes) return samples;
      entries.set(key, { bytes, samples });
      total += bytes;
      while (total > limitBytes) drop(entries.keys().next().value!);
      // Two readers at a time share the decoding; a failed one is not kept.
      if (samples instanceof Promise) samples.catch(() => drop(key));
      return samples;
    },
    clear() {
      entries.clear();
      total = 0;
    },
  };
}
