// Passes over the voxels of a field: residual and loss, noise. An item is 4096 voxels; partial sums
// go to one f64 an item, so that a sum does not depend on which thread did what.
import { arg, argF32 } from "./job";

const BLOCK: i32 = 4096;

/**
 * r = x - t and the sum of r^2. With `positivity`, x = max(x, 0) first, and r = 0 where x was
 * clipped: the gradient stops there (the sum still counts t^2).
 */
export function residual(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const estimate = <usize> arg(job, 0), target = <usize> arg(job, 1), count = arg(job, 2);
  const positivity = arg(job, 3), partials = <usize> arg(job, 4);
  const zero = f32x4.splat(0);
  for (let item = begin; item < end; item++) {
    const last = min((item + 1) * BLOCK, count);
    let total: f64 = 0;
    let i = item * BLOCK;
    while (i + 4 <= last) {
      let sum = zero;
      const stop = min(i + 256, last);
      for (; i + 4 <= stop; i += 4) {
        const o = <usize> i * 4;
        const x = v128.load(estimate + o), t = v128.load(target + o);
        let r = f32x4.sub(x, t);
        if (positivity) {
          const open = f32x4.gt(x, zero);
          const clipped = f32x4.sub(f32x4.max(x, zero), t);
          sum = f32x4.add(sum, f32x4.mul(clipped, clipped));
          r = v128.and(r, open);
        } else {
          sum = f32x4.add(sum, f32x4.mul(r, r));
        }
        v128.store(estimate + o, r);
      }
      total += <f64> f32x4.extract_lane(sum, 0) + <f64> f32x4.extract_lane(sum, 1) +
        <f64> f32x4.extract_lane(sum, 2) + <f64> f32x4.extract_lane(sum, 3);
    }
    for (; i < last; i++) {
      const o = <usize> i * 4;
      const x = load<f32>(estimate + o), t = load<f32>(target + o);
      const clipped = positivity != 0 && x <= 0;
      const r: f32 = (clipped ? <f32> 0 : x) - t;
      total += <f64> r * <f64> r;
      store<f32>(estimate + o, clipped ? <f32> 0 : r);
    }
    store<f64>(partials + <usize> item * 8, total);
  }
}

/** x = max(x, 0) */
export function rectify(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const field = <usize> arg(job, 0), count = arg(job, 1);
  for (let item = begin; item < end; item++) {
    const last = min((item + 1) * BLOCK, count);
    // Fields have room for a whole vector behind the last voxel.
    for (let i = item * BLOCK; i < last; i += 4) {
      const p = field + <usize> i * 4;
      v128.store(p, f32x4.max(v128.load(p), f32x4.splat(0)));
    }
  }
}

// @ts-ignore: decorator
@inline
function hashStep(a: v128, b: v128, d: v128): v128 {
  return i32x4.add(a, i32x4.mul(b, d));
}

/** ln u for u in (0, 1): the mantissa's logarithm by the series of Cephes' logf. */
// @ts-ignore: decorator
@inline
function logarithm(u: v128): v128 {
  const one = f32x4.splat(1);
  let exponent = i32x4.sub(i32x4.shr_u(u, 23), i32x4.splat(126));
  let m = v128.or(v128.and(u, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  const small = f32x4.lt(m, f32x4.splat(0.7071067811865476));
  exponent = i32x4.add(exponent, small);
  m = f32x4.sub(f32x4.add(m, v128.and(m, small)), one);
  const e = f32x4.convert_i32x4_s(exponent);
  const z = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.1514610310e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.1676998740e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.2420140846e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.4249322787e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.6668057665e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(2.0000714765e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-2.4999993993e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, m), z);
  y = f32x4.sub(y, f32x4.mul(f32x4.splat(0.5), z));
  return f32x4.add(f32x4.add(m, y), f32x4.mul(e, f32x4.splat(0.6931471805599453)));
}

/** 24 random bits to the middle of one of 2^24 cells of (0, 1). */
// @ts-ignore: decorator
@inline
function unit(bits: v128): v128 {
  const n = f32x4.convert_i32x4_s(i32x4.shr_u(bits, 8));
  return f32x4.mul(f32x4.add(n, f32x4.splat(0.5)), f32x4.splat(5.9604644775390625e-8));
}

/**
 * x = x + sigma n, n normal: number i of the stream (seed, label, sublabel). Counter floor(i / 4) of
 * random.ts' hash gives four: words (a, b) the first pair, (c, d) the second (Box & Muller 1958).
 * The angle is a quadrant (the top two bits) plus f in [-pi/4, pi/4] (the next 24).
 */
export function addNoise(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const field = <usize> arg(job, 0), count = arg(job, 1);
  const sigma = f32x4.splat(argF32(job, 2));
  const mulA = i32x4.splat(1664525), addA = i32x4.splat(1013904223);
  const b0 = i32x4.add(i32x4.mul(i32x4.splat(arg(job, 3)), mulA), addA);
  const c0 = i32x4.add(i32x4.mul(i32x4.splat(arg(job, 4)), mulA), addA);
  const d0 = i32x4.add(i32x4.mul(i32x4.splat(arg(job, 5)), mulA), addA);
  const iota = i32x4(0, 1, 2, 3);
  for (let item = begin; item < end; item++) {
    const last = min((item + 1) * BLOCK, count);
    for (let i = item * BLOCK; i < last; i += 16) {
      let a = i32x4.add(i32x4.mul(i32x4.add(i32x4.splat(i >> 2), iota), mulA), addA);
      let b = b0, c = c0, d = d0;
      a = hashStep(a, b, d);
      b = hashStep(b, c, a);
      c = hashStep(c, a, b);
      d = hashStep(d, b, c);
      a = v128.xor(a, i32x4.shr_u(a, 16));
      b = v128.xor(b, i32x4.shr_u(b, 16));
      c = v128.xor(c, i32x4.shr_u(c, 16));
      d = v128.xor(d, i32x4.shr_u(d, 16));
      a = hashStep(a, b, d);
      b = hashStep(b, c, a);
      c = hashStep(c, a, b);
      d = hashStep(d, b, c);
      const p = field + <usize> i * 4;
      let r = radius(a), f = angle(b);
      let cosine = cosOf(f), sine = sinOf(f);
      const n0 = turnCos(r, cosine, sine, b), n1 = turnSin(r, cosine, sine, b);
      r = radius(c), f = angle(d), cosine = cosOf(f), sine = sinOf(f);
      const n2 = turnCos(r, cosine, sine, d), n3 = turnSin(r, cosine, sine, d);
      const t0 = v128.shuffle<f32>(n0, n1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(n2, n3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(n0, n1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(n2, n3, 2, 6, 3, 7);
      addScaled(p, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5), sigma);
      addScaled(p + 16, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7), sigma);
      addScaled(p + 32, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5), sigma);
      addScaled(p + 48, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7), sigma);
    }
  }
}

// @ts-ignore: decorator
@inline
function addScaled(p: usize, n: v128, sigma: v128): void {
  v128.store(p, f32x4.add(v128.load(p), f32x4.mul(sigma, n)));
}

// @ts-ignore: decorator
@inline
function radius(bits: v128): v128 {
  return f32x4.sqrt(f32x4.mul(f32x4.splat(-2), logarithm(unit(bits))));
}

/** f of the angle: bits 29..6 of the word, in [-pi/4, pi/4]. */
// @ts-ignore: decorator
@inline
function angle(bits: v128): v128 {
  const u = unit(i32x4.shl(bits, 2));
  return f32x4.mul(f32x4.sub(u, f32x4.splat(0.5)), f32x4.splat(1.5707963267948966));
}

// @ts-ignore: decorator
@inline
function sinOf(f: v128): v128 {
  const z = f32x4.mul(f, f);
  let y = f32x4.splat(-1.9515295891e-4);
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(8.3321608736e-3));
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(-1.6666654611e-1));
  return f32x4.add(f, f32x4.mul(f32x4.mul(y, z), f));
}

// @ts-ignore: decorator
@inline
function cosOf(f: v128): v128 {
  const z = f32x4.mul(f, f);
  let y = f32x4.splat(2.443315711809948e-5);
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(-1.388731625493765e-3));
  y = f32x4.add(f32x4.mul(y, z), f32x4.splat(4.166664568298827e-2));
  y = f32x4.mul(f32x4.mul(y, z), z);
  return f32x4.add(f32x4.sub(y, f32x4.mul(f32x4.splat(0.5), z)), f32x4.splat(1));
}

/** All bits set where the quadrant q, the top two bits, is odd. */
// @ts-ignore: decorator
@inline
function isOdd(b: v128): v128 {
  return i32x4.eq(v128.and(i32x4.shr_u(b, 30), i32x4.splat(1)), i32x4.splat(1));
}

/** r cos(f + q pi / 2): c, -s, -c, s for the quadrants q = 0, 1, 2, 3. */
// @ts-ignore: decorator
@inline
function turnCos(r: v128, c: v128, s: v128, b: v128): v128 {
  const sign = i32x4.shl(v128.xor(i32x4.shr_u(b, 31), i32x4.shr_u(b, 30)), 31);
  return f32x4.mul(r, v128.xor(v128.bitselect(s, c, isOdd(b)), sign));
}

/** r sin(f + q pi / 2): s, c, -s, -c for the quadrants q = 0, 1, 2, 3. */
// @ts-ignore: decorator
@inline
function turnSin(r: v128, c: v128, s: v128, b: v128): v128 {
  const sign = i32x4.shl(i32x4.shr_u(b, 31), 31);
  return f32x4.mul(r, v128.xor(v128.bitselect(c, s, isOdd(b)), sign));
}
