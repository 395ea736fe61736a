// Sums over a row of products with the neighbours: what the gradients of small kernels are made of.
import { mad } from "./taps";

/** Adds four lanes to four sums in double precision. */
// @ts-ignore: decorator
@inline
export function addSums(sums: usize, lanes: v128): void {
  const high = v128.shuffle<f32>(lanes, lanes, 2, 3, 2, 3);
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(lanes)));
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16);
}

/**
 * c_d(u) += sum_n x(n + u) s_d(n) of a row of `columns` voxels, a multiple of four; s is [column][4],
 * the sums are f64 [tap][4], the table is that of `respondRow`.
 */
export function correlateRow(
  x: usize,
  s: usize,
  table: usize,
  tableEnd: usize,
  sums: usize,
  columns: usize,
): void {
  const bytes = columns * 16;
  for (let t = table; t < tableEnd;) {
    const offset = <usize> load<u32>(t), count = load<u32>(t, 4);
    if (count == 5) {
      let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
      let a4 = f32x4.splat(0);
      for (let j: usize = 0, p = x + offset; j < bytes; j += 64, p += 16) {
        const s0 = v128.load(s + j), s1 = v128.load(s + j, 16), s2 = v128.load(s + j, 32);
        const s3 = v128.load(s + j, 48);
        let v = v128.load32_splat(p); a0 = mad(a0, s0, v);
        v = v128.load32_splat(p, 4); a1 = mad(a1, s0, v); a0 = mad(a0, s1, v);
        v = v128.load32_splat(p, 8); a2 = mad(a2, s0, v); a1 = mad(a1, s1, v);
        a0 = mad(a0, s2, v);
        v = v128.load32_splat(p, 12); a3 = mad(a3, s0, v); a2 = mad(a2, s1, v);
        a1 = mad(a1, s2, v); a0 = mad(a0, s3, v);
        v = v128.load32_splat(p, 16); a4 = mad(a4, s0, v); a3 = mad(a3, s1, v);
        a2 = mad(a2, s2, v); a1 = mad(a1, s3, v);
        v = v128.load32_splat(p, 20); a4 = mad(a4, s1, v); a3 = mad(a3, s2, v);
        a2 = mad(a2, s3, v);
        v = v128.load32_splat(p, 24); a4 = mad(a4, s2, v); a3 = mad(a3, s3, v);
        v = v128.load32_splat(p, 28); a4 = mad(a4, s3, v);
      }
      addSums(sums, a0);
      addSums(sums + 32, a1);
      addSums(sums + 64, a2);
      addSums(sums + 96, a3);
      addSums(sums + 128, a4);
    } else if (count == 3) {
      let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0);
      for (let j: usize = 0, p = x + offset; j < bytes; j += 64, p += 16) {
        const s0 = v128.load(s + j), s1 = v128.load(s + j, 16), s2 = v128.load(s + j, 32);
        const s3 = v128.load(s + j, 48);
        let v = v128.load32_splat(p); a0 = mad(a0, s0, v);
        v = v128.load32_splat(p, 4); a1 = mad(a1, s0, v); a0 = mad(a0, s1, v);
        v = v128.load32_splat(p, 8); a2 = mad(a2, s0, v); a1 = mad(a1, s1, v);
        a0 = mad(a0, s2, v);
        v = v128.load32_splat(p, 12); a2 = mad(a2, s1, v); a1 = mad(a1, s2, v);
        a0 = mad(a0, s3, v);
        v = v128.load32_splat(p, 16); a2 = mad(a2, s2, v); a1 = mad(a1, s3, v);
        v = v128.load32_splat(p, 20); a2 = mad(a2, s3, v);
      }
      addSums(sums, a0);
      addSums(sums + 32, a1);
      addSums(sums + 64, a2);
    } else {
      let a0 = f32x4.splat(0);
      for (let j: usize = 0, p = x + offset; j < bytes; j += 64, p += 16) {
        const s0 = v128.load(s + j), s1 = v128.load(s + j, 16), s2 = v128.load(s + j, 32);
        const s3 = v128.load(s + j, 48);
        let v = v128.load32_splat(p); a0 = mad(a0, s0, v);
        v = v128.load32_splat(p, 4); a0 = mad(a0, s1, v);
        v = v128.load32_splat(p, 8); a0 = mad(a0, s2, v);
        v = v128.load32_splat(p, 12); a0 = mad(a0, s3, v);
      }
      addSums(sums, a0);
    }
    t += 16 + <usize> count * 16;
    sums += <usize> count * 32;
  }
}
