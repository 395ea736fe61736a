// Orthonormal wavelets along one axis of a box at a field's corner, in place: [low, high] from the
// samples, or the samples back. Four lines at a time, one per lane. A line and its periodic
// continuation by `reach` elements on both sides lie in scratch, so that the filters never wrap.
import { arg, argF32 } from "./job";
import { mad } from "./taps";

// The shape of a pass. Globals belong to a thread; objects would lie in the memory that all share.
let length: i32 = 0;
let shift: i32 = 0;
let taps: i32 = 0;
let reach: i32 = 0;
let lowpass: usize = 0;
let highpass: usize = 0;
let originLow: i32 = 0;
let originHigh: i32 = 0;
let inverse: i32 = 0;

function readPass(job: usize): void {
  length = arg(job, 5);
  shift = arg(job, 6);
  taps = arg(job, 7);
  reach = arg(job, 8);
  lowpass = <usize> arg(job, 9);
  highpass = <usize> arg(job, 10);
  originLow = arg(job, 11);
  originHigh = arg(job, 12);
  inverse = arg(job, 13);
}

/** Continues `n` elements at `line` periodically by `reach` on both sides. */
function wrapLine(line: usize, n: i32): void {
  for (let i = 0; i < reach; i++) {
    const behind = i % n;
    const before = n - 1 - behind;
    v128.store(line + <usize> (n + i) * 16, v128.load(line + <usize> behind * 16));
    v128.store(line - <usize> (1 + i) * 16, v128.load(line + <usize> before * 16));
  }
}

/**
 * out(k) = sum_t h_t x(2k + t - origin) for k < count, four k at a time: of the taps of one parity
 * each needs one new element.
 */
function decimate(x: usize, table: usize, origin: i32, out: usize, count: i32): void {
  const start = x - <usize> origin * 16;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let parity = 0; parity < 2; parity++) {
      let p = start + <usize> (2 * k + parity) * 16;
      let r0 = v128.load(p), r1 = v128.load(p, 32), r2 = v128.load(p, 64);
      for (let t = parity; t < taps; t += 2, p += 32) {
        const h = v128.load32_splat(table + <usize> t * 4), r3 = v128.load(p, 96);
        s0 = mad(s0, h, r0);
        s1 = mad(s1, h, r1);
        s2 = mad(s2, h, r2);
        s3 = mad(s3, h, r3);
        r0 = r1;
        r1 = r2;
        r2 = r3;
      }
    }
    const q = out + <usize> k * 16;
    v128.store(q, s0);
    v128.store(q, s1, 16);
    v128.store(q, s2, 32);
    v128.store(q, s3, 48);
  }
  for (; k < count; k++) {
    let sum = f32x4.splat(0);
    let p = start + <usize> (2 * k) * 16;
    for (let t = 0; t < taps; t++, p += 16) {
      sum = mad(sum, v128.load32_splat(table + <usize> t * 4), v128.load(p));
    }
    v128.store(out + <usize> k * 16, sum);
  }
}

/** out(j) = [out(j) +] sum of h_t c((j - t + origin) / 2) over the t that make it whole, j < 2 count. */
function interpolate(
  c: usize,
  table: usize,
  origin: i32,
  out: usize,
  count: i32,
  added: bool,
): void {
  for (let parity = 0; parity < 2; parity++) {
    const first = (parity + origin) & 1;
    const start = c + <usize> ((parity - first + origin) >> 1) * 16;
    let m = 0;
    for (; m + 4 <= count; m += 4) {
      const q = out + <usize> (2 * m + parity) * 16;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      if (added) {
        s0 = v128.load(q);
        s1 = v128.load(q, 32);
        s2 = v128.load(q, 64);
        s3 = v128.load(q, 96);
      }
      let p = start + <usize> m * 16;
      let r1 = v128.load(p, 16), r2 = v128.load(p, 32), r3 = v128.load(p, 48);
      for (let t = first; t < taps; t += 2, p -= 16) {
        const h = v128.load32_splat(table + <usize> t * 4), r0 = v128.load(p);
        s0 = mad(s0, h, r0);
        s1 = mad(s1, h, r1);
        s2 = mad(s2, h, r2);
        s3 = mad(s3, h, r3);
        r3 = r2;
        r2 = r1;
        r1 = r0;
      }
      v128.store(q, s0);
      v128.store(q, s1, 32);
      v128.store(q, s2, 64);
      v128.store(q, s3, 96);
    }
    for (; m < count; m++) {
      const q = out + <usize> (2 * m + parity) * 16;
      let sum = added ? v128.load(q) : f32x4.splat(0);
      let p = start + <usize> m * 16;
      for (let t = first; t < taps; t += 2, p -= 16) {
        sum = mad(sum, v128.load32_splat(table + <usize> t * 4), v128.load(p));
      }
      v128.store(q, sum);
    }
  }
}

/** Element k of the line with its place in scratch: highs follow the continued lows. */
// @ts-ignore: decorator
@inline
function placeOf(k: i32): usize {
  if (inverse != 0 && k >= length >> 1) k += 2 * reach;
  return <usize> (reach + k) * 16;
}

/** The filtered line: n elements behind the input in scratch. */
function filterLine(scratch: usize): usize {
  const n = length;
  const line = scratch + <usize> reach * 16;
  const out = scratch + <usize> (n + 4 * reach) * 16;
  const half = n >> 1;
  if (inverse) {
    const high = line + <usize> (half + 2 * reach) * 16;
    wrapLine(line, half);
    wrapLine(high, half);
    interpolate(line, lowpass, originLow, out, half, false);
    interpolate(high, highpass, originHigh, out, half, true);
  } else {
    wrapLine(line, n);
    decimate(line, lowpass, originLow, out, half);
    decimate(line, highpass, originHigh, out + <usize> half * 16, half);
  }
  return out;
}

// @ts-ignore: decorator
@inline
function wrapped(i: i32, n: i32): i32 {
  return i >= n ? i - n : i;
}

/** Along y or z: lanes are neighbours along x. An item is up to 16 columns of one slice. */
export function waveletColumns(job: usize, begin: i32, end: i32, scratch: usize): void {
  const field = <usize> arg(job, 0), width = arg(job, 1), groups = arg(job, 2);
  const sliceBytes = <usize> arg(job, 3), stepBytes = <usize> arg(job, 4);
  readPass(job);
  const n = length;
  const bufferBytes = <usize> (2 * n + 4 * reach) * 16;
  for (let item = begin; item < end; item++) {
    const slice = item / groups;
    const first = (item - slice * groups) * 16;
    const column = field + <usize> slice * sliceBytes + <usize> first * 4;
    const parts = min(4, (width - first + 3) >> 2);
    for (let k = 0; k < n; k++) {
      const from = column + <usize> (inverse ? k : wrapped(k + shift, n)) * stepBytes;
      const to = scratch + placeOf(k);
      for (let part = 0; part < parts; part++) {
        v128.store(to + <usize> part * bufferBytes, v128.load(from + <usize> part * 16));
      }
    }
    for (let part = 0; part < parts; part++) filterLine(scratch + <usize> part * bufferBytes);
    const out = scratch + <usize> (n + 4 * reach) * 16;
    for (let k = 0; k < n; k++) {
      const to = column + <usize> (inverse ? wrapped(k + shift, n) : k) * stepBytes;
      const from = out + <usize> k * 16;
      for (let part = 0; part < parts; part++) {
        const value = v128.load(from + <usize> part * bufferBytes);
        put(to + <usize> part * 16, value, width - first - part * 4);
      }
    }
  }
}

/** The first `left` lanes, at most four. */
// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, left: i32): void {
  if (left >= 4) {
    v128.store(to, value);
    return;
  }
  v128.store32_lane(to, value, 0);
  if (left > 1) v128.store32_lane(to, value, 1, 4);
  if (left > 2) v128.store32_lane(to, value, 2, 8);
}

/** Along x: lanes are four rows. An item is four rows of one plane. */
export function waveletRows(job: usize, begin: i32, end: i32, scratch: usize): void {
  const field = <usize> arg(job, 0), height = arg(job, 1), groups = arg(job, 2);
  const planeBytes = <usize> arg(job, 3), rowBytes = <usize> arg(job, 4);
  readPass(job);
  const n = length;
  for (let item = begin; item < end; item++) {
    const plane = item / groups;
    const row = (item - plane * groups) * 4;
    const base = field + <usize> plane * planeBytes;
    const p0 = base + <usize> row * rowBytes;
    const p1 = base + <usize> min(row + 1, height - 1) * rowBytes;
    const p2 = base + <usize> min(row + 2, height - 1) * rowBytes;
    const p3 = base + <usize> min(row + 3, height - 1) * rowBytes;
    for (let k = 0; k < n; k++) {
      const o = <usize> (inverse ? k : wrapped(k + shift, n)) * 4;
      let v = v128.load32_zero(p0 + o);
      v = v128.load32_lane(p1 + o, v, 1);
      v = v128.load32_lane(p2 + o, v, 2);
      v = v128.load32_lane(p3 + o, v, 3);
      v128.store(scratch + placeOf(k), v);
    }
    const out = filterLine(scratch);
    for (let k = 0; k < n; k++) {
      const o = <usize> (inverse ? wrapped(k + shift, n) : k) * 4;
      const v = v128.load(out + <usize> k * 16);
      v128.store32_lane(p0 + o, v, 0);
      if (row + 1 < height) v128.store32_lane(p1 + o, v, 1);
      if (row + 2 < height) v128.store32_lane(p2 + o, v, 2);
      if (row + 3 < height) v128.store32_lane(p3 + o, v, 3);
    }
  }
}

/** c = c - clamp(c, -threshold, threshold) outside the corner of averages. An item is a row. */
export function softThreshold(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const field = <usize> arg(job, 0), height = arg(job, 1), width = arg(job, 2);
  const cornerZ = arg(job, 3), cornerY = arg(job, 4), cornerX = arg(job, 5);
  const threshold: f32 = argF32(job, 6);
  const upper = f32x4.splat(threshold), lower = f32x4.splat(-threshold);
  for (let row = begin; row < end; row++) {
    const z = row / height, y = row - z * height;
    const p = field + <usize> row * <usize> width * 4;
    let i = z < cornerZ && y < cornerY ? cornerX : 0;
    for (; i + 4 <= width; i += 4) {
      const c = v128.load(p + <usize> i * 4);
      v128.store(p + <usize> i * 4, f32x4.sub(c, f32x4.min(f32x4.max(c, lower), upper)));
    }
    for (; i < width; i++) {
      const c = load<f32>(p + <usize> i * 4);
      store<f32>(p + <usize> i * 4, c - min(max(c, -threshold), threshold));
    }
  }
}
