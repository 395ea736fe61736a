// Columns of planes, along y or z: element i of a column lies at base + i stride. Neighbours in x are
// neighbours in memory, so the lines of a group are read and written side by side.
//
// source: [batch, i, column] with strides (batch_stride, stride, 1)
// target: the same, with other i

@group(0) @binding(3) var<storage, read> source: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read_write> target_planes: array<vec2<f32>>;

// at: group of columns, batch.
fn column_of(at: vec2<u32>, l: u32) -> u32 {
  return (at.x << line.lines_log2) + l;
}

// A shader may not see a buffer once to read and once to write: in place, `source` is something else.
fn read_planes(index: u32) -> vec2<f32> {
  if (line.in_place != 0u) {
    return target_planes[index];
  }
  return source[index];
}
