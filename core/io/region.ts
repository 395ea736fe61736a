/**
 * Boxes of voxels within a stack.
 *
 * @module
 */
import { voxelsOf } from "../volume.ts";
import type { Region, StackInfo } from "./stack.ts";

/**
 * Refuses a region that is not within the stack.
 *
 * @throws {RangeError}
 */
export function assertRegion(info: StackInfo, region: Region): void {
  const { frame = 0, channel, start, end } = region;
  const { shape: [channels, ...size], frames } = info;
  const isInside = (n: number, count: number) => Number.isInteger(n) && n >= 0 && n < count;
  const isBox = start.every((from, i) =>
    isInside(from, size[i]) && Number.isInteger(end[i]) && end[i] > from && end[i] <= size[i]
  );
  if (isInside(frame, frames) && isInside(channel, channels) && isBox) return;
  throw new RangeError(
    `The region [${start}] to [${end}] of channel ${channel}, frame ${frame} is not within a stack ` +
      `of shape [${info.shape.join(", ")}] and ${frames} frame${frames === 1 ? "" : "s"}`,
  );
}

/** Voxels of a region. */
export function regionVoxels({ start, end }: Region): number {
  return voxelsOf([end[0] - start[0], end[1] - start[1], end[2] - start[2]]);
}
