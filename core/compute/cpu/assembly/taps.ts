// Rows of small correlations with four kernels at a time: the taps are a table of 32 bytes each, the
// offset of the tap's voxel in bytes (u32), and behind 16 bytes the four kernels' weights.

/** Bytes of a tap in a table. */
export const TAP: usize = 32;
/** Kernels that go through a row together. */
export const GROUP: usize = 4;

/** r_d(n) = sum_u g_d(u) x(n + u) of a row, of `columns` values, a multiple of eight. */
export function respondRow(
  x: usize,
  table: usize,
  tableEnd: usize,
  out: usize,
  step: usize,
  columns: usize,
): void {
  const end = x + columns * 4;
  for (; x < end; x += 32, out += 32) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    for (let t = table; t < tableEnd; t += TAP) {
      const p = x + <usize> load<u32>(t);
      const x0 = v128.load(p), x1 = v128.load(p, 16);
      let w = v128.load32_splat(t, 16);
      a0 = f32x4.add(f32x4.mul(w, x0), a0);
      a1 = f32x4.add(f32x4.mul(w, x1), a1);
      w = v128.load32_splat(t, 20);
      b0 = f32x4.add(f32x4.mul(w, x0), b0);
      b1 = f32x4.add(f32x4.mul(w, x1), b1);
      w = v128.load32_splat(t, 24);
      c0 = f32x4.add(f32x4.mul(w, x0), c0);
      c1 = f32x4.add(f32x4.mul(w, x1), c1);
      w = v128.load32_splat(t, 28);
      d0 = f32x4.add(f32x4.mul(w, x0), d0);
      d1 = f32x4.add(f32x4.mul(w, x1), d1);
    }
    storePair(out, a0, a1);
    storePair(out + step, b0, b1);
    storePair(out + 2 * step, c0, c1);
    storePair(out + 3 * step, d0, d1);
  }
}

// @ts-ignore: decorator
@inline
function storePair(p: usize, a: v128, b: v128): void {
  v128.store(p, a);
  v128.store(p, b, 16);
}

/** q(n) = sum_d sum_u g_d(u) z_d(n - u) of a row; the offsets have the sign in them. */
export function gatherRow(
  z: usize,
  step: usize,
  table: usize,
  tableEnd: usize,
  out: usize,
  columns: usize,
): void {
  const end = out + columns * 4;
  for (; out + 128 <= end; out += 128, z += 128) {
    let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
    let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
    for (let t = table; t < tableEnd; t += TAP) {
      let p = z + <usize> load<u32>(t);
      const stop = t + 16;
      for (let k = t; k < stop; k += 4, p += step) {
        const w = v128.load32_splat(k, 16);
        a = f32x4.add(f32x4.mul(w, v128.load(p)), a);
        b = f32x4.add(f32x4.mul(w, v128.load(p, 16)), b);
        c = f32x4.add(f32x4.mul(w, v128.load(p, 32)), c);
        d = f32x4.add(f32x4.mul(w, v128.load(p, 48)), d);
        e = f32x4.add(f32x4.mul(w, v128.load(p, 64)), e);
        f = f32x4.add(f32x4.mul(w, v128.load(p, 80)), f);
        g = f32x4.add(f32x4.mul(w, v128.load(p, 96)), g);
        h = f32x4.add(f32x4.mul(w, v128.load(p, 112)), h);
      }
    }
    storePair(out, a, b);
    storePair(out + 32, c, d);
    storePair(out + 64, e, f);
    storePair(out + 96, g, h);
  }
  for (; out < end; out += 32, z += 32) {
    let a = f32x4.splat(0), b = f32x4.splat(0);
    for (let t = table; t < tableEnd; t += TAP) {
      let p = z + <usize> load<u32>(t);
      const stop = t + 16;
      for (let k = t; k < stop; k += 4, p += step) {
        const w = v128.load32_splat(k, 16);
        a = f32x4.add(f32x4.mul(w, v128.load(p)), a);
        b = f32x4.add(f32x4.mul(w, v128.load(p, 16)), b);
      }
    }
    storePair(out, a, b);
  }
}

/**
 * c_d(u) += sum_n x(n + u) s_d(n) of a row, in four lanes: `sums` has four vectors a tap, and room
 * for one tap more.
 */
export function correlateRow(
  x: usize,
  s: usize,
  step: usize,
  table: usize,
  tableEnd: usize,
  sums: usize,
  columns: usize,
): void {
  const bytes = columns * 4;
  const s1 = s + step, s2 = s1 + step, s3 = s2 + step;
  for (let t = table; t < tableEnd; t += 2 * TAP, sums += 128) {
    const p = x + <usize> load<u32>(t);
    // An odd last tap goes with itself; the sums behind the table are not used.
    const q = x + <usize> load<u32>(t + TAP < tableEnd ? t + TAP : t);
    let a0 = v128.load(sums), b0 = v128.load(sums, 16);
    let c0 = v128.load(sums, 32), d0 = v128.load(sums, 48);
    let a1 = v128.load(sums, 64), b1 = v128.load(sums, 80);
    let c1 = v128.load(sums, 96), d1 = v128.load(sums, 112);
    for (let j: usize = 0; j < bytes; j += 16) {
      const x0 = v128.load(p + j), x1 = v128.load(q + j);
      let v = v128.load(s + j);
      a0 = f32x4.add(f32x4.mul(v, x0), a0);
      a1 = f32x4.add(f32x4.mul(v, x1), a1);
      v = v128.load(s1 + j);
      b0 = f32x4.add(f32x4.mul(v, x0), b0);
      b1 = f32x4.add(f32x4.mul(v, x1), b1);
      v = v128.load(s2 + j);
      c0 = f32x4.add(f32x4.mul(v, x0), c0);
      c1 = f32x4.add(f32x4.mul(v, x1), c1);
      v = v128.load(s3 + j);
      d0 = f32x4.add(f32x4.mul(v, x0), d0);
      d1 = f32x4.add(f32x4.mul(v, x1), d1);
    }
    storePair(sums, a0, b0);
    storePair(sums + 32, c0, d0);
    storePair(sums + 64, a1, b1);
    storePair(sums + 96, c1, d1);
  }
}
