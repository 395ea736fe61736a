/**
 * What the CPU engine's resources are: addresses in the shared memory.
 *
 * Spectra are kept in rows of groups of four (four real parts, four imaginary parts), every row an
 * even number of groups, so that each kernel works on whole vectors and whole cache lines.
 *
 * @module
 */
import type { Field, Planes, Regularizer, Spectrum } from "../engine.ts";

/** Voxels that a pointwise kernel takes at a time; as in assembly/pointwise.ts and combine.ts. */
export const BLOCK = 4096;

/** How spectra lie in memory. */
export interface Layout {
  readonly rowBytes: number;
  readonly planeBytes: number;
}

/** A resource with its address. */
export type Held<T> = T & { address: number };
/** A field in memory. */
export type CpuField = Held<Field>;
/** Planes in memory. */
export type CpuPlanes = Held<Planes> & Layout;
/** A spectrum in memory. */
export type CpuSpectrum = Held<Spectrum> & Layout;
/** A regularizer in memory. */
export type CpuRegularizer = Held<Regularizer> & Layout & {
  /** Phases exp(i wz l) of every wz and lag, and exp(i wy l). */
  readonly tableZ: number;
  readonly tableY: number;
  /** C(l, ly, wx) on the way in, V(l, ly, wx) on the way out. */
  readonly rows: number;
  /** U(l, wy, wx) of the gradient; allocated with the first gradient. */
  sums: number;
};
