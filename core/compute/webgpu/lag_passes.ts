/**
 * The regularizer along x and y: from lags to planes, and from planes to sums at the lags.
 *
 * @module
 */
import { voxelsOf } from "../../volume.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, packUniform } from "./dispatches.ts";
import type { Slab } from "./layout.ts";
import type { LinePasses } from "./line_passes.ts";
import { THREADS } from "./pipelines.ts";
import type { GpuRegularizer } from "./resources.ts";
import { Temporaries } from "./temporaries.ts";

/** Columns a workgroup of contract_y takes, as in shaders/lags.wgsl. */
const COLUMNS = 16;

/** Runs the passes of shaders/lags.wgsl. */
export class LagPasses {
  #parts: DeviceParts;
  #lines: LinePasses;
  #temporaries: Temporaries;

  constructor(parts: DeviceParts, lines: LinePasses) {
    this.#parts = parts;
    this.#lines = lines;
    this.#temporaries = new Temporaries(parts);
  }

  /** The regularizer's planes B(l, wy, wx) from the lags A(l, ly, lx). */
  expand(regularizer: GpuRegularizer, lags: Float64Array): void {
    const { grid: [, ny, nx], slabs, buffers } = regularizer;
    const [lagsZ, lagsY, lagsX] = extentsOf(regularizer);
    if (lags.length !== lagsZ * lagsY * lagsX) {
      throw new RangeError(
        `A regularizer of ${lagsZ} x ${lagsY} x ${lagsX} lags cannot take ${lags.length} values`,
      );
    }
    const values = this.#temporaries.reserve("lags", lags.length * 4);
    this.#parts.commands.write(values, Float32Array.from(lags));
    slabs.forEach((slab, s) => {
      const rows = this.#rows(regularizer, slab);
      const uniform = uniformOf(regularizer, slab);
      const groupsX = Math.ceil(slab.count / THREADS);
      this.#parts.commands.dispatch(this.#parts.pipelines.plainPass("expandX"), {
        buffers: [this.#lines.table(nx), values, rows],
        uniform,
        groups: [groupsX, lagsZ * lagsY],
      });
      this.#parts.commands.dispatch(this.#parts.pipelines.plainPass("expandY"), {
        buffers: [this.#lines.table(ny), rows, buffers[s]],
        uniform,
        groups: [groupsX, ny, lagsZ],
      });
    });
  }

  /** T(l, ly, lx) from U(l, wy, wx), which `sumAlongZ` leaves in a buffer slab by slab. */
  async contract(
    regularizer: GpuRegularizer,
    sumAlongZ: (slab: Slab, index: number, sums: DeviceBuffer) => void,
  ): Promise<Float64Array> {
    const { grid, slabs } = regularizer;
    const [, ny, nx] = grid;
    const [lagsZ, lagsY, lagsX] = extentsOf(regularizer);
    const count = lagsZ * lagsY * lagsX;
    const widest = Math.max(...slabs.map(({ pitch }) => pitch));
    const planes = this.#temporaries.reserve("sums along z", lagsZ * ny * widest * 8);
    const sums = this.#temporaries.reserve("sums", slabs.length * count * 4);
    slabs.forEach((slab, s) => {
      sumAlongZ(slab, s, planes);
      const rows = this.#rows(regularizer, slab);
      const uniform = uniformOf(regularizer, slab, {
        sumsOffset: s * count,
        scale: 1 / voxelsOf(grid),
      });
      this.#parts.commands.dispatch(this.#parts.pipelines.plainPass("contractY"), {
        buffers: [this.#lines.table(ny), planes, rows],
        uniform,
        groups: [Math.ceil(slab.count / COLUMNS), lagsY, lagsZ],
      });
      this.#parts.commands.dispatch(this.#parts.pipelines.plainPass("contractX"), {
        buffers: [this.#lines.table(nx), rows, sums],
        uniform,
        groups: [lagsX, lagsZ * lagsY],
      });
    });
    const values = await this.#parts.commands.read([{
      buffer: sums,
      length: slabs.length * count,
    }]);
    const result = new Float64Array(count);
    values.forEach((value, index) => result[index % count] += value);
    return result;
  }

  #rows(regularizer: GpuRegularizer, { pitch }: Slab): DeviceBuffer {
    const [lagsZ, lagsY] = extentsOf(regularizer);
    return this.#temporaries.reserve("rows", lagsZ * lagsY * pitch * 8);
  }
}

/** Lags of l >= 0 along z, of both signs along y and x. */
function extentsOf({ kernelSize: [depth, height, width] }: GpuRegularizer): readonly number[] {
  return [depth, 2 * height - 1, 2 * width - 1];
}

/** As in shaders/lags.wgsl. */
function uniformOf(
  regularizer: GpuRegularizer,
  slab: Slab,
  { sumsOffset = 0, scale = 1 } = {},
): ArrayBuffer {
  const { grid: [, ny, nx] } = regularizer;
  return packUniform([
    ...[ny, nx, slab.pitch, slab.first, slab.count],
    ...extentsOf(regularizer),
    ...[sumsOffset, { float: scale }],
  ]);
}
