// t(w) and its sums along z at the regularizer's lags, U_l = sum_wz t exp(i wz l), with
//   observed: t = Re( conj(P) conj(K) Y ) / L^2      estimate: t = Re( conj(P) Y ) / L
// The first half of a group's lines are columns of P, the second half the same columns of Y.
// gradient: P before its transform, [i < samples, wy, column]; operand: Y, [i < second_samples, ...]
// sums:     [l, wy, column]; a batch is a row wy.

@group(0) @binding(3) var<storage, read> gradient: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> operand: array<vec2<f32>>;
@group(0) @binding(7) var<storage, read_write> sums: array<vec2<f32>>;

const TRANSFORMS: bool = true;
const WORKS: bool = true;
const TRANSFORMS_BACK: bool = false;

// line.kind: what Y is.
const ESTIMATE: u32 = 1u;

// at: group of columns, row.
@compute @workgroup_size(threads)
fn gradient_columns(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  run(group, thread);
}

fn columns() -> u32 {
  return 1u << (line.lines_log2 - 1u);
}

fn sample(source: u32, base: u32, i: u32) -> vec2<f32> {
  if (source == 0u) {
    return gradient[base + i * line.stride];
  }
  return operand[base + i * line.stride];
}

fn load_count() -> u32 {
  return line.length << line.lines_log2;
}

fn load(e: u32, at: vec2<u32>) {
  let l = e & ((1u << line.lines_log2) - 1u);
  let source = l / columns();
  let column = at.x * columns() + l - source * columns();
  var value = vec2<f32>(0.0, 0.0);
  if (column < line.line_count) {
    value = extended(
      source,
      at.y * line.batch_stride + column,
      e >> line.lines_log2,
      select(line.second_samples, line.samples, source == 0u),
      select(line.second_extension, line.extension, source == 0u),
    );
  }
  write_point(e, value);
}

fn work_count() -> u32 {
  return line.length * columns();
}

fn work(e: u32, at: vec2<u32>) {
  let position = e / columns();
  let l = e - position * columns();
  let column = at.x * columns() + l;
  if (column >= line.line_count) {
    return;
  }
  let base = at.y * line.batch_stride + column;
  let index = (position << line.lines_log2) | l;
  let k = transfer[base + position * line.stride];
  let inverse = 1.0 / denominator(k, base, position);
  // Each factor is divided first: L may be small.
  var p = inverse * read_point(index);
  if (line.kind != ESTIMATE) {
    p = inverse * multiply(k, p);
  }
  let t = dot(p, read_point(index + columns()));
  write_point(index, vec2<f32>(t, 0.0));
}

fn store_count() -> u32 {
  return line.lag_count * columns();
}

fn store(e: u32, at: vec2<u32>) {
  let lag = e / columns();
  let l = e - lag * columns();
  let column = at.x * columns() + l;
  if (column >= line.line_count) {
    return;
  }
  var sum = vec2<f32>(0.0, 0.0);
  for (var position = 0u; position < line.length; position++) {
    let t = read_point((position << line.lines_log2) | l).x;
    sum += t * conjugate(table[(frequency_at(position) * lag) % line.length]);
  }
  sums[lag * line.stride + at.y * line.batch_stride + column] = sum;
}
