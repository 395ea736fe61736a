import type { StackInfo, StackWriter } from "../../core/io/stack.ts";
import { voxelsOf } from "../../core/volume.ts";

/** A stack that is written into memory, `[t, c, z, y, x]`, and how often each voxel was. */
export interface MemoryWriter extends StackWriter {
  readonly data: Float32Array;
  readonly times: Uint8Array;
}

/** A writer that keeps what it is given. */
export function createMemoryWriter(info: StackInfo): MemoryWriter {
  const [channels, , height, width] = info.shape;
  const voxels = voxelsOf(info.shape);
  const data = new Float32Array(info.frames * channels * voxels);
  const times = new Uint8Array(data.length);
  return {
    info,
    data,
    times,
    writeRegion({ frame = 0, channel, start, end }, values) {
      const base = (frame * channels + channel) * voxels;
      let from = 0;
      for (let z = start[0]; z < end[0]; z++) {
        for (let y = start[1]; y < end[1]; y++) {
          for (let x = start[2]; x < end[2]; x++) {
            const to = base + (z * height + y) * width + x;
            data[to] = values[from++];
            times[to]++;
          }
        }
      }
    },
    close() {},
    abort() {},
  };
}
