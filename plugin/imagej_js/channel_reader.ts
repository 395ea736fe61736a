/**
 * One channel of a stack as a stack.
 *
 * @module
 */
import type { StackInfo, StackReader } from "../../core/io/stack.ts";

/**
 * The channel alone, with its labels, display range and colours.
 *
 * @example
 * ```ts
 * import { createMemoryReader } from "../../core/io/memory_stack.ts";
 * import { selectChannel } from "./channel_reader.ts";
 * import assert from "node:assert/strict";
 *
 * const info = { shape: [2, 1, 1, 2], frames: 1, pixelType: "uint8", metadata: {} } as const;
 * const reader = selectChannel(createMemoryReader(info, new Uint8Array([1, 2, 3, 4])), 1);
 * assert.deepEqual(reader.info.shape, [1, 1, 1, 2]);
 * const voxels = await reader.readRegion({ channel: 0, start: [0, 0, 0], end: [1, 1, 2] });
 * assert.deepEqual([...voxels], [3, 4]);
 * ```
 */
export function selectChannel(reader: StackReader, channel: number): StackReader {
  return {
    info: infoOfChannel(reader.info, channel),
    readRegion: (region) => reader.readRegion({ ...region, channel }),
    close: reader.close,
  };
}

function infoOfChannel(info: StackInfo, channel: number): StackInfo {
  const { shape: [channels, ...size], metadata } = info;
  const { displayRanges, lookupTables, sliceLabels, description, ...rest } = metadata;
  // Labels lie in the file's order, c fastest; ImageJ's "mode" is of several channels.
  const { mode: _, ...lines } = description ?? {};
  return {
    ...info,
    shape: [1, ...size],
    metadata: {
      ...rest,
      ...(description && { description: lines }),
      ...(displayRanges?.[channel] && { displayRanges: [displayRanges[channel]] }),
      ...(lookupTables?.[channel] && { lookupTables: [lookupTables[channel]] }),
      ...(sliceLabels && { sliceLabels: sliceLabels.filter((_, i) => i % channels === channel) }),
    },
  };
}
