/**
 * Spectra that are computed frequency by frequency.
 *
 * @module
 */
import type { Engine, Spectrum } from "../compute/engine.ts";
import type { Size } from "../volume.ts";
import type { AxisTables } from "./penalty.ts";

/** What a frequency's new value is computed from. */
export interface MapOptions {
  /** `readSpectrum` of K. */
  readonly values: Float32Array;
  readonly grid: Size;
  readonly tables: AxisTables;
}

/**
 * A new spectrum T(w) = f( |K|^2, D ), D the sum of the axes' tables: real with kind "power", or
 * T(w) = conj(K) f with kind "conjugate".
 */
export function mapSpectrum(
  engine: Engine,
  { values, grid, tables }: MapOptions,
  map: { readonly kind: "power" | "conjugate"; f(power: number, sum: number): number },
): Spectrum {
  const [nz, ny, nx] = grid;
  const half = Math.floor(nx / 2) + 1;
  const out = new Float32Array(values.length);
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const outer = tables.z[z] + tables.y[y];
      for (let x = 0; x < half; x++, i += 2) {
        const re = values[i];
        const im = values[i + 1];
        const factor = map.f(re * re + im * im, outer + tables.x[x]);
        out[i] = map.kind === "power" ? factor : re * factor;
        out[i + 1] = map.kind === "power" ? 0 : -im * factor;
      }
    }
  }
  const spectrum = engine.createSpectrum(grid);
  engine.writeSpectrum(spectrum, out);
  return spectrum;
}

/** The largest |K|^2: 1 for a PSF without negative values. */
export function largestPower(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i += 2) {
    largest = Math.max(largest, values[i] * values[i] + values[i + 1] * values[i + 1]);
  }
  return largest;
}
