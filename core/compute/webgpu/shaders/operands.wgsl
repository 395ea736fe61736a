// Columns of one operand or, with a second one (second_samples > 0), of two: the first half of a group's
// lines are columns of the first, the second half the same columns of the second. A pass gives
// sample(which, base, i).

fn has_second() -> bool {
  return line.second_samples > 0u;
}

// Columns of a group.
fn columns_log2() -> u32 {
  return line.lines_log2 - select(0u, 1u, has_second());
}

// Element `e` of the first operand's columns: (column of the group, point).
fn place_of(e: u32) -> vec2<u32> {
  return vec2<u32>(e & ((1u << columns_log2()) - 1u), e >> columns_log2());
}

// Where a point of the group's column `l` is, of the first operand and of the second.
fn index_at(position: u32, l: u32) -> u32 {
  return (position << line.lines_log2) | l;
}

fn second_of(index: u32) -> u32 {
  return index + (1u << columns_log2());
}

// at: group of columns, batch.
fn column_at(at: vec2<u32>, l: u32) -> u32 {
  return (at.x << columns_log2()) + l;
}

fn load_count() -> u32 {
  return line.length << line.lines_log2;
}

fn load(e: u32, at: vec2<u32>) {
  let l = e & ((1u << line.lines_log2) - 1u);
  let which = l >> columns_log2();
  let column = column_at(at, l - (which << columns_log2()));
  var value = vec2<f32>(0.0, 0.0);
  if (column < line.line_count) {
    value = extended(
      which,
      base_of(at, column),
      e >> line.lines_log2,
      select(line.second_samples, line.samples, which == 0u),
      select(line.second_extension, line.extension, which == 0u),
    );
  }
  write_point(e, value);
}
