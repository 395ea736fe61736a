// Transforms along x (real) and y of every plane of a stack.
//
// A plane in frequency holds, for every wy, the half spectrum in groups of four: four real parts,
// then four imaginary parts (32 bytes a group, an even number of groups a row). Points beyond
// wx = floor(Nx / 2) are zero.
import { CENTRED, extendLine, foldLine, lineBytesOf, originOf, placeOf } from "./line";
import { arg, argF32 } from "./job";
import { FORWARD, transform } from "./fft";
import {
  gatherRows,
  joinHigh,
  joinLow,
  pairHigh,
  pairLow,
  scatterRows,
  storeColumns,
} from "./transpose";

/** What of element k counts: all, or nothing where k lies in a row's padding. */
// @ts-ignore: decorator
@inline
function maskOf(k: i32, half: i32): v128 {
  return i32x4.splat(k < half ? -1 : 0);
}

/**
 * Sums (or differences) of four elements on from `p` and four back from `m`, times a factor, to the
 * same place of four rows.
 */
// @ts-ignore: decorator
@inline
function separate(
  p: usize,
  m: usize,
  difference: bool,
  factor: f32,
  k: i32,
  half: i32,
  d0: usize,
  d1: usize,
  d2: usize,
  d3: usize,
): void {
  const scale = f32x4.splat(factor);
  let a = v128.load(p), b = v128.load(p, 32), c = v128.load(p, 64), d = v128.load(p, 96);
  const ma = v128.load(m), mb = v128.load(m - 32), mc = v128.load(m - 64), md = v128.load(m - 96);
  if (difference) {
    a = f32x4.sub(a, ma), b = f32x4.sub(b, mb), c = f32x4.sub(c, mc), d = f32x4.sub(d, md);
  } else {
    a = f32x4.add(a, ma), b = f32x4.add(b, mb), c = f32x4.add(c, mc), d = f32x4.add(d, md);
  }
  a = f32x4.mul(scale, a), b = f32x4.mul(scale, b);
  c = f32x4.mul(scale, c), d = f32x4.mul(scale, d);
  if (k + 3 >= half) {
    a = v128.and(a, maskOf(k, half)), b = v128.and(b, maskOf(k + 1, half));
    c = v128.and(c, maskOf(k + 2, half)), d = v128.and(d, maskOf(k + 3, half));
  }
  storeColumns(a, b, c, d, d0, d1, d2, d3);
}

/** Where row `row` of a stack begins; past the last comes the last again. */
// @ts-ignore: decorator
@inline
function rowAddress(
  row: i32,
  rows: i32,
  rowsPerPlane: i32,
  planeBytes: usize,
  rowBytes: usize,
): usize {
  const r = min(row, rows - 1);
  const plane = r / rowsPerPlane;
  return <usize> plane * planeBytes + <usize> (r - plane * rowsPerPlane) * rowBytes;
}

/**
 * Eight rows a time, as the real and the imaginary parts of four complex lines. Where the last eight
 * are not complete, the last row is repeated.
 */
export function forwardX(job: usize, begin: i32, end: i32, scratch: usize): void {
  const src = <usize> arg(job, 0), rows = arg(job, 1), n = arg(job, 2), rowsPerPlane = arg(job, 3);
  const dst = <usize> arg(job, 4), planeBytes = <usize> arg(job, 5), rowBytes = <usize> arg(job, 6);
  const length = arg(job, 7), plan = <usize> arg(job, 8), mode = arg(job, 9);
  const weights = <usize> arg(job, 10);
  const origin = originOf(mode, n);
  const lineBytes = lineBytesOf(length);
  const half = (length >> 1) + 1;
  // The second of the two lines to work in is the line itself.
  const line = scratch + lineBytes;
  const rowLength = <usize> n * 4;
  for (let item = begin; item < end; item++) {
    const first = item * 8;
    for (let part = 0; part < 2; part++) {
      const r = first + part * 4;
      const p0 = src + <usize> min(r, rows - 1) * rowLength;
      const p1 = src + <usize> min(r + 1, rows - 1) * rowLength;
      const p2 = src + <usize> min(r + 2, rows - 1) * rowLength;
      const p3 = src + <usize> min(r + 3, rows - 1) * rowLength;
      const q = line + <usize> part * 16;
      gatherRows(p0, p1, p2, p3, origin, n, q, 32);
      if (mode == CENTRED) gatherRows(p0, p1, p2, p3, 0, origin, q + (length - origin) * 32, 32);
    }
    extendLine(line, 32, n, length, mode, weights);
    transform(plan, FORWARD, line, 32, 0, line, 32, 0, 1, scratch, lineBytes);
    // Z[N] = Z[0]
    v128.store(line + <usize> length * 32, v128.load(line));
    v128.store(line + <usize> length * 32, v128.load(line, 16), 16);
    // A = (Z[k] + conj Z[N-k]) / 2 and B = (Z[k] - conj Z[N-k]) / 2i: rows 0..3 and rows 4..7.
    const a0 = dst + rowAddress(first, rows, rowsPerPlane, planeBytes, rowBytes);
    const a1 = dst + rowAddress(first + 1, rows, rowsPerPlane, planeBytes, rowBytes);
    const a2 = dst + rowAddress(first + 2, rows, rowsPerPlane, planeBytes, rowBytes);
    const a3 = dst + rowAddress(first + 3, rows, rowsPerPlane, planeBytes, rowBytes);
    const b0 = dst + rowAddress(first + 4, rows, rowsPerPlane, planeBytes, rowBytes);
    const b1 = dst + rowAddress(first + 5, rows, rowsPerPlane, planeBytes, rowBytes);
    const b2 = dst + rowAddress(first + 6, rows, rowsPerPlane, planeBytes, rowBytes);
    const b3 = dst + rowAddress(first + 7, rows, rowsPerPlane, planeBytes, rowBytes);
    let k = 0, p = line, m = line + <usize> length * 32;
    for (let o: usize = 0; o < rowBytes; o += 32, k += 4, p += 128, m -= 128) {
      separate(p, m, false, 0.5, k, half, a0 + o, a1 + o, a2 + o, a3 + o);
      separate(p, m, true, -0.5, k, half, b0 + o + 16, b1 + o + 16, b2 + o + 16, b3 + o + 16);
      separate(p + 16, m + 16, false, 0.5, k, half, b0 + o, b1 + o, b2 + o, b3 + o);
      separate(p + 16, m + 16, true, 0.5, k, half, a0 + o + 16, a1 + o + 16, a2 + o + 16, a3 + o + 16);
    }
  }
}

/** Four elements on from `p` get a + b, four back from `m` get b - a (or a - b and a + b). */
// @ts-ignore: decorator
@inline
function joinPair(a: v128, b: v128, p: usize, m: usize, second: bool): void {
  if (second) {
    v128.store(p, f32x4.sub(a, b));
    v128.store(m, f32x4.add(a, b));
  } else {
    v128.store(p, f32x4.add(a, b));
    v128.store(m, f32x4.sub(b, a));
  }
}

// @ts-ignore: decorator
@inline
function joinRows(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  b0: usize,
  b1: usize,
  b2: usize,
  b3: usize,
  p: usize,
  m: usize,
  second: bool,
): void {
  let r0 = v128.load(a0), r1 = v128.load(a1), r2 = v128.load(a2), r3 = v128.load(a3);
  const aLow = pairLow(r0, r1), aLow2 = pairLow(r2, r3);
  const aHigh = pairHigh(r0, r1), aHigh2 = pairHigh(r2, r3);
  r0 = v128.load(b0), r1 = v128.load(b1), r2 = v128.load(b2), r3 = v128.load(b3);
  const bLow = pairLow(r0, r1), bLow2 = pairLow(r2, r3);
  const bHigh = pairHigh(r0, r1), bHigh2 = pairHigh(r2, r3);
  // The largest k first: what padding writes is overwritten by the elements that belong there.
  joinPair(joinHigh(aHigh, aHigh2), joinHigh(bHigh, bHigh2), p + 96, m - 96, second);
  joinPair(joinLow(aHigh, aHigh2), joinLow(bHigh, bHigh2), p + 64, m - 64, second);
  joinPair(joinHigh(aLow, aLow2), joinHigh(bLow, bLow2), p + 32, m - 32, second);
  joinPair(joinLow(aLow, aLow2), joinLow(bLow, bLow2), p, m, second);
}

/** The spectrum of real samples is real at wx = 0 and at Nx / 2. */
// @ts-ignore: decorator
@inline
function makeEndsReal(row: usize, length: i32): void {
  store<f32>(row + 16, 0);
  const middle = <usize> (length >> 1);
  if ((length & 1) == 0) store<f32>(row + (middle >> 2) * 32 + (middle & 3) * 4 + 16, 0);
}

/** From the half spectrum of rows back to the samples `offset` to `offset + n` of each, scaled. */
export function inverseX(job: usize, begin: i32, end: i32, scratch: usize): void {
  const dst = <usize> arg(job, 0), rows = arg(job, 1), n = arg(job, 2), rowsPerPlane = arg(job, 3);
  // The first row of the result of the first plane.
  const src = <usize> arg(job, 4), planeBytes = <usize> arg(job, 5), rowBytes = <usize> arg(job, 6);
  const length = arg(job, 7), plan = <usize> arg(job, 8), folded = arg(job, 9);
  const weights = <usize> arg(job, 10), offset = arg(job, 11);
  const scale = f32x4.splat(argF32(job, 12));
  const lineBytes = lineBytesOf(length);
  const line = scratch + lineBytes;
  const rowLength = <usize> n * 4;
  for (let item = begin; item < end; item++) {
    const first = item * 8;
    const a0 = src + rowAddress(first, rows, rowsPerPlane, planeBytes, rowBytes);
    const a1 = src + rowAddress(first + 1, rows, rowsPerPlane, planeBytes, rowBytes);
    const a2 = src + rowAddress(first + 2, rows, rowsPerPlane, planeBytes, rowBytes);
    const a3 = src + rowAddress(first + 3, rows, rowsPerPlane, planeBytes, rowBytes);
    const b0 = src + rowAddress(first + 4, rows, rowsPerPlane, planeBytes, rowBytes);
    const b1 = src + rowAddress(first + 5, rows, rowsPerPlane, planeBytes, rowBytes);
    const b2 = src + rowAddress(first + 6, rows, rowsPerPlane, planeBytes, rowBytes);
    const b3 = src + rowAddress(first + 7, rows, rowsPerPlane, planeBytes, rowBytes);
    makeEndsReal(a0, length);
    makeEndsReal(a1, length);
    makeEndsReal(a2, length);
    makeEndsReal(a3, length);
    makeEndsReal(b0, length);
    makeEndsReal(b1, length);
    makeEndsReal(b2, length);
    makeEndsReal(b3, length);
    // Z[k] = A[k] + i B[k], Z[N-k] = conj A[k] + i conj B[k], A in rows 0..3 and B in rows 4..7;
    // stored as (im, re), for the inverse is the forward transform of the swapped parts.
    for (let o = rowBytes; o > 0;) {
      o -= 32;
      const p = line + o * 4, m = line + <usize> length * 32 - o * 4;
      const i = o + 16;
      joinRows(a0 + i, a1 + i, a2 + i, a3 + i, b0 + o, b1 + o, b2 + o, b3 + o, p, m, false);
      joinRows(a0 + o, a1 + o, a2 + o, a3 + o, b0 + i, b1 + i, b2 + i, b3 + i, p + 16, m + 16, true);
    }
    transform(plan, FORWARD, line, 32, 0, line, 32, 0, 1, scratch, lineBytes);
    if (folded) foldLine(line, 32, n, length, weights);
    for (let part = 0; part < 2; part++) {
      const r = first + part * 4;
      const q = line + <usize> (part == 0 ? 16 : 0) + <usize> offset * 32;
      const d0 = dst + <usize> min(r, rows - 1) * rowLength;
      const d1 = dst + <usize> min(r + 1, rows - 1) * rowLength;
      const d2 = dst + <usize> min(r + 2, rows - 1) * rowLength;
      const d3 = dst + <usize> min(r + 3, rows - 1) * rowLength;
      scatterRows(q, 32, scale, d0, d1, d2, d3, 0, n);
    }
  }
}

/** Neighbouring groups that are transformed along y together: a cache line of every row. */
const LINES: usize = 2;

/**
 * Columns along y, in place: n rows in, `length` rows out, forward or back. An item is two groups of
 * one plane.
 */
export function transformY(job: usize, begin: i32, end: i32, scratch: usize): void {
  const planes = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), direction = arg(job, 6);
  const mode = arg(job, 7), weights = <usize> arg(job, 8);
  // To how many rows those beyond them are folded back; 0 for none.
  const folded = arg(job, 9), foldWeights = <usize> arg(job, 10);
  const origin = originOf(mode, n);
  const pairs = <i32> (rowBytes >> 6);
  const lineBytes = lineBytesOf(length);
  const lines = scratch + LINES * 2 * lineBytes;
  for (let item = begin; item < end; item++) {
    const plane = item / pairs;
    const column = planes + <usize> plane * planeBytes + <usize> (item - plane * pairs) * 64;
    let from = column, step = rowBytes, line: usize = 32;
    if (mode == CENTRED) {
      // Samples change places, which the plane has no room for.
      from = lines, step = 32, line = lineBytes;
      for (let y = 0; y < n; y++) {
        const p = column + <usize> y * rowBytes;
        const q = lines + placeOf(y, origin, length) * 32;
        v128.store(q, v128.load(p));
        v128.store(q, v128.load(p, 16), 16);
        v128.store(q + lineBytes, v128.load(p, 32));
        v128.store(q + lineBytes, v128.load(p, 48), 16);
      }
    }
    for (let l: usize = 0; l < LINES; l++) {
      extendLine(from + l * line, step, n, length, mode, weights);
    }
    transform(
      plan,
      direction,
      from,
      step,
      line,
      column,
      rowBytes,
      32,
      LINES,
      scratch,
      lineBytes,
    );
    if (folded == 0) continue;
    for (let l: usize = 0; l < 64; l += 32) {
      foldLine(column + l, rowBytes, folded, length, foldWeights);
    }
  }
}
