// A 4 x 4 transpose in two steps: pairs of rows, then pairs of pairs.

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

/** Four vectors in memory, the columns of the others. */
// @ts-ignore: decorator
@inline
export function transpose(
  from0: usize,
  from1: usize,
  from2: usize,
  from3: usize,
  to0: usize,
  to1: usize,
  to2: usize,
  to3: usize,
): void {
  const a = v128.load(from0), b = v128.load(from1), c = v128.load(from2), d = v128.load(from3);
  const abLow = pairLow(a, b), cdLow = pairLow(c, d);
  const abHigh = pairHigh(a, b), cdHigh = pairHigh(c, d);
  v128.store(to0, joinLow(abLow, cdLow));
  v128.store(to1, joinHigh(abLow, cdLow));
  v128.store(to2, joinLow(abHigh, cdHigh));
  v128.store(to3, joinHigh(abHigh, cdHigh));
}
