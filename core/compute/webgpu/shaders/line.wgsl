// What every pass over lines shares: its uniform, its table, complex numbers.
//
// A pass takes lines along one axis (rows of x, columns of y or of z), 1 << lines_log2 of them side by
// side, through load() -> transform -> work() -> transform back -> store(). A pass file defines what
// its lines are: load, work, store, how many elements each has, and which transforms lie between.
// Where the lines are meanwhile is the business of tile.wgsl (workgroup memory) or scratch.wgsl
// (storage, for lines that are too long for that).

override threads: u32 = 256u;

struct Line {
  // Points of the grid on this axis.
  length: u32,
  stage_count: u32,
  // Element `e` of line `l` lies at (e << lines_log2) | l.
  lines_log2: u32,
  // Samples before they are continued to the grid, and how (samples.wgsl).
  samples: u32,
  extension: u32,
  origin: u32,
  // Samples kept behind the inverse: the first `kept` from `offset` on, or all folded into them.
  kept: u32,
  offset: u32,
  fold: u32,
  fold_weights: u32,
  // Lines of a batch (columns of a plane or of a row of columns; pairs of rows of a plane).
  line_count: u32,
  stride: u32,
  batch_stride: u32,
  // Columns are read from where they go.
  in_place: u32,
  // Rows: of a plane in this chunk of the field, the chunk's place, and the slab's columns.
  rows: u32,
  first_row: u32,
  first_plane: u32,
  first_column: u32,
  column_count: u32,
  accumulate: u32,
  scale: f32,
  // Filter and gradient; of the second operand, if there is one.
  kind: u32,
  weight: f32,
  lag_count: u32,
  second_samples: u32,
  second_extension: u32,
  // Long lines: what to do, and the group of lines that the scratch holds.
  step: u32,
  group_x: u32,
  group_y: u32,
  unused_a: u32,
  unused_b: u32,
  unused_c: u32,
  // (radix, points of a block / radix, product of the radices before, 0)
  stages: array<vec4<u32>, 12>,
}

@group(0) @binding(0) var<uniform> line: Line;

// [0, N): roots exp(-2 pi i e / N)
// [N, 2N): (frequency at position e, position of frequency e) of a transformed line
// [2N, ...): (weight, 0), the first sample's share in every point of the gap; of the input, then of
// the output where that is folded
@group(0) @binding(1) var<storage, read> table: array<vec2<f32>>;

fn frequency_at(position: u32) -> u32 {
  return u32(table[line.length + position].x);
}

fn position_of(frequency: u32) -> u32 {
  return u32(table[line.length + frequency].y);
}

// Where a column of a batch (at.y) begins.
fn base_of(at: vec2<u32>, column: u32) -> u32 {
  return at.y * line.batch_stride + column;
}

fn multiply(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn conjugate(a: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.x, -a.y);
}
