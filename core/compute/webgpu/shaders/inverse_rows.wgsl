// Half spectra back to rows of x, two at a time:
//   Z[k] = A[k] + i B[k],  Z[N - k] = conj A[k] + i conj B[k],  a + i b = scale conj-transform of Z
// A slab holds some columns only; what the others contribute is added by their own passes.
// planes: [z, y, k - first_column]
// field:  [plane of the chunk, row, x < kept]

@group(0) @binding(3) var<storage, read> planes: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> field: array<f32>;

const TRANSFORMS: bool = false;
const WORKS: bool = false;
const TRANSFORMS_BACK: bool = true;

// at: group of pairs, plane of the chunk.
@compute @workgroup_size(threads)
fn inverse_rows(
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
  let l = e / line.length;
  let k = e - l * line.length;
  let mirrored = 2u * k > line.length;
  let column = select(k, line.length - k, mirrored);
  let row = 2u * ((at.x << line.lines_log2) + l);
  var a = vec2<f32>(0.0, 0.0);
  var b = vec2<f32>(0.0, 0.0);
  if (
    row < line.rows && column >= line.first_column &&
    column - line.first_column < line.column_count
  ) {
    let index = (line.first_plane + at.y) * line.batch_stride +
      (line.first_row + row) * line.stride + column - line.first_column;
    a = planes[index];
    if (row + 1u < line.rows) {
      b = planes[index + line.stride];
    }
  }
  if (mirrored) {
    a = conjugate(a);
    b = conjugate(b);
  } else if (column == 0u || 2u * column == line.length) {
    // The spectrum of real samples is real here.
    a.y = 0.0;
    b.y = 0.0;
  }
  write_point((position_of(k) << line.lines_log2) | l, vec2<f32>(a.y + b.x, a.x - b.y));
}

fn work_count() -> u32 {
  return 0u;
}

fn work(e: u32, at: vec2<u32>) {}

fn store_count() -> u32 {
  return line.kept << line.lines_log2;
}

fn store(e: u32, at: vec2<u32>) {
  let l = e / line.kept;
  let i = e - l * line.kept;
  let row = 2u * ((at.x << line.lines_log2) + l);
  if (row >= line.rows) {
    return;
  }
  var value = line.scale * restricted(i, l).yx;
  let index = (at.y * line.rows + row) * line.kept + i;
  let second = row + 1u < line.rows;
  if (line.accumulate != 0u) {
    value.x += field[index];
    if (second) {
      value.y += field[index + line.kept];
    }
  }
  field[index] = value.x;
  if (second) {
    field[index + line.kept] = value.y;
  }
}
