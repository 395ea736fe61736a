// What happens along z. Every column is transformed, worked on point by point, and transformed back
// (or summed up) while it is in the cache: a full spectrum of the image is never stored.
import { extendLine, foldLine, lineBytesOf, originOf, placeOf, ZERO } from "./line";
import { arg, argF32 } from "./job";
import { transform } from "./fft";

/** X = K S */
const MULTIPLY: i32 = 0;
/** X = conj(K) S */
const MULTIPLY_CONJUGATE: i32 = 1;
/** X = conj(K) S / (|K|^2 + w R) */
const WIENER: i32 = 2;
/** X = K S / (|K|^2 + w R), the adjoint of WIENER */
const WIENER_ADJOINT: i32 = 3;

/** Keeps 0 / 0 out where neither the PSF nor the kernels pass a frequency; |K(0)| is 1. */
const TINY: f32 = 1e-12;

/** Samples of one group's column into `line`, continued to the grid. */
// @ts-ignore: decorator
@inline
function gather(
  column: usize,
  planeBytes: usize,
  n: i32,
  line: usize,
  length: i32,
  mode: i32,
  weights: usize,
): void {
  const origin = originOf(mode, n);
  for (let z = 0; z < n; z++) {
    const p = column + <usize> z * planeBytes;
    const q = line + placeOf(z, origin, length) * 32;
    v128.store(q, v128.load(p));
    v128.store(q, v128.load(p, 16), 16);
  }
  extendLine(line, n, length, mode, weights);
}

/** R(wz) = B_0 + sum_{l > 0} Re(2 B_l exp(-i wz l)); the factor 2 is in the planes already. */
// @ts-ignore: decorator
@inline
function regularizerAt(lags: usize, lagPlaneBytes: usize, depth: i32, table: usize): v128 {
  let r = v128.load(lags);
  for (let l = 1; l < depth; l++) {
    const p = lags + <usize> l * lagPlaneBytes;
    const c = v128.load32_splat(table + <usize> l * 8);
    const s = v128.load32_splat(table + <usize> l * 8 + 4);
    r = f32x4.add(r, f32x4.add(f32x4.mul(c, v128.load(p)), f32x4.mul(s, v128.load(p, 16))));
  }
  return f32x4.max(r, f32x4.splat(0));
}

/** Planes to a full spectrum: the transform along z. An item is a row of wx. */
export function forwardZ(job: usize, begin: i32, end: i32, scratch: usize): void {
  const src = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), mode = arg(job, 6), weights = <usize> arg(job, 7);
  const dst = <usize> arg(job, 8);
  const work = scratch + lineBytesOf(length);
  for (let row = begin; row < end; row++) {
    for (let o = <usize> row * rowBytes; o < <usize> (row + 1) * rowBytes; o += 32) {
      gather(src + o, planeBytes, n, scratch, length, mode, weights);
      const line = transform(plan, scratch, work);
      for (let z = 0; z < length; z++) {
        const p = dst + o + <usize> z * planeBytes;
        const q = line + <usize> z * 32;
        v128.store(p, v128.load(q));
        v128.store(p, v128.load(q, 16), 16);
      }
    }
  }
}

/** Full spectrum back to planes `offset` to `offset + n`. */
export function inverseZ(job: usize, begin: i32, end: i32, scratch: usize): void {
  const dst = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), offset = arg(job, 6), src = <usize> arg(job, 7);
  const work = scratch + lineBytesOf(length);
  for (let row = begin; row < end; row++) {
    for (let o = <usize> row * rowBytes; o < <usize> (row + 1) * rowBytes; o += 32) {
      for (let z = 0; z < length; z++) {
        const p = src + o + <usize> z * planeBytes;
        const q = scratch + <usize> z * 32;
        v128.store(q, v128.load(p), 16);
        v128.store(q, v128.load(p, 16));
      }
      const line = transform(plan, scratch, work);
      for (let z = 0; z < n; z++) {
        const p = dst + o + <usize> z * planeBytes;
        const q = line + <usize> (z + offset) * 32;
        v128.store(p, v128.load(q, 16));
        v128.store(p, v128.load(q), 16);
      }
    }
  }
}

/**
 * Transform along z, one of the four filters, back, planes `offset` to `offset + nOut` (or folded).
 * May run in place. An item is a row of wx.
 */
export function filterZ(job: usize, begin: i32, end: i32, scratch: usize): void {
  const src = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), mode = arg(job, 6), weights = <usize> arg(job, 7);
  const kernel = <usize> arg(job, 8), kind = arg(job, 9);
  const lags = <usize> arg(job, 10), lagPlaneBytes = <usize> arg(job, 11);
  const depth = arg(job, 12), table = <usize> arg(job, 13);
  const weight = f32x4.splat(argF32(job, 14));
  const dst = <usize> arg(job, 15), nOut = arg(job, 16), offset = arg(job, 17);
  const folded = arg(job, 18), foldWeights = <usize> arg(job, 19);
  const tiny = f32x4.splat(TINY);
  const tableBytes = <usize> depth * 8;
  const work = scratch + lineBytesOf(length);
  for (let row = begin; row < end; row++) {
    for (let o = <usize> row * rowBytes; o < <usize> (row + 1) * rowBytes; o += 32) {
      gather(src + o, planeBytes, n, scratch, length, mode, weights);
      const line = transform(plan, scratch, work);
      for (let z = 0; z < length; z++) {
        const p = line + <usize> z * 32;
        const k = kernel + o + <usize> z * planeBytes;
        const sr = v128.load(p), si = v128.load(p, 16);
        const kr = v128.load(k), ki = v128.load(k, 16);
        let xr: v128, xi: v128;
        if (kind == MULTIPLY || kind == WIENER_ADJOINT) {
          xr = f32x4.sub(f32x4.mul(kr, sr), f32x4.mul(ki, si));
          xi = f32x4.add(f32x4.mul(kr, si), f32x4.mul(ki, sr));
        } else {
          xr = f32x4.add(f32x4.mul(kr, sr), f32x4.mul(ki, si));
          xi = f32x4.sub(f32x4.mul(kr, si), f32x4.mul(ki, sr));
        }
        if (kind >= WIENER) {
          const r = regularizerAt(lags + o, lagPlaneBytes, depth, table + <usize> z * tableBytes);
          const power = f32x4.add(f32x4.mul(kr, kr), f32x4.mul(ki, ki));
          const l = f32x4.add(f32x4.add(power, f32x4.mul(weight, r)), tiny);
          xr = f32x4.div(xr, l);
          xi = f32x4.div(xi, l);
        }
        // (im, re): the inverse is the forward transform of the swapped parts.
        v128.store(p, xi);
        v128.store(p, xr, 16);
      }
      const back = transform(plan, line, line == scratch ? work : scratch);
      if (folded) foldLine(back, nOut, length, foldWeights);
      for (let z = 0; z < nOut; z++) {
        const p = dst + o + <usize> z * planeBytes;
        const q = back + <usize> (z + offset) * 32;
        v128.store(p, v128.load(q, 16));
        v128.store(p, v128.load(q), 16);
      }
    }
  }
}

/**
 * With t(w) = Re( conj(P) conj(K) Y ) / L^2, the sums U_l = sum_wz t exp(i wz l) of every column:
 * what the gradients of alpha and of all kernels need of the image. An item is a row of wx.
 */
export function gradientZ(job: usize, begin: i32, end: i32, scratch: usize): void {
  const gradient = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), observed = <usize> arg(job, 6);
  const mode = arg(job, 7), weights = <usize> arg(job, 8), kernel = <usize> arg(job, 9);
  const lags = <usize> arg(job, 10), lagPlaneBytes = <usize> arg(job, 11);
  const depth = arg(job, 12), table = <usize> arg(job, 13);
  const weight = f32x4.splat(argF32(job, 14));
  const sums = <usize> arg(job, 15), nObserved = arg(job, 16);
  const tiny = f32x4.splat(TINY);
  const tableBytes = <usize> depth * 8;
  const lineBytes = lineBytesOf(length);
  const second = scratch + 2 * lineBytes;
  const values = scratch + 4 * lineBytes;
  for (let row = begin; row < end; row++) {
    for (let o = <usize> row * rowBytes; o < <usize> (row + 1) * rowBytes; o += 32) {
      gather(gradient + o, planeBytes, n, scratch, length, ZERO, 0);
      gather(observed + o, planeBytes, nObserved, second, length, mode, weights);
      const pLine = transform(plan, scratch, scratch + lineBytes);
      const yLine = transform(plan, second, second + lineBytes);
      for (let z = 0; z < length; z++) {
        const p = pLine + <usize> z * 32, y = yLine + <usize> z * 32;
        const k = kernel + o + <usize> z * planeBytes;
        const pr = v128.load(p), pi = v128.load(p, 16);
        const yr = v128.load(y), yi = v128.load(y, 16);
        const kr = v128.load(k), ki = v128.load(k, 16);
        const r = regularizerAt(lags + o, lagPlaneBytes, depth, table + <usize> z * tableBytes);
        const power = f32x4.add(f32x4.mul(kr, kr), f32x4.mul(ki, ki));
        const inverse = f32x4.div(
          f32x4.splat(1),
          f32x4.add(f32x4.add(power, f32x4.mul(weight, r)), tiny),
        );
        // Re( conj(K P) Y ) / L^2, each factor divided first: L may be small.
        const ar = f32x4.mul(inverse, f32x4.sub(f32x4.mul(kr, pr), f32x4.mul(ki, pi)));
        const ai = f32x4.mul(inverse, f32x4.add(f32x4.mul(kr, pi), f32x4.mul(ki, pr)));
        const t = f32x4.mul(inverse, f32x4.add(f32x4.mul(ar, yr), f32x4.mul(ai, yi)));
        v128.store(values + <usize> z * 16, t);
      }
      for (let l = 0; l < depth; l++) {
        let re = f32x4.splat(0), im = f32x4.splat(0);
        let q = table + <usize> l * 8;
        for (let z = 0; z < length; z++, q += tableBytes) {
          const t = v128.load(values + <usize> z * 16);
          re = f32x4.add(re, f32x4.mul(t, v128.load32_splat(q)));
          im = f32x4.add(im, f32x4.mul(t, v128.load32_splat(q, 4)));
        }
        const u = sums + <usize> l * lagPlaneBytes + o;
        v128.store(u, re);
        v128.store(u, im, 16);
      }
    }
  }
}
