// q(m) = sum_d sum_u g_d(u) z_d(m - u + o) of four kernels: every output voxel gathers what is its own.
// responses: z, [z, y, x] of the box; projection: q, [z, y, x] of the target box.

@group(0) @binding(2) var<storage, read> responses: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> projection: array<f32>;

var<workgroup> tile: array<vec4<f32>, tile_length>;

// A workgroup is a tile of the target box. The box begins k - 1 - o before it, so that its voxel m + v
// meets tap k - 1 - v.
@compute @workgroup_size(threads)
fn project_responses(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  var lower = vec4<f32>();
  var upper = vec4<f32>();
  let first = run_of(thread);
  let row = tile_row();
  let last = shape.window.w + taps() - 1u;
  for (var slice = 0u; slice < shape.loops.x; slice += slices) {
    workgroupBarrier();
    let corner = corner_of(group) + vec3<u32>(slice, 0u, 0u);
    for (var e = thread; e < tile_count(); e += threads) {
      let at = tile_voxel(e, corner);
      var value = vec4<f32>();
      if (all(at < shape.box.xyz)) {
        value = responses[index_in(at, shape.box)];
      }
      tile[e] = value;
    }
    workgroupBarrier();
    for (var vz = 0u; vz < min(slices, shape.loops.x - slice); vz++) {
      for (var vx = 0u; vx < shape.loops.y; vx++) {
        var index = ((first.x + vz) * tile_rows() + first.y) * row + first.z + vx;
        let tap = last - ((slice + vz) * kernel_x + vx) * kernel_y;
        // Eight voxels, which move on along y.
        var z0 = tile[index];
        var z1 = tile[index + row];
        var z2 = tile[index + 2u * row];
        var z3 = tile[index + 3u * row];
        var z4 = tile[index + 4u * row];
        var z5 = tile[index + 5u * row];
        var z6 = tile[index + 6u * row];
        var z7 = tile[index + 7u * row];
        index += RUN * row;
        for (var vy = 0u; vy < kernel_y; vy++) {
          let g = table[tap - vy];
          lower += vec4<f32>(dot(z0, g), dot(z1, g), dot(z2, g), dot(z3, g));
          upper += vec4<f32>(dot(z4, g), dot(z5, g), dot(z6, g), dot(z7, g));
          z0 = z1;
          z1 = z2;
          z2 = z3;
          z3 = z4;
          z4 = z5;
          z5 = z6;
          z6 = z7;
          z7 = tile[index];
          index += row;
        }
      }
    }
  }
  let n = corner_of(group) + first;
  put(n, 0u, lower.x);
  put(n, 1u, lower.y);
  put(n, 2u, lower.z);
  put(n, 3u, lower.w);
  put(n, 4u, upper.x);
  put(n, 5u, upper.y);
  put(n, 6u, upper.z);
  put(n, 7u, upper.w);
}

fn put(first: vec3<u32>, i: u32, value: f32) {
  let n = first + vec3<u32>(0u, i, 0u);
  if (any(n >= shape.target_box.xyz)) {
    return;
  }
  let index = index_in(n, shape.target_box);
  if (shape.box.w != 0u) {
    projection[index] += value;
  } else {
    projection[index] = value;
  }
}
