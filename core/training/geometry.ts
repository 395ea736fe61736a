/**
 * What training crops of one size need on the engine, kept for the next crop of that size.
 *
 * @module
 */
import { createTransfer } from "../psf/transfer.ts";
import type { Engine, Field, Planes, Spectrum } from "../compute/engine.ts";
import { gridFor } from "../compute/grid.ts";
import { type Cascade, createCascade, freeCascade } from "../twb/cascade.ts";
import {
  createGradientWorkspace,
  freeGradientWorkspace,
  type GradientWorkspace,
} from "../twb/cascade_gradient.ts";
import type { Stage } from "../twb/stage.ts";
import { channelOf, type Size, sizeOf, type Volume } from "../volume.ts";

/** Fields, planes and transfer functions for crops of one size. */
export interface Geometry {
  readonly crop: Size;
  /** The crop and half the largest PSF on every side. */
  readonly region: Size;
  readonly scene: Field;
  readonly scenePlanes: Planes;
  /** Observed image; of a single block then its estimate, then the gradient of that. */
  readonly image: Field;
  readonly target: Field;
  readonly cascade: Cascade;
  readonly back: GradientWorkspace | undefined;
  /** K of a channel of one of the PSFs. */
  transferOf(psf: number, channel: number): Spectrum;
}

/** Geometries by crop size; the oldest go when the engine's memory passes the budget. */
export interface GeometryCache {
  get(crop: Size): Geometry;
  close(): void;
}

/** What all geometries have in common. */
export interface GeometryOptions {
  readonly psfs: readonly Volume[];
  readonly stages: readonly Stage[];
  /** Of the engine's memory, in bytes. @default 1e9 */
  readonly budgetBytes?: number;
}

/** The largest size of the PSFs on every axis: all of them share a grid. */
export function largestPsfSize(psfs: readonly Volume[]): Size {
  const sizes = psfs.map((psf) => sizeOf(psf.shape));
  return [0, 1, 2].map((axis) => Math.max(...sizes.map((size) => size[axis]))) as unknown as Size;
}

/** Half the largest PSF: how far beyond a crop the blur sees. */
export function haloOf(psfs: readonly Volume[]): Size {
  return largestPsfSize(psfs).map((n) => Math.floor(n / 2)) as unknown as Size;
}

/** An empty cache. */
export function createGeometryCache(engine: Engine, options: GeometryOptions): GeometryCache {
  const { budgetBytes = 1e9 } = options;
  const entries = new Map<string, Geometry & { free(): void }>();
  return {
    get(crop) {
      const key = crop.join("x");
      const known = entries.get(key);
      if (known) {
        entries.delete(key);
        entries.set(key, known);
        return known;
      }
      for (const [oldKey, old] of entries) {
        if (engine.memory.bytes < budgetBytes / 2) break;
        old.free();
        entries.delete(oldKey);
      }
      const geometry = createGeometry(engine, crop, options);
      entries.set(key, geometry);
      return geometry;
    },
    close() {
      for (const entry of entries.values()) entry.free();
      entries.clear();
    },
  };
}

function createGeometry(
  engine: Engine,
  crop: Size,
  { psfs, stages }: GeometryOptions,
): Geometry & { free(): void } {
  const halo = haloOf(psfs);
  const region = crop.map((n, axis) => n + 2 * halo[axis]) as unknown as Size;
  const grid = gridFor(crop, largestPsfSize(psfs));
  const cascade = createCascade(engine, { stages, size: crop, grid });
  const back = createGradientWorkspace(cascade);
  const [scene, image, target] = [region, crop, crop].map((size) => engine.createField(size));
  const scenePlanes = engine.createPlanes(grid, region[0]);
  const transfers = new Map<string, Spectrum>();
  return {
    crop,
    region,
    scene,
    scenePlanes,
    image,
    target,
    cascade,
    back,
    transferOf(index, channel) {
      const psf = psfs[index];
      const psfChannel = channel % psf.shape[0];
      const key = `${index},${psfChannel}`;
      let transfer = transfers.get(key);
      if (!transfer) {
        const data = channelOf(psf, psfChannel);
        transfer = createTransfer(engine, { psf: data, psfSize: sizeOf(psf.shape), grid });
        transfers.set(key, transfer);
      }
      return transfer;
    },
    free() {
      engine.free(scene, image, target, scenePlanes, ...transfers.values());
      freeGradientWorkspace(back);
      freeCascade(cascade);
    },
  };
}
