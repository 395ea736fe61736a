/**
 * Wavelet thresholding: passes along an axis go from the field to a temporary buffer and back.
 *
 * @module
 */
import { DeviceMemoryError } from "../../errors.ts";
import { type Size, voxelsOf } from "../../volume.ts";
import type { WaveletOptions } from "../engine.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, dispatchElements, packUniform } from "./dispatches.ts";
import type { GpuField } from "./resources.ts";
import { Temporaries } from "./temporaries.ts";

/** As in shaders/wavelet.wgsl. */
const MAX_TAPS = 64;

/** Runs the passes of shaders/wavelet.wgsl. */
export class WaveletPasses {
  #parts: DeviceParts;
  #temporaries: Temporaries;

  constructor(parts: DeviceParts) {
    this.#parts = parts;
    this.#temporaries = new Temporaries(parts);
  }

  /** Analysis, soft threshold, synthesis. */
  shrink(field: GpuField, options: WaveletOptions): void {
    const { size, buffers } = field;
    const { levels, lowpass, threshold } = options;
    assertShrinkable(field, options);
    const work = this.#temporaries.reserve("wavelets", voxelsOf(size) * 4);
    const deepest = Math.max(...levels);
    const boxes = Array.from({ length: deepest + 1 }, (_, level) => boxOf(size, levels, level));
    const header = (box: Size) => [size[2], size[1], voxelsOf(size), ...box];
    const pass = (from: DeviceBuffer, to: DeviceBuffer, { axis, level, direction }: Pass) => {
      const n = size[axis];
      const shift = level > 0 ? 0 : ((options.shift[axis] % n) + n) % n;
      dispatchElements(this.#parts, direction, {
        buffers: [from, to],
        uniform: packUniform([
          ...header(boxes[level]),
          ...[boxes[level][axis], axis, shift, lowpass.length, options.origin, 0],
          ...Array.from(lowpass, (float) => ({ float })),
        ]),
        invocations: voxelsOf(boxes[level]),
      });
    };
    const run = (level: number, direction: Pass["direction"]) => {
      const axes = (direction === "analyse" ? [2, 1, 0] : [0, 1, 2])
        .filter((axis) => levels[axis] > level);
      let [from, to] = [buffers[0], work];
      for (const axis of axes) {
        pass(from, to, { axis, level, direction });
        [from, to] = [to, from];
      }
      if (from === work) this.#copy(work, buffers[0], header(boxes[level]));
    };
    for (let level = 0; level < deepest; level++) run(level, "analyse");
    dispatchElements(this.#parts, "shrink", {
      buffers: [buffers[0]],
      uniform: packUniform([...header(boxes[deepest]), 0, 0, 0, 0, 0, { float: threshold }]),
      invocations: voxelsOf(size),
    });
    for (let level = deepest - 1; level >= 0; level--) run(level, "synthesise");
  }

  #copy(from: DeviceBuffer, to: DeviceBuffer, header: readonly number[]): void {
    dispatchElements(this.#parts, "copyBox", {
      buffers: [from, to],
      uniform: packUniform(header),
      invocations: header[3] * header[4] * header[5],
    });
  }
}

interface Pass {
  readonly axis: number;
  readonly level: number;
  readonly direction: "analyse" | "synthesise";
}

/** The box of averages after so many levels. */
function boxOf(size: Size, levels: Size, level: number): Size {
  return size.map((n, axis) => n / 2 ** Math.min(level, levels[axis])) as unknown as Size;
}

function assertShrinkable({ size, chunks }: GpuField, { levels, lowpass }: WaveletOptions): void {
  size.forEach((n, axis) => {
    if (n % 2 ** levels[axis] !== 0) {
      throw new RangeError(`A length of ${n} cannot be halved ${levels[axis]} times`);
    }
  });
  if (lowpass.length > MAX_TAPS) {
    throw new RangeError(`A wavelet has at most ${MAX_TAPS} taps here, not ${lowpass.length}`);
  }
  if (chunks.length > 1) {
    throw new DeviceMemoryError(
      `Wavelets of ${size.toReversed().join(" x ")} voxels are too large for this GPU; work in ` +
        `tiles (--memory) or with --backend cpu`,
    );
  }
}
