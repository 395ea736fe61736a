// Rows of correlations with small kernels. Four kernels go together, one in each lane of a vector:
// responses are kept as [column][4]. A table lists the taps in runs of five;
// three or one neighbours:
// the offset of the run's first voxel in bytes and the run's length (both u32), and behind 16 bytes
// the weights [tap][4]. A run and eight columns share their loads, each of which costs a check.

/** Kernels that go through a row together. */
export const GROUP: usize = 4;

/** The most bytes of a table a tap: a run of one. */
export const TAP: usize = 32;

/** Of `left` neighbouring taps, how many the next run takes. */
// @ts-ignore: decorator
@inline
export function runOf(left: i32): i32 {
  return left >= 5 ? 5 : left >= 3 ? 3 : 1;
}

/** a + b c, rounded once where the processor can, as all do that run it fast. */
// @ts-ignore: decorator
@inline
export function mad(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(b, c, a);
}

/** r_d(n) = sum_u g_d(u) x(n + u) of a row of `columns` voxels, a multiple of eight. */
export function respondRow(
  x0: usize,
  table: usize,
  tableEnd: usize,
  out: usize,
  columns: usize,
): void {
  const end = x0 + columns * 4;
  for (; x0 < end; x0 += 32, out += 128) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0), a5 = f32x4.splat(0), a6 = f32x4.splat(0), a7 = f32x4.splat(0);
    for (let t = table; t < tableEnd;) {
      const p = x0 + <usize> load<u32>(t), count = load<u32>(t, 4);
      if (count == 5) {
        const w0 = v128.load(t, 16), w1 = v128.load(t, 32), w2 = v128.load(t, 48);
        const w3 = v128.load(t, 64), w4 = v128.load(t, 80);
        let x = v128.load32_splat(p); a0 = mad(a0, w0, x);
        x = v128.load32_splat(p, 4); a1 = mad(a1, w0, x); a0 = mad(a0, w1, x);
        x = v128.load32_splat(p, 8); a2 = mad(a2, w0, x); a1 = mad(a1, w1, x);
        a0 = mad(a0, w2, x);
        x = v128.load32_splat(p, 12); a3 = mad(a3, w0, x); a2 = mad(a2, w1, x);
        a1 = mad(a1, w2, x); a0 = mad(a0, w3, x);
        x = v128.load32_splat(p, 16); a4 = mad(a4, w0, x); a3 = mad(a3, w1, x);
        a2 = mad(a2, w2, x); a1 = mad(a1, w3, x); a0 = mad(a0, w4, x);
        x = v128.load32_splat(p, 20); a5 = mad(a5, w0, x); a4 = mad(a4, w1, x);
        a3 = mad(a3, w2, x); a2 = mad(a2, w3, x); a1 = mad(a1, w4, x);
        x = v128.load32_splat(p, 24); a6 = mad(a6, w0, x); a5 = mad(a5, w1, x);
        a4 = mad(a4, w2, x); a3 = mad(a3, w3, x); a2 = mad(a2, w4, x);
        x = v128.load32_splat(p, 28); a7 = mad(a7, w0, x); a6 = mad(a6, w1, x);
        a5 = mad(a5, w2, x); a4 = mad(a4, w3, x); a3 = mad(a3, w4, x);
        x = v128.load32_splat(p, 32); a7 = mad(a7, w1, x); a6 = mad(a6, w2, x);
        a5 = mad(a5, w3, x); a4 = mad(a4, w4, x);
        x = v128.load32_splat(p, 36); a7 = mad(a7, w2, x); a6 = mad(a6, w3, x);
        a5 = mad(a5, w4, x);
        x = v128.load32_splat(p, 40); a7 = mad(a7, w3, x); a6 = mad(a6, w4, x);
        x = v128.load32_splat(p, 44); a7 = mad(a7, w4, x);
      } else if (count == 3) {
        const w0 = v128.load(t, 16), w1 = v128.load(t, 32), w2 = v128.load(t, 48);
        let x = v128.load32_splat(p); a0 = mad(a0, w0, x);
        x = v128.load32_splat(p, 4); a1 = mad(a1, w0, x); a0 = mad(a0, w1, x);
        x = v128.load32_splat(p, 8); a2 = mad(a2, w0, x); a1 = mad(a1, w1, x);
        a0 = mad(a0, w2, x);
        x = v128.load32_splat(p, 12); a3 = mad(a3, w0, x); a2 = mad(a2, w1, x);
        a1 = mad(a1, w2, x);
        x = v128.load32_splat(p, 16); a4 = mad(a4, w0, x); a3 = mad(a3, w1, x);
        a2 = mad(a2, w2, x);
        x = v128.load32_splat(p, 20); a5 = mad(a5, w0, x); a4 = mad(a4, w1, x);
        a3 = mad(a3, w2, x);
        x = v128.load32_splat(p, 24); a6 = mad(a6, w0, x); a5 = mad(a5, w1, x);
        a4 = mad(a4, w2, x);
        x = v128.load32_splat(p, 28); a7 = mad(a7, w0, x); a6 = mad(a6, w1, x);
        a5 = mad(a5, w2, x);
        x = v128.load32_splat(p, 32); a7 = mad(a7, w1, x); a6 = mad(a6, w2, x);
        x = v128.load32_splat(p, 36); a7 = mad(a7, w2, x);
      } else {
        const w0 = v128.load(t, 16);
        let x = v128.load32_splat(p); a0 = mad(a0, w0, x);
        x = v128.load32_splat(p, 4); a1 = mad(a1, w0, x);
        x = v128.load32_splat(p, 8); a2 = mad(a2, w0, x);
        x = v128.load32_splat(p, 12); a3 = mad(a3, w0, x);
        x = v128.load32_splat(p, 16); a4 = mad(a4, w0, x);
        x = v128.load32_splat(p, 20); a5 = mad(a5, w0, x);
        x = v128.load32_splat(p, 24); a6 = mad(a6, w0, x);
        x = v128.load32_splat(p, 28); a7 = mad(a7, w0, x);
      }
      t += 16 + <usize> count * 16;
    }
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    v128.store(out, a4, 64);
    v128.store(out, a5, 80);
    v128.store(out, a6, 96);
    v128.store(out, a7, 112);
  }
}

/** q(n) = sum_d sum_u g_d(u) z_d(n - u) of a row: z is [column][4], the weights are mirrored. */
export function gatherRow(
  z: usize,
  table: usize,
  tableEnd: usize,
  out: usize,
  columns: usize,
): void {
  const end = out + columns * 4;
  for (; out < end; out += 32, z += 128) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let a4 = f32x4.splat(0), a5 = f32x4.splat(0), a6 = f32x4.splat(0), a7 = f32x4.splat(0);
    for (let t = table; t < tableEnd;) {
      const p = z + <usize> load<u32>(t), count = load<u32>(t, 4);
      if (count == 5) {
        const w0 = v128.load(t, 16), w1 = v128.load(t, 32), w2 = v128.load(t, 48);
        const w3 = v128.load(t, 64), w4 = v128.load(t, 80);
        let x = v128.load(p); a0 = mad(a0, w0, x);
        x = v128.load(p, 16); a1 = mad(a1, w0, x); a0 = mad(a0, w1, x);
        x = v128.load(p, 32); a2 = mad(a2, w0, x); a1 = mad(a1, w1, x); a0 = mad(a0, w2, x);
        x = v128.load(p, 48); a3 = mad(a3, w0, x); a2 = mad(a2, w1, x); a1 = mad(a1, w2, x);
        a0 = mad(a0, w3, x);
        x = v128.load(p, 64); a4 = mad(a4, w0, x); a3 = mad(a3, w1, x); a2 = mad(a2, w2, x);
        a1 = mad(a1, w3, x); a0 = mad(a0, w4, x);
        x = v128.load(p, 80); a5 = mad(a5, w0, x); a4 = mad(a4, w1, x); a3 = mad(a3, w2, x);
        a2 = mad(a2, w3, x); a1 = mad(a1, w4, x);
        x = v128.load(p, 96); a6 = mad(a6, w0, x); a5 = mad(a5, w1, x); a4 = mad(a4, w2, x);
        a3 = mad(a3, w3, x); a2 = mad(a2, w4, x);
        x = v128.load(p, 112); a7 = mad(a7, w0, x); a6 = mad(a6, w1, x);
        a5 = mad(a5, w2, x); a4 = mad(a4, w3, x); a3 = mad(a3, w4, x);
        x = v128.load(p, 128); a7 = mad(a7, w1, x); a6 = mad(a6, w2, x);
        a5 = mad(a5, w3, x); a4 = mad(a4, w4, x);
        x = v128.load(p, 144); a7 = mad(a7, w2, x); a6 = mad(a6, w3, x);
        a5 = mad(a5, w4, x);
        x = v128.load(p, 160); a7 = mad(a7, w3, x); a6 = mad(a6, w4, x);
        x = v128.load(p, 176); a7 = mad(a7, w4, x);
      } else if (count == 3) {
        const w0 = v128.load(t, 16), w1 = v128.load(t, 32), w2 = v128.load(t, 48);
        let x = v128.load(p); a0 = mad(a0, w0, x);
        x = v128.load(p, 16); a1 = mad(a1, w0, x); a0 = mad(a0, w1, x);
        x = v128.load(p, 32); a2 = mad(a2, w0, x); a1 = mad(a1, w1, x); a0 = mad(a0, w2, x);
        x = v128.load(p, 48); a3 = mad(a3, w0, x); a2 = mad(a2, w1, x); a1 = mad(a1, w2, x);
        x = v128.load(p, 64); a4 = mad(a4, w0, x); a3 = mad(a3, w1, x); a2 = mad(a2, w2, x);
        x = v128.load(p, 80); a5 = mad(a5, w0, x); a4 = mad(a4, w1, x); a3 = mad(a3, w2, x);
        x = v128.load(p, 96); a6 = mad(a6, w0, x); a5 = mad(a5, w1, x); a4 = mad(a4, w2, x);
        x = v128.load(p, 112); a7 = mad(a7, w0, x); a6 = mad(a6, w1, x);
        a5 = mad(a5, w2, x);
        x = v128.load(p, 128); a7 = mad(a7, w1, x); a6 = mad(a6, w2, x);
        x = v128.load(p, 144); a7 = mad(a7, w2, x);
      } else {
        const w0 = v128.load(t, 16);
        let x = v128.load(p); a0 = mad(a0, w0, x);
        x = v128.load(p, 16); a1 = mad(a1, w0, x);
        x = v128.load(p, 32); a2 = mad(a2, w0, x);
        x = v128.load(p, 48); a3 = mad(a3, w0, x);
        x = v128.load(p, 64); a4 = mad(a4, w0, x);
        x = v128.load(p, 80); a5 = mad(a5, w0, x);
        x = v128.load(p, 96); a6 = mad(a6, w0, x);
        x = v128.load(p, 112); a7 = mad(a7, w0, x);
      }
      t += 16 + <usize> count * 16;
    }
    v128.store(out, sumLanes(a0, a1, a2, a3));
    v128.store(out, sumLanes(a4, a5, a6, a7), 16);
  }
}

/** The sums of the lanes of four vectors. */
// @ts-ignore: decorator
@inline
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 4, 1, 5), v128.shuffle<f32>(c, d, 2, 6, 3, 7));
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}
