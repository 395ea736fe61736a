/**
 * How far tiles have to overlap, measured on the filter itself: the nearer its denominator is to 0
 * (little noise, few kernels, a PSF cut off early), the farther a voxel is felt.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";
import { GAIN_COUNT } from "./compute/gain.ts";
import { InputError } from "./errors.ts";
import type { Model } from "./model/model.ts";
import { createRestorer } from "./restore.ts";
import { planTiles, type TileOptions, type TilePlan } from "./tiling.ts";
import type { Stage } from "./twb/stage.ts";
import { type Size, type Volume, voxelsOf } from "./volume.ts";

/** The filter's response to one voxel, summed up beyond every distance. */
export interface Reach {
  /**
   * For every axis `[z, y, x]`, at index n: the root of the summed squares of the response more than
   * n voxels away along the axis. White differences of deviation 1 there change a voxel by this.
   */
  readonly tails: readonly Float64Array[];
}

/** A filter: of every channel, at its noise level. */
export interface ReachOptions {
  readonly model: Model;
  readonly psf: Volume;
  /** What is looked at, `[z, y, x]`: distances up to half of it. */
  readonly size: Size;
  /** Noise of every channel, as `Restorer` takes it. */
  readonly sigmas: readonly number[];
}

/**
 * The largest reach over the channels, of the stages without positivity and without gains (coarse ones
 * have those of weak responses): what is clipped or shrunk is felt less.
 */
export async function measureReach(engine: Engine, options: ReachOptions): Promise<Reach> {
  const { model, psf, size, sigmas } = options;
  const stages = model.stages.map(linearize);
  const restorer = createRestorer(engine, { model: { ...model, stages }, psf, size });
  const tails = size.map((n) => new Float64Array(Math.floor(n / 2) + 1));
  const centre = size.map((n) => Math.floor(n / 2));
  const point = new Float32Array(voxelsOf(size));
  point[(centre[0] * size[1] + centre[1]) * size[2] + centre[2]] = 1;
  const seen = new Set<string>();
  try {
    for (const [channel, sigma] of sigmas.entries()) {
      const key = `${channel % psf.shape[0]} ${channel % model.channels} ${sigma}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const response = await restorer.restore(point, { channel, sigma });
      for (const axis of [0, 1, 2]) {
        const energies = sumByDistance(response, size, axis);
        // tail(n) = sqrt( sum over distances > n )
        let sum = 0;
        for (let n = tails[axis].length - 1; n >= 0; n--) {
          tails[axis][n] = Math.max(tails[axis][n], Math.sqrt(sum));
          sum += energies[n];
        }
      }
    }
  } finally {
    restorer.close();
  }
  return { tails };
}

/** A stage whose result is linear in its input. */
function linearize(stage: Stage): Stage {
  const open = { ...stage, positivity: "none" as const };
  if (open.kind === "coarse") {
    // Weak responses, which are changed the most.
    const constant = (gains: Float64Array) => gains.map((gain, i) => i % GAIN_COUNT ? 0 : gain);
    return { ...open, gains: constant(open.gains), gainSlopes: constant(open.gainSlopes) };
  }
  if (open.kind !== "shrinkage") return open;
  return { ...open, gains: open.gains.map(() => 0), gainSlopes: open.gainSlopes.map(() => 0) };
}

/** Summed squares at every distance from the middle along an axis. */
function sumByDistance(response: Float32Array, size: Size, axis: number): Float64Array {
  const middle = Math.floor(size[axis] / 2);
  const sums = new Float64Array(middle + 1);
  const stride = [size[1] * size[2], size[2], 1][axis];
  for (let i = 0; i < response.length; i++) {
    const distance = Math.abs(Math.floor(i / stride) % size[axis] - middle);
    sums[distance] += response[i] * response[i];
  }
  return sums;
}

/** The least overlap beyond which the reach is below `tolerance`, or all that was looked at. */
export function overlapFor({ tails }: Reach, tolerance: number): Size {
  return tails.map((tail) => {
    const n = tail.findIndex((value) => value <= tolerance);
    return n < 0 ? tail.length - 1 : n;
  }) as unknown as Size;
}

/** Difference of tiles from the whole that plans aim at, as a part of the peak. */
export const SEAM_TOLERANCE = 1e-3;

/**
 * The difference is up to so many times the tail: measured on `hela3d` with the set's PSFs, models
 * trained at 0.1 % to 3 % noise and their weights at 0.03 % to 3 %, 0.1 to 1.2 times laterally and 0.6
 * to 2.8 times along z. Of cascades of
 * three stages, there and on synthetic cells: 0.1 to 0.2 times with residual ones, 1 to 7.7 with shrinkage.
 */
const SEAM_PER_TAIL = { block: 3, cascade: 8 };

/** Overlaps, of one PSF and kernel each, that are looked at and used at most. */
const MOST_OVERLAPS = 4;

/** What a plan is made for. */
export interface SeamlessOptions extends Omit<TileOptions, "overlap"> {
  readonly model: Model;
  readonly psf: Volume;
  /** Asked only where there are several tiles. */
  sigmas(): Promise<readonly number[]>;
}

/**
 * Tiles that differ from the whole by less than 1e-3 of its peak, or, where the memory does not
 * suffice for that, that differ the least; `seam` says by how much.
 *
 * @throws {InputError} as `planTiles` does.
 */
export async function planSeamlessTiles(
  engine: Engine | undefined,
  size: Size,
  options: SeamlessOptions,
): Promise<TilePlan> {
  const { model, psf } = options;
  const first = planTiles(size, options);
  // Where another way to restore is given, there may be no engine to measure on.
  if (first.tiles.length === 1 || !engine) return first;
  const reach = await measureReach(engine, {
    model,
    psf,
    size: chooseProbe(size, first, options),
    sigmas: await options.sigmas(),
  });
  const perTail = SEAM_PER_TAIL[model.stages.length > 1 ? "cascade" : "block"];
  const seamOf = (plan: TilePlan) =>
    perTail *
    Math.max(...reach.tails.map((tail, axis) =>
      plan.size[axis] === size[axis] ? 0 : tail[Math.min(plan.overlap[axis], tail.length - 1)]
    ));
  const wanted = overlapFor(reach, SEAM_TOLERANCE / perTail);
  for (let part = 1; part > 0.2; part *= 0.85) {
    const overlap = wanted.map((n) => Math.max(1, Math.round(part * n))) as unknown as Size;
    const plan = tryPlan(size, { ...options, overlap });
    if (plan) return { ...plan, seam: seamOf(plan) };
  }
  return { ...first, seam: seamOf(first) };
}

/** What the reach is measured on: deep enough, and then as wide as the memory allows. */
function chooseProbe(size: Size, { overlap }: TilePlan, options: TileOptions): Size {
  const most = size.map((n, axis) => Math.min(n, 2 * MOST_OVERLAPS * overlap[axis]));
  for (let part = 1;; part *= 0.85) {
    const lateral = [1, 2].map((axis) =>
      Math.min(most[axis], Math.max(2 * overlap[axis], Math.round(part * most[axis])))
    );
    const probe: Size = [most[0], lateral[0], lateral[1]];
    const isLeast = lateral.every((n, axis) => n <= 2 * overlap[axis + 1]);
    if (isLeast || tryPlan(probe, options)?.tiles.length === 1) return probe;
  }
}

function tryPlan(size: Size, options: TileOptions): TilePlan | undefined {
  try {
    return planTiles(size, options);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
