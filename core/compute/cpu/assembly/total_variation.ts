// The two steps of isotropic total variation on a periodic grid: differences into the vectors, and
// the adjoint differences of what the vectors are mapped to. An item is a row.
import { arg, argF32 } from "./job";

/** Keeps 0 / 0 out: where v is 0, so is its image. */
const TINY: f32 = 1e-30;
/** p = v - 2 c v, c = min(1, radius / |v|) */
const REFLECT: i32 = 0;

// @ts-ignore: decorator
@inline
function lengthOf(z: v128, y: v128, x: v128): v128 {
  return f32x4.sqrt(f32x4.add(f32x4.mul(z, z), f32x4.add(f32x4.mul(y, y), f32x4.mul(x, x))));
}

/** c = min(1, radius / |v|) */
// @ts-ignore: decorator
@inline
function shareOf(z: v128, y: v128, x: v128, radius: v128): v128 {
  const c = f32x4.div(radius, f32x4.max(lengthOf(z, y, x), f32x4.splat(TINY)));
  return f32x4.min(c, f32x4.splat(1));
}

/** p / v: 1 - 2 c, or 1 / max(|v|, radius) */
// @ts-ignore: decorator
@inline
function factorOf(z: v128, y: v128, x: v128, radius: v128, kind: i32): v128 {
  if (kind == REFLECT) {
    const c = shareOf(z, y, x, radius);
    return f32x4.sub(f32x4.splat(1), f32x4.add(c, c));
  }
  return f32x4.div(f32x4.splat(1), f32x4.max(lengthOf(z, y, x), radius));
}

/** v = r (x' - x) + (1 - r + r c) v */
// @ts-ignore: decorator
@inline
function ascend(v: v128, next: v128, here: v128, relaxation: v128, kept: v128): v128 {
  return f32x4.add(f32x4.mul(relaxation, f32x4.sub(next, here)), f32x4.mul(kept, v));
}

/** v = r D x + (1 - r) v + r c v */
export function ascendDual(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const vz = <usize> arg(job, 0), vy = <usize> arg(job, 1), vx = <usize> arg(job, 2);
  const x = <usize> arg(job, 3), depth = arg(job, 4), height = arg(job, 5), width = arg(job, 6);
  const radius = f32x4.splat(argF32(job, 7)), relaxation = f32x4.splat(argF32(job, 8));
  const rest = f32x4.sub(f32x4.splat(1), relaxation);
  for (let row = begin; row < end; row++) {
    const z = row / height, y = row - z * height;
    const here = <usize> row * <usize> width * 4;
    const nextZ = <usize> ((z + 1 == depth ? 0 : z + 1) * height + y) * <usize> width * 4;
    const nextY = <usize> (z * height + (y + 1 == height ? 0 : y + 1)) * <usize> width * 4;
    for (let i = 0; i < width; i += 4) {
      const o = here + <usize> i * 4, left = width - i;
      const a = v128.load(x + o);
      const z0 = v128.load(vz + o), y0 = v128.load(vy + o), x0 = v128.load(vx + o);
      const c = shareOf(z0, y0, x0, radius);
      const kept = f32x4.add(rest, f32x4.mul(relaxation, c));
      const toZ = ascend(z0, v128.load(x + nextZ + <usize> i * 4), a, relaxation, kept);
      const toY = ascend(y0, v128.load(x + nextY + <usize> i * 4), a, relaxation, kept);
      let behind = v128.load(x + o + 4);
      if (left <= 4) {
        // The last voxel's neighbour is the first one.
        const first = v128.load32_splat(x + here);
        if (left == 4) behind = v128.shuffle<f32>(behind, first, 0, 1, 2, 4);
        else if (left == 3) behind = v128.shuffle<f32>(behind, first, 0, 1, 4, 3);
        else if (left == 2) behind = v128.shuffle<f32>(behind, first, 0, 4, 2, 3);
        else behind = first;
      }
      const toX = ascend(x0, behind, a, relaxation, kept);
      put(vz + o, toZ, left);
      put(vy + o, toY, left);
      put(vx + o, toX, left);
    }
  }
}

/** The first `left` lanes, at most four: the next row is another thread's. */
// @ts-ignore: decorator
@inline
function put(to: usize, value: v128, left: i32): void {
  if (left >= 4) {
    v128.store(to, value);
    return;
  }
  v128.store32_lane(to, value, 0);
  if (left > 1) v128.store32_lane(to, value, 1, 4);
  if (left > 2) v128.store32_lane(to, value, 2, 8);
}

/** out = out + w sum over the axes of p(before) - p(here) */
export function addDivergence(job: usize, begin: i32, end: i32, _scratch: usize): void {
  const vz = <usize> arg(job, 0), vy = <usize> arg(job, 1), vx = <usize> arg(job, 2);
  const out = <usize> arg(job, 3), depth = arg(job, 4), height = arg(job, 5), width = arg(job, 6);
  const radius = f32x4.splat(argF32(job, 7)), weight = f32x4.splat(argF32(job, 8));
  const kind = arg(job, 9);
  for (let row = begin; row < end; row++) {
    const z = row / height, y = row - z * height;
    const here = <usize> row * <usize> width * 4;
    const beforeZ = <usize> ((z == 0 ? depth : z) * height - height + y) * <usize> width * 4;
    const beforeY = <usize> (z * height + (y == 0 ? height : y) - 1) * <usize> width * 4;
    // p along x of the voxel before the first one: the row's last.
    const end = here + <usize> (width - 1) * 4;
    const zEnd = v128.load32_splat(vz + end), yEnd = v128.load32_splat(vy + end);
    const xEnd = v128.load32_splat(vx + end);
    let carry = f32x4.mul(xEnd, factorOf(zEnd, yEnd, xEnd, radius, kind));
    for (let i = 0; i < width; i += 4) {
      const o = here + <usize> i * 4;
      const z0 = v128.load(vz + o), y0 = v128.load(vy + o), x0 = v128.load(vx + o);
      const f0 = factorOf(z0, y0, x0, radius, kind);
      const px = f32x4.mul(x0, f0);
      const pxBefore = v128.shuffle<f32>(carry, px, 3, 4, 5, 6);
      carry = px;
      let sum = f32x4.sub(pxBefore, f32x4.mul(f0, f32x4.add(f32x4.add(z0, y0), x0)));
      const q = beforeZ + <usize> i * 4;
      const z1 = v128.load(vz + q), y1 = v128.load(vy + q), x1 = v128.load(vx + q);
      sum = f32x4.add(sum, f32x4.mul(z1, factorOf(z1, y1, x1, radius, kind)));
      const r = beforeY + <usize> i * 4;
      const z2 = v128.load(vz + r), y2 = v128.load(vy + r), x2 = v128.load(vx + r);
      sum = f32x4.add(sum, f32x4.mul(y2, factorOf(z2, y2, x2, radius, kind)));
      put(out + o, f32x4.add(v128.load(out + o), f32x4.mul(weight, sum)), width - i);
    }
  }
}
