// Along z, and back, in one go: S = F x,
//   multiply: X = K S                correlate: X = conj(K) S
//   wiener:   X = conj(K) S / L      adjoint:   X = K S / L,      L = |K|^2 + w R
//   solve:    X = S / L
// source: [i < samples, wy, column], target: [i < kept, wy, column]; a batch is a row wy.

const TRANSFORMS: bool = true;
const WORKS: bool = true;
const TRANSFORMS_BACK: bool = true;

const MULTIPLY: u32 = 0u;
const CORRELATE: u32 = 1u;
const WIENER: u32 = 2u;
const WIENER_ADJOINT: u32 = 3u;
const SOLVE: u32 = 4u;

// at: group of columns, row.
@compute @workgroup_size(threads)
fn filter_columns(
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
  return line.length << line.lines_log2;
}

// Leaves the parts swapped: the inverse is the forward transform of that.
fn work(e: u32, at: vec2<u32>) {
  let column = column_of(at, e & ((1u << line.lines_log2) - 1u));
  if (column >= line.line_count) {
    return;
  }
  let position = e >> line.lines_log2;
  let base = base_of(at, column);
  let k = transfer[base + position * line.stride];
  var factor = k;
  if (line.kind == CORRELATE || line.kind == WIENER) {
    factor = conjugate(k);
  }
  var x = read_point(e);
  if (line.kind != SOLVE) {
    x = multiply(factor, x);
  }
  if (line.kind >= WIENER) {
    x /= denominator(k, base, position);
  }
  write_point(e, x.yx);
}

fn store_count() -> u32 {
  return line.kept << line.lines_log2;
}

fn store(e: u32, at: vec2<u32>) {
  let l = e & ((1u << line.lines_log2) - 1u);
  let column = column_of(at, l);
  if (column < line.line_count) {
    let i = e >> line.lines_log2;
    target_planes[base_of(at, column) + i * line.stride] = restricted(i, l).yx;
  }
}
