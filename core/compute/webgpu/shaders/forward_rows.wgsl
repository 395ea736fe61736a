// Rows of x to half spectra, two real rows a, b as one complex line:
//   Z = F (a + i b),  A[k] = (Z[k] + conj Z[N - k]) / 2,  B[k] = (Z[k] - conj Z[N - k]) / 2i
// field:  [plane of the chunk, row, x < samples]
// planes: [z, y, k - first_column], the columns of one slab

@group(0) @binding(3) var<storage, read> field: array<f32>;
@group(0) @binding(4) var<storage, read_write> planes: array<vec2<f32>>;

const TRANSFORMS: bool = true;
const WORKS: bool = false;
const TRANSFORMS_BACK: bool = false;

// at: group of pairs, plane of the chunk.
@compute @workgroup_size(threads)
fn forward_rows(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  run(group, thread);
}

fn load_count() -> u32 {
  return line.length << line.lines_log2;
}

fn load(e: u32, at: vec2<u32>) {
  let l = e / line.length;
  let point = e - l * line.length;
  let pair = (at.x << line.lines_log2) + l;
  var value = vec2<f32>(0.0, 0.0);
  if (pair < line.line_count) {
    value = extended(2u * pair, at.y, point, line.samples, line.extension);
  }
  write_point((point << line.lines_log2) | l, value);
}

// Sample `i` of row `row` and of the next row as real and imaginary part.
fn sample(row: u32, plane: u32, i: u32) -> vec2<f32> {
  let index = (plane * line.rows + row) * line.samples + i;
  if (row + 1u < line.rows) {
    return vec2<f32>(field[index], field[index + line.samples]);
  }
  return vec2<f32>(field[index], 0.0);
}

fn work_count() -> u32 {
  return 0u;
}

fn work(e: u32, at: vec2<u32>) {}

fn store_count() -> u32 {
  return line.column_count << line.lines_log2;
}

fn store(e: u32, at: vec2<u32>) {
  let l = e / line.column_count;
  let column = e - l * line.column_count;
  let row = 2u * ((at.x << line.lines_log2) + l);
  if (row >= line.rows) {
    return;
  }
  let k = line.first_column + column;
  let mirrored = select(line.length - k, 0u, k == 0u);
  let z = read_point((position_of(k) << line.lines_log2) | l);
  let m = conjugate(read_point((position_of(mirrored) << line.lines_log2) | l));
  let index = (line.first_plane + at.y) * line.batch_stride +
    (line.first_row + row) * line.stride + column;
  planes[index] = 0.5 * (z + m);
  if (row + 1u < line.rows) {
    planes[index + line.stride] = 0.5 * minus_i(z - m);
  }
}
