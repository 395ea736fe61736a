// A job in shared memory, written by cpu_pool.ts: i32 operation, items, items per grab, next item
// (taken atomically), then the arguments.

/** Argument `index` as an integer or an address. */
// @ts-ignore: decorator
@inline
export function arg(job: usize, index: usize): i32 {
  return load<i32>(job + 16 + index * 4);
}

/** Argument `index` as a float. */
// @ts-ignore: decorator
@inline
export function argF32(job: usize, index: usize): f32 {
  return load<f32>(job + 16 + index * 4);
}
