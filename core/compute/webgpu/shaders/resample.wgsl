// Weighted sums along all axes, of a chunk of the input for a chunk of the output.

override threads: u32 = 64u;

struct Resample {
  // Outputs along z, y, x; w: 1 adds to what is there.
  box: vec4<u32>,
  // The two fields, and what of them is bound: (first plane, planes, first row, rows).
  result_size: vec4<u32>,
  result_chunk: vec4<u32>,
  source_size: vec4<u32>,
  source_chunk: vec4<u32>,
  // Of the axes z, y, x: where their lists begin in the table.
  starts: vec4<u32>,
  indices: vec4<u32>,
  weights: vec4<u32>,
  weight: f32,
}

// Workgroups of one row of a dispatch: more rows wrap.
const ROW: u32 = 32768u;

@group(0) @binding(0) var<uniform> shape: Resample;
// Whole numbers, and weights by their bits.
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;

fn index_of(axis: u32, tap: u32) -> u32 {
  return table[shape.indices[axis] + tap];
}

fn weight_of(axis: u32, tap: u32) -> f32 {
  return bitcast<f32>(table[shape.weights[axis] + tap]);
}

// The taps of an output: first and behind the last.
fn range_of(axis: u32, output: u32) -> vec2<u32> {
  let first = shape.starts[axis] + output;
  return vec2<u32>(table[first], table[first + 1u]);
}

// Sum over a row of the source's chunk.
fn sum_row(first: u32, taps: vec2<u32>) -> f32 {
  var sum = 0.0;
  for (var a = taps.x; a < taps.y; a++) {
    sum += weight_of(2u, a) * source[first + index_of(2u, a)];
  }
  return sum;
}

// A workgroup is a part of a row of the output's chunk.
@compute @workgroup_size(threads)
fn resample(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let row = group.z * ROW + group.y;
  let plane = row / shape.result_chunk.w;
  let z = shape.result_chunk.x + plane;
  let y = shape.result_chunk.z + row - plane * shape.result_chunk.w;
  let x = group.x * threads + thread;
  if (plane >= shape.result_chunk.y || z >= shape.box.x || y >= shape.box.y || x >= shape.box.z) {
    return;
  }
  let taps_z = range_of(0u, z);
  let taps_y = range_of(1u, y);
  let taps_x = range_of(2u, x);
  var sum = 0.0;
  for (var c = taps_z.x; c < taps_z.y; c++) {
    // Before the chunk the differences wrap to large numbers.
    let source_plane = index_of(0u, c) - shape.source_chunk.x;
    if (source_plane >= shape.source_chunk.y) {
      continue;
    }
    for (var b = taps_y.x; b < taps_y.y; b++) {
      let source_row = index_of(1u, b) - shape.source_chunk.z;
      if (source_row >= shape.source_chunk.w) {
        continue;
      }
      let first = (source_plane * shape.source_chunk.w + source_row) * shape.source_size.z;
      sum += weight_of(0u, c) * weight_of(1u, b) * sum_row(first, taps_x);
    }
  }
  let at = row * shape.result_size.z + x;
  let before = select(0.0, result[at], shape.box.w != 0u);
  result[at] = before + shape.weight * sum;
}
