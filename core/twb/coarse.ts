/**
 * Where a coarse stage looks and what it gives back: means around nodes, every few voxels, and the way
 * from nodes to the voxels between them.
 *
 * @module
 */
import type { Taps } from "../compute/engine.ts";
import { type TapList, tapsOf, transposeTaps } from "../compute/taps.ts";
import type { Size } from "../volume.ts";
import type { CoarseStage } from "./stage.ts";

/** Nodes at every `factor` voxels of a stack, with those around it that kernels reach. */
export interface CoarseGrid {
  /** Nodes in the stack: from its first voxel to its last one or the next behind it. */
  readonly nodes: Size;
  /** With the nodes around: those behind come next, those before at the end. */
  readonly grid: Size;
  /** From voxels to the means of all nodes. */
  readonly means: Taps;
  /** From the nodes in the stack to its voxels. */
  readonly spread: Taps;
}

/** A stage's nodes in a stack of this size. */
export function coarseGridOf(
  size: Size,
  { factor, kernelSize }: Pick<CoarseStage, "factor" | "kernelSize">,
): CoarseGrid {
  const axes = size.map((length, axis) => {
    const nodes = countNodes(length, factor[axis]);
    const grid = nodes + kernelSize[axis] - 1;
    const before = Math.floor(kernelSize[axis] / 2);
    const step = factor[axis];
    const places = Array.from({ length: grid }, (_, j) => j < grid - before ? j : j - grid);
    return {
      nodes,
      grid,
      means: tapsOf(places.map((node) => meanAround(node * step, { length, step }))),
      spread: tapsOf(Array.from({ length }, (_, i) => interpolateAt(i, step))),
    };
  });
  const [z, y, x] = axes;
  return {
    nodes: [z.nodes, y.nodes, x.nodes],
    grid: [z.grid, y.grid, x.grid],
    means: [z.means, y.means, x.means],
    spread: [z.spread, y.spread, x.spread],
  };
}

/** Voxels along an axis that a stage's kernels see, on whatever scale. */
export function kernelSpanOf(
  { kernelSize, factor }: { readonly kernelSize: Size; readonly factor?: Size },
  axis: number,
): number {
  return kernelSize[axis] * (factor?.[axis] ?? 1);
}

/** The adjoint of taps whose sums are of values of this size. */
export function transposeAll(taps: Taps, size: Size): Taps {
  return taps.map((axis, i) => transposeTaps(axis, size[i])) as unknown as Taps;
}

/** From voxel 0 to the last one, or the first behind it. */
export function countNodes(length: number, factor: number): number {
  return Math.ceil((length - 1) / factor) + 1;
}

/** Weights (f - |d|) / f^2 at the distances |d| < f, f the step; beyond its ends the line is mirrored. */
function meanAround(
  at: number,
  { length, step }: { readonly length: number; readonly step: number },
): TapList {
  const period = 2 * length;
  return Array.from({ length: 2 * step - 1 }, (_, tap) => {
    const distance = tap - step + 1;
    const place = (((at + distance) % period) + period) % period;
    const index = Math.min(place, period - 1 - place);
    return [index, (step - Math.abs(distance)) / step ** 2] as const;
  });
}

/** Linear between the nodes on both sides. */
function interpolateAt(at: number, step: number): TapList {
  const node = Math.floor(at / step);
  const part = at / step - node;
  return part === 0 ? [[node, 1]] : [[node, 1 - part], [node + 1, part]];
}
