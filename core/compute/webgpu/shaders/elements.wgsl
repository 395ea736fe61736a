// Passes over elements, one after the other: how invocations share them.

override threads: u32 = 256u;

// Elements an invocation takes: first, first + threads, ...
const EACH: u32 = 16u;
// Workgroups of one row of a dispatch: wider ones wrap.
const ROW: u32 = 32768u;

var<workgroup> partial: array<f32, threads>;

fn number_of(group: vec3<u32>) -> u32 {
  return group.y * ROW + group.x;
}

// The sum over the workgroup, for thread 0.
fn total(value: f32, thread: u32) -> f32 {
  partial[thread] = value;
  for (var half = threads / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
  }
  return partial[0];
}
