// Orthonormal wavelets along one axis of a box at a field's corner, in place: [low, high] from the
// samples, or the samples back. Four lines at a time, one per lane. A line and its periodic
// continuation by `reach` elements on both sides lie in scratch, so that the filters never wrap.
import { arg, argF32 } from "./job";
import { mad } from "./taps";
import { gatherRows, scatterRows } from "./transpose";

// The shape of a pass. Globals belong to a thread; objects would lie in the memory that all share.
let length: i32 = 0;
let shift: i32 = 0;
let taps: i32 = 0;
let origin: i32 = 0;
let reach: i32 = 0;
/** Pairs (h_t, g_t) of the lowpass and the highpass, whose tap t belongs to index t - origin. */
let bank: usize = 0;
let inverse: i32 = 0;

function readPass(job: usize): void {
  length = arg(job, 5);
  shift = arg(job, 6);
  taps = arg(job, 7);
  origin = arg(job, 8);
  reach = arg(job, 9);
  bank = <usize> arg(job, 10);
  inverse = arg(job, 11);
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
 * low(k) = sum_t h_t x(2k + t - origin) and high(k) likewise with g, for k < count; four k at a time:
 * of the taps of one parity each needs one new element.
 */
function analyze(x: usize, low: usize, high: usize, count: i32): void {
  const start = x - <usize> origin * 16;
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0;
    let h0 = l0, h1 = l0, h2 = l0, h3 = l0;
    for (let parity = 0; parity < 2; parity++) {
      let p = start + <usize> (2 * k + parity) * 16;
      let r0 = v128.load(p), r1 = v128.load(p, 32), r2 = v128.load(p, 64);
      const end = bank + <usize> taps * 8;
      for (let t = bank + <usize> parity * 8; t < end; t += 16, p += 32) {
        const h = v128.load32_splat(t), g = v128.load32_splat(t, 4), r3 = v128.load(p, 96);
        l0 = mad(l0, h, r0);
        l1 = mad(l1, h, r1);
        l2 = mad(l2, h, r2);
        l3 = mad(l3, h, r3);
        h0 = mad(h0, g, r0);
        h1 = mad(h1, g, r1);
        h2 = mad(h2, g, r2);
        h3 = mad(h3, g, r3);
        r0 = r1;
        r1 = r2;
        r2 = r3;
      }
    }
    const q = <usize> k * 16;
    v128.store(low + q, l0);
    v128.store(low + q, l1, 16);
    v128.store(low + q, l2, 32);
    v128.store(low + q, l3, 48);
    v128.store(high + q, h0);
    v128.store(high + q, h1, 16);
    v128.store(high + q, h2, 32);
    v128.store(high + q, h3, 48);
  }
  for (; k < count; k++) {
    let l = f32x4.splat(0), h = l;
    const p = start + <usize> (2 * k) * 16;
    for (let t = 0; t < taps; t++) {
      const r = v128.load(p + <usize> t * 16), pair = bank + <usize> t * 8;
      l = mad(l, v128.load32_splat(pair), r);
      h = mad(h, v128.load32_splat(pair, 4), r);
    }
    v128.store(low + <usize> k * 16, l);
    v128.store(high + <usize> k * 16, h);
  }
}

/**
 * out(j) = sum of h_t low((j - t + origin) / 2) + g_t high(same) over the t that make it whole,
 * j < 2 count; with an even origin even t go to even j, from the same elements as t + 1 to j + 1.
 */
function synthesize(low: usize, high: usize, out: usize, count: i32): void {
  const end = bank + <usize> taps * 8;
  const ahead = <usize> (origin >> 1) * 16;
  let m = 0;
  for (; m + 4 <= count; m += 4) {
    let e0 = f32x4.splat(0), e1 = e0, e2 = e0, e3 = e0;
    let o0 = e0, o1 = e0, o2 = e0, o3 = e0;
    for (let part = 0; part < 2; part++) {
      let p = (part ? high : low) + ahead + <usize> m * 16;
      let r1 = v128.load(p, 16), r2 = v128.load(p, 32), r3 = v128.load(p, 48);
      for (let t = bank + <usize> part * 4; t < end; t += 16, p -= 16) {
        const even = v128.load32_splat(t), odd = v128.load32_splat(t, 8), r0 = v128.load(p);
        e0 = mad(e0, even, r0);
        e1 = mad(e1, even, r1);
        e2 = mad(e2, even, r2);
        e3 = mad(e3, even, r3);
        o0 = mad(o0, odd, r0);
        o1 = mad(o1, odd, r1);
        o2 = mad(o2, odd, r2);
        o3 = mad(o3, odd, r3);
        r3 = r2;
        r2 = r1;
        r1 = r0;
      }
    }
    const q = out + <usize> m * 32;
    v128.store(q, e0);
    v128.store(q, o0, 16);
    v128.store(q, e1, 32);
    v128.store(q, o1, 48);
    v128.store(q, e2, 64);
    v128.store(q, o2, 80);
    v128.store(q, e3, 96);
    v128.store(q, o3, 112);
  }
  for (; m < count; m++) {
    let e = f32x4.splat(0), o = e;
    const place = ahead + <usize> m * 16;
    for (let t = 0; t < taps; t += 2) {
      const back = place - <usize> t * 8, pair = bank + <usize> t * 8;
      const l = v128.load(low + back), h = v128.load(high + back);
      e = mad(mad(e, v128.load32_splat(pair), l), v128.load32_splat(pair, 4), h);
      o = mad(mad(o, v128.load32_splat(pair, 8), l), v128.load32_splat(pair, 12), h);
    }
    v128.store(out + <usize> m * 32, e);
    v128.store(out + <usize> m * 32, o, 16);
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
    synthesize(line, high, out, half);
  } else {
    wrapLine(line, n);
    analyze(line, out, out + <usize> half * 16, half);
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
  const one = f32x4.splat(1);
  // What lies together in memory and in scratch: lows and highs, or the row from the shift on.
  const split = inverse ? n >> 1 : n - shift;
  const from = inverse ? 0 : shift, to = inverse ? shift : 0;
  for (let item = begin; item < end; item++) {
    const plane = item / groups;
    const row = (item - plane * groups) * 4;
    const base = field + <usize> plane * planeBytes;
    // Lanes beyond the last row repeat it, and write the same there.
    const p0 = base + <usize> row * rowBytes;
    const p1 = base + <usize> min(row + 1, height - 1) * rowBytes;
    const p2 = base + <usize> min(row + 2, height - 1) * rowBytes;
    const p3 = base + <usize> min(row + 3, height - 1) * rowBytes;
    const line = scratch + placeOf(0), behind = inverse ? split : 0;
    gatherRows(p0, p1, p2, p3, from, from + split, line, 16);
    gatherRows(p0, p1, p2, p3, behind, behind + n - split, scratch + placeOf(split), 16);
    const out = filterLine(scratch);
    scatterRows(out, 16, one, p0, p1, p2, p3, to, n);
    scatterRows(out + <usize> (n - to) * 16, 16, one, p0, p1, p2, p3, 0, to);
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
