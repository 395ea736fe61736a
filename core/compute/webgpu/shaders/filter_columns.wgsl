// Along z, and back, in one go: S = F x,
//   multiply: X = K S                correlate: X = conj(K) S
//   wiener:   X = conj(K) S / L      adjoint:   X = K S / L,      L = |K|^2 + w R
//   solve:    X = S / L
// With a prior, wiener is X = (conj(K) S + w T) / L: the first half of a group's lines are columns of S,
// the second half the same columns of T.
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

fn has_prior() -> bool {
  return line.second_samples > 0u;
}

fn columns_log2() -> u32 {
  return line.lines_log2 - select(0u, 1u, has_prior());
}

// Element `e` of the columns of S: (column of the group, point).
fn place_of(e: u32) -> vec2<u32> {
  return vec2<u32>(e & ((1u << columns_log2()) - 1u), e >> columns_log2());
}

fn column_at(at: vec2<u32>, l: u32) -> u32 {
  return (at.x << columns_log2()) + l;
}

fn load_count() -> u32 {
  return line.length << line.lines_log2;
}

fn load(e: u32, at: vec2<u32>) {
  let l = e & ((1u << line.lines_log2) - 1u);
  let source = l >> columns_log2();
  let column = column_at(at, l - (source << columns_log2()));
  var value = vec2<f32>(0.0, 0.0);
  if (column < line.line_count) {
    value = extended(
      source,
      base_of(at, column),
      e >> line.lines_log2,
      select(line.second_samples, line.samples, source == 0u),
      select(line.second_extension, line.extension, source == 0u),
    );
  }
  write_point(e, value);
}

fn sample(source: u32, base: u32, i: u32) -> vec2<f32> {
  if (source == 0u) {
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
  let index = (position << line.lines_log2) | place.x;
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
  if (has_prior()) {
    x += line.weight * read_point(index + (1u << columns_log2()));
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
