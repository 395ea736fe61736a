// What happens along z. Every column is transformed, worked on point by point, and transformed back
// (or summed up) while it is in the cache: a full spectrum of the image is never stored.
import { CENTRED, extendLine, foldLine, lineBytesOf, originOf, placeOf, ZERO } from "./line";
import { arg, argF32 } from "./job";
import { FORWARD, INVERSE, transform } from "./fft";

/** X = K S */
const MULTIPLY: i32 = 0;
/** X = conj(K) S */
const MULTIPLY_CONJUGATE: i32 = 1;
/** X = conj(K) S / (|K|^2 + w R) */
const WIENER: i32 = 2;
/** X = K S / (|K|^2 + w R), the adjoint of WIENER */
const WIENER_ADJOINT: i32 = 3;
/** X = S / (|K|^2 + w R) */
const SOLVE: i32 = 4;

/** Keeps 0 / 0 out where neither the PSF nor the kernels pass a frequency; |K(0)| is 1. */
const TINY: f32 = 1e-12;

/**
 * Neighbouring groups that go through a kernel together. Their elements follow each other in every
 * plane: long enough a piece for the processor to fetch it ahead.
 */
const LINES: usize = 16;

/** Samples of neighbouring columns into lines, continued to the grid. */
// @ts-ignore: decorator
@inline
function gather(
  column: usize,
  planeBytes: usize,
  n: i32,
  lines: usize,
  count: usize,
  length: i32,
  mode: i32,
  weights: usize,
): void {
  const origin = originOf(mode, n);
  const lineBytes = lineBytesOf(length);
  for (let z = 0; z < n; z++) {
    let p = column + <usize> z * planeBytes;
    let q = lines + placeOf(z, origin, length) * 32;
    for (let l: usize = 0; l < count; l++, p += 32, q += lineBytes) {
      v128.store(q, v128.load(p));
      v128.store(q, v128.load(p, 16), 16);
    }
  }
  for (let l: usize = 0; l < count; l++) {
    extendLine(lines + l * lineBytes, 32, n, length, mode, weights);
  }
}

/** Points `offset` to `offset + n` of lines to neighbouring columns, times `scale`. */
// @ts-ignore: decorator
@inline
function scatter(
  lines: usize,
  count: usize,
  length: i32,
  offset: i32,
  column: usize,
  planeBytes: usize,
  n: i32,
  scale: v128,
): void {
  const lineBytes = lineBytesOf(length);
  for (let z = 0; z < n; z++) {
    let p = column + <usize> z * planeBytes;
    let q = lines + <usize> (z + offset) * 32;
    for (let l: usize = 0; l < count; l++, p += 32, q += lineBytes) {
      v128.store(p, f32x4.mul(scale, v128.load(q)));
      v128.store(p, f32x4.mul(scale, v128.load(q, 16)), 16);
    }
  }
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
  const lineBytes = lineBytesOf(length);
  const lines = scratch + LINES * 2 * lineBytes;
  for (let row = begin; row < end; row++) {
    const rowEnd = <usize> (row + 1) * rowBytes;
    for (let o = <usize> row * rowBytes; o < rowEnd; o += LINES * 32) {
      const count = min(LINES, (rowEnd - o) >> 5);
      let from = src + o, step = planeBytes, line: usize = 32;
      if (n < length || mode == CENTRED) {
        gather(from, planeBytes, n, lines, count, length, mode, weights);
        from = lines, step = 32, line = lineBytes;
      }
      const to = dst + o;
      transform(plan, FORWARD, from, step, line, to, planeBytes, 32, count, scratch, lineBytes);
    }
  }
}

/** Full spectrum back to planes `offset` to `offset + n`: the inverse of `forwardZ`. */
export function inverseZ(job: usize, begin: i32, end: i32, scratch: usize): void {
  const dst = <usize> arg(job, 0), planeBytes = <usize> arg(job, 1);
  const rowBytes = <usize> arg(job, 2), n = arg(job, 3), length = arg(job, 4);
  const plan = <usize> arg(job, 5), offset = arg(job, 6), src = <usize> arg(job, 7);
  const lineBytes = lineBytesOf(length);
  const lines = scratch + LINES * 2 * lineBytes;
  const scale = f32x4.splat(1 / <f32> length);
  for (let row = begin; row < end; row++) {
    const rowEnd = <usize> (row + 1) * rowBytes;
    for (let o = <usize> row * rowBytes; o < rowEnd; o += LINES * 32) {
      const count = min(LINES, (rowEnd - o) >> 5);
      const from = src + o;
      transform(plan, INVERSE, from, planeBytes, 32, lines, 32, lineBytes, count, scratch, lineBytes);
      scatter(lines, count, length, offset, dst + o, planeBytes, n, scale);
    }
  }
}

/**
 * Transform along z, one of the filters, back, planes `offset` to `offset + nOut` (or folded). WIENER
 * may have planes T of a prior, `nPrior` of them, whose w T is added to conj(K) S. May run in place. An
 * item is a row of wx.
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
  const prior = <usize> arg(job, 20), nPrior = arg(job, 21);
  const tiny = f32x4.splat(TINY);
  const tableBytes = <usize> depth * 8;
  const lineBytes = lineBytesOf(length);
  const lines = scratch + LINES * 2 * lineBytes;
  const priorLines = lines + LINES * lineBytes;
  const scale = f32x4.splat(1 / <f32> length);
  for (let row = begin; row < end; row++) {
    const rowEnd = <usize> (row + 1) * rowBytes;
    for (let o = <usize> row * rowBytes; o < rowEnd; o += LINES * 32) {
      const count = min(LINES, (rowEnd - o) >> 5);
      gather(src + o, planeBytes, n, lines, count, length, mode, weights);
      transform(plan, FORWARD, lines, 32, lineBytes, lines, 32, lineBytes, count, scratch, lineBytes);
      if (prior != 0) {
        const to = priorLines;
        gather(prior + o, planeBytes, nPrior, to, count, length, ZERO, 0);
        transform(plan, FORWARD, to, 32, lineBytes, to, 32, lineBytes, count, scratch, lineBytes);
      }
      for (let z = 0; z < length; z++) {
        let p = lines + <usize> z * 32, t = priorLines + <usize> z * 32;
        let k = kernel + o + <usize> z * planeBytes;
        let b = lags + o;
        for (let l: usize = 0; l < count; l++, p += lineBytes, t += lineBytes, k += 32, b += 32) {
          const sr = v128.load(p), si = v128.load(p, 16);
          const kr = v128.load(k), ki = v128.load(k, 16);
          let xr: v128, xi: v128;
          if (kind == MULTIPLY || kind == WIENER_ADJOINT) {
            xr = f32x4.sub(f32x4.mul(kr, sr), f32x4.mul(ki, si));
            xi = f32x4.add(f32x4.mul(kr, si), f32x4.mul(ki, sr));
          } else if (kind == SOLVE) {
            xr = sr, xi = si;
          } else {
            xr = f32x4.add(f32x4.mul(kr, sr), f32x4.mul(ki, si));
            xi = f32x4.sub(f32x4.mul(kr, si), f32x4.mul(ki, sr));
          }
          if (prior != 0) {
            xr = f32x4.add(xr, f32x4.mul(weight, v128.load(t)));
            xi = f32x4.add(xi, f32x4.mul(weight, v128.load(t, 16)));
          }
          if (kind >= WIENER) {
            const r = regularizerAt(b, lagPlaneBytes, depth, table + <usize> z * tableBytes);
            const power = f32x4.add(f32x4.mul(kr, kr), f32x4.mul(ki, ki));
            const d = f32x4.add(f32x4.add(power, f32x4.mul(weight, r)), tiny);
            xr = f32x4.div(xr, d);
            xi = f32x4.div(xi, d);
          }
          v128.store(p, xr);
          v128.store(p, xi, 16);
        }
      }
      transform(plan, INVERSE, lines, 32, lineBytes, lines, 32, lineBytes, count, scratch, lineBytes);
      if (folded) {
        for (let l: usize = 0; l < count; l++) {
          foldLine(lines + l * lineBytes, 32, nOut, length, foldWeights);
        }
      }
      scatter(lines, count, length, offset, dst + o, planeBytes, nOut, scale);
    }
  }
}

/**
 * With t(w) = Re( conj(P) conj(K) Y ) / L^2, or Re( conj(P) X ) / L of a quotient X, the sums
 * U_l = sum_wz t exp(i wz l) of every column: what the gradients of alpha and of all kernels need of
 * the image. An item is a row of wx.
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
  const quotient = arg(job, 17);
  const tiny = f32x4.splat(TINY);
  const tableBytes = <usize> depth * 8;
  const lineBytes = lineBytesOf(length);
  const pLines = scratch + LINES * 2 * lineBytes;
  const yLines = pLines + LINES * lineBytes;
  for (let row = begin; row < end; row++) {
    const rowEnd = <usize> (row + 1) * rowBytes;
    for (let o = <usize> row * rowBytes; o < rowEnd; o += LINES * 32) {
      const count = min(LINES, (rowEnd - o) >> 5);
      gather(gradient + o, planeBytes, n, pLines, count, length, ZERO, 0);
      gather(observed + o, planeBytes, nObserved, yLines, count, length, mode, weights);
      transform(plan, FORWARD, pLines, 32, lineBytes, pLines, 32, lineBytes, count, scratch, lineBytes);
      transform(plan, FORWARD, yLines, 32, lineBytes, yLines, 32, lineBytes, count, scratch, lineBytes);
      for (let z = 0; z < length; z++) {
        let p = pLines + <usize> z * 32, y = yLines + <usize> z * 32;
        let k = kernel + o + <usize> z * planeBytes;
        let b = lags + o;
        for (let l: usize = 0; l < count; l++, p += lineBytes, y += lineBytes, k += 32, b += 32) {
          const pr = v128.load(p), pi = v128.load(p, 16);
          const yr = v128.load(y), yi = v128.load(y, 16);
          const kr = v128.load(k), ki = v128.load(k, 16);
          const r = regularizerAt(b, lagPlaneBytes, depth, table + <usize> z * tableBytes);
          const power = f32x4.add(f32x4.mul(kr, kr), f32x4.mul(ki, ki));
          const inverse = f32x4.div(
            f32x4.splat(1),
            f32x4.add(f32x4.add(power, f32x4.mul(weight, r)), tiny),
          );
          if (quotient) {
            const product = f32x4.add(f32x4.mul(pr, yr), f32x4.mul(pi, yi));
            v128.store(p, f32x4.mul(inverse, product));
            continue;
          }
          // Re( conj(K P) Y ) / L^2, each factor divided first: L may be small.
          const ar = f32x4.mul(inverse, f32x4.sub(f32x4.mul(kr, pr), f32x4.mul(ki, pi)));
          const ai = f32x4.mul(inverse, f32x4.add(f32x4.mul(kr, pi), f32x4.mul(ki, pr)));
          v128.store(p, f32x4.mul(inverse, f32x4.add(f32x4.mul(ar, yr), f32x4.mul(ai, yi))));
        }
      }
      for (let line: usize = 0; line < count; line++) {
        const t = pLines + line * lineBytes;
        for (let l = 0; l < depth; l++) {
          let re = f32x4.splat(0), im = f32x4.splat(0);
          let q = table + <usize> l * 8;
          for (let z = 0; z < length; z++, q += tableBytes) {
            const value = v128.load(t + <usize> z * 32);
            re = f32x4.add(re, f32x4.mul(value, v128.load32_splat(q)));
            im = f32x4.add(im, f32x4.mul(value, v128.load32_splat(q, 4)));
          }
          const u = sums + <usize> l * lagPlaneBytes + o + line * 32;
          v128.store(u, re);
          v128.store(u, im, 16);
        }
      }
    }
  }
}
