/**
 * The engine for GPUs, through WebGPU: in Deno, and in a browser's page or worker.
 *
 * Spectra are rows of complex numbers, transformed along y and z in place, so that their frequencies
 * stay in the order that the transform leaves them in (shaders/butterflies.wgsl); along x they are in
 * order. Only parameters, sums and what is read cross to the CPU.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import { voxelsOf } from "../../volume.ts";
import type {
  Engine,
  Field,
  FilterKind,
  FilterOptions,
  MemoryUse,
  NoiseOptions,
  Planes,
  Regularizer,
  RegularizerGradientOptions,
  Resource,
  Restriction,
  Spectrum,
} from "../engine.ts";
import { assertFastGrid, type Extension } from "../grid.ts";
import { Commands } from "./commands.ts";
import { type OpenDevice, openDevice, requestAdapter } from "./device.ts";
import { type DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import { LagPasses } from "./lag_passes.ts";
import { type Chunk, chunksOf, type Slab, slabsOf } from "./layout.ts";
import { LinePasses } from "./line_passes.ts";
import { columnsAlongY, columnsAlongZ, rowsOf } from "./lines_of.ts";
import { Programs } from "./programs.ts";
import {
  extentOf,
  type GpuField,
  type GpuPlanes,
  type GpuRegularizer,
  type GpuSpectrum,
  type Held,
} from "./resources.ts";
import { VoxelPasses } from "./voxel_passes.ts";

/** As in shaders/filter_columns.wgsl. */
const FILTERS: Record<FilterKind, number> = {
  "multiply": 0,
  "correlate": 1,
  "wiener": 2,
  "wiener-adjoint": 3,
};

/** Options of the engine. */
export interface WebgpuEngineOptions {
  /** Limits below the adapter's, for tests: bytes. */
  readonly limits?: { readonly bindingBytes?: number; readonly workgroupBytes?: number };
}

/**
 * Starts the engine on the fastest adapter, which may be a software adapter: `createEngine` takes a GPU
 * only.
 *
 * @throws {InputError} when there is no adapter.
 *
 * @example
 * ```ts
 * import { createWebgpuEngine } from "./webgpu_engine.ts";
 * import assert from "node:assert/strict";
 *
 * if (await navigator.gpu?.requestAdapter()) {
 *   const engine = await createWebgpuEngine();
 *   const field = engine.createField([1, 2, 3]);
 *   engine.write(field, Float32Array.of(-1, 2, -3, 4, -5, 6));
 *   engine.rectify(field);
 *   assert.deepEqual([...await engine.read(field)], [0, 2, 0, 4, 0, 6]);
 *   engine.close();
 * }
 * ```
 */
export async function createWebgpuEngine(options: WebgpuEngineOptions = {}): Promise<Engine> {
  return new WebgpuEngine(await openDevice(await requestAdapter()), options);
}

class WebgpuEngine implements Engine {
  readonly name = "webgpu";
  readonly description: string;
  #device: GPUDevice;
  #memory: DeviceMemory;
  #commands: Commands;
  #lines: LinePasses;
  #lags: LagPasses;
  #voxels: VoxelPasses;
  #bindingBytes: number;
  /** Bound where a pass has a binding that it does not use this time. */
  #unused: DeviceBuffer;

  constructor(open: OpenDevice, { limits = {} }: WebgpuEngineOptions) {
    this.#device = open.device;
    this.description = `WebGPU, ${open.description.name}` +
      (open.description.kind === "software" ? " (software)" : "");
    this.#bindingBytes = Math.min(open.bindingBytes, limits.bindingBytes ?? Infinity);
    const workgroupBytes = Math.min(open.workgroupBytes, limits.workgroupBytes ?? Infinity);
    const memory = this.#memory = new DeviceMemory(open.device);
    const commands = this.#commands = new Commands(open.device, memory);
    const programs = new Programs(open.device);
    const parts = { commands, programs, memory };
    this.#lines = new LinePasses(parts, { workgroupBytes, bindingBytes: this.#bindingBytes });
    this.#lags = new LagPasses(parts, this.#lines);
    this.#voxels = new VoxelPasses(parts);
    this.#unused = memory.allocate(16, "storage");
  }

  get memory(): MemoryUse {
    return this.#memory.use;
  }

  createField(size: Size): Field {
    const chunks = chunksOf(size, this.#bindingBytes);
    return this.#hold<GpuField>({
      kind: "field",
      size,
      chunks,
      buffers: [],
    }, chunks.map(({ planes, rows }) => planes * rows * size[2] * 4));
  }

  createPlanes(grid: Size, depth: number): Planes {
    const slabs = this.#slabsOf(grid);
    return this.#hold<GpuPlanes>(
      { kind: "planes", grid, depth, slabs, buffers: [] },
      slabs.map(({ pitch }) => depth * grid[1] * pitch * 8),
    );
  }

  createSpectrum(grid: Size): Spectrum {
    const slabs = this.#slabsOf(grid);
    return this.#hold<GpuSpectrum>(
      { kind: "spectrum", grid, slabs, buffers: [] },
      slabs.map(({ pitch }) => grid[0] * grid[1] * pitch * 8),
    );
  }

  createRegularizer(grid: Size, kernelSize: Size): Regularizer {
    const slabs = this.#slabsOf(grid);
    return this.#hold<GpuRegularizer>(
      { kind: "regularizer", grid, kernelSize, slabs, buffers: [] },
      slabs.map(({ pitch }) => kernelSize[0] * grid[1] * pitch * 8),
    );
  }

  #slabsOf(grid: Size): readonly Slab[] {
    assertFastGrid(grid);
    return slabsOf(grid, this.#bindingBytes);
  }

  #hold<T extends Held<Resource>>(resource: T, bytes: readonly number[]): T {
    const buffers: DeviceBuffer[] = [];
    try {
      for (const size of bytes) buffers.push(this.#memory.allocate(size, "storage"));
    } catch (error) {
      for (const buffer of buffers) this.#memory.free(buffer);
      throw error;
    }
    resource.buffers = buffers;
    return resource;
  }

  free(...resources: readonly Resource[]): void {
    for (const resource of resources) {
      const held = resource as Held<Resource>;
      if (held.buffers.length === 0) throw new Error(`A ${resource.kind} was freed twice`);
      for (const buffer of held.buffers) this.#commands.free(buffer);
      held.buffers = [];
    }
  }

  write(field: Field, data: Float32Array): void {
    const { size, chunks, buffers } = field as GpuField;
    if (data.length !== voxelsOf(size)) {
      throw new RangeError(`A field of ${voxelsOf(size)} voxels cannot take ${data.length} values`);
    }
    chunks.forEach((chunk, index) => {
      const { begin, length } = extentOf(chunk, size);
      this.#commands.write(buffers[index], data.subarray(begin, begin + length));
    });
  }

  read(field: Field): Promise<Float32Array> {
    const { size, chunks, buffers } = field as GpuField;
    return this.#commands.read(chunks.map((chunk, index) => ({
      buffer: buffers[index],
      length: extentOf(chunk, size).length,
    })));
  }

  forwardLateral(field: Field, planes: Planes, extension: Extension): void {
    const { size: [, height, width] } = field;
    const { slabs, buffers } = planes as GpuPlanes;
    assertFits(field, planes);
    slabs.forEach((slab, s) => {
      this.#forEachChunk(field, (chunk, buffer) => {
        this.#lines.run("forwardRows", {
          ...rowsOf(chunk, slab, planes),
          buffers: [buffer, buffers[s]],
          input: { samples: width, extension },
        });
      });
      this.#lines.run("forwardColumns", {
        ...columnsAlongY(slab, planes),
        buffers: [this.#unused, buffers[s]],
        input: { samples: height, extension },
        constants: { in_place: 1 },
      });
    });
  }

  inverseLateral(planes: Planes, field: Field, restriction: Restriction = { kind: "crop" }): void {
    const { size: [, height, width] } = field;
    const { grid, slabs, buffers } = planes as GpuPlanes;
    const [, offsetY, offsetX] = offsetOf(restriction);
    const fold = restriction.kind;
    assertFits(field, planes);
    slabs.forEach((slab, s) => {
      this.#lines.run("inverseColumns", {
        ...columnsAlongY(slab, planes),
        buffers: [this.#unused, buffers[s]],
        output: { kept: height, offset: offsetY, fold },
        constants: { in_place: 1 },
      });
      this.#forEachChunk(field, (chunk, buffer) => {
        const rows = rowsOf(chunk, slab, planes);
        this.#lines.run("inverseRows", {
          ...rows,
          buffers: [buffers[s], buffer],
          output: { kept: width, offset: offsetX, fold },
          uniform: { ...rows.uniform, accumulate: s > 0 ? 1 : 0, scale: 1 / voxelsOf(grid) },
        });
      });
    });
  }

  #forEachChunk(field: Field, visit: (chunk: Chunk, buffer: DeviceBuffer) => void): void {
    const { chunks, buffers } = field as GpuField;
    chunks.forEach((chunk, index) => visit(chunk, buffers[index]));
  }

  forwardAxial(planes: Planes, spectrum: Spectrum, extension: Extension): void {
    const { grid, depth, slabs, buffers } = planes as GpuPlanes;
    slabs.forEach((slab, s) =>
      this.#lines.run("forwardColumns", {
        ...columnsAlongZ(slab, grid),
        buffers: [buffers[s], (spectrum as GpuSpectrum).buffers[s]],
        input: { samples: depth, extension },
      })
    );
  }

  inverseAxial(
    spectrum: Spectrum,
    planes: Planes,
    restriction: Restriction = { kind: "crop" },
  ): void {
    const { grid, depth, slabs, buffers } = planes as GpuPlanes;
    const output = { kept: depth, offset: offsetOf(restriction)[0], fold: restriction.kind };
    slabs.forEach((slab, s) =>
      this.#lines.run("inverseColumns", {
        ...columnsAlongZ(slab, grid),
        buffers: [(spectrum as GpuSpectrum).buffers[s], buffers[s]],
        output,
      })
    );
  }

  filter(input: Planes, output: Planes, options: FilterOptions): void {
    const { grid, depth, slabs, buffers } = input as GpuPlanes;
    const { kind, extension, restriction = { kind: "crop" }, weight = 0 } = options;
    const transfer = options.transfer as GpuSpectrum;
    const regularizer = options.regularizer as GpuRegularizer | undefined;
    if (FILTERS[kind] >= FILTERS.wiener && !regularizer) {
      throw new TypeError(`The filter "${kind}" needs a regularizer`);
    }
    const inPlace = input === output;
    slabs.forEach((slab, s) => {
      const columns = columnsAlongZ(slab, grid);
      this.#lines.run("filterColumns", {
        ...columns,
        buffers: [
          inPlace ? this.#unused : buffers[s],
          (output as GpuPlanes).buffers[s],
          transfer.buffers[s],
          regularizer?.buffers[s] ?? this.#unused,
        ],
        input: { samples: depth, extension },
        output: { kept: output.depth, offset: offsetOf(restriction)[0], fold: restriction.kind },
        uniform: {
          ...columns.uniform,
          kind: FILTERS[kind],
          weight,
          lagCount: regularizer?.kernelSize[0] ?? 0,
        },
        constants: { in_place: inPlace ? 1 : 0 },
      });
    });
  }

  setRegularizer(regularizer: Regularizer, lags: Float64Array): void {
    this.#lags.expand(regularizer as GpuRegularizer, lags);
  }

  async regularizerGradient(
    gradient: Planes,
    options: RegularizerGradientOptions,
  ): Promise<Float64Array> {
    const { grid, depth, slabs, buffers } = gradient as GpuPlanes;
    const observed = options.observed as GpuPlanes;
    const regularizer = options.regularizer as GpuRegularizer;
    const lagCount = regularizer.kernelSize[0];
    return await this.#lags.contract(regularizer, (slab, s, sums) => {
      const columns = columnsAlongZ(slab, grid);
      this.#lines.run("gradientColumns", {
        ...columns,
        buffers: [
          buffers[s],
          observed.buffers[s],
          (options.transfer as GpuSpectrum).buffers[s],
          regularizer.buffers[s],
          sums,
        ],
        input: { samples: depth, extension: "zero" },
        observed: { samples: observed.depth, extension: options.extension },
        uniform: { ...columns.uniform, weight: options.weight, lagCount },
        sources: 2,
      });
    });
  }

  residual(estimate: Field, target: Field, positivity: "none" | "rectify"): Promise<number> {
    return this.#voxels.residual(estimate as GpuField, target as GpuField, positivity);
  }

  rectify(field: Field): void {
    this.#voxels.rectify(field as GpuField);
  }

  addNoise(field: Field, options: NoiseOptions): void {
    this.#voxels.addNoise(field as GpuField, options);
  }

  close(): void {
    this.#commands.close();
    this.#memory.close();
    this.#device.destroy();
  }
}

function offsetOf(restriction: Restriction): Size {
  return restriction.kind === "crop" ? restriction.offset ?? [0, 0, 0] : [0, 0, 0];
}

function assertFits(field: Field, planes: Planes): void {
  const [depth, height, width] = field.size;
  const [, ny, nx] = planes.grid;
  if (depth !== planes.depth || height > ny || width > nx) {
    throw new RangeError(
      `A field [${field.size.join(", ")}] does not fit ${planes.depth} planes of ${ny} x ${nx}`,
    );
  }
}
