/**
 * The readable engine: the equations in float64, one loop each, whole complex spectra. It is slow
 * and meant for small grids: tests compare the fast engines with it.
 *
 * @module
 */
import { hash4 } from "../../random.ts";
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
import { assertFilter } from "../filter.ts";
import { assertFastGrid, type Extension } from "../grid.ts";
import { extendAxis, restrictAxis } from "./continuation.ts";
import { type Complex, createComplex, transformAxis } from "./dft.ts";
import { shrinkResponses, shrinkResponsesGradient } from "./shrinkage.ts";
import { resample } from "./resample.ts";
import { addDivergence, ascendDual, type Vectors } from "./total_variation.ts";
import { shrinkWavelet } from "./wavelet.ts";

type ReferenceField = Field & { data: Float64Array };
type ReferencePlanes = Planes & { data: Complex };
type ReferenceSpectrum = Spectrum & { data: Complex };
type ReferenceRegularizer = Regularizer & { power: Float64Array };

/** An engine that computes in float64; `read` gives the numbers unrounded. */
export interface ReferenceEngine extends Engine {
  readExactly(field: Field): Float64Array;
}

/** The readable engine. */
export function createReferenceEngine(): ReferenceEngine {
  return new Reference();
}

class Reference implements ReferenceEngine {
  readonly name = "reference";
  readonly description = "plain TypeScript, float64";
  #sizes = new Map<Resource, number>();
  #bytes = 0;
  #peakBytes = 0;

  get memory(): MemoryUse {
    return { bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

  createField(size: Size): Field {
    return this.#hold<ReferenceField>(
      { kind: "field", size, data: new Float64Array(voxelsOf(size)) },
      voxelsOf(size),
    );
  }

  createPlanes(grid: Size, depth: number): Planes {
    assertFastGrid(grid);
    const length = depth * grid[1] * grid[2];
    return this.#hold<ReferencePlanes>(
      { kind: "planes", grid, depth, data: createComplex(length) },
      2 * length,
    );
  }

  createSpectrum(grid: Size): Spectrum {
    assertFastGrid(grid);
    return this.#hold<ReferenceSpectrum>(
      { kind: "spectrum", grid, data: createComplex(voxelsOf(grid)) },
      2 * voxelsOf(grid),
    );
  }

  createRegularizer(grid: Size, kernelSize: Size): Regularizer {
    assertFastGrid(grid);
    return this.#hold<ReferenceRegularizer>(
      { kind: "regularizer", grid, kernelSize, power: new Float64Array(voxelsOf(grid)) },
      voxelsOf(grid),
    );
  }

  #hold<T extends Resource>(resource: T, values: number): T {
    this.#sizes.set(resource, values * 8);
    this.#bytes += values * 8;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return resource;
  }

  free(...resources: readonly Resource[]): void {
    for (const resource of resources) {
      const bytes = this.#sizes.get(resource);
      if (bytes === undefined) throw new Error(`A ${resource.kind} was freed twice`);
      this.#bytes -= bytes;
      this.#sizes.delete(resource);
    }
  }

  write(field: Field, data: Float32Array | Float64Array): void {
    if (data.length !== voxelsOf(field.size)) {
      throw new RangeError(
        `A field of ${voxelsOf(field.size)} voxels cannot take ${data.length} values`,
      );
    }
    (field as ReferenceField).data.set(data);
  }

  read(field: Field): Promise<Float32Array> {
    return Promise.resolve(Float32Array.from((field as ReferenceField).data));
  }

  readExactly(field: Field): Float64Array {
    return (field as ReferenceField).data.slice();
  }

  forwardLateral(field: Field, planes: Planes, extension: Extension): void {
    const { size: [depth, height, width], data } = field as ReferenceField;
    const [, ny, nx] = planes.grid;
    const out = firstPlanes(planes, depth);
    const rows = extendAxis(data, [depth, height, width], 2, nx, extension);
    out.re.set(extendAxis(rows, [depth, height, nx], 1, ny, extension));
    out.im.fill(0);
    transformAxis(out, [depth, ny, nx], 2, -1);
    transformAxis(out, [depth, ny, nx], 1, -1);
  }

  inverseLateral(planes: Planes, field: Field, restriction: Restriction = { kind: "crop" }): void {
    const [, ny, nx] = planes.grid;
    const { size: [depth, height, width], data: out } = field as ReferenceField;
    const data = firstPlanes(planes, depth);
    transformAxis(data, [depth, ny, nx], 1, 1);
    transformAxis(data, [depth, ny, nx], 2, 1);
    const columns = restrictAxis(data.re, [depth, ny, nx], 1, height, restriction);
    const rows = restrictAxis(columns, [depth, height, nx], 2, width, restriction);
    for (let i = 0; i < rows.length; i++) out[i] = rows[i] / (ny * nx);
  }

  forwardAxial(planes: Planes, spectrum: Spectrum, extension: Extension): void {
    this.#transformZ(planes, (spectrum as ReferenceSpectrum).data, extension);
  }

  /** The planes continued along z and transformed. */
  #transformZ(planes: Planes, out: Complex, extension: Extension): void {
    const { grid, depth, data } = planes as ReferencePlanes;
    const size: Size = [depth, grid[1], grid[2]];
    out.re.set(extendAxis(data.re, size, 0, grid[0], extension));
    out.im.set(extendAxis(data.im, size, 0, grid[0], extension));
    transformAxis(out, grid, 0, -1);
  }

  inverseAxial(
    spectrum: Spectrum,
    planes: Planes,
    restriction?: Restriction,
  ): void {
    const { data } = spectrum as ReferenceSpectrum;
    this.#transformBack({ re: data.re.slice(), im: data.im.slice() }, planes, restriction);
  }

  /** Along z to planes; uses the spectrum up. */
  #transformBack(work: Complex, planes: Planes, restriction: Restriction | undefined): void {
    const { grid, depth, data } = planes as ReferencePlanes;
    transformAxis(work, grid, 0, 1);
    data.re.set(restrictAxis(work.re, grid, 0, depth, restriction).map((v) => v / grid[0]));
    data.im.set(restrictAxis(work.im, grid, 0, depth, restriction).map((v) => v / grid[0]));
  }

  filter(input: Planes, output: Planes, options: FilterOptions): void {
    const { grid } = input;
    const work = createComplex(voxelsOf(grid));
    assertFilter(options);
    this.#transformZ(input, work, options.extension);
    const prior = options.prior && createComplex(voxelsOf(grid));
    if (prior) this.#transformZ(options.prior!, prior, "zero");
    const { weight = 0 } = options;
    const { data: k } = options.transfer as ReferenceSpectrum;
    const power = (options.regularizer as ReferenceRegularizer | undefined)?.power;
    const conjugated = options.kind === "correlate" || options.kind === "wiener";
    const divided = options.kind !== "multiply" && options.kind !== "correlate";
    const solved = options.kind === "solve";
    for (let i = 0; i < work.re.length; i++) {
      const re = work.re[i];
      const im = work.im[i];
      const kr = k.re[i];
      const ki = conjugated ? -k.im[i] : k.im[i];
      const l = divided ? kr * kr + ki * ki + weight * power![i] + 1e-12 : 1;
      const [tr, ti] = prior ? [weight * prior.re[i], weight * prior.im[i]] : [0, 0];
      work.re[i] = (solved ? re : kr * re - ki * im + tr) / l;
      work.im[i] = (solved ? im : kr * im + ki * re + ti) / l;
    }
    this.#transformBack(work, output, options.restriction);
  }

  // R(w) = sum over all lags of A(lag) cos(w . lag)
  setRegularizer(regularizer: Regularizer, lags: Float64Array): void {
    const { power } = regularizer as ReferenceRegularizer;
    power.fill(0);
    forEachLag(regularizer, (index, cosines, factor) => {
      for (let i = 0; i < power.length; i++) power[i] += factor * lags[index] * cosines[i];
    });
    for (let i = 0; i < power.length; i++) power[i] = Math.max(power[i], 0);
  }

  regularizerGradient(
    gradient: Planes,
    options: RegularizerGradientOptions,
  ): Promise<Float64Array> {
    const { grid } = gradient;
    const p = createComplex(voxelsOf(grid));
    const y = createComplex(voxelsOf(grid));
    this.#transformZ(gradient, p, "zero");
    this.#transformZ(options.planes, y, options.extension);
    const { data: k } = options.transfer as ReferenceSpectrum;
    const { power } = options.regularizer as ReferenceRegularizer;
    const t = new Float64Array(voxelsOf(grid));
    for (let i = 0; i < t.length; i++) {
      const l = k.re[i] ** 2 + k.im[i] ** 2 + options.weight * power[i] + 1e-12;
      if (options.operand === "estimate") {
        t[i] = (p.re[i] * y.re[i] + p.im[i] * y.im[i]) / l;
        continue;
      }
      const kpRe = k.re[i] * p.re[i] - k.im[i] * p.im[i];
      const kpIm = k.re[i] * p.im[i] + k.im[i] * p.re[i];
      t[i] = (kpRe * y.re[i] + kpIm * y.im[i]) / (l * l);
    }
    const [depth, height, width] = options.regularizer.kernelSize;
    const result = new Float64Array(depth * (2 * height - 1) * (2 * width - 1));
    forEachLag(options.regularizer, (index, cosines) => {
      let sum = 0;
      for (let i = 0; i < t.length; i++) sum += t[i] * cosines[i];
      result[index] = sum / t.length;
    });
    return Promise.resolve(result);
  }

  residual(estimate: Field, target: Field, positivity: "none" | "rectify"): Promise<number> {
    const x = (estimate as ReferenceField).data;
    const t = (target as ReferenceField).data;
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      const clipped = positivity === "rectify" && x[i] <= 0;
      const r = (clipped ? 0 : x[i]) - t[i];
      sum += r * r;
      x[i] = clipped ? 0 : r;
    }
    return Promise.resolve(sum);
  }

  rectify(field: Field): void {
    const { data } = field as ReferenceField;
    for (let i = 0; i < data.length; i++) data[i] = Math.max(data[i], 0);
  }

  /** Words (a, b) of counter floor(i / 4) give the first pair of normals, (c, d) the second. */
  addNoise(field: Field, { sigma, seed, label = 0, sublabel = 0 }: NoiseOptions): void {
    const { data } = field as ReferenceField;
    const words = new Uint32Array(4);
    for (let i = 0; i < data.length; i++) {
      if (i % 4 === 0) hash4(i >> 2, seed, label, sublabel, words);
      const first = words[i % 4 < 2 ? 0 : 2];
      const second = words[i % 4 < 2 ? 1 : 3];
      const radius = Math.sqrt(-2 * Math.log(unit(first)));
      const angle = (second >>> 30) * Math.PI / 2 + (unit(second << 2) - 0.5) * Math.PI / 2;
      data[i] += sigma * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    }
  }

  copy(output: Field, input: Field): void {
    const [depth, height, width] = [0, 1, 2].map((axis) =>
      Math.min(output.size[axis], input.size[axis])
    );
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        const from = (z * input.size[1] + y) * input.size[2];
        const to = (z * output.size[1] + y) * output.size[2];
        valuesOf(output).set(valuesOf(input).subarray(from, from + width), to);
      }
    }
  }

  shrinkResponses(estimate: Field, output: Field, kernels: ShrinkageKernels): void {
    shrinkResponses(estimate as ReferenceField, output as ReferenceField, kernels);
  }

  shrinkResponsesGradient(
    estimate: Field,
    output: Field,
    { gradient, size, kernels }: ShrinkageGradientOptions,
  ): Promise<ShrinkageGradients> {
    return Promise.resolve(
      shrinkResponsesGradient(estimate as ReferenceField, valuesOf(output), {
        gradient: valuesOf(gradient),
        size,
        kernels,
      }),
    );
  }

  resample(output: Field, input: Field, taps: Taps, options: ResampleOptions = {}): void {
    resample(output as ReferenceField, input as ReferenceField, { ...options, taps });
  }

  combine<T extends Field | Planes>(
    output: T,
    terms: readonly (readonly [weight: number, input: T])[],
    { constant = 0, positivity = "none" }: CombineOptions = {},
  ): void {
    const sum = (out: Float64Array, inputs: readonly Float64Array[]) =>
      out.forEach((_, i) => {
        const value = inputs.reduce((total, x, t) => total + terms[t][0] * x[i], constant);
        out[i] = positivity === "rectify" ? Math.max(value, 0) : value;
      });
    const inputs = terms.map(([, input]) => input);
    if (output.kind === "field") {
      sum(valuesOf(output), inputs.map((input) => valuesOf(input as Field)));
      return;
    }
    const { re, im } = (output as ReferencePlanes).data;
    sum(re, inputs.map((input) => (input as ReferencePlanes).data.re));
    sum(im, inputs.map((input) => (input as ReferencePlanes).data.im));
  }

  modulate(output: Field, [a, b]: readonly [Field, Field], options: ModulateOptions): void {
    const [x, y] = [valuesOf(a), valuesOf(b)];
    const out = valuesOf(output);
    for (let i = 0; i < out.length; i++) {
      if (options.kind === "multiply") out[i] = x[i] * y[i];
      else if (options.kind === "gate") out[i] = y[i] > 0 ? x[i] : 0;
      else out[i] = x[i] / Math.max(y[i], options.floor);
    }
  }

  dot(a: Field, b: Field): Promise<number> {
    const y = valuesOf(b);
    return Promise.resolve(valuesOf(a).reduce((sum, value, i) => sum + value * y[i], 0));
  }

  ascendDual(dual: VectorField, x: Field, options: AscendOptions): void {
    ascendDual(dual.map(valuesOf) as unknown as Vectors, valuesOf(x), { ...options, size: x.size });
  }

  addDivergence(output: Field, dual: VectorField, options: DivergenceOptions): void {
    addDivergence(valuesOf(output), dual.map(valuesOf) as unknown as Vectors, {
      ...options,
      size: output.size,
    });
  }

  shrinkWavelet(field: Field, options: WaveletOptions): void {
    shrinkWavelet(valuesOf(field), { ...options, size: field.size });
  }

  readSpectrum(spectrum: Spectrum): Promise<Float32Array> {
    const { grid, data } = spectrum as ReferenceSpectrum;
    const result = new Float32Array(2 * grid[0] * grid[1] * (Math.floor(grid[2] / 2) + 1));
    forEachHalf(grid, (index, at) => {
      result[2 * index] = data.re[at];
      result[2 * index + 1] = data.im[at];
    });
    return Promise.resolve(result);
  }

  writeSpectrum(spectrum: Spectrum, values: Float32Array): void {
    const { grid, data } = spectrum as ReferenceSpectrum;
    forEachHalf(grid, (index, at, opposite) => {
      data.re[at] = data.re[opposite] = values[2 * index];
      data.im[opposite] = -values[2 * index + 1];
      data.im[at] = values[2 * index + 1];
    });
  }

  close(): void {
    this.#sizes.clear();
    this.#bytes = 0;
  }
}

function valuesOf(field: Field): Float64Array {
  return (field as ReferenceField).data;
}

/** Every bin of the half spectrum, where it is in the whole one, and where the opposite one is. */
function forEachHalf(
  [nz, ny, nx]: Size,
  callback: (index: number, at: number, opposite: number) => void,
): void {
  const half = Math.floor(nx / 2) + 1;
  for (let z = 0, index = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < half; x++, index++) {
        const opposite = (((nz - z) % nz) * ny + (ny - y) % ny) * nx + (nx - x) % nx;
        callback(index, (z * ny + y) * nx + x, opposite);
      }
    }
  }
}

/** The upper 24 bits as the middle of one of 2^24 cells of (0, 1). */
function unit(bits: number): number {
  return ((bits >>> 8) + 0.5) / 2 ** 24;
}

/** Calls back with cos(w . lag) on the grid, and 2 for the lags that stand for their opposites. */
function forEachLag(
  { grid: [nz, ny, nx], kernelSize: [depth, height, width] }: Regularizer,
  callback: (index: number, cosines: Float64Array, factor: number) => void,
): void {
  const cosines = new Float64Array(nz * ny * nx);
  let index = 0;
  for (let lz = 0; lz < depth; lz++) {
    for (let ly = 1 - height; ly < height; ly++) {
      for (let lx = 1 - width; lx < width; lx++) {
        for (let z = 0, i = 0; z < nz; z++) {
          for (let y = 0; y < ny; y++) {
            for (let x = 0; x < nx; x++, i++) {
              cosines[i] = Math.cos(2 * Math.PI * (z * lz / nz + y * ly / ny + x * lx / nx));
            }
          }
        }
        callback(index++, cosines, lz > 0 ? 2 : 1);
      }
    }
  }
}

/** As many planes as there are in a field, in the memory of all. */
function firstPlanes(planes: Planes, depth: number): Complex {
  const { grid: [, ny, nx], data } = planes as ReferencePlanes;
  const end = depth * ny * nx;
  return { re: data.re.subarray(0, end), im: data.im.subarray(0, end) };
}
