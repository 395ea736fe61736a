// What happens to a line before and after its transform: continuing n samples to a grid of N, and
// the adjoint of that. Elements are pairs of vectors, as in fft.ts.

/** Beyond the samples lie zeros. */
export const ZERO: i32 = 0;
/** Beyond the samples the last and the first are blended: the edge taper. */
export const TAPER: i32 = 1;
/** As ZERO, and sample floor(n / 2) lies at the origin, the ones before it at the end. */
export const CENTRED: i32 = 2;

/** Room for one line of `length`, and for the two half spectra of eight rows. */
// @ts-ignore: decorator
@inline
export function lineBytesOf(length: i32): usize {
  return (<usize> length + 24) * 32;
}

/** Index of the sample that lies at the origin. */
// @ts-ignore: decorator
@inline
export function originOf(mode: i32, n: i32): i32 {
  return mode == CENTRED ? n >> 1 : 0;
}

/** Where sample `i` lies on the grid of `length`. */
// @ts-ignore: decorator
@inline
export function placeOf(i: i32, origin: i32, length: i32): usize {
  const j = i - origin;
  return <usize> (j < 0 ? j + length : j);
}

/** Fills the grid's points that have no sample; `weights` has the share of the first sample. */
export function extendLine(line: usize, n: i32, length: i32, mode: i32, weights: usize): void {
  if (mode == TAPER) {
    const firstRe = v128.load(line), firstIm = v128.load(line, 16);
    const last = line + (<usize> (n - 1)) * 32;
    const lastRe = v128.load(last), lastIm = v128.load(last, 16);
    const stepRe = f32x4.sub(firstRe, lastRe), stepIm = f32x4.sub(firstIm, lastIm);
    // x[n + g] = last + t[g] (first - last)
    for (let i = n; i < length; i++) {
      const t = v128.load32_splat(weights + (<usize> (i - n)) * 4);
      const p = line + (<usize> i) * 32;
      v128.store(p, f32x4.add(lastRe, f32x4.mul(t, stepRe)));
      v128.store(p, f32x4.add(lastIm, f32x4.mul(t, stepIm)), 16);
    }
    return;
  }
  const origin = originOf(mode, n);
  const begin = line + (<usize> (n - origin)) * 32;
  memory.fill(begin, 0, (<usize> (length - n)) * 32);
}

/** Adjoint of the taper: what lies beyond the samples goes back to the first and the last. */
export function foldLine(line: usize, n: i32, length: i32, weights: usize): void {
  let firstRe = f32x4.splat(0), firstIm = f32x4.splat(0);
  let lastRe = f32x4.splat(0), lastIm = f32x4.splat(0);
  for (let i = n; i < length; i++) {
    const t = v128.load32_splat(weights + (<usize> (i - n)) * 4);
    const p = line + (<usize> i) * 32;
    const re = v128.load(p), im = v128.load(p, 16);
    const tRe = f32x4.mul(t, re), tIm = f32x4.mul(t, im);
    firstRe = f32x4.add(firstRe, tRe);
    firstIm = f32x4.add(firstIm, tIm);
    lastRe = f32x4.add(lastRe, f32x4.sub(re, tRe));
    lastIm = f32x4.add(lastIm, f32x4.sub(im, tIm));
  }
  v128.store(line, f32x4.add(v128.load(line), firstRe));
  v128.store(line, f32x4.add(v128.load(line, 16), firstIm), 16);
  const last = line + (<usize> (n - 1)) * 32;
  v128.store(last, f32x4.add(v128.load(last), lastRe));
  v128.store(last, f32x4.add(v128.load(last, 16), lastIm), 16);
}
