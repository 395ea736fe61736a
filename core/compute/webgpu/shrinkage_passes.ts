/**
 * The kernels' responses, shrunk, and their gradients. Four kernels go through at a time, box by box:
 * their responses lie in one buffer between two passes, never those of all kernels of a whole stack.
 *
 * @module
 */
import { type Size, voxelsOf } from "../../volume.ts";
import type { ShrinkageGradientOptions, ShrinkageGradients, ShrinkageKernels } from "../engine.ts";
import { type Box, gatherBox, scatterBox, wrap } from "./box_moves.ts";
import type { Dispatch } from "./commands.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, packUniform } from "./dispatches.ts";
import type { PlainPass } from "./programs.ts";
import type { GpuField } from "./resources.ts";
import {
  groupKernels,
  groupsOf,
  NUMBER_SUMS,
  readGradients,
  vectorsOf,
} from "./shrinkage_kernels.ts";
import {
  cutBox,
  groupsFor,
  mapAxes,
  originOf,
  planColumns,
  planTiles,
  RESPONSE_BYTES,
  type TilePlan,
  widen,
} from "./shrinkage_plan.ts";
import { Temporaries } from "./temporaries.ts";

/** Workgroups that share the tiles of the kernels' gradient: more than any GPU runs at once. */
const SHARING_GROUPS = 1024;

/** What the passes are allowed. */
export interface ShrinkagePassLimits {
  readonly workgroupBytes: number;
  readonly bindingBytes: number;
}

/** The responses around a target box, and what they are computed from. */
interface Region {
  /** What responses are projected to. */
  readonly target: Box;
  /** Of the responses. */
  readonly box: Box;
  /** Of the samples around them. */
  readonly window: Box;
  readonly grid: Size;
  readonly view: Size;
}

/** Four kernels of a bank. */
interface Group {
  readonly bank: ShrinkageKernels;
  readonly group: number;
}

/** Runs the passes of shaders/shrinkage.wgsl. */
export class ShrinkagePasses {
  #parts: DeviceParts;
  #limits: ShrinkagePassLimits;
  #temporaries: Temporaries;

  constructor(parts: DeviceParts, limits: ShrinkagePassLimits) {
    this.#parts = parts;
    this.#limits = limits;
    this.#temporaries = new Temporaries(parts);
  }

  /** q = sum_d g_d^T z_d */
  shrink(estimate: GpuField, output: GpuField, bank: ShrinkageKernels): void {
    const table = this.#loadTable(bank);
    const shape = { grid: estimate.size, view: output.size };
    const whole = { begin: mapAxes(() => 0), size: output.size };
    const regions = this.#regionsOf(whole, bank.kernelSize, shape);
    // The same tiles for all boxes, of which the first is the largest: their shaders are compiled once.
    const tiles = this.#tiles(regions[0].box.size, bank, { elementBytes: 4 });
    const projectionTiles = this.#projectionTiles(regions, bank);
    for (const region of regions) {
      const samples = this.#reserve("samples", region.window, 4);
      const responses = this.#reserve("responses", region.box, RESPONSE_BYTES);
      const projection = this.#reserve("projection", region.target, 4);
      gatherBox(this.#parts, estimate, { box: region.window, buffer: samples });
      for (let group = 0; group < groupsOf(bank); group++) {
        this.#run("shrinkResponses", tiles.constants, {
          groups: groupsFor(region.box.size, tiles.tile),
          buffers: [table, samples, responses],
          uniform: uniformOf(region, { bank, group }),
        });
        this.#project([table, responses, projection], region, {
          bank,
          group,
          tiles: projectionTiles,
        });
      }
      scatterBox(this.#parts, output, { box: region.target, buffer: projection, mode: "set" });
    }
  }

  /** Adds dL/dx to `output`; the other gradients. */
  async gradient(
    estimate: GpuField,
    output: GpuField,
    { gradient, size, kernels: bank }: ShrinkageGradientOptions & { readonly gradient: GpuField },
  ): Promise<ShrinkageGradients> {
    const { kernelSize } = bank;
    const table = this.#loadTable(bank);
    const columns = planColumns(kernelSize, this.#limits.workgroupBytes);
    // Of four kernels: the columns of taps, then gains and thresholds.
    const columnSums = columns.count * columns.block;
    const groupSums = columnSums + NUMBER_SUMS;
    const length = 4 * groupsOf(bank) * groupSums;
    const sums = this.#temporaries.reserve("sums", 4 * length);
    const shape = { grid: estimate.size, view: size };
    const regions = this.#regionsOf(reachOf(shape, kernelSize), kernelSize, shape);
    const tiles = this.#tiles(regions[0].box.size, bank, {
      elementBytes: 4,
      otherBytes: RESPONSE_BYTES,
    });
    const projectionTiles = this.#projectionTiles(regions, bank);
    regions.forEach((region, part) => {
      const { box, window, target } = region;
      const samples = this.#reserve("samples", window, 4);
      const slope = this.#reserve("gradient", window, 4);
      const responses = this.#reserve("responses", box, RESPONSE_BYTES);
      const slopes = this.#reserve("slopes", box, RESPONSE_BYTES);
      const projection = this.#reserve("projection", target, 4);
      gatherBox(this.#parts, estimate, { box: window, buffer: samples });
      gatherBox(this.#parts, gradient, { box: window, buffer: slope, view: size });
      const groups = groupsFor(box.size, tiles.tile);
      const tileCount = groups.reduce((a, b) => a * b);
      const own = ownOf(region);
      const ownTiles = groupsFor(own.size, [1, ...columns.tile]).reduce((a, b) => a * b);
      const sharing = Math.max(1, Math.min(SHARING_GROUPS, ownTiles));
      const parts = this.#temporaries.reserve(
        "parts",
        16 * Math.max(NUMBER_SUMS * tileCount, sharing * columnSums),
      );
      const add = part > 0 ? 1 : 0;
      for (let group = 0; group < groupsOf(bank); group++) {
        const uniform = uniformOf(region, { bank, group, tile: columns.tile });
        const first = group * groupSums;
        this.#run("shrinkGradient", tiles.constants, {
          groups,
          buffers: [table, samples, slope, responses, slopes, parts],
          uniform,
        });
        this.#sum([parts, sums], {
          count: NUMBER_SUMS,
          parts: tileCount,
          first: first + columnSums,
          add,
        });
        this.#run("correlateResponses", columns.constants, {
          groups: [sharing, columns.sets, 1],
          buffers: [samples, slope, responses, slopes, parts],
          uniform,
        });
        this.#sum([parts, sums], { count: columnSums, parts: sharing, first, add });
        this.#project([table, slopes, projection], region, {
          bank,
          group,
          tiles: projectionTiles,
        });
      }
      scatterBox(this.#parts, output, { box: target, buffer: projection, mode: "add" });
    });
    const values = await this.#parts.commands.read([{ buffer: sums, length }]);
    return readGradients(values, bank, { columns, groupSums });
  }

  #loadTable(bank: ShrinkageKernels): DeviceBuffer {
    const values = groupKernels(bank);
    const table = this.#temporaries.reserve("table", values.byteLength);
    this.#parts.commands.write(table, values);
    return table;
  }

  #regionsOf(
    whole: Box,
    kernelSize: Size,
    shape: Pick<Region, "grid" | "view">,
  ): readonly Region[] {
    const origin = originOf(kernelSize);
    return cutBox(whole, kernelSize, this.#limits.bindingBytes).map((target) => {
      const begin = mapAxes((a) => target.begin[a] - (kernelSize[a] - 1 - origin[a]));
      const box = { begin, size: widen(target.size, kernelSize) };
      return {
        ...shape,
        target,
        box,
        window: {
          begin: mapAxes((a) => begin[a] - origin[a]),
          size: widen(box.size, kernelSize),
        },
      };
    });
  }

  #reserve(purpose: string, { size }: Box, bytes: number): DeviceBuffer {
    return this.#temporaries.reserve(purpose, voxelsOf(size) * bytes);
  }

  #tiles(
    size: Size,
    { kernelSize }: ShrinkageKernels,
    bytes: { readonly elementBytes: number; readonly otherBytes?: number },
  ): TilePlan {
    return planTiles(size, kernelSize, { ...bytes, workgroupBytes: this.#limits.workgroupBytes });
  }

  #projectionTiles([{ target }]: readonly Region[], bank: ShrinkageKernels): TilePlan {
    return this.#tiles(target.size, bank, { elementBytes: RESPONSE_BYTES });
  }

  #project(
    buffers: readonly DeviceBuffer[],
    region: Region,
    { tiles, ...group }: Group & { readonly tiles: TilePlan },
  ): void {
    this.#run("projectResponses", tiles.constants, {
      groups: groupsFor(region.target.size, tiles.tile),
      buffers,
      uniform: uniformOf(region, group),
    });
  }

  #sum(
    buffers: readonly DeviceBuffer[],
    { count, parts, first, add }: Record<"count" | "parts" | "first" | "add", number>,
  ): void {
    const uniform = packUniform([count, parts, first, add]);
    this.#run("sumParts", {}, { groups: [count, 1, 1], buffers, uniform });
  }

  #run(
    pass: PlainPass,
    constants: Readonly<Record<string, number>>,
    dispatch: Dispatch,
  ): void {
    const { commands, pipelines } = this.#parts;
    commands.dispatch(pipelines.plainPass(pass, constants), dispatch);
  }
}

/** The part of the estimate's grid that responses in the field of view reach. */
function reachOf({ grid, view }: Pick<Region, "grid" | "view">, kernelSize: Size): Box {
  const reach = widen(view, kernelSize);
  const origin = originOf(kernelSize);
  return {
    begin: mapAxes((axis) => reach[axis] <= grid[axis] ? -origin[axis] : 0),
    size: mapAxes((axis) => Math.min(reach[axis], grid[axis])),
  };
}

/** The responses in the field of view at the target's own voxels, from the box's first on. */
function ownOf({ target, box, view }: Region): Box {
  const begin = mapAxes((a) => Math.max(target.begin[a], 0));
  const end = mapAxes((a) => Math.min(target.begin[a] + target.size[a], view[a]));
  const size = mapAxes((a) => Math.max(end[a] - begin[a], 0));
  return { begin: mapAxes((a) => begin[a] - box.begin[a]), size };
}

/** As in shaders/shrinkage.wgsl. */
function uniformOf(
  region: Region,
  { bank, group, tile = [0, 0] }: Group & { readonly tile?: readonly [y: number, x: number] },
): ArrayBuffer {
  const { window, box, target, grid, view } = region;
  const own = ownOf(region);
  return packUniform([
    ...[...window.size, group * vectorsOf(bank)],
    ...[...box.size, group > 0 ? 1 : 0],
    ...[...target.size, 0],
    ...mapAxes((a) => wrap(box.begin[a], grid[a])),
    0,
    ...[...grid, 0],
    ...[...view, 0],
    ...[...own.begin, 0],
    ...mapAxes((a) => own.begin[a] + own.size[a]),
    ...[0, bank.kernelSize[0], bank.kernelSize[2], ...tile],
  ]);
}
