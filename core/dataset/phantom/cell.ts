/**
 * The geometry of the cells in one field of view; all channels are drawn on the same one.
 *
 * @module
 */
import type { Random } from "../../random.ts";
import type { Size, VoxelSizeUm } from "../../volume.ts";
import type { Canvas } from "./canvas.ts";

/** An ellipsoid that is turned about the axis. */
export interface Nucleus {
  /** Voxel coordinates `[z, y, x]`. */
  readonly centre: readonly [number, number, number];
  /** Half lengths `[z, across the long axis, along it]`, in planes and voxels. */
  readonly radii: readonly [number, number, number];
  readonly cos: number;
  readonly sin: number;
}

/** An adherent cell: a flat bottom, a dome above it that is highest over the nucleus. */
export interface Cell {
  /** `[y, x]` in voxels; may lie outside the field of view. */
  readonly centre: readonly [number, number];
  /** Typical radius of the outline, in voxels. */
  readonly radius: number;
  /** Distance from the centre to the outline over the full turn, in voxels. */
  readonly outline: Float64Array;
  /** Plane of the bottom and height above it; a thin stack shows a part of it. */
  readonly bottom: number;
  readonly height: number;
  readonly nucleus: Nucleus;
}

const ANGLES = 256;

/** One cell in the middle of the field and up to two more at its border. */
export function createCells(size: Size, voxelSizeUm: VoxelSizeUm, random: Random): Cell[] {
  const [depth, height, width] = size;
  const pixelUm = (voxelSizeUm.x + voxelSizeUm.y) / 2;
  // Adherent cells: body some 14 um in radius and 3.5 um high, smaller where the field is.
  const body = Math.min(14 / pixelUm, 0.27 * Math.min(height, width));
  const high = Math.max(6, Math.min(3.5 / voxelSizeUm.z, 0.75 * depth));
  const cells = [createCell(random, body, high, [
    height * (0.5 + 0.16 * (random.uniform() - 0.5)),
    width * (0.5 + 0.16 * (random.uniform() - 0.5)),
  ])];
  const neighbours = random.integer(3);
  const towards = 2 * Math.PI * random.uniform();
  for (let i = 0; i < neighbours; i++) {
    const angle = towards + Math.PI * i * (0.7 + 0.6 * random.uniform());
    const far = (0.95 + 0.2 * random.uniform()) /
      Math.max(...[Math.cos, Math.sin].map((f) => Math.abs(f(angle))));
    cells.push(createCell(random, body, high, [
      height * (0.5 + 0.5 * far * Math.sin(angle)),
      width * (0.5 + 0.5 * far * Math.cos(angle)),
    ]));
  }
  const middle = (depth - 1) / 2 * (0.85 + 0.25 * random.uniform());
  return cells.map((cell) => placeAlongAxis(cell, middle));
}

function createCell(
  random: Random,
  body: number,
  high: number,
  centre: readonly [number, number],
): Cell {
  const radius = body * (0.85 + 0.3 * random.uniform());
  const height = high * (0.85 + 0.3 * random.uniform());
  const long = radius * (0.42 + 0.1 * random.uniform());
  const turn = Math.PI * random.uniform();
  return {
    centre,
    radius,
    outline: createOutline(random, radius),
    bottom: 0,
    height,
    nucleus: {
      centre: [
        0.48 * height,
        centre[0] + 0.12 * radius * random.normal(),
        centre[1] + 0.12 * radius * random.normal(),
      ],
      radii: [0.4 * height, long * (0.65 + 0.25 * random.uniform()), long],
      cos: Math.cos(turn),
      sin: Math.sin(turn),
    },
  };
}

/** An ellipse with three to six pointed processes. */
function createOutline(random: Random, radius: number): Float64Array {
  const stretch = 0.05 + 0.15 * random.uniform();
  const axis = 2 * Math.PI * random.uniform();
  const count = 3 + random.integer(4);
  const first = 2 * Math.PI * random.uniform();
  const processes = Array.from({ length: count }, (_, i) => ({
    angle: first + 2 * Math.PI * (i + 0.5 * (random.uniform() - 0.5)) / count,
    length: 0.15 + 0.7 * random.uniform() ** 2,
    width: 0.16 + 0.16 * random.uniform(),
  }));
  return Float64Array.from({ length: ANGLES }, (_, i) => {
    const angle = 2 * Math.PI * i / ANGLES;
    let r = 0.95 + stretch * Math.cos(2 * (angle - axis));
    for (const process of processes) {
      const d = Math.abs(
        Math.atan2(Math.sin(angle - process.angle), Math.cos(angle - process.angle)),
      );
      r += process.length * Math.exp(-d / process.width);
    }
    return radius * r;
  });
}

function placeAlongAxis(cell: Cell, middle: number): Cell {
  const bottom = middle - cell.nucleus.centre[0];
  const [, y, x] = cell.nucleus.centre;
  return { ...cell, bottom, nucleus: { ...cell.nucleus, centre: [middle, y, x] } };
}

/** Distance from the cell's axis as a part of its outline's: 0 in the centre, 1 on the outline. */
export function radialPosition(cell: Cell, y: number, x: number): number {
  const dy = y - cell.centre[0];
  const dx = x - cell.centre[1];
  const turn = (Math.atan2(dy, dx) / (2 * Math.PI) + 1) * ANGLES;
  const before = Math.floor(turn);
  const part = turn - before;
  const { outline } = cell;
  const edge = (1 - part) * outline[before % ANGLES] + part * outline[(before + 1) % ANGLES];
  return Math.sqrt(dy * dy + dx * dx) / edge;
}

/** Plane of the upper membrane; below `bottom` outside the outline. */
export function topOf(cell: Cell, y: number, x: number): number {
  const [, ny, nx] = cell.nucleus.centre;
  const reach = 0.5 * cell.radius;
  const near = Math.exp(-0.5 * ((y - ny) ** 2 + (x - nx) ** 2) / (reach * reach));
  // A thin lamella with a steep border, and the dome over the nucleus; negative outside.
  const inside = 1 - radialPosition(cell, y, x) ** 6;
  return cell.bottom + cell.height * inside * (0.3 + 0.75 * near);
}

/** Position in the nucleus: 0 in its centre, 1 on its envelope. */
export function nuclearPosition(nucleus: Nucleus, z: number, y: number, x: number): number {
  const [cz, cy, cx] = nucleus.centre;
  const [rz, rShort, rLong] = nucleus.radii;
  const u = ((x - cx) * nucleus.cos + (y - cy) * nucleus.sin) / rLong;
  const v = ((y - cy) * nucleus.cos - (x - cx) * nucleus.sin) / rShort;
  const w = (z - cz) / rz;
  return Math.sqrt(u * u + v * v + w * w);
}

/** Distance into the nucleus from its envelope, in standard deviations of the finest detail. */
export function envelopeDistance(
  canvas: Canvas,
  nucleus: Nucleus,
  [z, y, x]: readonly [number, number, number],
): number {
  const [rz, rShort, rLong] = nucleus.radii;
  const dy = y - nucleus.centre[1];
  const dx = x - nucleus.centre[2];
  const u = (dx * nucleus.cos + dy * nucleus.sin) / rLong;
  const v = (dy * nucleus.cos - dx * nucleus.sin) / rShort;
  const w = (z - nucleus.centre[0]) / rz;
  const position = Math.sqrt(u * u + v * v + w * w);
  // d = (1 - q) / |grad q|, q = |(u, v, w)|, the gradient per standard deviation
  const slope = Math.sqrt(
    (canvas.sigmaXy * u / rLong) ** 2 + (canvas.sigmaXy * v / rShort) ** 2 +
      (canvas.sigmaZ * w / rz) ** 2,
  );
  return (1 - position) * Math.max(position, 1e-6) / Math.max(slope, 1e-9);
}

/** The place `[y, x]` at the nucleus' side around which organelles gather. */
export function besideNucleus(cell: Cell, random: Random): readonly [number, number] {
  const [, y, x] = cell.nucleus.centre;
  const angle = 2 * Math.PI * random.uniform();
  const far = 1.15 * cell.nucleus.radii[2];
  return [y + far * Math.sin(angle), x + far * Math.cos(angle)];
}

/**
 * A place `[z, y, x]` in the cytoplasm: anywhere, or around `near.centre` with a standard deviation
 * of `near.spread` cell radii. Undefined where none was found.
 */
export function drawPlace(
  cell: Cell,
  random: Random,
  near?: { readonly centre: readonly [number, number]; readonly spread: number },
): [number, number, number] | undefined {
  for (let attempt = 0; attempt < 20; attempt++) {
    let y: number, x: number;
    if (near) {
      y = near.centre[0] + near.spread * cell.radius * random.normal();
      x = near.centre[1] + near.spread * cell.radius * random.normal();
    } else {
      const reach = 1.8 * cell.radius;
      y = cell.centre[0] + reach * (2 * random.uniform() - 1);
      x = cell.centre[1] + reach * (2 * random.uniform() - 1);
    }
    const top = topOf(cell, y, x);
    const z = cell.bottom + cell.height * random.uniform();
    if (z < top && nuclearPosition(cell.nucleus, z, y, x) > 1.05) return [z, y, x];
  }
  return undefined;
}
