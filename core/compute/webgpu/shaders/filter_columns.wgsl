// Along z, and back, in one go: S = F x,
//   multiply: X = K S                correlate: X = conj(K) S
//   wiener:   X = conj(K) S / L      adjoint:   X = K S / L,      L = |K|^2 + w R
//   solve:    X = S / L
// With a prior, the second operand, wiener is X = (conj(K) S + w T) / L.
// source: [i < samples, wy, column], prior: T before its transform, [i < second_samples, wy, column],
// target: [i < kept, wy, column], times scale; a batch is a row wy.

@group(0) @binding(7) var<storage, read> prior: array<vec2<f32>>;

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

fn sample(which: u32, base: u32, i: u32) -> vec2<f32> {
  if (which == 0u) {
    return read_planes(base + i * line.stride);
  }
  return prior[base + i * line.stride];
}

fn work_count() -> u32 {
  return line.length << columns_log2();
}

// Leaves the parts swapped: the inverse is the forward transform of that.
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
  var factor = k;
  if (line.kind == CORRELATE || line.kind == WIENER) {
    factor = conjugate(k);
  }
  var x = read_point(index);
  if (line.kind != SOLVE) {
    x = multiply(factor, x);
  }
  if (has_second()) {
    x += line.weight * read_point(second_of(index));
  }
  if (line.kind >= WIENER) {
    x /= denominator(k, base, position);
  }
  write_point(index, x.yx);
}

fn store_count() -> u32 {
  return line.kept << columns_log2();
}

fn store(e: u32, at: vec2<u32>) {
  let place = place_of(e);
  let column = column_at(at, place.x);
  if (column < line.line_count) {
    let index = base_of(at, column) + place.y * line.stride;
    target_planes[index] = line.scale * restricted(place.y, place.x).yx;
  }
}
