// The regularizer's power spectrum along y, from the few lags of the kernels' autocorrelation, and
// the adjoint: sums over y at those lags. Rows hold groups of four as in lateral.ts.
import { arg } from "./job";

/** B(l, wy, wx) = sum_ly C(l, ly, wx) exp(-i wy ly). An item is one (l, wy). */
export function expandLags(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const src = <usize> arg(job, 0), dst = <usize> arg(job, 1), planeBytes = <usize> arg(job, 2);
  const rowBytes = <usize> arg(job, 3), height = arg(job, 4), lagsY = arg(job, 5);
  const table = <usize> arg(job, 6);
  for (let item = begin; item < end; item++) {
    const l = item / height, wy = item - l * height;
    const from = src + <usize> l * <usize> lagsY * rowBytes;
    const to = dst + <usize> l * planeBytes + <usize> wy * rowBytes;
    const phases = table + <usize> wy * <usize> lagsY * 8;
    for (let o: usize = 0; o < rowBytes; o += 32) {
      let re = f32x4.splat(0), im = f32x4.splat(0);
      for (let ly = 0; ly < lagsY; ly++) {
        const p = from + <usize> ly * rowBytes + o;
        const c = v128.load32_splat(phases + <usize> ly * 8);
        const s = v128.load32_splat(phases + <usize> ly * 8, 4);
        const a = v128.load(p), b = v128.load(p, 16);
        re = f32x4.add(re, f32x4.add(f32x4.mul(a, c), f32x4.mul(b, s)));
        im = f32x4.add(im, f32x4.sub(f32x4.mul(b, c), f32x4.mul(a, s)));
      }
      v128.store(to + o, re);
      v128.store(to + o, im, 16);
    }
  }
}

/** V(l, ly, wx) = sum_wy U(l, wy, wx) exp(i wy ly). An item is one (l, pair of groups). */
export function contractLags(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const dst = <usize> arg(job, 0), src = <usize> arg(job, 1), planeBytes = <usize> arg(job, 2);
  const rowBytes = <usize> arg(job, 3), height = arg(job, 4), lagsY = arg(job, 5);
  const table = <usize> arg(job, 6);
  const pairs = <i32> (rowBytes >> 6);
  for (let item = begin; item < end; item++) {
    const l = item / pairs;
    const o = <usize> (item - l * pairs) * 64;
    const from = src + <usize> l * planeBytes + o;
    const to = dst + <usize> l * <usize> lagsY * rowBytes + o;
    for (let ly = 0; ly < lagsY; ly++) {
      let re = f32x4.splat(0), im = f32x4.splat(0), re2 = f32x4.splat(0), im2 = f32x4.splat(0);
      for (let wy = 0; wy < height; wy++) {
        const q = table + (<usize> wy * <usize> lagsY + <usize> ly) * 8;
        const c = v128.load32_splat(q), s = v128.load32_splat(q, 4);
        const p = from + <usize> wy * rowBytes;
        let a = v128.load(p), b = v128.load(p, 16);
        re = f32x4.add(re, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
        im = f32x4.add(im, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
        a = v128.load(p, 32), b = v128.load(p, 48);
        re2 = f32x4.add(re2, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)));
        im2 = f32x4.add(im2, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)));
      }
      const v = to + <usize> ly * rowBytes;
      v128.store(v, re);
      v128.store(v, im, 16);
      v128.store(v, re2, 32);
      v128.store(v, im2, 48);
    }
  }
}
