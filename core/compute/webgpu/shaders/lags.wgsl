// The regularizer's power spectrum along x and y from the few lags of the kernels' autocorrelation,
// and the adjoint: sums over x and y at those lags. Lag i of an axis is i - (extent - 1) / 2.

override threads: u32 = 256u;

struct Lags {
  // The grid along y and x, and the columns of this slab.
  height: u32,
  width: u32,
  pitch: u32,
  first_column: u32,
  column_count: u32,
  // Extents: lags of l >= 0 along z, of both signs along y and x.
  lags_z: u32,
  lags_y: u32,
  lags_x: u32,
  // Where this slab's sums begin.
  sums_offset: u32,
  scale: f32,
}

@group(0) @binding(0) var<uniform> shape: Lags;
// Along y and x; as in line.wgsl.
@group(0) @binding(1) var<storage, read> table_y: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> table_x: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> values: array<f32>;
@group(0) @binding(4) var<storage, read> planes: array<vec2<f32>>;
@group(0) @binding(5) var<storage, read_write> result: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;

var<workgroup> partial: array<vec2<f32>, threads>;

fn multiply(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn conjugate(a: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.x, -a.y);
}

// Index of the root exp(-i w lag) for lag number `i` of `extent`, w = 2 pi frequency / length.
fn root_index(frequency: u32, i: u32, extent: u32, length: u32) -> u32 {
  let shift = (extent - 1u) / 2u;
  if (i >= shift) {
    return (frequency * (i - shift)) % length;
  }
  let back = (frequency * (shift - i)) % length;
  return select(length - back, 0u, back == 0u);
}

// C(l, ly, wx) = sum_lx A(l, ly, lx) exp(-i wx lx), twice that for l > 0: those lags stand for their
// opposites too.
// values: A, [l, ly, lx]; result: C, [l, ly, column]. An invocation is one (row (l, ly), column).
@compute @workgroup_size(threads)
fn expand_x(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let column = group.x * threads + thread;
  let row = group.y;
  if (column >= shape.column_count) {
    return;
  }
  var c = vec2<f32>(0.0, 0.0);
  for (var i = 0u; i < shape.lags_x; i++) {
    let index = root_index(shape.first_column + column, i, shape.lags_x, shape.width);
    c += values[row * shape.lags_x + i] * table_x[index];
  }
  result[row * shape.pitch + column] = select(2.0, 1.0, row < shape.lags_y) * c;
}

// B(l, wy, wx) = sum_ly C(l, ly, wx) exp(-i wy ly)
// planes: C, [l, ly, column]; result: B, [l, position of wy, column]. An invocation is one element.
@compute @workgroup_size(threads)
fn expand_y(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let column = group.x * threads + thread;
  let position = group.y;
  let l = group.z;
  if (column >= shape.column_count) {
    return;
  }
  let wy = u32(table_y[shape.height + position].x);
  var b = vec2<f32>(0.0, 0.0);
  for (var i = 0u; i < shape.lags_y; i++) {
    let root = table_y[root_index(wy, i, shape.lags_y, shape.height)];
    b += multiply(planes[(l * shape.lags_y + i) * shape.pitch + column], root);
  }
  result[(l * shape.height + position) * shape.pitch + column] = b;
}

const COLUMNS: u32 = 16u;

// V(l, ly, wx) = sum_wy U(l, wy, wx) exp(i wy ly)
// planes: U, [l, position of wy, column]; result: V, [l, ly, column].
// A workgroup is one (16 columns, ly, l).
@compute @workgroup_size(threads)
fn contract_y(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let column = group.x * COLUMNS + thread % COLUMNS;
  let ly = group.y;
  let l = group.z;
  var v = vec2<f32>(0.0, 0.0);
  if (column < shape.column_count) {
    for (var p = thread / COLUMNS; p < shape.height; p += threads / COLUMNS) {
      let wy = u32(table_y[shape.height + p].x);
      let root = conjugate(table_y[root_index(wy, ly, shape.lags_y, shape.height)]);
      v += multiply(planes[(l * shape.height + p) * shape.pitch + column], root);
    }
  }
  partial[thread] = v;
  reduce(thread, COLUMNS);
  if (thread < COLUMNS && column < shape.column_count) {
    result[(l * shape.lags_y + ly) * shape.pitch + column] = partial[thread];
  }
}

// T(l, ly, lx) = (1/N) sum_wx n(wx) Re( V(l, ly, wx) exp(i wx lx) ), inner columns counted twice (n).
// planes: V, [l, ly, column]; sums: T, [l, ly, lx]. A workgroup is one (lx, row (l, ly)).
@compute @workgroup_size(threads)
fn contract_x(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let lx = group.x;
  let row = group.y;
  var t = 0.0;
  for (var column = thread; column < shape.column_count; column += threads) {
    let wx = shape.first_column + column;
    let root = conjugate(table_x[root_index(wx, lx, shape.lags_x, shape.width)]);
    let inner = wx != 0u && 2u * wx != shape.width;
    t += select(1.0, 2.0, inner) * multiply(planes[row * shape.pitch + column], root).x;
  }
  partial[thread] = vec2<f32>(t, 0.0);
  reduce(thread, 1u);
  if (thread == 0u) {
    sums[shape.sums_offset + row * shape.lags_x + lx] = shape.scale * partial[0].x;
  }
}

// partial[i] becomes the sum over all partial[i + j count], i < count.
fn reduce(thread: u32, count: u32) {
  for (var half = threads / 2u; half >= count; half /= 2u) {
    workgroupBarrier();
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
  }
  workgroupBarrier();
}
