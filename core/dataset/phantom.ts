/**
 * Synthetic cells: training data that needs no download, and fixtures.
 *
 * @module
 */
import { createRandom, type Random } from "../random.ts";
import {
  channelOf,
  createVolume,
  type Shape,
  sizeOf,
  type Volume,
  type VoxelSizeUm,
} from "../volume.ts";
import { type Canvas, createCanvas, type DrawOptions } from "./phantom/canvas.ts";
import { type Cell, createCells } from "./phantom/cell.ts";
import { drawFilaments } from "./phantom/filaments.ts";
import { drawCytoplasm, drawMembranes } from "./phantom/membranes.ts";
import { drawNucleus } from "./phantom/nuclei.ts";
import { drawVesicles } from "./phantom/vesicles.ts";

/** What a channel may show. */
export type PhantomStructure = "vesicles" | "filaments" | "nuclei" | "membranes";

/** All structures, in the order in which channels and items take them. */
export const PHANTOM_STRUCTURES: readonly PhantomStructure[] = [
  "vesicles",
  "filaments",
  "nuclei",
  "membranes",
];

/** How a phantom is made. */
export interface PhantomOptions {
  /** `[c, z, y, x]`; z = 1 gives one optical section. */
  readonly shape: Shape;
  /** Any integer; the same seed gives the same voxels. */
  readonly seed: number;
  /** @default 0.098 x 0.098 x 0.203, a confocal's near the Nyquist distance */
  readonly voxelSizeUm?: VoxelSizeUm;
  /**
   * One list per channel, the brightest structure first.
   *
   * @default one main structure per channel, another for each, and a weaker second one in half of
   * the channels
   */
  readonly structures?: readonly (readonly PhantomStructure[])[];
}

/** A confocal's voxel near the Nyquist distance; also the voxel of the stacks this was fitted to. */
const VOXEL_SIZE_UM: VoxelSizeUm = { x: 0.098, y: 0.098, z: 0.203 };

/** Standard deviation of the finest detail, in micrometres: about a confocal's resolution. */
const DETAIL_UM = { across: 0.12, along: 0.26 };

const DRAW: Readonly<
  Record<PhantomStructure, (canvas: Canvas, cell: Cell, options: DrawOptions) => void>
> = {
  vesicles: drawVesicles,
  filaments: drawFilaments,
  nuclei: drawNucleus,
  membranes: drawMembranes,
};

/**
 * A synthetic fluorescence stack of one cell and its neighbours: smooth, 0 or above, mostly dark,
 * each channel with a maximum of 1. All channels show the same cells, each another structure.
 *
 * Shapes, densities and brightness are our own, fitted by eye and by statistics to confocal stacks
 * of HeLa cells (M. Velliste and R. F. Murphy, 2002): part of dark voxels, fall-off of the spectrum,
 * brightness of the planes.
 *
 * @example
 * ```ts
 * import { createPhantom } from "./phantom.ts";
 * import assert from "node:assert/strict";
 *
 * const cell = createPhantom({ shape: [2, 4, 48, 48], seed: 7 });
 * assert.deepEqual(cell.shape, [2, 4, 48, 48]);
 * assert.deepEqual(cell.data, createPhantom({ shape: [2, 4, 48, 48], seed: 7 }).data);
 * ```
 *
 * @throws {RangeError} when the shape is not four positive integers, or `structures` has another
 * number of lists than the shape has channels, or an empty list.
 */
export function createPhantom(options: PhantomOptions): Volume {
  const { shape, seed, voxelSizeUm = VOXEL_SIZE_UM } = options;
  const volume = createVolume(shape, undefined, voxelSizeUm);
  const mixes = options.structures ?? drawMixes(shape[0], createRandom(seed, 1));
  if (mixes.length !== shape[0] || mixes.some((mix) => mix.length === 0)) {
    throw new RangeError(
      `A phantom of ${shape[0]} channels needs ${shape[0]} lists of structures, none empty; got ` +
        JSON.stringify(mixes),
    );
  }
  const size = sizeOf(shape);
  const cells = createCells(size, voxelSizeUm, createRandom(seed, 0));
  // Finer detail than this would not fit the voxels.
  const sigmaXy = Math.max(0.9, 2 * DETAIL_UM.across / (voxelSizeUm.x + voxelSizeUm.y));
  const sigmaZ = Math.max(0.9, DETAIL_UM.along / voxelSizeUm.z);
  mixes.forEach((mix, channel) => {
    const canvas = createCanvas(size, sigmaXy, sigmaZ);
    const random = createRandom(seed, 2, channel);
    drawChannel(canvas, { cells, mix, random });
    scaleToPeak(canvas.data, channelOf(volume, channel));
  });
  return volume;
}

/** A main structure per channel, each channel another; in half of the channels a second one. */
function drawMixes(channels: number, random: Random): PhantomStructure[][] {
  const count = PHANTOM_STRUCTURES.length;
  const first = random.integer(count);
  return Array.from({ length: channels }, (_, channel) => {
    const main = (first + channel) % count;
    const second = (main + 1 + random.integer(count - 1)) % count;
    return random.uniform() < 0.5
      ? [PHANTOM_STRUCTURES[main]]
      : [PHANTOM_STRUCTURES[main], PHANTOM_STRUCTURES[second]];
  });
}

function drawChannel(
  canvas: Canvas,
  { cells, mix, random }: {
    readonly cells: readonly Cell[];
    readonly mix: readonly PhantomStructure[];
    readonly random: Random;
  },
): void {
  mix.forEach((structure, i) => {
    const weight = i === 0 ? 1 : 0.1 + 0.25 * random.uniform();
    const character = random.uniform();
    for (const cell of cells) DRAW[structure](canvas, cell, { random, weight, character });
  });
  const haze = mix[0] === "nuclei" ? 0.003 : 0.015 + 0.045 * random.uniform();
  for (const cell of cells) drawCytoplasm(canvas, cell, { random, weight: haze, character: 0 });
}

/** Copies with the maximum scaled to 1. */
function scaleToPeak(from: Float32Array, to: Float32Array): void {
  let peak = 0;
  for (let i = 0; i < from.length; i++) if (from[i] > peak) peak = from[i];
  const scale = 1 / peak;
  for (let i = 0; i < from.length; i++) to[i] = from[i] * scale;
}
