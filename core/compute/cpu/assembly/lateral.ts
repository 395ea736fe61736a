// Transforms along x (real) and y of every plane of a stack.
//
// A plane in frequency holds, for every wy, the half spectrum in groups of four: four real parts,
// then four imaginary parts (32 bytes a group, an even number of groups a row). Points beyond
// wx = floor(Nx / 2) are zero.
import { extendLine, foldLine, lineBytesOf, originOf, placeOf } from "./line";
import { arg, argF32 } from "./job";
import { transform } from "./fft";

/** Eight rows a time, as the real and the imaginary parts of four complex lines. */
export function forwardX(job: usize, begin: i32, end: i32, scratch: usize): void {
  const src = <usize> arg(job, 0), rows = arg(job, 1), n = arg(job, 2), rowsPerPlane = arg(job, 3);
  const dst = <usize> arg(job, 4), planeBytes = <usize> arg(job, 5), rowBytes = <usize> arg(job, 6);
  const length = arg(job, 7), plan = <usize> arg(job, 8), mode = arg(job, 9);
  const weights = <usize> arg(job, 10);
  const origin = originOf(mode, n);
  const lineBytes = lineBytesOf(length);
  const half = (length >> 1) + 1;
  const groups = <i32> (rowBytes >> 5);
  const scale = f32x4.splat(0.5);
  for (let item = begin; item < end; item++) {
    const first = item * 8;
    for (let part = 0; part < 2; part++) {
      const r = first + part * 4;
      const p0 = src + <usize> min(r, rows - 1) * <usize> n * 4;
      const p1 = src + <usize> min(r + 1, rows - 1) * <usize> n * 4;
      const p2 = src + <usize> min(r + 2, rows - 1) * <usize> n * 4;
      const p3 = src + <usize> min(r + 3, rows - 1) * <usize> n * 4;
      const q = scratch + <usize> part * 16;
      for (let x = 0; x < n; x += 4) {
        const o = <usize> x * 4;
        const a = v128.load(p0 + o), b = v128.load(p1 + o);
        const c = v128.load(p2 + o), d = v128.load(p3 + o);
        const t0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), t1 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
        const t2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t3 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        v128.store(q + placeOf(x, origin, length) * 32, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
        if (x + 1 < n) {
          v128.store(q + placeOf(x + 1, origin, length) * 32, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
        }
        if (x + 2 < n) {
          v128.store(q + placeOf(x + 2, origin, length) * 32, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
        }
        if (x + 3 < n) {
          v128.store(q + placeOf(x + 3, origin, length) * 32, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
        }
      }
    }
    extendLine(scratch, n, length, mode, weights);
    const z = transform(plan, scratch, scratch + lineBytes);
    const work = z == scratch ? scratch + lineBytes : scratch;
    // A = (Z[k] + conj Z[N-k]) / 2 and B = (Z[k] - conj Z[N-k]) / 2i: rows 0..3 and rows 4..7.
    // `work` takes them as [A re, A im] from 0 and [B re, B im] from the middle.
    const workB = work + (<usize> (groups * 4)) * 32;
    for (let k = 0; k < half; k++) {
      const p = z + <usize> k * 32;
      const m = z + <usize> (k == 0 ? 0 : length - k) * 32;
      const zr = v128.load(p), zi = v128.load(p, 16), mr = v128.load(m), mi = v128.load(m, 16);
      const o = <usize> k * 32;
      v128.store(work + o, f32x4.mul(scale, f32x4.add(zr, mr)));
      v128.store(work + o, f32x4.mul(scale, f32x4.sub(zi, mi)), 16);
      v128.store(workB + o, f32x4.mul(scale, f32x4.add(zi, mi)));
      v128.store(workB + o, f32x4.mul(scale, f32x4.sub(mr, zr)), 16);
    }
    const tail = <usize> (groups * 4 - half) * 32;
    memory.fill(work + <usize> half * 32, 0, tail);
    memory.fill(workB + <usize> half * 32, 0, tail);
    for (let part = 0; part < 2; part++) {
      const lines = part == 0 ? work : workB;
      const r = first + part * 4;
      const count = min(4, rows - r);
      if (count <= 0) break;
      const d0 = dst + rowAddress(r, rows, rowsPerPlane, planeBytes, rowBytes);
      const d1 = dst + rowAddress(r + 1, rows, rowsPerPlane, planeBytes, rowBytes);
      const d2 = dst + rowAddress(r + 2, rows, rowsPerPlane, planeBytes, rowBytes);
      const d3 = dst + rowAddress(r + 3, rows, rowsPerPlane, planeBytes, rowBytes);
      for (let g = 0; g < groups; g++) {
        const p = lines + <usize> g * 128;
        const o = <usize> g * 32;
        for (let c: usize = 0; c < 32; c += 16) {
          const a = v128.load(p + c), b = v128.load(p + 32 + c);
          const e = v128.load(p + 64 + c), f = v128.load(p + 96 + c);
          const t0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), t1 = v128.shuffle<f32>(e, f, 0, 4, 1, 5);
          const t2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t3 = v128.shuffle<f32>(e, f, 2, 6, 3, 7);
          v128.store(d0 + o + c, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
          if (count > 1) v128.store(d1 + o + c, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
          if (count > 2) v128.store(d2 + o + c, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
          if (count > 3) v128.store(d3 + o + c, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
        }
      }
    }
  }
}

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

/** From the half spectrum of rows back to the samples `offset` to `offset + n` of each, scaled. */
export function inverseX(job: usize, begin: i32, end: i32, scratch: usize): void {
  const dst = <usize> arg(job, 0), rows = arg(job, 1), n = arg(job, 2), rowsPerPlane = arg(job, 3);
  const src = <usize> arg(job, 4), planeBytes = <usize> arg(job, 5), rowBytes = <usize> arg(job, 6);
  const length = arg(job, 7), plan = <usize> arg(job, 8), folded = arg(job, 9);
  const weights = <usize> arg(job, 10), offset = arg(job, 11);
  const scale = f32x4.splat(argF32(job, 12));
  const lineBytes = lineBytesOf(length);
  const half = (length >> 1) + 1;
  const groups = <i32> (rowBytes >> 5);
  const linesB = scratch + lineBytes + (<usize> (groups * 4)) * 32;
  for (let item = begin; item < end; item++) {
    const first = item * 8;
    for (let part = 0; part < 2; part++) {
      const lines = part == 0 ? scratch + lineBytes : linesB;
      const r = first + part * 4;
      const s0 = src + rowAddress(r, rows, rowsPerPlane, planeBytes, rowBytes);
      const s1 = src + rowAddress(r + 1, rows, rowsPerPlane, planeBytes, rowBytes);
      const s2 = src + rowAddress(r + 2, rows, rowsPerPlane, planeBytes, rowBytes);
      const s3 = src + rowAddress(r + 3, rows, rowsPerPlane, planeBytes, rowBytes);
      for (let g = 0; g < groups; g++) {
        const p = lines + <usize> g * 128;
        const o = <usize> g * 32;
        for (let c: usize = 0; c < 32; c += 16) {
          const a = v128.load(s0 + o + c), b = v128.load(s1 + o + c);
          const e = v128.load(s2 + o + c), f = v128.load(s3 + o + c);
          const t0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), t1 = v128.shuffle<f32>(e, f, 0, 4, 1, 5);
          const t2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t3 = v128.shuffle<f32>(e, f, 2, 6, 3, 7);
          v128.store(p + c, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
          v128.store(p + 32 + c, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
          v128.store(p + 64 + c, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
          v128.store(p + 96 + c, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
        }
      }
    }
    // Z[k] = A[k] + i B[k], Z[N-k] = conj A[k] + i conj B[k]; stored as (im, re) for the inverse.
    // The spectrum of real samples is real at wx = 0 and at Nx / 2.
    const linesA = scratch + lineBytes;
    v128.store(scratch, v128.load(linesB));
    v128.store(scratch, v128.load(linesA), 16);
    const inner = (length + 1) >> 1;
    for (let k = 1; k < inner; k++) {
      const o = <usize> k * 32;
      const ar = v128.load(linesA + o), ai = v128.load(linesA + o, 16);
      const br = v128.load(linesB + o), bi = v128.load(linesB + o, 16);
      const p = scratch + o;
      v128.store(p, f32x4.add(ai, br));
      v128.store(p, f32x4.sub(ar, bi), 16);
      const m = scratch + <usize> (length - k) * 32;
      v128.store(m, f32x4.sub(br, ai));
      v128.store(m, f32x4.add(ar, bi), 16);
    }
    if ((length & 1) == 0) {
      const o = <usize> (half - 1) * 32;
      v128.store(scratch + o, v128.load(linesB + o));
      v128.store(scratch + o, v128.load(linesA + o), 16);
    }
    const z = transform(plan, scratch, scratch + lineBytes);
    if (folded) foldLine(z, n, length, weights);
    for (let part = 0; part < 2; part++) {
      const r = first + part * 4;
      const count = min(4, rows - r);
      if (count <= 0) break;
      const q = z + <usize> (part == 0 ? 16 : 0) + <usize> offset * 32;
      const d0 = dst + <usize> min(r, rows - 1) * <usize> n * 4;
      const step = <usize> n * 4;
      let x = 0;
      for (; x + 4 <= n; x += 4) {
        const p = q + <usize> x * 32;
        const o = d0 + <usize> x * 4;
        const a = f32x4.mul(scale, v128.load(p)), b = f32x4.mul(scale, v128.load(p + 32));
        const e = f32x4.mul(scale, v128.load(p + 64)), f = f32x4.mul(scale, v128.load(p + 96));
        const t0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), t1 = v128.shuffle<f32>(e, f, 0, 4, 1, 5);
        const t2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), t3 = v128.shuffle<f32>(e, f, 2, 6, 3, 7);
        v128.store(o, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
        if (count > 1) v128.store(o + step, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
        if (count > 2) v128.store(o + 2 * step, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
        if (count > 3) v128.store(o + 3 * step, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
      }
      for (; x < n; x++) {
        const v = f32x4.mul(scale, v128.load(q + <usize> x * 32));
        const o = d0 + <usize> x * 4;
        store<f32>(o, f32x4.extract_lane(v, 0));
        if (count > 1) store<f32>(o + step, f32x4.extract_lane(v, 1));
        if (count > 2) store<f32>(o + 2 * step, f32x4.extract_lane(v, 2));
        if (count > 3) store<f32>(o + 3 * step, f32x4.extract_lane(v, 3));
      }
    }
  }
}

/** Columns along y, in place: n rows in, `length` rows out. An item is two groups of one plane. */
export function forwardY(job: usize, begin: i32, end: i32, scratch: usize): void {
  const planes = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), mode = arg(job, 6), weights = <usize> arg(job, 7);
  const origin = originOf(mode, n);
  const pairs = <i32> (rowBytes >> 6);
  const lineBytes = lineBytesOf(length);
  const second = scratch + 2 * lineBytes;
  for (let item = begin; item < end; item++) {
    const plane = item / pairs;
    const column = planes + <usize> plane * planeBytes + <usize> (item - plane * pairs) * 64;
    for (let y = 0; y < n; y++) {
      const p = column + <usize> y * rowBytes;
      const o = placeOf(y, origin, length) * 32;
      v128.store(scratch + o, v128.load(p));
      v128.store(scratch + o, v128.load(p, 16), 16);
      v128.store(second + o, v128.load(p, 32));
      v128.store(second + o, v128.load(p, 48), 16);
    }
    extendLine(scratch, n, length, mode, weights);
    extendLine(second, n, length, mode, weights);
    const a = transform(plan, scratch, scratch + lineBytes);
    const b = transform(plan, second, second + lineBytes);
    for (let y = 0; y < length; y++) {
      const p = column + <usize> y * rowBytes;
      const o = <usize> y * 32;
      v128.store(p, v128.load(a + o));
      v128.store(p, v128.load(a + o, 16), 16);
      v128.store(p, v128.load(b + o), 32);
      v128.store(p, v128.load(b + o, 16), 48);
    }
  }
}

/** Columns along y back, in place: `length` rows in, rows `offset` to `offset + n` out. */
export function inverseY(job: usize, begin: i32, end: i32, scratch: usize): void {
  const planes = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), folded = arg(job, 6), weights = <usize> arg(job, 7);
  const offset = arg(job, 8);
  const pairs = <i32> (rowBytes >> 6);
  const lineBytes = lineBytesOf(length);
  const second = scratch + 2 * lineBytes;
  for (let item = begin; item < end; item++) {
    const plane = item / pairs;
    const column = planes + <usize> plane * planeBytes + <usize> (item - plane * pairs) * 64;
    for (let y = 0; y < length; y++) {
      const p = column + <usize> y * rowBytes;
      const o = <usize> y * 32;
      v128.store(scratch + o, v128.load(p), 16);
      v128.store(scratch + o, v128.load(p, 16));
      v128.store(second + o, v128.load(p, 32), 16);
      v128.store(second + o, v128.load(p, 48));
    }
    const a = transform(plan, scratch, scratch + lineBytes);
    const b = transform(plan, second, second + lineBytes);
    if (folded) {
      foldLine(a, n, length, weights);
      foldLine(b, n, length, weights);
    }
    for (let y = 0; y < n; y++) {
      const p = column + <usize> y * rowBytes;
      const o = <usize> (y + offset) * 32;
      v128.store(p, v128.load(a + o, 16));
      v128.store(p, v128.load(a + o), 16);
      v128.store(p, v128.load(b + o, 16), 32);
      v128.store(p, v128.load(b + o), 48);
    }
  }
}
