// v = r D x + (1 - r + r c) v, c = min(1, radius / |v|), D the differences to the next voxel
// dual_z, dual_y, dual_x: v; field: x; field_behind: the chunk of x behind this one. [z, y, x] each.

@group(0) @binding(1) var<storage, read_write> dual_z: array<f32>;
@group(0) @binding(2) var<storage, read_write> dual_y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dual_x: array<f32>;
@group(0) @binding(4) var<storage, read> field: array<f32>;
@group(0) @binding(5) var<storage, read> field_behind: array<f32>;

@compute @workgroup_size(threads)
fn ascend_dual(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = number_of(group) * threads + thread;
  if (i >= voxel_count()) {
    return;
  }
  let here = voxel_at(i);
  let row = i - here.x;
  let plane = row - here.y * variation.width;
  let plane_size = variation.height * variation.width;
  var behind = vec3<f32>(
    0.0,
    field[select(row + variation.width, plane, here.y + 1u == variation.height) + here.x],
    field[select(i + 1u, row, here.x + 1u == variation.width)],
  );
  if (here.z + 1u < variation.planes) {
    behind.x = field[i + plane_size];
  } else {
    behind.x = field_behind[i - plane];
  }
  let v = vec3<f32>(dual_z[i], dual_y[i], dual_x[i]);
  let r = variation.relaxation;
  let ascended = r * (behind - field[i]) + (1.0 - r + r * shrinkage(v)) * v;
  dual_z[i] = ascended.x;
  dual_y[i] = ascended.y;
  dual_x[i] = ascended.z;
}
