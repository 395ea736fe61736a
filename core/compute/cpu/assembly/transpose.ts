// From rows to lines of four lanes and back, by 4 x 4 transposes in two steps: pairs of rows, then pairs
// of pairs.

// @ts-ignore: decorator
@inline
export function pairLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
export function pairHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline
export function joinLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline
export function joinHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7);
}

/** Stores the columns of the rows a, b, c, d. */
// @ts-ignore: decorator
@inline
export function storeColumns(
  a: v128,
  b: v128,
  c: v128,
  d: v128,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
): void {
  const ab = pairLow(a, b), cd = pairLow(c, d);
  v128.store(p0, joinLow(ab, cd));
  v128.store(p1, joinHigh(ab, cd));
  const ab2 = pairHigh(a, b), cd2 = pairHigh(c, d);
  v128.store(p2, joinLow(ab2, cd2));
  v128.store(p3, joinHigh(ab2, cd2));
}

/**
 * Samples `from` to `to` of four rows to elements at `q`, `step` bytes apart; up to three more follow,
 * of any value.
 */
// @ts-ignore: decorator
@inline
export function gatherRows(
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  from: i32,
  to: i32,
  q: usize,
  step: usize,
): void {
  for (let o = <usize> from * 4; o < <usize> to * 4; o += 16, q += 4 * step) {
    const a = v128.load(p0 + o), b = v128.load(p1 + o);
    const c = v128.load(p2 + o), d = v128.load(p3 + o);
    storeColumns(a, b, c, d, q, q + step, q + 2 * step, q + 3 * step);
  }
}

/** Elements at `q`, `step` bytes apart, times `scale`, to the samples `from` to `to` of four rows. */
// @ts-ignore: decorator
@inline
export function scatterRows(
  q: usize,
  step: usize,
  scale: v128,
  p0: usize,
  p1: usize,
  p2: usize,
  p3: usize,
  from: i32,
  to: i32,
): void {
  let o = <usize> from * 4;
  const end = <usize> to * 4;
  for (; o + 16 <= end; o += 16, q += 4 * step) {
    const a = f32x4.mul(scale, v128.load(q)), b = f32x4.mul(scale, v128.load(q + step));
    const c = f32x4.mul(scale, v128.load(q + 2 * step));
    const d = f32x4.mul(scale, v128.load(q + 3 * step));
    storeColumns(a, b, c, d, p0 + o, p1 + o, p2 + o, p3 + o);
  }
  for (; o < end; o += 4, q += step) {
    const v = f32x4.mul(scale, v128.load(q));
    v128.store32_lane(p0 + o, v, 0);
    v128.store32_lane(p1 + o, v, 1);
    v128.store32_lane(p2 + o, v, 2);
    v128.store32_lane(p3 + o, v, 3);
  }
}
