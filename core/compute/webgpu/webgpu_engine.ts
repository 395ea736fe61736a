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
import { assertFastGrid, type Extension } from "../grid.ts";
import { copyField } from "./box_moves.ts";
import { CombinePasses } from "./combine_passes.ts";
import { Commands } from "./commands.ts";
import { type OpenDevice, openDevice, requestAdapter } from "./device.ts";
import { type DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import type { DeviceParts } from "./dispatches.ts";
import { LagPasses } from "./lag_passes.ts";
import { chunksOf, type Slab, slabsOf } from "./layout.ts";
import { LinePasses } from "./line_passes.ts";
import { Pipelines } from "./pipelines.ts";
import { ResamplePass } from "./resample_pass.ts";
import {
  extentOf,
  type GpuField,
  type GpuPlanes,
  type GpuRegularizer,
  type GpuSpectrum,
  type GpuVectors,
  type Held,
} from "./resources.ts";
import { ShrinkagePasses } from "./shrinkage_passes.ts";
import { orderSpectrum, scatterSpectrum, slabLengths } from "./spectrum_values.ts";
import { Transforms } from "./transforms.ts";
import { addDivergence, ascendDual } from "./variation_passes.ts";
import { VoxelPasses } from "./voxel_passes.ts";
import { WaveletPasses } from "./wavelet_passes.ts";

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
  #bindingBytes: number;
  #parts: DeviceParts;
  #lags: LagPasses;
  #transforms: Transforms;
  #voxels: VoxelPasses;
  #combine: CombinePasses;
  #wavelets: WaveletPasses;
  #shrinkage: ShrinkagePasses;
  #resample: ResamplePass;

  constructor(open: OpenDevice, { limits = {} }: WebgpuEngineOptions) {
    const { device, description } = open;
    this.#device = device;
    this.description = `WebGPU, ${description.name}` +
      (description.kind === "software" ? " (software)" : "");
    this.#bindingBytes = Math.min(open.bindingBytes, limits.bindingBytes ?? Infinity);
    const workgroupBytes = Math.min(open.workgroupBytes, limits.workgroupBytes ?? Infinity);
    const memory = new DeviceMemory(device);
    const parts = this.#parts = {
      memory,
      commands: new Commands(device, memory),
      pipelines: new Pipelines(device),
      unused: memory.allocate(16, "storage"),
    };
    const passLimits = { workgroupBytes, bindingBytes: this.#bindingBytes };
    const lines = new LinePasses(parts, passLimits);
    const lags = this.#lags = new LagPasses(parts, lines);
    this.#transforms = new Transforms({ lines, lags }, parts.unused);
    this.#voxels = new VoxelPasses(parts);
    this.#combine = new CombinePasses(parts, this.#voxels);
    this.#wavelets = new WaveletPasses(parts);
    this.#shrinkage = new ShrinkagePasses(parts, passLimits);
    this.#resample = new ResamplePass(parts);
  }

  get memory(): MemoryUse {
    return this.#parts.memory.use;
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
      for (const size of bytes) buffers.push(this.#parts.memory.allocate(size, "storage"));
    } catch (error) {
      for (const buffer of buffers) this.#parts.memory.free(buffer);
      throw error;
    }
    resource.buffers = buffers;
    return resource;
  }

  free(...resources: readonly Resource[]): void {
    for (const resource of resources) {
      const held = resource as Held<Resource>;
      if (held.buffers.length === 0) throw new Error(`A ${resource.kind} was freed twice`);
      for (const buffer of held.buffers) this.#parts.commands.free(buffer);
      held.buffers = [];
    }
  }

  write(field: Field, data: Float32Array | Float64Array): void {
    const { size, chunks, buffers } = field as GpuField;
    if (data.length !== voxelsOf(size)) {
      throw new RangeError(`A field of ${voxelsOf(size)} voxels cannot take ${data.length} values`);
    }
    chunks.forEach((chunk, index) => {
      const { begin, length } = extentOf(chunk, size);
      const values = data.subarray(begin, begin + length);
      this.#parts.commands.write(
        buffers[index],
        values instanceof Float32Array ? values : Float32Array.from(values),
      );
    });
  }

  read(field: Field): Promise<Float32Array> {
    const { size, chunks, buffers } = field as GpuField;
    return this.#parts.commands.read(chunks.map((chunk, index) => ({
      buffer: buffers[index],
      length: extentOf(chunk, size).length,
    })));
  }

  forwardLateral(field: Field, planes: Planes, extension: Extension): void {
    this.#transforms.forwardLateral(field as GpuField, planes as GpuPlanes, extension);
  }

  inverseLateral(planes: Planes, field: Field, restriction?: Restriction): void {
    this.#transforms.inverseLateral(planes as GpuPlanes, field as GpuField, restriction);
  }

  forwardAxial(planes: Planes, spectrum: Spectrum, extension: Extension): void {
    this.#transforms.forwardAxial(planes as GpuPlanes, spectrum as GpuSpectrum, extension);
  }

  inverseAxial(spectrum: Spectrum, planes: Planes, restriction?: Restriction): void {
    this.#transforms.inverseAxial(spectrum as GpuSpectrum, planes as GpuPlanes, restriction);
  }

  filter(input: Planes, output: Planes, options: FilterOptions): void {
    this.#transforms.filter(input as GpuPlanes, output as GpuPlanes, options);
  }

  setRegularizer(regularizer: Regularizer, lags: Float64Array): void {
    this.#lags.expand(regularizer as GpuRegularizer, lags);
  }

  regularizerGradient(
    gradient: Planes,
    options: RegularizerGradientOptions,
  ): Promise<Float64Array> {
    return this.#transforms.gradient(gradient as GpuPlanes, options);
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

  copy(output: Field, input: Field): void {
    copyField(this.#parts, output as GpuField, input as GpuField);
  }

  shrinkResponses(estimate: Field, output: Field, kernels: ShrinkageKernels): void {
    this.#shrinkage.shrink(estimate as GpuField, output as GpuField, kernels);
  }

  shrinkResponsesGradient(
    estimate: Field,
    output: Field,
    options: ShrinkageGradientOptions,
  ): Promise<ShrinkageGradients> {
    const gradient = options.gradient as GpuField;
    return this.#shrinkage.gradient(estimate as GpuField, output as GpuField, {
      ...options,
      gradient,
    });
  }

  resample(output: Field, input: Field, taps: Taps, options: ResampleOptions = {}): void {
    this.#resample.run(output as GpuField, input as GpuField, { ...options, taps });
  }

  combine<T extends Field | Planes>(
    output: T,
    terms: readonly (readonly [weight: number, input: T])[],
    options: CombineOptions = {},
  ): void {
    this.#combine.combine(output, terms, options);
  }

  modulate(output: Field, inputs: readonly [Field, Field], options: ModulateOptions): void {
    this.#combine.modulate(output as GpuField, inputs as readonly [GpuField, GpuField], options);
  }

  dot(a: Field, b: Field): Promise<number> {
    return this.#combine.dot(a as GpuField, b as GpuField);
  }

  ascendDual(dual: VectorField, x: Field, options: AscendOptions): void {
    ascendDual(this.#parts, dual as GpuVectors, { ...options, x: x as GpuField });
  }

  addDivergence(output: Field, dual: VectorField, options: DivergenceOptions): void {
    addDivergence(this.#parts, output as GpuField, { ...options, dual: dual as GpuVectors });
  }

  shrinkWavelet(field: Field, options: WaveletOptions): void {
    this.#wavelets.shrink(field as GpuField, options);
  }

  async readSpectrum(spectrum: Spectrum): Promise<Float32Array> {
    const { buffers } = spectrum as GpuSpectrum;
    const lengths = slabLengths(spectrum as GpuSpectrum);
    const values = await this.#parts.commands.read(
      buffers.map((buffer, s) => ({ buffer, length: lengths[s] })),
    );
    return orderSpectrum(spectrum as GpuSpectrum, values);
  }

  writeSpectrum(spectrum: Spectrum, data: Float32Array): void {
    const { buffers } = spectrum as GpuSpectrum;
    scatterSpectrum(spectrum as GpuSpectrum, data).forEach((values, s) => {
      this.#parts.commands.write(buffers[s], values);
    });
  }

  close(): void {
    this.#parts.commands.close();
    this.#parts.memory.close();
    this.#device.destroy();
  }
}
