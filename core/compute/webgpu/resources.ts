/**
 * What the engine's resources hold on the device.
 *
 * @module
 */
import type { Size } from "../../volume.ts";
import type { Field, Planes, Regularizer, Spectrum } from "../engine.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import type { Chunk, Slab } from "./layout.ts";

export type Held<T> = T & { buffers: readonly DeviceBuffer[] };

/** A buffer a chunk, `[plane, row, x]`. */
export type GpuField = Held<Field> & { readonly chunks: readonly Chunk[] };

/** A buffer a slab, `[z, y, column < pitch]`. */
export type GpuPlanes = Held<Planes> & { readonly slabs: readonly Slab[] };

/** A buffer a slab, `[wz, wy, column < pitch]`, frequencies along z and y as transformed. */
export type GpuSpectrum = Held<Spectrum> & { readonly slabs: readonly Slab[] };

/** Lags along z transformed along x and y, a buffer a slab: see shaders/wiener.wgsl. */
export type GpuRegularizer = Held<Regularizer> & { readonly slabs: readonly Slab[] };

/** The components of vectors along z, y and x. */
export type GpuVectors = readonly [z: GpuField, y: GpuField, x: GpuField];

/** The voxels of a chunk in the whole field. */
export function extentOf(
  { firstPlane, planes, firstRow, rows }: Chunk,
  [, height, width]: Size,
): { readonly begin: number; readonly length: number } {
  return {
    begin: (firstPlane * height + firstRow) * width,
    length: planes * rows * width,
  };
}

/** Voxels of every chunk. */
export function countsOf({ chunks, size }: GpuField): readonly number[] {
  return chunks.map((chunk) => extentOf(chunk, size).length);
}
