// S(w) = sum_i x[i] exp(-i w i) of every column, its frequencies left scrambled.
// source: [batch, i < samples, column], target: [batch, position < length, column]

const TRANSFORMS: bool = true;
const WORKS: bool = false;
const TRANSFORMS_BACK: bool = false;

// at: group of columns, batch.
@compute @workgroup_size(threads)
fn forward_columns(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  run(group, thread);
}

fn load_count() -> u32 {
  return line.length << line.lines_log2;
}

fn load(e: u32, at: vec2<u32>) {
  let l = e & ((1u << line.lines_log2) - 1u);
  let column = column_of(at, l);
  var value = vec2<f32>(0.0, 0.0);
  if (column < line.line_count) {
    let point = e >> line.lines_log2;
    value = extended(0u, base_of(at, column), point, line.samples, line.extension);
  }
  write_point(e, value);
}

fn sample(unused: u32, base: u32, i: u32) -> vec2<f32> {
  return read_planes(base + i * line.stride);
}

fn work_count() -> u32 {
  return 0u;
}

fn work(e: u32, at: vec2<u32>) {}

fn store_count() -> u32 {
  return line.length << line.lines_log2;
}

fn store(e: u32, at: vec2<u32>) {
  let column = column_of(at, e & ((1u << line.lines_log2) - 1u));
  if (column < line.line_count) {
    target_planes[base_of(at, column) + (e >> line.lines_log2) * line.stride] = read_point(e);
  }
}
