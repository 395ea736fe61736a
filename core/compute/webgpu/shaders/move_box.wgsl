// A box of voxels from one field to another, or to a window: what a pass over tiles reads without asking
// where the parts of a large field are, and what it leaves for them.

override threads: u32 = 64u;

struct Move {
  // [z, y, x]; w: 1 adds to what is there.
  box: vec4<u32>,
  // Of the box on the source's periodic grid, in it, the grid, and what of it is bound:
  // (first plane, planes, first row, rows).
  source_begin: vec4<u32>,
  source_grid: vec4<u32>,
  source_chunk: vec4<u32>,
  result_begin: vec4<u32>,
  result_grid: vec4<u32>,
  result_chunk: vec4<u32>,
  // What of the source's grid is not taken as 0.
  view: vec4<u32>,
}

// Workgroups of one row of a dispatch: more rows wrap.
const ROW: u32 = 32768u;

@group(0) @binding(0) var<uniform> shape: Move;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

struct Spot {
  at: vec3<u32>,
  index: u32,
  inside: bool,
}

// Where voxel `at` of the box lies on a grid, and in the chunk of it that is bound.
fn spot_of(at: vec3<u32>, begin: vec4<u32>, grid: vec4<u32>, chunk: vec4<u32>) -> Spot {
  let on_grid = (begin.xyz + at) % grid.xyz;
  // Before the chunk the differences wrap to large numbers.
  let plane = on_grid.x - chunk.x;
  let row = on_grid.y - chunk.z;
  return Spot(
    on_grid,
    (plane * chunk.w + row) * grid.z + on_grid.z,
    plane < chunk.y && row < chunk.w,
  );
}

// result(r + n) = source(s + n), or += that, for all n of the box
// source, result: [plane, row, x] of their chunks. A workgroup is a part of a row of the box.
@compute @workgroup_size(threads)
fn move_box(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.z * ROW + group.y;
  let z = row / shape.box.y;
  let at = vec3<u32>(z, row - z * shape.box.y, group.x * threads + thread);
  if (z >= shape.box.x || at.z >= shape.box.z) {
    return;
  }
  let s = spot_of(at, shape.source_begin, shape.source_grid, shape.source_chunk);
  let r = spot_of(at, shape.result_begin, shape.result_grid, shape.result_chunk);
  if (!s.inside || !r.inside) {
    return;
  }
  let value = select(0.0, source[s.index], all(s.at < shape.view.xyz));
  if (shape.box.w != 0u) {
    result[r.index] += value;
  } else {
    result[r.index] = value;
  }
}
