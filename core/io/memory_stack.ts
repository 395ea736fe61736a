/**
 * A stack whose voxels are in memory.
 *
 * @module
 */
import type { Samples } from "./pixel_type.ts";
import { assertRegion, regionVoxels } from "./region.ts";
import type { StackInfo, StackReader } from "./stack.ts";

/**
 * A reader over samples in the order `[t, c, z, y, x]`.
 *
 * @example
 * ```ts
 * import { createMemoryReader } from "./memory_stack.ts";
 * import assert from "node:assert/strict";
 *
 * const info = { shape: [1, 1, 2, 2], frames: 1, pixelType: "uint8", metadata: {} } as const;
 * const reader = createMemoryReader(info, new Uint8Array([1, 2, 3, 4]));
 * const column = await reader.readRegion({ channel: 0, start: [0, 0, 1], end: [1, 2, 2] });
 * assert.deepEqual([...column], [2, 4]);
 * ```
 */
export function createMemoryReader(info: StackInfo, samples: Samples): StackReader {
  const { shape: [channels, depth, height, width] } = info;
  return {
    info,
    // deno-lint-ignore require-await -- a wrong region is a rejection, as with every reader
    async readRegion(region) {
      assertRegion(info, region);
      const { frame = 0, channel, start: [z0, y0, x0], end: [z1, y1, x1] } = region;
      const out = new Float32Array(regionVoxels(region));
      let to = 0;
      for (let z = z0; z < z1; z++) {
        for (let y = y0; y < y1; y++) {
          const row = (((frame * channels + channel) * depth + z) * height + y) * width;
          out.set(samples.subarray(row + x0, row + x1), to);
          to += x1 - x0;
        }
      }
      return out;
    },
    close() {},
  };
}
