/**
 * The host's open image as a stack to read, and the result as a stack to write.
 *
 * @module
 */
import { assertRegion, regionVoxels } from "../core/io/region.ts";
import type { Region, StackInfo, StackReader, StackWriter } from "../core/io/stack.ts";
import { voxelsOf } from "../core/volume.ts";
import type { Pipe } from "./pipe.ts";

/** How the image is read. */
export interface PipeReaderOptions {
  /** A frame of up to so many bytes is asked for once and kept; a larger one is read piece by piece. */
  readonly cacheBytes: number;
}

/** Results that may wait to be taken: one is on its way while the next is made. */
const PIECES_WAITING = 2;

/** After so long the event loop gets its turn. */
const TURN_MS = 20;

/** A reader over the image that the host has open. */
export function createPipeReader(
  pipe: Pipe,
  info: StackInfo,
  { cacheBytes }: PipeReaderOptions,
): StackReader {
  const { shape: [channels, , height, width] } = info;
  const isKept = 4 * channels * voxelsOf(info.shape) <= cacheBytes;
  let turned = performance.now();
  const { shape: [, depth] } = info;
  let keptFrame = -1;
  /** Planes of that frame in the order `[c, z]`, as far as they have come. */
  let kept: Promise<Float32Array>[] = [];

  function readPlane(frame: number, channel: number, z: number): Promise<Float32Array> {
    if (keptFrame !== frame) {
      keptFrame = frame;
      kept = [];
      // The whole frame is asked for at once, so that the host never waits for a question.
      for (let c = 0; c < channels; c++) {
        const box = { start: [0, 0, 0], end: [depth, height, width] } as const;
        pipe.ask({ kind: "send", frame, channel: c, ...box });
      }
    }
    const index = channel * depth + z;
    while (kept.length <= index) kept.push(pipe.take(height * width));
    return kept[index];
  }

  return {
    info,
    async readRegion(region: Region): Promise<Float32Array> {
      assertRegion(info, region);
      await pipe.flush(PIECES_WAITING);
      if (performance.now() - turned > TURN_MS) {
        // Time for the event loop: the end of the input is seen.
        await new Promise((resolve) => setTimeout(resolve, 0));
        turned = performance.now();
      }
      const { frame = 0, channel, start, end } = region;
      if (!isKept) return await pipe.request({ kind: "send", frame, channel, start, end });
      const out = new Float32Array(regionVoxels(region));
      const columns = end[2] - start[2];
      let to = 0;
      for (let z = start[0]; z < end[0]; z++) {
        const plane = await readPlane(frame, channel, z);
        for (let y = start[1]; y < end[1]; y++, to += columns) {
          out.set(plane.subarray(y * width + start[2], y * width + end[2]), to);
        }
      }
      return out;
    },
    close() {},
  };
}

/** A writer that hands every region to the host, which rounds and clips as it wants. */
export function createPipeWriter(pipe: Pipe, info: StackInfo): StackWriter {
  return {
    info,
    writeRegion(region, data) {
      assertRegion(info, region);
      const { frame = 0, channel, start, end } = region;
      pipe.send({ kind: "result", frame, channel, start, end }, data);
    },
    close() {},
    abort() {},
  };
}
