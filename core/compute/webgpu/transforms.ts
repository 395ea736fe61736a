/**
 * Transforms and filters of fields and planes, slab by slab, as passes over lines.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import type { FilterOptions, RegularizerGradientOptions, Restriction } from "../engine.ts";
import { assertFilter, FILTERS } from "../filter.ts";
import type { Extension } from "../grid.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import type { LagPasses } from "./lag_passes.ts";
import type { LinePasses } from "./line_passes.ts";
import { columnsAlongY, columnsAlongZ, rowsOf } from "./lines_of.ts";
import type { GpuField, GpuPlanes, GpuRegularizer, GpuSpectrum } from "./resources.ts";

const CROP: Restriction = { kind: "crop" };

/** Runs passes over lines for whole resources. */
export class Transforms {
  #lines: LinePasses;
  #lags: LagPasses;
  /** Bound where a pass does not use a binding this time. */
  #unused: DeviceBuffer;

  constructor(passes: { lines: LinePasses; lags: LagPasses }, unused: DeviceBuffer) {
    this.#lines = passes.lines;
    this.#lags = passes.lags;
    this.#unused = unused;
  }

  /** Along x from the field to the planes, then along y in place. */
  forwardLateral(field: GpuField, planes: GpuPlanes, extension: Extension): void {
    const { size: [depth, height, width], chunks } = field;
    assertFits(field, planes);
    planes.slabs.forEach((slab, s) => {
      const columns = columnsAlongY(slab, planes.grid, depth);
      chunks.forEach((chunk, c) =>
        this.#lines.run("forwardRows", {
          ...rowsOf(chunk, slab, planes),
          buffers: [field.buffers[c], planes.buffers[s]],
          input: { samples: width, extension },
        })
      );
      this.#lines.run("forwardColumns", {
        ...columns,
        buffers: [this.#unused, planes.buffers[s]],
        input: { samples: height, extension },
        uniform: { ...columns.uniform, inPlace: 1 },
      });
    });
  }

  /** Along y in place, then along x from the planes to the field; slabs add up. */
  inverseLateral(planes: GpuPlanes, field: GpuField, restriction = CROP): void {
    const { size: [depth, height, width], chunks } = field;
    const [, ny, nx] = planes.grid;
    const [, offsetY, offsetX] = offsetOf(restriction);
    const fold = restriction.kind;
    assertFits(field, planes);
    planes.slabs.forEach((slab, s) => {
      const columns = columnsAlongY(slab, planes.grid, depth);
      this.#lines.run("inverseColumns", {
        ...columns,
        buffers: [this.#unused, planes.buffers[s]],
        output: { kept: height, offset: offsetY, fold },
        uniform: { ...columns.uniform, inPlace: 1, scale: 1 / ny },
      });
      chunks.forEach((chunk, c) => {
        const rows = rowsOf(chunk, slab, planes);
        this.#lines.run("inverseRows", {
          ...rows,
          buffers: [planes.buffers[s], field.buffers[c]],
          output: { kept: width, offset: offsetX, fold },
          uniform: { ...rows.uniform, accumulate: s > 0 ? 1 : 0, scale: 1 / nx },
        });
      });
    });
  }

  /** Along z from planes to a spectrum. */
  forwardAxial(planes: GpuPlanes, spectrum: GpuSpectrum, extension: Extension): void {
    planes.slabs.forEach((slab, s) =>
      this.#lines.run("forwardColumns", {
        ...columnsAlongZ(slab, planes.grid),
        buffers: [planes.buffers[s], spectrum.buffers[s]],
        input: { samples: planes.depth, extension },
      })
    );
  }

  /** Along z from a spectrum to planes. */
  inverseAxial(spectrum: GpuSpectrum, planes: GpuPlanes, restriction = CROP): void {
    planes.slabs.forEach((slab, s) => {
      const columns = columnsAlongZ(slab, planes.grid);
      this.#lines.run("inverseColumns", {
        ...columns,
        buffers: [spectrum.buffers[s], planes.buffers[s]],
        output: outputOf(planes, restriction),
        uniform: { ...columns.uniform, scale: 1 / columns.length },
      });
    });
  }

  /** Along z, a filter, and back. */
  filter(input: GpuPlanes, output: GpuPlanes, options: FilterOptions): void {
    const { kind, extension, restriction = CROP, weight = 0 } = options;
    const transfer = options.transfer as GpuSpectrum;
    const regularizer = options.regularizer as GpuRegularizer | undefined;
    const prior = options.prior as GpuPlanes | undefined;
    assertFilter(options);
    const inPlace = input === output;
    const lagCount = regularizer?.kernelSize[0] ?? 0;
    input.slabs.forEach((slab, s) => {
      const columns = columnsAlongZ(slab, input.grid);
      this.#lines.run("filterColumns", {
        ...columns,
        buffers: [
          inPlace ? this.#unused : input.buffers[s],
          output.buffers[s],
          transfer.buffers[s],
          regularizer?.buffers[s] ?? this.#unused,
          prior?.buffers[s] ?? this.#unused,
        ],
        input: { samples: input.depth, extension },
        second: prior && { samples: prior.depth, extension: "zero" },
        output: outputOf(output, restriction),
        uniform: {
          ...columns.uniform,
          kind: FILTERS[kind],
          weight,
          lagCount,
          inPlace: inPlace ? 1 : 0,
          scale: 1 / columns.length,
        },
      });
    });
  }

  /** The sums T(lag) of `Engine.regularizerGradient`. */
  gradient(gradient: GpuPlanes, options: RegularizerGradientOptions): Promise<Float64Array> {
    const { weight } = options;
    const operand = options.planes as GpuPlanes;
    // As in shaders/gradient_columns.wgsl.
    const kind = options.operand === "estimate" ? 1 : 0;
    const transfer = options.transfer as GpuSpectrum;
    const regularizer = options.regularizer as GpuRegularizer;
    const lagCount = regularizer.kernelSize[0];
    return this.#lags.contract(regularizer, (slab, s, sums) => {
      const columns = columnsAlongZ(slab, gradient.grid);
      this.#lines.run("gradientColumns", {
        ...columns,
        buffers: [gradient, operand, transfer, regularizer].map(({ buffers }) => buffers[s])
          .concat(sums),
        input: { samples: gradient.depth, extension: "zero" },
        second: { samples: operand.depth, extension: options.extension },
        uniform: { ...columns.uniform, kind, weight, lagCount },
      });
    });
  }
}

function outputOf({ depth }: GpuPlanes, restriction: Restriction) {
  return { kept: depth, offset: offsetOf(restriction)[0], fold: restriction.kind };
}

function offsetOf(restriction: Restriction): Size {
  return restriction.kind === "crop" ? restriction.offset ?? [0, 0, 0] : [0, 0, 0];
}

function assertFits(field: GpuField, planes: GpuPlanes): void {
  const [depth, height, width] = field.size;
  const [, ny, nx] = planes.grid;
  if (depth > planes.depth || height > ny || width > nx) {
    throw new RangeError(
      `A field [${field.size.join(", ")}] does not fit ${planes.depth} planes of ${ny} x ${nx}`,
    );
  }
}
