// q = sum_d g_d^T z_d with z = gain(v) r, v = r^2 / threshold^2, r_d = g_d * x, and its gradients.
//
// An item is a tile of rows and columns. Four kernels at a time go through its planes: x with its
// halo, the periodic grid unrolled, is in a ring of as many planes as the kernels have, z in another
// one behind it; a plane of q follows the last z that it needs. Scratch does not grow with the depth.
// Neighbouring tiles compute the halo's z each for itself: every voxel of q has one writer, and no
// number depends on which thread did what.
import { addSums, correlateRow } from "./correlate";
import { gatherRow, GROUP, mad, respondRow, runOf, TAP } from "./taps";
import { arg } from "./job";

// See gain.ts.
const KNEE_1: f32 = 0.0625, KNEE_2: f32 = 1, KNEE_3: f32 = 16;
const MOST_STRENGTH: f32 = 1e10;

/** Vectors behind a group's taps: of its table (P, the gains, 1 / threshold^2), and of its sums. */
const NUMBERS: usize = 9, SUMS: usize = 5;

/** Columns of q that are computed one below the other, so that the rows of z stay in the cache. */
const STRIP: i32 = 64;

// Of the job: the grid, the field of view in it, the kernels, the box that the tiles cover.
let nz: i32 = 0, ny: i32 = 0, nx: i32 = 0;
let depth: i32 = 0, height: i32 = 0, width: i32 = 0;
let kz: i32 = 0, ky: i32 = 0, kx: i32 = 0;
let boxZ: i32 = 0, boxY: i32 = 0, boxX: i32 = 0;
let boxDepth: i32 = 0, boxHeight: i32 = 0, boxWidth: i32 = 0;
let tileRows: i32 = 0, tileColumns: i32 = 0;
let estimate: usize = 0, output: usize = 0, gradient: usize = 0;
let taps: usize = 0, rowBytes: usize = 0, planeBytes: usize = 0;

// Of the tile: its first voxel and size, and the first one and the size with the halo of z.
let y0: i32 = 0, x0: i32 = 0, rows: i32 = 0, columns: i32 = 0;
let haloY: i32 = 0, haloX: i32 = 0, haloRows: i32 = 0, haloColumns: usize = 0;

// Scratch.
let xRing: usize = 0, aRing: usize = 0, zRing: usize = 0;
let responses: usize = 0, changes: usize = 0, owned: usize = 0, slopes: usize = 0;
let insideMask: usize = 0, ownedMask: usize = 0, outRow: usize = 0;
let responseTaps: usize = 0, gatherTaps: usize = 0;

function prepare(job: usize, scratch: usize): void {
  estimate = <usize> arg(job, 0), output = <usize> arg(job, 1), gradient = <usize> arg(job, 22);
  nz = arg(job, 2), ny = arg(job, 3), nx = arg(job, 4);
  depth = arg(job, 5), height = arg(job, 6), width = arg(job, 7);
  kz = arg(job, 8), ky = arg(job, 9), kx = arg(job, 10);
  boxZ = arg(job, 13), boxY = arg(job, 14), boxX = arg(job, 15);
  boxDepth = arg(job, 16), boxHeight = arg(job, 17), boxWidth = arg(job, 18);
  tileRows = arg(job, 19), tileColumns = arg(job, 20);
  rowBytes = <usize> arg(job, 21) * 4;
  taps = <usize> (kz * ky * kx);
  planeBytes = <usize> (tileRows + 2 * (ky - 1)) * rowBytes + 64;
  let next = scratch;
  xRing = next, next += <usize> kz * planeBytes;
  aRing = next, next += <usize> kz * planeBytes;
  zRing = next, next += GROUP * <usize> kz * planeBytes;
  responses = next, next += GROUP * rowBytes;
  changes = next, next += GROUP * rowBytes;
  owned = next, next += GROUP * rowBytes;
  slopes = next, next += GROUP * rowBytes;
  insideMask = next, next += rowBytes;
  ownedMask = next, next += rowBytes;
  outRow = next, next += rowBytes;
  responseTaps = next, next += taps * TAP;
  gatherTaps = next;
}

// @ts-ignore: decorator
@inline
function wrap(i: i32, n: i32): i32 {
  const r = i % n;
  return r < 0 ? r + n : r;
}

/** The tile's geometry, and masks of the columns with a z: of all and of the tile's own. */
function enterTile(item: i32): void {
  const across = (boxWidth + tileColumns - 1) / tileColumns;
  const down = item / across;
  y0 = boxY + down * tileRows, x0 = boxX + (item - down * across) * tileColumns;
  rows = min(tileRows, boxY + boxHeight - y0), columns = min(tileColumns, boxX + boxWidth - x0);
  haloY = y0 - (ky - 1 - (ky >> 1)), haloX = x0 - (kx - 1 - (kx >> 1));
  haloRows = rows + ky - 1;
  haloColumns = <usize> ((columns + kx - 1 + 7) & ~7);
  for (let j: i32 = 0; j < <i32> haloColumns; j++) {
    const inside = j < columns + kx - 1 && wrap(haloX + j, nx) < width;
    const x = haloX + j;
    store<i32>(insideMask + <usize> j * 4, inside ? -1 : 0);
    store<i32>(ownedMask + <usize> j * 4, inside && x >= x0 && x < x0 + columns ? -1 : 0);
  }
}

/** A plane of a field on the grid with its halo, 0 beyond the first `dz`, `dy`, `dx` voxels. */
function loadPlane(field: usize, z: i32, ring: usize, dz: i32, dy: i32, dx: i32): void {
  const plane = wrap(z, nz);
  const count = haloRows + ky - 1;
  const wanted = <i32> (rowBytes >> 2);
  const firstX = wrap(haloX - (kx >> 1), nx);
  for (let i = 0; i < count; i++, ring += rowBytes) {
    const y = wrap(haloY - (ky >> 1) + i, ny);
    if (plane >= dz || y >= dy) {
      memory.fill(ring, 0, rowBytes);
      continue;
    }
    const row = field + <usize> ((plane * ny + y) * nx) * 4;
    for (let done = 0, x = firstX; done < wanted; x = 0) {
      const run = min(wanted - done, nx - x);
      const valid = max(0, min(run, dx - x));
      const to = ring + <usize> done * 4;
      memory.copy(to, row + <usize> x * 4, <usize> valid * 4);
      memory.fill(to + <usize> valid * 4, 0, <usize> (run - valid) * 4);
      done += run;
    }
  }
}

/** Taps of the responses in a ring whose first plane is `first`. */
function tabulateResponses(weights: usize, first: i32): usize {
  let t = responseTaps;
  for (let uz = 0; uz < kz; uz++) {
    const plane = <usize> ((first + uz) % kz) * planeBytes;
    for (let uy = 0; uy < ky; uy++) {
      const row = plane + <usize> uy * rowBytes;
      for (let ux = 0, run = 0; ux < kx; ux += run) {
        run = runOf(kx - ux);
        store<u32>(t, <u32> (row + <usize> ux * 4));
        store<u32>(t, <u32> run, 4);
        memory.copy(t + 16, weights, <usize> run * 16);
        weights += <usize> run * 16;
        t += 16 + <usize> run * 16;
      }
    }
  }
  return t;
}

/** Taps of q in plane `m` of the box, without those that meet planes beyond the field of view. */
function tabulateGather(weights: usize, m: i32): usize {
  let t = gatherTaps;
  for (let uz = 0; uz < kz; uz++) {
    // Tap u meets the z that is the same way off in the other direction.
    const from = m + kz - 1 - uz;
    if (!hasResponses(from)) continue;
    const plane = GROUP * <usize> (from % kz) * planeBytes;
    for (let uy = 0; uy < ky; uy++) {
      const row = plane + GROUP * <usize> (ky - 1 - uy) * rowBytes;
      const last = weights + <usize> ((uz * ky + uy) * kx + kx - 1) * 16;
      for (let vx = 0, run = 0; vx < kx; vx += run) {
        run = runOf(kx - vx);
        store<u32>(t, <u32> (row + <usize> vx * 16));
        store<u32>(t, <u32> run, 4);
        t += 16;
        for (let v = vx; v < vx + run; v++, t += 16) {
          v128.store(t, v128.load(last - <usize> v * 16));
        }
      }
    }
  }
  return t;
}

/** Coordinate of plane `i` of z: the box has kz - 1 planes of z more than its own. */
// @ts-ignore: decorator
@inline
function planeOf(i: i32): i32 {
  return boxZ - (kz - 1 - (kz >> 1)) + i;
}

// @ts-ignore: decorator
@inline
function hasResponses(i: i32): bool {
  return wrap(planeOf(i), nz) < depth;
}

/** q of plane `m` of the box to the output, which is `oz` x `oy` x `ox` and periodic. */
function emitPlane(weights: usize, m: i32, adds: bool, oz: i32, oy: i32, ox: i32): void {
  const end = tabulateGather(weights, m);
  const plane = wrap(boxZ + m, oz);
  for (let strip = 0; strip < columns; strip += STRIP) {
    const count = min(STRIP, columns - strip);
    const z = zRing + <usize> strip * 16;
    for (let i = 0; i < rows; i++) {
      gatherRow(
        z + GROUP * <usize> i * rowBytes,
        gatherTaps,
        end,
        outRow,
        <usize> ((count + 7) & ~7),
      );
      const row = output + <usize> ((plane * oy + wrap(y0 + i, oy)) * ox) * 4;
      let x = wrap(x0 + strip, ox);
      for (let done = 0; done < count;) {
        const run = min(count - done, ox - x);
        const from = outRow + <usize> done * 4, to = row + <usize> x * 4;
        if (adds) addRow(to, from, run);
        else memory.copy(to, from, <usize> run * 4);
        done += run;
        x = 0;
      }
    }
  }
}

function addRow(to: usize, from: usize, count: i32): void {
  let j = 0;
  for (; j + 4 <= count; j += 4, to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
  for (; j < count; j++, to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** A row of z, in place of the r that are there; gain = P(v) / Q(v). */
function shrinkRow(row: usize, numbers: usize): void {
  const p0 = v128.load(numbers), p1 = v128.load(numbers, 16), p2 = v128.load(numbers, 32);
  const p3 = v128.load(numbers, 48), inverseSquare = v128.load(numbers, 128);
  const end = row + haloColumns * 16;
  for (let mask = insideMask; row < end; row += 16, mask += 4) {
    const r = v128.load(row);
    const v = strengthOf(r, inverseSquare);
    const above = mad(p0, v, mad(p1, v, mad(p2, v, p3)));
    const below = f32x4.mul(
      f32x4.add(v, f32x4.splat(KNEE_1)),
      f32x4.mul(f32x4.add(v, f32x4.splat(KNEE_2)), f32x4.add(v, f32x4.splat(KNEE_3))),
    );
    const z = f32x4.mul(f32x4.div(above, below), r);
    v128.store(row, v128.and(z, v128.load32_splat(mask)));
  }
}

/** v = r^2 / threshold^2, as large as it may be. */
// @ts-ignore: decorator
@inline
function strengthOf(r: v128, inverseSquare: v128): v128 {
  const v = f32x4.mul(f32x4.mul(r, r), inverseSquare);
  return f32x4.pmin(v, f32x4.splat(MOST_STRENGTH));
}

/** q on the tiles of the field of view. */
export function shrinkResponses(job: usize, begin: i32, end: i32, scratch: usize): void {
  prepare(job, scratch);
  const groups = arg(job, 11);
  const groupBytes = (taps + NUMBERS) * 16;
  for (let item = begin; item < end; item++) {
    enterTile(item);
    for (let group = 0; group < groups; group++) {
      const weights = <usize> arg(job, 12) + <usize> group * groupBytes;
      for (let i = 1 - kz; i < boxDepth + kz - 1; i++) {
        // Plane i of z needs those of x from i to i + kz - 1.
        const last = i + kz - 1;
        const z = planeOf(last) - (kz >> 1);
        loadPlane(estimate, z, xRing + <usize> (last % kz) * planeBytes, nz, ny, nx);
        if (i < 0) continue;
        if (hasResponses(i)) respondPlane(weights, i);
        if (i >= kz - 1) emitPlane(weights, i - kz + 1, group > 0, depth, height, width);
      }
    }
  }
}

function respondPlane(weights: usize, i: i32): void {
  const end = tabulateResponses(weights, i);
  let row = zRing + GROUP * <usize> (i % kz) * planeBytes;
  let x = xRing;
  for (let j = 0; j < haloRows; j++, row += GROUP * rowBytes, x += rowBytes) {
    if (wrap(haloY + j, ny) >= height) {
      memory.fill(row, 0, haloColumns * 16);
      continue;
    }
    respondRow(x, responseTaps, end, row, haloColumns);
    shrinkRow(row, weights + taps * 16);
  }
}

/**
 * The gradients on the tiles of all voxels that a response of the field of view reaches. dL/dx is
 * added to the output; the sums of dL/dg (four kernels a tap), dL/dgain and r v dgain/dv dL/dz of every
 * tile and group go to its partial sums.
 */
export function shrinkResponsesGradient(job: usize, begin: i32, end: i32, scratch: usize): void {
  prepare(job, scratch);
  const groups = arg(job, 11);
  const groupBytes = (taps + NUMBERS) * 16, partialBytes = (taps + SUMS) * GROUP * 8;
  for (let item = begin; item < end; item++) {
    enterTile(item);
    for (let group = 0; group < groups; group++) {
      const weights = <usize> arg(job, 12) + <usize> group * groupBytes;
      const partials = <usize> arg(job, 23) + <usize> (item * groups + group) * partialBytes;
      memory.fill(partials, 0, partialBytes);
      for (let i = 1 - kz; i < boxDepth + kz - 1; i++) {
        const last = i + kz - 1;
        const z = planeOf(last) - (kz >> 1);
        const slot = <usize> (last % kz) * planeBytes;
        loadPlane(estimate, z, xRing + slot, nz, ny, nx);
        loadPlane(gradient, z, aRing + slot, depth, height, width);
        if (i < 0) continue;
        if (hasResponses(i)) differentiatePlane(weights, i, partials);
        if (i >= kz - 1) emitPlane(weights, i - kz + 1, true, nz, ny, nx);
      }
    }
  }
}

/** The plane's dL/dr in place of z, and the sums of its own voxels. */
function differentiatePlane(weights: usize, i: i32, partials: usize): void {
  const end = tabulateResponses(weights, i);
  const z = planeOf(i);
  let row = zRing + GROUP * <usize> (i % kz) * planeBytes;
  for (let j = 0; j < haloRows; j++, row += GROUP * rowBytes) {
    const y = haloY + j;
    if (wrap(y, ny) >= height) {
      memory.fill(row, 0, haloColumns * 16);
      continue;
    }
    const x = xRing + <usize> j * rowBytes, a = aRing + <usize> j * rowBytes;
    const own = z >= boxZ && z < boxZ + boxDepth && y >= y0 && y < y0 + rows;
    respondRow(x, responseTaps, end, responses, haloColumns);
    respondRow(a, responseTaps, end, changes, haloColumns);
    differentiateRow(row, weights + taps * 16, own ? partials + taps * GROUP * 8 : 0);
    if (!own) continue;
    correlateRow(x, slopes, responseTaps, end, partials, haloColumns);
    correlateRow(a, owned, responseTaps, end, partials, haloColumns);
  }
}

/**
 * dL/dr = z' dL/dz of a row, z' = gain + 2 v dgain/dv; of its own voxels that, z, and the sums. With
 * p = v / (v + knee) of a step, v dp/dv = p (1 - p) = p knee / (v + knee).
 */
function differentiateRow(row: usize, numbers: usize, sums: usize): void {
  const gain0 = v128.load(numbers, 64), gain1 = v128.load(numbers, 80);
  const gain2 = v128.load(numbers, 96), gain3 = v128.load(numbers, 112);
  const inverseSquare = v128.load(numbers, 128);
  const knee1 = f32x4.splat(KNEE_1), knee2 = f32x4.splat(KNEE_2), knee3 = f32x4.splat(KNEE_3);
  let sum0 = f32x4.splat(0), sum1 = f32x4.splat(0), sum2 = f32x4.splat(0), sum3 = f32x4.splat(0);
  let byThreshold = f32x4.splat(0);
  for (let o: usize = 0, j: usize = 0; o < haloColumns * 16; o += 16, j += 4) {
    const r = v128.load(responses + o);
    const change = v128.and(v128.load(changes + o), v128.load32_splat(insideMask + j));
    const v = strengthOf(r, inverseSquare);
    const a = f32x4.add(v, knee1), b = f32x4.add(v, knee2), c = f32x4.add(v, knee3);
    const bc = f32x4.mul(b, c);
    const inverse = f32x4.div(f32x4.splat(1), f32x4.mul(a, bc));
    // 1 / (v + knee) of every step.
    const i1 = f32x4.mul(bc, inverse);
    const i2 = f32x4.mul(f32x4.mul(a, c), inverse);
    const i3 = f32x4.mul(f32x4.mul(a, b), inverse);
    const p1 = f32x4.mul(v, i1), p2 = f32x4.mul(v, i2), p3 = f32x4.mul(v, i3);
    const g1 = f32x4.mul(gain1, p1), g2 = f32x4.mul(gain2, p2), g3 = f32x4.mul(gain3, p3);
    const gain = f32x4.add(f32x4.add(gain0, g1), f32x4.add(g2, g3));
    // v dgain/dv; the second knee is 1.
    const slower = f32x4.add(
      f32x4.mul(f32x4.mul(g1, knee1), i1),
      f32x4.add(f32x4.mul(g2, i2), f32x4.mul(f32x4.mul(g3, knee3), i3)),
    );
    const s = f32x4.mul(f32x4.add(gain, f32x4.add(slower, slower)), change);
    v128.store(row + o, s);
    if (sums == 0) continue;
    const mask = v128.load32_splat(ownedMask + j);
    const own = v128.and(r, mask);
    const product = f32x4.mul(own, change);
    v128.store(owned + o, f32x4.mul(gain, own));
    v128.store(slopes + o, v128.and(s, mask));
    sum0 = f32x4.add(sum0, product);
    sum1 = mad(sum1, product, p1);
    sum2 = mad(sum2, product, p2);
    sum3 = mad(sum3, product, p3);
    byThreshold = mad(byThreshold, product, slower);
  }
  if (sums == 0) return;
  addSums(sums, sum0);
  addSums(sums + 32, sum1);
  addSums(sums + 64, sum2);
  addSums(sums + 96, sum3);
  addSums(sums + 128, byThreshold);
}
