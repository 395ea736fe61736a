/**
 * The CPU engine's operations for iterative methods: how their kernels are called.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type {
  AscendOptions,
  CombineOptions,
  DivergenceOptions,
  Field,
  ModulateOptions,
  Planes,
  Spectrum,
  VectorField,
  WaveletOptions,
} from "../engine.ts";
import type { Pool } from "./pool.ts";
import { BLOCK, type CpuField, type CpuPlanes, type CpuSpectrum } from "./resources.ts";

/** Numbers of the kernels, as in assembly/index.ts. */
const KERNEL = {
  combine: 13,
  modulate: 14,
  ascendDual: 16,
  addDivergence: 17,
  waveletRows: 18,
  waveletColumns: 19,
  softThreshold: 20,
} as const;

const MODULATIONS: Record<ModulateOptions["kind"], number> = { multiply: 0, divide: 1, gate: 2 };

const MAX_TERMS = 4;

/** output = constant + sum_i weight_i input_i */
export function combine<T extends Field | Planes>(
  pool: Pool,
  output: T,
  options: CombineOptions & { readonly terms: readonly (readonly [number, T])[] },
): void {
  const { terms, constant = 0, positivity = "none" } = options;
  if (terms.length > MAX_TERMS) {
    throw new RangeError(`A sum takes at most ${MAX_TERMS} terms, not ${terms.length}`);
  }
  for (const [, input] of terms) assertAlike(output, input);
  const count = valuesOf(output);
  pool.run(KERNEL.combine, Math.ceil(count / BLOCK), [
    ...[(output as unknown as CpuField).address, count, terms.length],
    ...[positivity === "rectify" ? 1 : 0, { float: constant }],
    ...terms.flatMap(([weight, input]) => [
      (input as unknown as CpuField).address,
      { float: weight },
    ]),
  ]);
}

/** Floats of a field, or of planes with what lies between their rows. */
function valuesOf(resource: Field | Planes): number {
  if (resource.kind === "field") return voxelsOf(resource.size);
  return resource.depth * (resource as CpuPlanes).planeBytes / 4;
}

function assertAlike(a: Field | Planes, b: Field | Planes): void {
  const shapeOf = (r: Field | Planes) => r.kind === "field" ? r.size : [r.depth, ...r.grid];
  if (a.kind !== b.kind || shapeOf(a).join() !== shapeOf(b).join()) {
    throw new RangeError(
      `A ${b.kind} [${shapeOf(b).join(", ")}] does not go with a ${a.kind} ` +
        `[${shapeOf(a).join(", ")}]`,
    );
  }
}

/** a b, a / max(b, floor), or a where b > 0. */
export function modulate(
  pool: Pool,
  output: Field,
  options: ModulateOptions & { readonly inputs: readonly [Field, Field] },
): void {
  const count = voxelsOf(output.size);
  for (const input of options.inputs) assertAlike(output, input);
  pool.run(KERNEL.modulate, Math.ceil(count / BLOCK), [
    ...[output, ...options.inputs].map((field) => (field as CpuField).address),
    ...[count, MODULATIONS[options.kind]],
    { float: options.kind === "divide" ? options.floor : 0 },
  ]);
}

/** v = r D x + (1 - r) v + r c v */
export function ascendDual(
  pool: Pool,
  dual: VectorField,
  options: AscendOptions & { readonly x: Field },
): void {
  const { x, radius, relaxation = 1 } = options;
  for (const component of dual) assertAlike(x, component);
  pool.run(KERNEL.ascendDual, x.size[0] * x.size[1], [
    ...[...dual, x].map((field) => (field as CpuField).address),
    ...[...x.size, { float: radius }, { float: relaxation }],
  ]);
}

/** output = output + weight D^T p(v) */
export function addDivergence(
  pool: Pool,
  output: Field,
  options: DivergenceOptions & { readonly dual: VectorField },
): void {
  const { dual, kind, radius, weight } = options;
  for (const component of dual) assertAlike(output, component);
  pool.run(KERNEL.addDivergence, output.size[0] * output.size[1], [
    ...[...dual, output].map((field) => (field as CpuField).address),
    ...[...output.size, { float: radius }, { float: weight }, kind === "reflect" ? 0 : 1],
  ]);
}

/** Analysis, soft threshold, synthesis. */
export function shrinkWavelet(pool: Pool, field: Field, options: WaveletOptions): void {
  const { lowpass, origin, levels, threshold } = options;
  const { size, address } = field as CpuField;
  size.forEach((n, axis) => {
    if (n % 2 ** levels[axis] !== 0) {
      throw new RangeError(`A length of ${n} cannot be halved ${levels[axis]} times`);
    }
  });
  const bank = createBank(lowpass, origin);
  const { heap } = pool;
  const table = heap.allocate(bank.pairs.length * 4);
  heap.views.f32.set(bank.pairs, table / 4);
  const taps = bank.pairs.length / 2;
  const reach = taps + 2;
  pool.reserveScratch((2 * Math.max(...size) + 4 * reach) * 64);
  const deepest = Math.max(...levels);
  const boxOf = (level: number) => size.map((n, a) => n / 2 ** Math.min(level, levels[a]));
  for (const inverse of [0, 1]) {
    for (let step = 0; step < deepest; step++) {
      const level = inverse ? deepest - 1 - step : step;
      for (const axis of inverse ? [0, 1, 2] : [2, 1, 0]) {
        if (levels[axis] <= level) continue;
        const box = boxOf(level);
        const shift = level > 0
          ? 0
          : ((options.shift[axis] % size[axis]) + size[axis]) % size[axis];
        const [kernel, items, geometry] = passOf(axis, box, size);
        pool.run(kernel, items, [
          ...[address, ...geometry, box[axis], shift],
          ...[taps, bank.origin, reach, table, inverse],
        ]);
      }
    }
    if (inverse) break;
    pool.run(KERNEL.softThreshold, size[0] * size[1], [
      ...[address, size[1], size[2], ...boxOf(deepest), { float: threshold }],
    ]);
  }
  heap.free(table);
}

/**
 * Pairs (h_t, g_t) of the lowpass and of the highpass g(i) = (-1)^i h(1 - i), with 0 where only one of
 * them has a tap. Their origin and their number are even, as the kernels want it.
 */
function createBank(
  lowpass: Float64Array,
  lowOrigin: number,
): { readonly pairs: Float32Array; readonly origin: number } {
  const taps = lowpass.length;
  // Indices of h are -lowOrigin ... taps - 1 - lowOrigin, those of g 2 - taps + lowOrigin ... 1 + lowOrigin.
  const before = Math.max(lowOrigin, taps - 2 - lowOrigin, 0);
  const origin = before + before % 2;
  const last = Math.max(taps - 1 - lowOrigin, 1 + lowOrigin);
  const count = 2 * Math.ceil((origin + last + 1) / 2);
  const h = (i: number) => lowpass[i + lowOrigin] ?? 0;
  const pairs = Float32Array.from({ length: 2 * count }, (_, p) => {
    const i = (p >> 1) - origin;
    return p % 2 === 0 ? h(i) : (i % 2 === 0 ? 1 : -1) * h(1 - i);
  });
  return { pairs, origin };
}

/** The kernel, its items, and its first arguments behind the field's address. */
function passOf(
  axis: number,
  [depth, height, width]: readonly number[],
  size: Size,
): readonly [kernel: number, items: number, geometry: readonly number[]] {
  const rowBytes = size[2] * 4;
  const planeBytes = size[1] * rowBytes;
  const columns = Math.ceil(width / 16);
  if (axis === 0) {
    return [KERNEL.waveletColumns, height * columns, [width, columns, rowBytes, planeBytes]];
  }
  if (axis === 1) {
    return [KERNEL.waveletColumns, depth * columns, [width, columns, planeBytes, rowBytes]];
  }
  const rows = Math.ceil(height / 4);
  return [KERNEL.waveletRows, depth * rows, [height, rows, planeBytes, rowBytes]];
}

/** From groups of four real and four imaginary parts to pairs. */
export function readSpectrum(pool: Pool, spectrum: Spectrum): Float32Array {
  const { grid } = spectrum;
  const result = new Float32Array(2 * grid[0] * grid[1] * (Math.floor(grid[2] / 2) + 1));
  const { f32 } = pool.heap.views;
  forEachRow(spectrum as CpuSpectrum, (from, to, half) => {
    for (let x = 0; x < half; x++) {
      const p = from + (x >> 2) * 8 + (x & 3);
      result[to + 2 * x] = f32[p];
      result[to + 2 * x + 1] = f32[p + 4];
    }
  });
  return result;
}

/** From pairs to groups of four; what rows have beyond the half spectrum is 0. */
export function writeSpectrum(pool: Pool, spectrum: Spectrum, data: Float32Array): void {
  const { rowBytes, grid } = spectrum as CpuSpectrum;
  const length = 2 * grid[0] * grid[1] * (Math.floor(grid[2] / 2) + 1);
  if (data.length !== length) {
    throw new RangeError(`A spectrum of ${length} values cannot take ${data.length}`);
  }
  const { f32 } = pool.heap.views;
  forEachRow(spectrum as CpuSpectrum, (to, from, half) => {
    f32.fill(0, to + (half >> 2) * 8, to + rowBytes / 4);
    for (let x = 0; x < half; x++) {
      const p = to + (x >> 2) * 8 + (x & 3);
      f32[p] = data[from + 2 * x];
      f32[p + 4] = data[from + 2 * x + 1];
    }
  });
}

/** Every row's place in memory and in pairs, in floats. */
function forEachRow(
  { address, grid: [nz, ny, nx], planeBytes, rowBytes }: CpuSpectrum,
  callback: (memory: number, pairs: number, half: number) => void,
): void {
  const half = Math.floor(nx / 2) + 1;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      callback((address + z * planeBytes + y * rowBytes) / 4, 2 * (z * ny + y) * half, half);
    }
  }
}
