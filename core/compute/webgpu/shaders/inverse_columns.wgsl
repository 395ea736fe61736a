// x[i] = scale sum_w S(w) exp(i w i) of every column, cropped or folded.
// source: [batch, position < length, column], target: [batch, i < kept, column]

const TRANSFORMS: bool = false;
const WORKS: bool = false;
const TRANSFORMS_BACK: bool = true;

// at: group of columns, batch.
@compute @workgroup_size(threads)
fn inverse_columns(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  run(group, thread);
}

fn load_count() -> u32 {
  return line.length << line.lines_log2;
}

// The inverse is the forward transform with real and imaginary parts swapped before and behind.
fn load(e: u32, at: vec2<u32>) {
  let column = column_of(at, e & ((1u << line.lines_log2) - 1u));
  var value = vec2<f32>(0.0, 0.0);
  if (column < line.line_count) {
    value = read_planes(base_of(at, column) + (e >> line.lines_log2) * line.stride).yx;
  }
  write_point(e, value);
}

fn work_count() -> u32 {
  return 0u;
}

fn work(e: u32, at: vec2<u32>) {}

fn store_count() -> u32 {
  return line.kept << line.lines_log2;
}

fn store(e: u32, at: vec2<u32>) {
  let l = e & ((1u << line.lines_log2) - 1u);
  let column = column_of(at, l);
  if (column < line.line_count) {
    let i = e >> line.lines_log2;
    target_planes[base_of(at, column) + i * line.stride] = line.scale * restricted(i, l).yx;
  }
}
