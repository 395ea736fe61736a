// Sums, products and quotients of fields, voxel by voxel. An item is 4096 values; a last vector may
// reach into the room behind a field.
import { arg, argF32 } from "./job";

const BLOCK: i32 = 4096;

// What "modulate" does.
const MULTIPLY: i32 = 0;
const DIVIDE: i32 = 1;

/** out = constant + sum_t w_t x_t of up to four inputs; clipped at 0 with `positivity`. */
export function combine(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const out = <usize> arg(job, 0), count = arg(job, 1), terms = arg(job, 2);
  const positivity = arg(job, 3), constant = f32x4.splat(argF32(job, 4));
  const x0 = <usize> arg(job, 5), x1 = <usize> arg(job, 7);
  const x2 = <usize> arg(job, 9), x3 = <usize> arg(job, 11);
  const w0 = f32x4.splat(argF32(job, 6)), w1 = f32x4.splat(argF32(job, 8));
  const w2 = f32x4.splat(argF32(job, 10)), w3 = f32x4.splat(argF32(job, 12));
  for (let item = begin; item < end; item++) {
    const last = min((item + 1) * BLOCK, count);
    for (let i = item * BLOCK; i < last; i += 4) {
      const o = <usize> i * 4;
      let sum = constant;
      if (terms > 0) sum = f32x4.add(sum, f32x4.mul(w0, v128.load(x0 + o)));
      if (terms > 1) sum = f32x4.add(sum, f32x4.mul(w1, v128.load(x1 + o)));
      if (terms > 2) sum = f32x4.add(sum, f32x4.mul(w2, v128.load(x2 + o)));
      if (terms > 3) sum = f32x4.add(sum, f32x4.mul(w3, v128.load(x3 + o)));
      if (positivity) sum = f32x4.max(sum, f32x4.splat(0));
      v128.store(out + o, sum);
    }
  }
}

/** out = a b, a / max(b, floor), or a where b > 0. */
export function modulate(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const out = <usize> arg(job, 0), a = <usize> arg(job, 1), b = <usize> arg(job, 2);
  const count = arg(job, 3), kind = arg(job, 4), floor = f32x4.splat(argF32(job, 5));
  for (let item = begin; item < end; item++) {
    const last = min((item + 1) * BLOCK, count);
    for (let i = item * BLOCK; i < last; i += 4) {
      const o = <usize> i * 4;
      const x = v128.load(a + o), y = v128.load(b + o);
      let value: v128;
      if (kind == MULTIPLY) value = f32x4.mul(x, y);
      else if (kind == DIVIDE) value = f32x4.div(x, f32x4.max(y, floor));
      else value = v128.and(x, f32x4.gt(y, f32x4.splat(0)));
      v128.store(out + o, value);
    }
  }
}

/** The rows that two fields have in common. An item is a plane. */
export function copy(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const out = <usize> arg(job, 0), outHeight = arg(job, 1), outWidth = arg(job, 2);
  const src = <usize> arg(job, 3), srcHeight = arg(job, 4), srcWidth = arg(job, 5);
  const height = arg(job, 6), bytes = <usize> arg(job, 7) * 4;
  for (let z = begin; z < end; z++) {
    let to = out + <usize> (z * outHeight * outWidth) * 4;
    let from = src + <usize> (z * srcHeight * srcWidth) * 4;
    for (let y = 0; y < height; y++) {
      memory.copy(to, from, bytes);
      to += <usize> outWidth * 4;
      from += <usize> srcWidth * 4;
    }
  }
}

/** sum a b of every item, in single precision over 256 products and in double beyond. */
export function dot(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const a = <usize> arg(job, 0), b = <usize> arg(job, 1), count = arg(job, 2);
  const partials = <usize> arg(job, 3);
  for (let item = begin; item < end; item++) {
    const last = min((item + 1) * BLOCK, count);
    let total: f64 = 0;
    let i = item * BLOCK;
    while (i + 4 <= last) {
      let sum = f32x4.splat(0);
      const stop = min(i + 256, last);
      for (; i + 4 <= stop; i += 4) {
        const o = <usize> i * 4;
        sum = f32x4.add(sum, f32x4.mul(v128.load(a + o), v128.load(b + o)));
      }
      total += <f64> f32x4.extract_lane(sum, 0) + <f64> f32x4.extract_lane(sum, 1) +
        <f64> f32x4.extract_lane(sum, 2) + <f64> f32x4.extract_lane(sum, 3);
    }
    for (; i < last; i++) {
      const o = <usize> i * 4;
      total += <f64> load<f32>(a + o) * <f64> load<f32>(b + o);
    }
    store<f64>(partials + <usize> item * 8, total);
  }
}
