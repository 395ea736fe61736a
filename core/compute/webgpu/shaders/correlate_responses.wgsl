// dL/dg_d(u) = sum_n x(n + u - o) dr_d(n) + a(n + u - o) z_d(n), of four kernels, over the responses that
// this box owns.
// samples: x; gradient: a, [z, y, x] of the window; responses: z; slopes: dr, [z, y, x] of the box
// parts: [workgroup, column, i < block]
//
// A column is a tap (uz, ux) and `block` taps along y. Every column is summed by several streams at once,
// each along y at an x of its own; workgroups go through tiles of streams x tile_height voxels.

// Taps along y of a column, up to MAX_BLOCK, and columns of each (uz, ux).
override block: u32 = 1u;
override blocks: u32 = 1u;
// Of all columns, those that a workgroup takes at once, and streams of each.
override columns: u32 = 1u;
override streams: u32 = 1u;
override tile_height: u32 = 1u;
override sample_length: u32 = 1u;
override tile_length: u32 = 1u;

const MAX_BLOCK: u32 = 5u;

@group(0) @binding(2) var<storage, read> samples: array<f32>;
@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read> responses: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> slopes: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> parts: array<vec4<f32>>;

// (x, a), and z and dr.
var<workgroup> windows: array<vec2<f32>, sample_length>;
var<workgroup> shrunk: array<vec4<f32>, tile_length>;
var<workgroup> sloped: array<vec4<f32>, tile_length>;
var<workgroup> partial: array<vec4<f32>, threads>;

fn window_row() -> u32 {
  return streams + kernel_x - 1u;
}

// A run looks MAX_BLOCK - 1 voxels ahead, whatever its block.
fn window_rows() -> u32 {
  return tile_height + (blocks - 1u) * block + MAX_BLOCK - 1u;
}

fn load_tile(corner: vec3<u32>, thread: u32) {
  for (var e = thread; e < kernel_z * window_rows() * window_row(); e += threads) {
    let row = e / window_row();
    let plane = row / window_rows();
    let at = corner + vec3<u32>(plane, row - plane * window_rows(), e - row * window_row());
    var value = vec2<f32>();
    if (all(at < shape.window.xyz)) {
      let index = index_in(at, shape.window);
      value = vec2<f32>(samples[index], gradient[index]);
    }
    windows[e] = value;
  }
  for (var e = thread; e < tile_height * streams; e += threads) {
    let row = e / streams;
    let n = corner + vec3<u32>(0u, row, e - row * streams);
    var z = vec4<f32>();
    var dr = vec4<f32>();
    if (is_own(n)) {
      let index = index_in(n, shape.box);
      z = responses[index];
      dr = slopes[index];
    }
    shrunk[e] = z;
    sloped[e] = dr;
  }
}

// group: x is one of those that share the tiles, y takes the y-th set of columns.
@compute @workgroup_size(threads)
fn correlate_responses(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let stream = thread / columns;
  let column = group.y * columns + thread - stream * columns;
  let count = kernel_z * kernel_x * blocks;
  let works = stream < streams && column < count;
  let place = column / blocks;
  let uz = place / kernel_x;
  let first = (uz * window_rows() + (column - place * blocks) * block) * window_row() +
    place - uz * kernel_x + stream;

  let own = shape.own_end.xyz - shape.own_begin.xyz;
  let across = (own.z + streams - 1u) / streams;
  let down = (own.y + tile_height - 1u) / tile_height;
  var sum0 = vec4<f32>();
  var sum1 = vec4<f32>();
  var sum2 = vec4<f32>();
  var sum3 = vec4<f32>();
  var sum4 = vec4<f32>();
  for (var number = group.x; number < across * down * own.x; number += groups.x) {
    let strip = number / across;
    let plane = strip / down;
    let corner = vec3<u32>(
      plane,
      (strip - plane * down) * tile_height,
      (number - strip * across) * streams,
    );
    workgroupBarrier();
    load_tile(shape.own_begin.xyz + corner, thread);
    workgroupBarrier();
    if (works) {
      var index = first;
      var w0 = windows[index];
      var w1 = windows[index + window_row()];
      var w2 = windows[index + 2u * window_row()];
      var w3 = windows[index + 3u * window_row()];
      index += 4u * window_row();
      for (var y = 0u; y < shape.loops.z; y++) {
        let w4 = windows[index];
        let z = shrunk[y * streams + stream];
        let dr = sloped[y * streams + stream];
        sum0 += w0.x * dr + w0.y * z;
        if (block > 1u) { sum1 += w1.x * dr + w1.y * z; }
        if (block > 2u) { sum2 += w2.x * dr + w2.y * z; }
        if (block > 3u) { sum3 += w3.x * dr + w3.y * z; }
        if (block > 4u) { sum4 += w4.x * dr + w4.y * z; }
        w0 = w1;
        w1 = w2;
        w2 = w3;
        w3 = w4;
        index += window_row();
      }
    }
  }
  let to = (group.x * count + column) * block;
  let puts = stream == 0u && column < count;
  put_total(sum0, to, vec2<u32>(thread, select(0u, 1u, puts)));
  if (block > 1u) { put_total(sum1, to + 1u, vec2<u32>(thread, select(0u, 1u, puts))); }
  if (block > 2u) { put_total(sum2, to + 2u, vec2<u32>(thread, select(0u, 1u, puts))); }
  if (block > 3u) { put_total(sum3, to + 3u, vec2<u32>(thread, select(0u, 1u, puts))); }
  if (block > 4u) { put_total(sum4, to + 4u, vec2<u32>(thread, select(0u, 1u, puts))); }
}

// The sum over the streams of a column.
fn put_total(value: vec4<f32>, to: u32, at: vec2<u32>) {
  workgroupBarrier();
  partial[at.x] = value;
  workgroupBarrier();
  if (at.y != 0u) {
    var sum = vec4<f32>();
    for (var stream = 0u; stream < shape.loops.w; stream++) {
      sum += partial[stream * columns + at.x];
    }
    parts[to] = sum;
  }
}
