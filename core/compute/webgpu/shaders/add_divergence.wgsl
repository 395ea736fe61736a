// result = result + weight D^T p(v), D^T p = sum over the axes of p(before) - p(here), with
//   reflect: p = v - 2 v min(1, radius / |v|)      unit: p = v / max(|v|, radius)
// dual_*: v; before_*: the chunk of v before this one. [z, y, x] each.

@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<storage, read> dual_z: array<f32>;
@group(0) @binding(3) var<storage, read> dual_y: array<f32>;
@group(0) @binding(4) var<storage, read> dual_x: array<f32>;
@group(0) @binding(5) var<storage, read> before_z: array<f32>;
@group(0) @binding(6) var<storage, read> before_y: array<f32>;
@group(0) @binding(7) var<storage, read> before_x: array<f32>;

fn projected(v: vec3<f32>) -> vec3<f32> {
  if (variation.kind == 1u) {
    return v / max(length(v), variation.radius);
  }
  return (1.0 - 2.0 * shrinkage(v)) * v;
}

fn dual_at(i: u32) -> vec3<f32> {
  return vec3<f32>(dual_z[i], dual_y[i], dual_x[i]);
}

@compute @workgroup_size(threads)
fn add_divergence(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = number_of(group) * threads + thread;
  if (i >= voxel_count()) {
    return;
  }
  let here = voxel_at(i);
  let plane_size = variation.height * variation.width;
  var above = vec3<f32>(0.0, 0.0, 0.0);
  if (here.z > 0u) {
    above = dual_at(i - plane_size);
  } else {
    let j = i + (variation.planes_before - 1u) * plane_size;
    above = vec3<f32>(before_z[j], before_y[j], before_x[j]);
  }
  let p = projected(dual_at(i));
  let in_column = select(
    i - variation.width,
    i + plane_size - variation.width,
    here.y == 0u,
  );
  let in_row = select(i - 1u, i + variation.width - 1u, here.x == 0u);
  let sum = projected(above).x - p.x + projected(dual_at(in_column)).y - p.y +
    projected(dual_at(in_row)).z - p.z;
  result[i] += variation.weight * sum;
}
