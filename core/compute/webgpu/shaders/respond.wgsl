// Responses of four kernels at eight voxels along y.

// x, [z, y, x] of the window.
@group(0) @binding(2) var<storage, read> samples: array<f32>;

var<workgroup> tile: array<f32, tile_length>;

// Columns are voxels, rows are kernels.
struct Run {
  lower: mat4x4<f32>,
  upper: mat4x4<f32>,
}

// r_d(n) = sum_u g_d(u) x(n + u - o), of x or of the `source`-th window.
fn respond(source: u32, group: vec3<u32>, thread: u32) -> Run {
  var run = Run();
  let first = run_of(thread);
  let row = tile_row();
  for (var slice = 0u; slice < shape.loops.x; slice += slices) {
    workgroupBarrier();
    let corner = corner_of(group) + vec3<u32>(slice, 0u, 0u);
    for (var e = thread; e < tile_count(); e += threads) {
      let at = tile_voxel(e, corner);
      var value = 0.0;
      if (all(at < shape.window.xyz)) {
        value = sample(source, index_in(at, shape.window));
      }
      tile[e] = value;
    }
    workgroupBarrier();
    for (var uz = 0u; uz < min(slices, shape.loops.x - slice); uz++) {
      for (var ux = 0u; ux < shape.loops.y; ux++) {
        var index = ((first.x + uz) * tile_rows() + first.y) * row + first.z + ux;
        let tap = shape.window.w + ((slice + uz) * kernel_x + ux) * kernel_y;
        // Eight voxels, which move on along y.
        var low = vec4<f32>(
          tile[index],
          tile[index + row],
          tile[index + 2u * row],
          tile[index + 3u * row],
        );
        var high = vec4<f32>(
          tile[index + 4u * row],
          tile[index + 5u * row],
          tile[index + 6u * row],
          tile[index + 7u * row],
        );
        index += RUN * row;
        for (var uy = 0u; uy < kernel_y; uy++) {
          let g = table[tap + uy];
          run.lower[0] += low.x * g;
          run.lower[1] += low.y * g;
          run.lower[2] += low.z * g;
          run.lower[3] += low.w * g;
          run.upper[0] += high.x * g;
          run.upper[1] += high.y * g;
          run.upper[2] += high.z * g;
          run.upper[3] += high.w * g;
          low = vec4<f32>(low.yzw, high.x);
          high = vec4<f32>(high.yzw, tile[index]);
          index += row;
        }
      }
    }
  }
  return run;
}
