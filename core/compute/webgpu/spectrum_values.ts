/**
 * Spectra as they are on the device and as their definition orders them.
 *
 * @module
 */
import { frequenciesOf, planLine } from "./line_plan.ts";
import type { GpuSpectrum } from "./resources.ts";

/** Numbers of every slab's buffer. */
export function slabLengths({ grid: [nz, ny], slabs }: GpuSpectrum): readonly number[] {
  return slabs.map(({ pitch }) => 2 * nz * ny * pitch);
}

/** `[z, y, floor(Nx / 2) + 1]` from the slabs one behind the other. */
export function orderSpectrum(spectrum: GpuSpectrum, values: Float32Array): Float32Array {
  const result = new Float32Array(lengthOf(spectrum));
  forEachRow(spectrum, (device, ordered, length) => {
    result.set(values.subarray(device, device + length), ordered);
  });
  return result;
}

/**
 * What each slab takes.
 *
 * @throws {RangeError} when `data` has another length than the spectrum.
 */
export function scatterSpectrum(spectrum: GpuSpectrum, data: Float32Array): Float32Array[] {
  if (data.length !== lengthOf(spectrum)) {
    throw new RangeError(
      `A spectrum of ${lengthOf(spectrum)} values cannot take ${data.length}`,
    );
  }
  const lengths = slabLengths(spectrum);
  const values = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  forEachRow(spectrum, (device, ordered, length) => {
    values.set(data.subarray(ordered, ordered + length), device);
  });
  let begin = 0;
  return lengths.map((length) => values.subarray(begin, begin += length));
}

function lengthOf({ grid: [nz, ny, nx] }: GpuSpectrum): number {
  return 2 * nz * ny * (Math.floor(nx / 2) + 1);
}

/** Every row of every slab: its place among the slabs, its place in order, and its length. */
function forEachRow(
  { grid: [nz, ny, nx], slabs }: GpuSpectrum,
  visit: (device: number, ordered: number, length: number) => void,
): void {
  const half = Math.floor(nx / 2) + 1;
  const frequenciesZ = frequenciesOf(planLine(nz));
  const frequenciesY = frequenciesOf(planLine(ny));
  let begin = 0;
  for (const { first, count, pitch } of slabs) {
    for (const wz of frequenciesZ) {
      for (const wy of frequenciesY) {
        visit(begin, 2 * ((wz * ny + wy) * half + first), 2 * count);
        begin += 2 * pitch;
      }
    }
  }
}
