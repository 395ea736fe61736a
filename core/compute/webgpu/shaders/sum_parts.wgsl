// What workgroups summed, summed.

override threads: u32 = 256u;

struct Parts {
  // Sums of each part, and parts.
  count: u32,
  parts: u32,
  // Where the sums go, and whether they are added to what is there.
  first: u32,
  add: u32,
}

@group(0) @binding(0) var<uniform> shape: Parts;
@group(0) @binding(1) var<storage, read> parts: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>;

var<workgroup> partial: array<vec4<f32>, threads>;

// S_i = sum_p P_(p, i)
// parts: P, [part, i]; sums: S, [i]. A workgroup is one i.
@compute @workgroup_size(threads)
fn sum_parts(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  var sum = vec4<f32>();
  for (var p = thread; p < shape.parts; p += threads) {
    sum += parts[p * shape.count + group.x];
  }
  partial[thread] = sum;
  for (var half = threads / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
  }
  if (thread == 0u) {
    let i = shape.first + group.x;
    sums[i] = select(partial[0], sums[i] + partial[0], shape.add != 0u);
  }
}
