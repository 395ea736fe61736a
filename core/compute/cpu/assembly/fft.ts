// Complex Fourier transforms of any length 2^a 3^b 5^c 7^d, four lines at a time.
//
// Element k of a line holds one number of each of four lines: four real parts, then, 16 bytes
// further, four imaginary parts. Elements are a constant number of bytes apart, so that the first
// stage may read columns where they lie in a stack and the last one may write them there. Stockham's
// autosort form: stage with radix r, m = (length left) / r, s = (product of the radices before):
//
//   y[q + s (r p + t)] = w^(p t) sum_u x[q + s (p + m u)] exp(-2 pi i u t / r),  w = exp(-2 pi i / (r m))
//
// A plan in memory: i32 count of stages, then per stage i32 radix, m, s and the address of its
// twiddles: (r - 1) pairs (re, im) of f32 for every p.
import { mad } from "./taps";

// @ts-ignore: decorator
@inline
function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}
// @ts-ignore: decorator
@inline
function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}
// @ts-ignore: decorator
@inline
function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}
/** a - b c, rounded once where the processor can. */
// @ts-ignore: decorator
@inline
function nmad(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_nmadd(b, c, a);
}

/** Stores (re, im) times twiddle `index` of this p, or as it is where the twiddle is one. */
// @ts-ignore: decorator
@inline
function put(y: usize, re: v128, im: v128, w: usize, index: usize, twiddled: bool): void {
  if (twiddled) {
    const wr = v128.load32_splat(w + index * 8);
    const wi = v128.load32_splat(w + index * 8 + 4);
    v128.store(y, nmad(mul(re, wr), im, wi));
    v128.store(y, mad(mul(im, wr), re, wi), 16);
  } else {
    v128.store(y, re);
    v128.store(y, im, 16);
  }
}

// @ts-ignore: decorator
@inline
function butterfly2(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const ar = v128.load(x), ai = v128.load(x, 16);
  const br = v128.load(x + xs), bi = v128.load(x + xs, 16);
  put(y, add(ar, br), add(ai, bi), w, 0, false);
  put(y + ys, sub(ar, br), sub(ai, bi), w, 0, twiddled);
}

// @ts-ignore: decorator
@inline
function butterfly3(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const half = f32x4.splat(0.5), s60 = f32x4.splat(0.8660254037844386);
  const ar = v128.load(x), ai = v128.load(x, 16);
  const br = v128.load(x + xs), bi = v128.load(x + xs, 16);
  const cr = v128.load(x + 2 * xs), ci = v128.load(x + 2 * xs, 16);
  const tr = add(br, cr), ti = add(bi, ci);
  const ur = nmad(ar, half, tr), ui = nmad(ai, half, ti);
  const vr = sub(br, cr), vi = sub(bi, ci);
  put(y, add(ar, tr), add(ai, ti), w, 0, false);
  put(y + ys, mad(ur, s60, vi), nmad(ui, s60, vr), w, 0, twiddled);
  put(y + 2 * ys, nmad(ur, s60, vi), mad(ui, s60, vr), w, 1, twiddled);
}

// @ts-ignore: decorator
@inline
function butterfly4(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const ar = v128.load(x), ai = v128.load(x, 16);
  const br = v128.load(x + xs), bi = v128.load(x + xs, 16);
  const cr = v128.load(x + 2 * xs), ci = v128.load(x + 2 * xs, 16);
  const dr = v128.load(x + 3 * xs), di = v128.load(x + 3 * xs, 16);
  const t0r = add(ar, cr), t0i = add(ai, ci), t1r = sub(ar, cr), t1i = sub(ai, ci);
  const t2r = add(br, dr), t2i = add(bi, di), t3r = sub(br, dr), t3i = sub(bi, di);
  put(y, add(t0r, t2r), add(t0i, t2i), w, 0, false);
  put(y + ys, add(t1r, t3i), sub(t1i, t3r), w, 0, twiddled);
  put(y + 2 * ys, sub(t0r, t2r), sub(t0i, t2i), w, 1, twiddled);
  put(y + 3 * ys, sub(t1r, t3i), add(t1i, t3r), w, 2, twiddled);
}

// @ts-ignore: decorator
@inline
function butterfly5(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const c1 = f32x4.splat(0.30901699437494745), c2 = f32x4.splat(-0.8090169943749475);
  const s1 = f32x4.splat(0.9510565162951535), s2 = f32x4.splat(0.5877852522924731);
  const ar = v128.load(x), ai = v128.load(x, 16);
  const br = v128.load(x + xs), bi = v128.load(x + xs, 16);
  const cr = v128.load(x + 2 * xs), ci = v128.load(x + 2 * xs, 16);
  const dr = v128.load(x + 3 * xs), di = v128.load(x + 3 * xs, 16);
  const er = v128.load(x + 4 * xs), ei = v128.load(x + 4 * xs, 16);
  const t1r = add(br, er), t1i = add(bi, ei), t2r = add(cr, dr), t2i = add(ci, di);
  const t3r = sub(br, er), t3i = sub(bi, ei), t4r = sub(cr, dr), t4i = sub(ci, di);
  put(y, add(ar, add(t1r, t2r)), add(ai, add(t1i, t2i)), w, 0, false);
  const m1r = mad(mad(ar, c1, t1r), c2, t2r), m1i = mad(mad(ai, c1, t1i), c2, t2i);
  const n1r = mad(mul(s1, t3r), s2, t4r), n1i = mad(mul(s1, t3i), s2, t4i);
  put(y + ys, add(m1r, n1i), sub(m1i, n1r), w, 0, twiddled);
  put(y + 4 * ys, sub(m1r, n1i), add(m1i, n1r), w, 3, twiddled);
  const m2r = mad(mad(ar, c2, t1r), c1, t2r), m2i = mad(mad(ai, c2, t1i), c1, t2i);
  const n2r = nmad(mul(s2, t3r), s1, t4r), n2i = nmad(mul(s2, t3i), s1, t4i);
  put(y + 2 * ys, add(m2r, n2i), sub(m2i, n2r), w, 1, twiddled);
  put(y + 3 * ys, sub(m2r, n2i), add(m2i, n2r), w, 2, twiddled);
}

/** Two transforms of length 3 joined without twiddles (Good 1958, Thomas 1963). */
// @ts-ignore: decorator
@inline
function butterfly6(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const half = f32x4.splat(0.5), s60 = f32x4.splat(0.8660254037844386);
  let ar = v128.load(x), ai = v128.load(x, 16);
  let br = v128.load(x + 2 * xs), bi = v128.load(x + 2 * xs, 16);
  let cr = v128.load(x + 4 * xs), ci = v128.load(x + 4 * xs, 16);
  let tr = add(br, cr), ti = add(bi, ci);
  let ur = nmad(ar, half, tr), ui = nmad(ai, half, ti);
  let vr = sub(br, cr), vi = sub(bi, ci);
  const a0r = add(ar, tr), a0i = add(ai, ti);
  const a1r = mad(ur, s60, vi), a1i = nmad(ui, s60, vr);
  const a2r = nmad(ur, s60, vi), a2i = mad(ui, s60, vr);
  ar = v128.load(x + 3 * xs), ai = v128.load(x + 3 * xs, 16);
  br = v128.load(x + 5 * xs), bi = v128.load(x + 5 * xs, 16);
  cr = v128.load(x + xs), ci = v128.load(x + xs, 16);
  tr = add(br, cr), ti = add(bi, ci);
  ur = nmad(ar, half, tr), ui = nmad(ai, half, ti);
  vr = sub(br, cr), vi = sub(bi, ci);
  const b0r = add(ar, tr), b0i = add(ai, ti);
  const b1r = mad(ur, s60, vi), b1i = nmad(ui, s60, vr);
  const b2r = nmad(ur, s60, vi), b2i = mad(ui, s60, vr);
  put(y, add(a0r, b0r), add(a0i, b0i), w, 0, false);
  put(y + ys, sub(a1r, b1r), sub(a1i, b1i), w, 0, twiddled);
  put(y + 2 * ys, add(a2r, b2r), add(a2i, b2i), w, 1, twiddled);
  put(y + 3 * ys, sub(a0r, b0r), sub(a0i, b0i), w, 2, twiddled);
  put(y + 4 * ys, add(a1r, b1r), add(a1i, b1i), w, 3, twiddled);
  put(y + 5 * ys, sub(a2r, b2r), sub(a2i, b2i), w, 4, twiddled);
}

// @ts-ignore: decorator
@inline
function butterfly7(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const c1 = f32x4.splat(0.6234898018587336), c2 = f32x4.splat(-0.22252093395631434);
  const c3 = f32x4.splat(-0.9009688679024191), s1 = f32x4.splat(0.7818314824680298);
  const s2 = f32x4.splat(0.9749279121818236), s3 = f32x4.splat(0.43388373911755823);
  const ar = v128.load(x), ai = v128.load(x, 16);
  const br = v128.load(x + xs), bi = v128.load(x + xs, 16);
  const cr = v128.load(x + 2 * xs), ci = v128.load(x + 2 * xs, 16);
  const dr = v128.load(x + 3 * xs), di = v128.load(x + 3 * xs, 16);
  const er = v128.load(x + 4 * xs), ei = v128.load(x + 4 * xs, 16);
  const fr = v128.load(x + 5 * xs), fi = v128.load(x + 5 * xs, 16);
  const gr = v128.load(x + 6 * xs), gi = v128.load(x + 6 * xs, 16);
  const t1r = add(br, gr), t1i = add(bi, gi), u1r = sub(br, gr), u1i = sub(bi, gi);
  const t2r = add(cr, fr), t2i = add(ci, fi), u2r = sub(cr, fr), u2i = sub(ci, fi);
  const t3r = add(dr, er), t3i = add(di, ei), u3r = sub(dr, er), u3i = sub(di, ei);
  put(y, add(ar, add(t1r, add(t2r, t3r))), add(ai, add(t1i, add(t2i, t3i))), w, 0, false);
  let mr = mad(mad(mad(ar, c1, t1r), c2, t2r), c3, t3r);
  let mi = mad(mad(mad(ai, c1, t1i), c2, t2i), c3, t3i);
  let nr = mad(mad(mul(s1, u1r), s2, u2r), s3, u3r);
  let ni = mad(mad(mul(s1, u1i), s2, u2i), s3, u3i);
  put(y + ys, add(mr, ni), sub(mi, nr), w, 0, twiddled);
  put(y + 6 * ys, sub(mr, ni), add(mi, nr), w, 5, twiddled);
  mr = mad(mad(mad(ar, c2, t1r), c3, t2r), c1, t3r);
  mi = mad(mad(mad(ai, c2, t1i), c3, t2i), c1, t3i);
  nr = nmad(nmad(mul(s2, u1r), s3, u2r), s1, u3r);
  ni = nmad(nmad(mul(s2, u1i), s3, u2i), s1, u3i);
  put(y + 2 * ys, add(mr, ni), sub(mi, nr), w, 1, twiddled);
  put(y + 5 * ys, sub(mr, ni), add(mi, nr), w, 4, twiddled);
  mr = mad(mad(mad(ar, c3, t1r), c1, t2r), c2, t3r);
  mi = mad(mad(mad(ai, c3, t1i), c1, t2i), c2, t3i);
  nr = mad(nmad(mul(s3, u1r), s1, u2r), s2, u3r);
  ni = mad(nmad(mul(s3, u1i), s1, u2i), s2, u3i);
  put(y + 3 * ys, add(mr, ni), sub(mi, nr), w, 2, twiddled);
  put(y + 4 * ys, sub(mr, ni), add(mi, nr), w, 3, twiddled);
}

// @ts-ignore: decorator
@inline
function butterfly8(x: usize, xs: usize, y: usize, ys: usize, w: usize, twiddled: bool): void {
  const h = f32x4.splat(0.7071067811865476);
  let ar = v128.load(x), ai = v128.load(x, 16);
  let br = v128.load(x + 4 * xs), bi = v128.load(x + 4 * xs, 16);
  let cr = v128.load(x + 2 * xs), ci = v128.load(x + 2 * xs, 16);
  let dr = v128.load(x + 6 * xs), di = v128.load(x + 6 * xs, 16);
  let t0r = add(ar, br), t0i = add(ai, bi), t1r = sub(ar, br), t1i = sub(ai, bi);
  let t2r = add(cr, dr), t2i = add(ci, di), t3r = sub(cr, dr), t3i = sub(ci, di);
  const e0r = add(t0r, t2r), e0i = add(t0i, t2i), e2r = sub(t0r, t2r), e2i = sub(t0i, t2i);
  const e1r = add(t1r, t3i), e1i = sub(t1i, t3r), e3r = sub(t1r, t3i), e3i = add(t1i, t3r);
  ar = v128.load(x + xs), ai = v128.load(x + xs, 16);
  br = v128.load(x + 5 * xs), bi = v128.load(x + 5 * xs, 16);
  cr = v128.load(x + 3 * xs), ci = v128.load(x + 3 * xs, 16);
  dr = v128.load(x + 7 * xs), di = v128.load(x + 7 * xs, 16);
  t0r = add(ar, br), t0i = add(ai, bi), t1r = sub(ar, br), t1i = sub(ai, bi);
  t2r = add(cr, dr), t2i = add(ci, di), t3r = sub(cr, dr), t3i = sub(ci, di);
  const o0r = add(t0r, t2r), o0i = add(t0i, t2i), o2r = sub(t0r, t2r), o2i = sub(t0i, t2i);
  const o1r = add(t1r, t3i), o1i = sub(t1i, t3r), o3r = sub(t1r, t3i), o3i = add(t1i, t3r);
  put(y, add(e0r, o0r), add(e0i, o0i), w, 0, false);
  put(y + 4 * ys, sub(e0r, o0r), sub(e0i, o0i), w, 3, twiddled);
  const p1r = add(o1r, o1i), p1i = sub(o1i, o1r);
  put(y + ys, mad(e1r, h, p1r), mad(e1i, h, p1i), w, 0, twiddled);
  put(y + 5 * ys, nmad(e1r, h, p1r), nmad(e1i, h, p1i), w, 4, twiddled);
  put(y + 2 * ys, add(e2r, o2i), sub(e2i, o2r), w, 1, twiddled);
  put(y + 6 * ys, sub(e2r, o2i), add(e2i, o2r), w, 5, twiddled);
  const p3r = sub(o3i, o3r), p3i = add(o3i, o3r);
  put(y + 3 * ys, mad(e3r, h, p3r), nmad(e3i, h, p3i), w, 2, twiddled);
  put(y + 7 * ys, nmad(e3r, h, p3r), mad(e3i, h, p3i), w, 6, twiddled);
}

// One loop a radix: constant radix and twiddling let the compiler fold the butterfly. Neighbouring
// lines go through it together, because their elements share cache lines.
// @ts-ignore: decorator
@inline
function stage(
  radix: i32,
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  const r = <usize> radix;
  const xs = s * m * xStep, ys = s * yStep;
  for (let q = begin; q < end; q++) {
    for (let l: usize = 0; l < lines; l++) {
      butterfly(radix, x + q * xStep + l * xLine, xs, y + q * yStep + l * yLine, ys, w, false);
    }
  }
  for (let p: usize = 1; p < m; p++) {
    const wp = w + p * (r - 1) * 8;
    let xp = x + p * s * xStep;
    let yp = y + p * r * s * yStep;
    for (const end = xp + s * xStep; xp != end; xp += xStep, yp += yStep) {
      for (let l: usize = 0; l < lines; l++) {
        butterfly(radix, xp + l * xLine, xs, yp + l * yLine, ys, wp, true);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function butterfly(
  radix: i32,
  x: usize,
  xs: usize,
  y: usize,
  ys: usize,
  w: usize,
  twiddled: bool,
): void {
  if (radix == 2) butterfly2(x, xs, y, ys, w, twiddled);
  else if (radix == 3) butterfly3(x, xs, y, ys, w, twiddled);
  else if (radix == 4) butterfly4(x, xs, y, ys, w, twiddled);
  else if (radix == 5) butterfly5(x, xs, y, ys, w, twiddled);
  else if (radix == 6) butterfly6(x, xs, y, ys, w, twiddled);
  else if (radix == 7) butterfly7(x, xs, y, ys, w, twiddled);
  else butterfly8(x, xs, y, ys, w, twiddled);
}

function stage2(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(2, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}
function stage3(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(3, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}
function stage4(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(4, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}
function stage5(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(5, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}
function stage6(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(6, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}
function stage7(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(7, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}
function stage8(
  x: usize,
  xStep: usize,
  y: usize,
  yStep: usize,
  m: usize,
  s: usize,
  w: usize,
  lines: usize,
  xLine: usize,
  yLine: usize,
  begin: usize,
  end: usize,
): void {
  stage(8, x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
}

/**
 * Stage `record` of a plan, of `lines` lines at x, x + xLine, ... Of the butterflies without twiddles
 * those from `begin` to `end`, which are all (0 to s) but for `runMirrored`.
 */
function runStage(
  record: usize,
  x: usize,
  xStep: usize,
  xLine: usize,
  y: usize,
  yStep: usize,
  yLine: usize,
  lines: usize,
  begin: usize,
  end: usize,
): void {
  const m = <usize> load<i32>(record, 4);
  const s = <usize> load<i32>(record, 8);
  const w = <usize> load<u32>(record, 12);
  switch (load<i32>(record)) {
    case 2:
      stage2(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
      break;
    case 3:
      stage3(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
      break;
    case 4:
      stage4(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
      break;
    case 5:
      stage5(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
      break;
    case 6:
      stage6(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
      break;
    case 7:
      stage7(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
      break;
    default:
      stage8(x, xStep, y, yStep, m, s, w, lines, xLine, yLine, begin, end);
  }
}

/**
 * The last stage with its results mirrored: element k at N - k, element 0 at 0. That makes the
 * inverse (times N) of a forward transform.
 */
function runMirrored(
  record: usize,
  x: usize,
  xStep: usize,
  xLine: usize,
  y: usize,
  yStep: usize,
  yLine: usize,
  lines: usize,
): void {
  const r = <usize> load<i32>(record), s = <usize> load<i32>(record, 8);
  const end = y + r * s * yStep;
  // Butterfly 0 has the elements 0, s, 2 s, ...: all but the first change places.
  runStage(record, x, xStep, xLine, y, yStep, yLine, lines, 0, 1);
  for (let l: usize = 0; l < lines; l++) {
    let p = y + s * yStep + l * yLine, q = end - s * yStep + l * yLine;
    for (let t: usize = 1; t < r - t; t++, p += s * yStep, q -= s * yStep) {
      const re = v128.load(p), im = v128.load(p, 16);
      v128.store(p, v128.load(q));
      v128.store(p, v128.load(q, 16), 16);
      v128.store(q, re);
      v128.store(q, im, 16);
    }
  }
  runStage(record, x, xStep, xLine, end, 0 - yStep, yLine, lines, 1, s);
}

export const FORWARD: i32 = 0;
export const INVERSE: i32 = 1;

/**
 * Transforms `lines` lines, forward or back (times the length): element k of line l from
 * x + k xStep + l xLine to y + k yStep + l yLine, which may be the same. `work` has room for two lines
 * of `lineBytes`, their elements one behind the other, for each of them; x and y may be the second of
 * these when a single line is transformed forward.
 */
export function transform(
  plan: usize,
  direction: i32,
  x: usize,
  xStep: usize,
  xLine: usize,
  y: usize,
  yStep: usize,
  yLine: usize,
  lines: usize,
  work: usize,
  lineBytes: usize,
): void {
  const stages = <usize> load<i32>(plan);
  const first = plan + 4;
  const last = first + stages * 16 - 16;
  if (stages == 0) {
    if (x != y) copyElements(x, xLine, y, yLine, lines);
    return;
  }
  if (stages > 1) {
    runStage(first, x, xStep, xLine, work, 32, 2 * lineBytes, lines, 0, 1);
    let from: usize = 0;
    for (let l: usize = 0; l < lines; l++) {
      const line = work + l * 2 * lineBytes;
      from = 0;
      for (let record = first + 16; record < last; record += 16) {
        const s = <usize> load<i32>(record, 8);
        runStage(record, line + from, 32, 0, line + lineBytes - from, 32, 0, 1, 0, s);
        from = lineBytes - from;
      }
    }
    x = work + from;
    xStep = 32;
    xLine = 2 * lineBytes;
  }
  if (direction == INVERSE) runMirrored(last, x, xStep, xLine, y, yStep, yLine, lines);
  else runStage(last, x, xStep, xLine, y, yStep, yLine, lines, 0, <usize> load<i32>(last, 8));
}

/** A transform of length 1. */
function copyElements(x: usize, xLine: usize, y: usize, yLine: usize, lines: usize): void {
  for (let l: usize = 0; l < lines; l++) {
    const p = x + l * xLine, q = y + l * yLine;
    v128.store(q, v128.load(p));
    v128.store(q, v128.load(p, 16), 16);
  }
}
