/**
 * The engine for processors: wasm SIMD on all cores.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import { voxelsOf } from "../../volume.ts";
import type {
  AscendOptions,
  CombineOptions,
  DivergenceOptions,
  Engine,
  Field,
  FilterOptions,
  MemoryUse,
  ModulateOptions,
  NoiseOptions,
  Planes,
  Regularizer,
  RegularizerGradientOptions,
  ResampleOptions,
  Resource,
  Restriction,
  ShrinkageGradientOptions,
  ShrinkageGradients,
  ShrinkageKernels,
  Spectrum,
  Taps,
  VectorField,
  WaveletOptions,
} from "../engine.ts";
import { assertFilter, FILTERS } from "../filter.ts";
import { assertFastGrid, type Extension } from "../grid.ts";
import * as iterative from "./iterative.ts";
import { gatherLags, phases, spreadLags } from "./lag_rows.ts";
import { resample } from "./resample.ts";
import * as shrinkage from "./shrinkage.ts";
import { type Argument, Pool } from "./pool.ts";
import {
  BLOCK,
  type CpuField,
  type CpuPlanes,
  type CpuRegularizer,
  type CpuSpectrum,
  type Held,
  type Layout,
} from "./resources.ts";
import { Tables } from "./tables.ts";

/** Numbers of the kernels, as in assembly/index.ts. */
const KERNEL = {
  forwardX: 0,
  inverseX: 1,
  transformY: 2,
  forwardZ: 4,
  inverseZ: 5,
  filterZ: 6,
  gradientZ: 7,
  expandLags: 8,
  contractLags: 9,
  residual: 10,
  rectify: 11,
  addNoise: 12,
  dot: 15,
} as const;

/** Directions of a transform, as in assembly/fft.ts. */
const FORWARD = 0;
const INVERSE = 1;

/** Lines of scratch that a kernel works in: `gradientZ` has four for each of sixteen columns. */
const MAX_LINES = 64;

const EXTENSIONS: Record<Extension, number> = { zero: 0, taper: 1, centred: 2 };

/** Options of the engine. */
export interface CpuEngineOptions {
  /** @default the number of cores */
  readonly threads?: number;
}

/**
 * Starts the engine.
 *
 * @example
 * ```ts
 * import { createCpuEngine } from "./cpu_engine.ts";
 * import assert from "node:assert/strict";
 *
 * const engine = await createCpuEngine({ threads: 1 });
 * const field = engine.createField([1, 2, 3]);
 * engine.write(field, Float32Array.of(-1, 2, -3, 4, -5, 6));
 * engine.rectify(field);
 * assert.deepEqual([...await engine.read(field)], [0, 2, 0, 4, 0, 6]);
 * engine.close();
 * ```
 */
export async function createCpuEngine(options: CpuEngineOptions = {}): Promise<Engine> {
  const threads = options.threads ?? navigator.hardwareConcurrency;
  return new CpuEngine(await Pool.create(threads));
}

class CpuEngine implements Engine {
  readonly name = "cpu";
  readonly description: string;
  #pool: Pool;
  #tables: Tables;
  #partials = 0;
  #partialsLength = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#tables = new Tables(pool.heap);
    this.description = `wasm SIMD, ${pool.threads} thread${pool.threads === 1 ? "" : "s"}`;
  }

  get memory(): MemoryUse {
    const { bytes, peakBytes } = this.#pool.heap;
    return { bytes, peakBytes };
  }

  createField(size: Size): Field {
    return this.#hold<CpuField>({ kind: "field", size, address: 0 }, voxelsOf(size) * 4);
  }

  createPlanes(grid: Size, depth: number): Planes {
    const layout = this.#layout(grid);
    return this.#hold<CpuPlanes>(
      { kind: "planes", grid, depth, ...layout, address: 0 },
      depth * layout.planeBytes,
    );
  }

  createSpectrum(grid: Size): Spectrum {
    const layout = this.#layout(grid);
    return this.#hold<CpuSpectrum>(
      { kind: "spectrum", grid, ...layout, address: 0 },
      grid[0] * layout.planeBytes,
    );
  }

  createRegularizer(grid: Size, kernelSize: Size): Regularizer {
    const layout = this.#layout(grid);
    const [depth, height] = kernelSize;
    return this.#hold<CpuRegularizer>({
      kind: "regularizer",
      grid,
      kernelSize,
      ...layout,
      address: 0,
      tableZ: this.#tables.write(phases(grid[0], 0, depth)),
      tableY: this.#tables.write(phases(grid[1], -(height - 1), 2 * height - 1)),
      rows: this.#pool.heap.allocate(depth * (2 * height - 1) * layout.rowBytes),
      sums: 0,
    }, depth * layout.planeBytes);
  }

  #hold<T extends Held<Resource>>(resource: T, bytes: number): T {
    resource.address = this.#pool.heap.allocate(bytes);
    return resource;
  }

  free(...resources: readonly Resource[]): void {
    const { heap } = this.#pool;
    for (const resource of resources) {
      const held = resource as Held<Resource>;
      heap.free(held.address);
      held.address = -1;
      if (resource.kind === "regularizer") {
        const { tableZ, tableY, rows, sums } = resource as CpuRegularizer;
        for (const address of [tableZ, tableY, rows]) heap.free(address);
        if (sums) heap.free(sums);
      }
    }
  }

  write(field: Field, data: Float32Array | Float64Array): void {
    const { address, size } = field as CpuField;
    if (data.length !== voxelsOf(size)) {
      throw new RangeError(`A field of ${voxelsOf(size)} voxels cannot take ${data.length} values`);
    }
    this.#pool.heap.views.f32.set(data, address / 4);
  }

  read(field: Field): Promise<Float32Array> {
    const { address, size } = field as CpuField;
    const begin = address / 4;
    return Promise.resolve(this.#pool.heap.views.f32.slice(begin, begin + voxelsOf(size)));
  }

  forwardLateral(field: Field, planes: Planes, extension: Extension): void {
    const { address: source, size: [depth, height, width] } = field as CpuField;
    const { address, grid: [, ny, nx], rowBytes, planeBytes } = planes as CpuPlanes;
    const rows = depth * height;
    this.#assertFits(field, planes);
    this.#run(KERNEL.forwardX, Math.ceil(rows / 8), nx, [
      ...[source, rows, width, height, address, planeBytes, rowBytes, nx, this.#tables.plan(nx)],
      ...[EXTENSIONS[extension], this.#tables.taper(nx - width)],
    ]);
    this.#run(KERNEL.transformY, depth * (rowBytes / 64), ny, [
      ...[address, planeBytes, rowBytes, height, ny, this.#tables.plan(ny), FORWARD],
      ...[EXTENSIONS[extension], this.#tables.taper(ny - height), 0, 0],
    ]);
  }

  inverseLateral(planes: Planes, field: Field, restriction: Restriction = { kind: "crop" }): void {
    const { address: target, size: [depth, height, width] } = field as CpuField;
    const { address, grid: [, ny, nx], rowBytes, planeBytes } = planes as CpuPlanes;
    const rows = depth * height;
    const folded = restriction.kind === "fold" ? 1 : 0;
    const [, offsetY, offsetX] = offsetOf(restriction);
    this.#assertFits(field, planes);
    this.#run(KERNEL.transformY, depth * (rowBytes / 64), ny, [
      ...[address, planeBytes, rowBytes, ny, ny, this.#tables.plan(ny), INVERSE],
      ...[EXTENSIONS.zero, 0, folded ? height : 0, this.#tables.taper(ny - height)],
    ]);
    this.#run(KERNEL.inverseX, Math.ceil(rows / 8), nx, [
      ...[target, rows, width, height, address + offsetY * rowBytes, planeBytes, rowBytes],
      ...[nx, this.#tables.plan(nx), folded, this.#tables.taper(nx - width), offsetX],
      { float: 1 / (ny * nx) },
    ]);
  }

  forwardAxial(planes: Planes, spectrum: Spectrum, extension: Extension): void {
    const { address, depth, grid: [nz, ny], rowBytes, planeBytes } = planes as CpuPlanes;
    this.#run(KERNEL.forwardZ, ny, nz, [
      ...[address, planeBytes, rowBytes, depth, nz, this.#tables.plan(nz)],
      ...[EXTENSIONS[extension], this.#tables.taper(nz - depth), (spectrum as CpuSpectrum).address],
    ]);
  }

  inverseAxial(
    spectrum: Spectrum,
    planes: Planes,
    restriction: Restriction = { kind: "crop" },
  ): void {
    const { address, depth, grid: [nz, ny], rowBytes, planeBytes } = planes as CpuPlanes;
    const [offset] = offsetOf(restriction);
    this.#run(KERNEL.inverseZ, ny, nz, [
      ...[address, planeBytes, rowBytes, depth, nz, this.#tables.plan(nz), offset],
      (spectrum as CpuSpectrum).address,
    ]);
  }

  filter(input: Planes, output: Planes, options: FilterOptions): void {
    const { address, depth, grid: [nz, ny], rowBytes, planeBytes } = input as CpuPlanes;
    const target = output as CpuPlanes;
    const { kind, transfer, extension, restriction = { kind: "crop" }, weight = 0 } = options;
    const regularizer = options.regularizer as CpuRegularizer | undefined;
    const prior = options.prior as CpuPlanes | undefined;
    assertFilter(options);
    const folded = restriction.kind === "fold" ? 1 : 0;
    this.#run(KERNEL.filterZ, ny, nz, [
      ...[address, planeBytes, rowBytes, depth, nz, this.#tables.plan(nz)],
      ...[EXTENSIONS[extension], this.#tables.taper(nz - depth)],
      ...[(transfer as CpuSpectrum).address, FILTERS[kind]],
      ...[regularizer?.address ?? 0, regularizer?.planeBytes ?? 0],
      ...[regularizer?.kernelSize[0] ?? 0, regularizer?.tableZ ?? 0, { float: weight }],
      ...[target.address, target.depth, offsetOf(restriction)[0]],
      ...[folded, this.#tables.taper(nz - target.depth), prior?.address ?? 0, prior?.depth ?? 0],
    ]);
  }

  setRegularizer(regularizer: Regularizer, lags: Float64Array): void {
    const { address, grid, kernelSize, rowBytes, planeBytes, tableY, rows } =
      regularizer as CpuRegularizer;
    const [depth, height] = kernelSize;
    spreadLags(this.#pool.heap.views.f32, regularizer as CpuRegularizer, lags);
    this.#run(KERNEL.expandLags, depth * grid[1], 1, [
      ...[rows, address, planeBytes, rowBytes, grid[1], 2 * height - 1, tableY],
    ]);
  }

  regularizerGradient(
    gradient: Planes,
    options: RegularizerGradientOptions,
  ): Promise<Float64Array> {
    const { address, depth, grid, rowBytes, planeBytes } = gradient as CpuPlanes;
    const operand = options.planes as CpuPlanes;
    const regularizer = options.regularizer as CpuRegularizer;
    const [nz, ny] = grid;
    const [lagsZ, height] = regularizer.kernelSize;
    regularizer.sums ||= this.#pool.heap.allocate(lagsZ * planeBytes);
    this.#run(KERNEL.gradientZ, ny, nz, [
      ...[address, planeBytes, rowBytes, depth, nz, this.#tables.plan(nz), operand.address],
      ...[EXTENSIONS[options.extension], this.#tables.taper(nz - operand.depth)],
      ...[(options.transfer as CpuSpectrum).address, regularizer.address, planeBytes],
      ...[lagsZ, regularizer.tableZ, { float: options.weight }],
      ...[regularizer.sums, operand.depth, options.operand === "estimate" ? 1 : 0],
    ]);
    this.#run(KERNEL.contractLags, lagsZ * (rowBytes / 64), 1, [
      ...[regularizer.rows, regularizer.sums, planeBytes, rowBytes, ny, 2 * height - 1],
      regularizer.tableY,
    ]);
    return Promise.resolve(gatherLags(this.#pool.heap.views.f32, regularizer));
  }

  residual(estimate: Field, target: Field, positivity: "none" | "rectify"): Promise<number> {
    const count = voxelsOf(estimate.size);
    return this.#sum(KERNEL.residual, count, [
      ...[(estimate as CpuField).address, (target as CpuField).address, count],
      positivity === "rectify" ? 1 : 0,
    ]);
  }

  /** Runs a kernel that leaves one sum for every block; the place for them is its last argument. */
  #sum(operation: number, count: number, args: readonly Argument[]): Promise<number> {
    const items = Math.ceil(count / BLOCK);
    if (items > this.#partialsLength) {
      if (this.#partials) this.#pool.heap.free(this.#partials);
      this.#partials = this.#pool.heap.allocate(items * 8);
      this.#partialsLength = items;
    }
    this.#pool.run(operation, items, [...args, this.#partials]);
    const begin = this.#partials / 8;
    const sums = this.#pool.heap.views.f64.subarray(begin, begin + items);
    return Promise.resolve(sums.reduce((total, value) => total + value, 0));
  }

  rectify(field: Field): void {
    const count = voxelsOf(field.size);
    this.#pool.run(KERNEL.rectify, Math.ceil(count / BLOCK), [(field as CpuField).address, count]);
  }

  addNoise(field: Field, { sigma, seed, label = 0, sublabel = 0 }: NoiseOptions): void {
    const count = voxelsOf(field.size);
    this.#pool.run(KERNEL.addNoise, Math.ceil(count / BLOCK), [
      ...[(field as CpuField).address, count, { float: sigma }, seed, label, sublabel],
    ]);
  }

  copy(output: Field, input: Field): void {
    shrinkage.copy(this.#pool, output, input);
  }

  shrinkResponses(estimate: Field, output: Field, kernels: ShrinkageKernels): void {
    shrinkage.shrinkResponses(this.#pool, output, { estimate, kernels });
  }

  shrinkResponsesGradient(
    estimate: Field,
    output: Field,
    options: ShrinkageGradientOptions,
  ): Promise<ShrinkageGradients> {
    return Promise.resolve(
      shrinkage.shrinkResponsesGradient(this.#pool, output, { ...options, estimate }),
    );
  }

  resample(output: Field, input: Field, taps: Taps, options: ResampleOptions = {}): void {
    resample(this.#pool, output, { ...options, input, taps });
  }

  combine<T extends Field | Planes>(
    output: T,
    terms: readonly (readonly [weight: number, input: T])[],
    options: CombineOptions = {},
  ): void {
    iterative.combine(this.#pool, output, { ...options, terms });
  }

  modulate(output: Field, inputs: readonly [Field, Field], options: ModulateOptions): void {
    iterative.modulate(this.#pool, output, { ...options, inputs });
  }

  dot(a: Field, b: Field): Promise<number> {
    const count = voxelsOf(a.size);
    const addresses = [a, b].map((field) => (field as CpuField).address);
    return this.#sum(KERNEL.dot, count, [...addresses, count]);
  }

  ascendDual(dual: VectorField, x: Field, options: AscendOptions): void {
    iterative.ascendDual(this.#pool, dual, { ...options, x });
  }

  addDivergence(output: Field, dual: VectorField, options: DivergenceOptions): void {
    iterative.addDivergence(this.#pool, output, { ...options, dual });
  }

  shrinkWavelet(field: Field, options: WaveletOptions): void {
    iterative.shrinkWavelet(this.#pool, field, options);
  }

  readSpectrum(spectrum: Spectrum): Promise<Float32Array> {
    return Promise.resolve(iterative.readSpectrum(this.#pool, spectrum));
  }

  writeSpectrum(spectrum: Spectrum, data: Float32Array): void {
    iterative.writeSpectrum(this.#pool, spectrum, data);
  }

  close(): void {
    this.#pool.close();
  }

  #assertFits(field: Field, planes: Planes): void {
    const [depth, height, width] = field.size;
    const [, ny, nx] = planes.grid;
    if (depth > planes.depth || height > ny || width > nx) {
      throw new RangeError(
        `A field [${field.size.join(", ")}] does not fit ${planes.depth} planes of ${ny} x ${nx}`,
      );
    }
  }

  /** A kernel whose lines have `length` elements. */
  #run(operation: number, items: number, length: number, args: readonly Argument[]): void {
    this.#pool.reserveScratch((length + 24) * 32 * MAX_LINES);
    this.#pool.run(operation, items, args);
  }

  #layout(grid: Size): Layout {
    assertFastGrid(grid);
    const [, ny, nx] = grid;
    const rowBytes = Math.ceil((Math.floor(nx / 2) + 1) / 8) * 64;
    // One cache line more a plane, so that a column's planes do not share one cache set.
    return { rowBytes, planeBytes: ny * rowBytes + 64 };
  }
}

function offsetOf(restriction: Restriction): Size {
  return restriction.kind === "crop" ? restriction.offset ?? [0, 0, 0] : [0, 0, 0];
}
