// Weighted sums along all axes. An item is a row of the output: rows of the input are summed up with the
// weights along z and y, and the sum is then read with those along x.
import { arg, argF32 } from "./job";

/**
 * out = weight sum a b c src on the first voxels, or that added. Every axis has three lists: where the taps
 * of an output begin, their indices, and their weights.
 */
export function resample(job: usize, begin: i32, end: i32, scratch: usize): void {
  const out = <usize> arg(job, 0), outHeight = arg(job, 1), outWidth = arg(job, 2);
  const src = <usize> arg(job, 3), srcHeight = arg(job, 4), srcWidth = arg(job, 5);
  const height = arg(job, 6), width = arg(job, 7), add = arg(job, 8), weight = argF32(job, 9);
  const startsZ = <usize> arg(job, 10), indicesZ = <usize> arg(job, 11);
  const weightsZ = <usize> arg(job, 12);
  const startsY = <usize> arg(job, 13), indicesY = <usize> arg(job, 14);
  const weightsY = <usize> arg(job, 15);
  const startsX = <usize> arg(job, 16), indicesX = <usize> arg(job, 17);
  const weightsX = <usize> arg(job, 18);
  for (let item = begin; item < end; item++) {
    const z = item / height, y = item % height;
    memory.fill(scratch, 0, <usize> srcWidth * 4);
    for (let c = at(startsZ, z); c < at(startsZ, z + 1); c++) {
      for (let b = at(startsY, y); b < at(startsY, y + 1); b++) {
        const row = at(indicesZ, c) * srcHeight + at(indicesY, b);
        const factor = weight * weightAt(weightsZ, c) * weightAt(weightsY, b);
        addRow(scratch, src + <usize> (row * srcWidth) * 4, srcWidth, factor);
      }
    }
    const to = out + <usize> ((z * outHeight + y) * outWidth) * 4;
    for (let x = 0; x < width; x++) {
      let sum: f32 = add ? load<f32>(to + <usize> x * 4) : 0;
      for (let a = at(startsX, x); a < at(startsX, x + 1); a++) {
        sum += weightAt(weightsX, a) * load<f32>(scratch + <usize> at(indicesX, a) * 4);
      }
      store<f32>(to + <usize> x * 4, sum);
    }
  }
}

// @ts-ignore: decorator
@inline
function at(list: usize, index: i32): i32 {
  return load<i32>(list + <usize> index * 4);
}

// @ts-ignore: decorator
@inline
function weightAt(list: usize, index: i32): f32 {
  return load<f32>(list + <usize> index * 4);
}

/** sum += factor row; the last vector may reach into what lies behind. */
function addRow(sum: usize, row: usize, width: i32, factor: f32): void {
  const f = f32x4.splat(factor);
  for (let x = 0; x < width; x += 4) {
    const o = <usize> x * 4;
    v128.store(sum + o, f32x4.add(v128.load(sum + o), f32x4.mul(f, v128.load(row + o))));
  }
}
