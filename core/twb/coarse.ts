/**
 * Where a coarse stage looks and what it gives back: means around nodes, every few voxels, and the way
 * from nodes to the voxels between them.
 *
 * @module
 */
import type { AxisTaps, Taps } from "../compute/engine.ts";
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
    return {
      nodes,
      grid,
      means: tapsOf(
        Array.from(
          { length: grid },
          (_, j) =>
            meanAround((j < grid - before ? j : j - grid) * factor[axis], {
              length,
              factor: factor[axis],
            }),
        ),
      ),
      spread: tapsOf(Array.from({ length }, (_, i) => interpolateAt(i, factor[axis]))),
    };
  });
  const all = <T>(name: "nodes" | "grid" | "means" | "spread") =>
    axes.map((axis) => axis[name]) as unknown as readonly [T, T, T];
  return {
    nodes: all<number>("nodes"),
    grid: all<number>("grid"),
    means: all<AxisTaps>("means"),
    spread: all<AxisTaps>("spread"),
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

/** Weights (f - |d|) / f^2 at the distances |d| < f; beyond its ends the line is mirrored. */
function meanAround(
  at: number,
  { length, factor }: { readonly length: number; readonly factor: number },
): TapList {
  const period = 2 * length;
  return Array.from({ length: 2 * factor - 1 }, (_, tap) => {
    const distance = tap - factor + 1;
    const place = (((at + distance) % period) + period) % period;
    const index = Math.min(place, period - 1 - place);
    return [index, (factor - Math.abs(distance)) / factor ** 2] as const;
  });
}

/** Linear between the nodes on both sides. */
function interpolateAt(at: number, factor: number): TapList {
  const node = Math.floor(at / factor);
  const part = at / factor - node;
  return part === 0 ? [[node, 1]] : [[node, 1 - part], [node + 1, part]];
}
