// t(w) and its sums along z at the regularizer's lags, U_l = sum_wz t exp(i wz l), with
//   observed: t = Re( conj(P) conj(K) Y ) / L^2      estimate: t = Re( conj(P) Y ) / L
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

fn sample(which: u32, base: u32, i: u32) -> vec2<f32> {
  if (which == 0u) {
    return gradient[base + i * line.stride];
  }
  return operand[base + i * line.stride];
}

fn work_count() -> u32 {
  return line.length << columns_log2();
}

fn work(e: u32, at: vec2<u32>) {
  let place = place_of(e);
  let column = column_at(at, place.x);
  if (column >= line.line_count) {
    return;
  }
  let position = place.y;
  let index = index_at(position, place.x);
  let base = base_of(at, column);
  let k = transfer[base + position * line.stride];
  let inverse = 1.0 / denominator(k, base, position);
  // Each factor is divided first: L may be small.
  var p = inverse * read_point(index);
  if (line.kind != ESTIMATE) {
    p = inverse * multiply(k, p);
  }
  let t = dot(p, read_point(second_of(index)));
  write_point(index, vec2<f32>(t, 0.0));
}

fn store_count() -> u32 {
  return line.lag_count << columns_log2();
}

fn store(e: u32, at: vec2<u32>) {
  let place = place_of(e);
  let column = column_at(at, place.x);
  if (column >= line.line_count) {
    return;
  }
  let lag = place.y;
  var sum = vec2<f32>(0.0, 0.0);
  for (var position = 0u; position < line.length; position++) {
    let t = read_point(index_at(position, place.x)).x;
    sum += t * conjugate(table[(frequency_at(position) * lag) % line.length]);
  }
  sums[lag * line.stride + base_of(at, column)] = sum;
}
