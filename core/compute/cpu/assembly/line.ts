// What happens to a line before and after its transform: continuing n samples to a grid of N, and
// the adjoint of that. Elements are pairs of vectors, as in fft.ts, `step` bytes apart.

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
export function extendLine(
  line: usize,
  step: usize,
  n: i32,
  length: i32,
  mode: i32,
  weights: usize,
): void {
  const origin = originOf(mode, n);
  const end = line + <usize> (length - origin) * step;
  let p = line + <usize> (n - origin) * step;
  if (mode != TAPER) {
    const zero = f32x4.splat(0);
    for (; p < end; p += step) {
      v128.store(p, zero);
      v128.store(p, zero, 16);
    }
    return;
  }
  const firstRe = v128.load(line), firstIm = v128.load(line, 16);
  const lastRe = v128.load(p - step), lastIm = v128.load(p - step, 16);
  const stepRe = f32x4.sub(firstRe, lastRe), stepIm = f32x4.sub(firstIm, lastIm);
  // x[n + g] = last + t[g] (first - last)
  for (let t = weights; p < end; p += step, t += 4) {
    const share = v128.load32_splat(t);
    v128.store(p, f32x4.add(lastRe, f32x4.mul(share, stepRe)));
    v128.store(p, f32x4.add(lastIm, f32x4.mul(share, stepIm)), 16);
  }
}

/** Adjoint of the taper: what lies beyond the samples goes back to the first and the last. */
export function foldLine(line: usize, step: usize, n: i32, length: i32, weights: usize): void {
  let firstRe = f32x4.splat(0), firstIm = f32x4.splat(0);
  let lastRe = f32x4.splat(0), lastIm = f32x4.splat(0);
  const end = line + <usize> length * step;
  for (let p = line + <usize> n * step, t = weights; p < end; p += step, t += 4) {
    const share = v128.load32_splat(t);
    const re = v128.load(p), im = v128.load(p, 16);
    const shareRe = f32x4.mul(share, re), shareIm = f32x4.mul(share, im);
    firstRe = f32x4.add(firstRe, shareRe);
    firstIm = f32x4.add(firstIm, shareIm);
    lastRe = f32x4.add(lastRe, f32x4.sub(re, shareRe));
    lastIm = f32x4.add(lastIm, f32x4.sub(im, shareIm));
  }
  v128.store(line, f32x4.add(v128.load(line), firstRe));
  v128.store(line, f32x4.add(v128.load(line, 16), firstIm), 16);
  const last = line + (<usize> (n - 1)) * step;
  v128.store(last, f32x4.add(v128.load(last), lastRe));
  v128.store(last, f32x4.add(v128.load(last, 16), lastIm), 16);
}
