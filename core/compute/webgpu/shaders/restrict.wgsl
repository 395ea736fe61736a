// What is kept of the grid behind a transform back.

// Sample `i` of what is kept of line `l`: a crop from `offset` on, or the adjoint of the taper,
//   x[0] += sum_g t[g] v[n + g],   x[n - 1] += sum_g (1 - t[g]) v[n + g]
fn restricted(i: u32, l: u32) -> vec2<f32> {
  var value = read_point(((i + line.offset) << line.lines_log2) | l);
  if (line.fold != 0u && (i == 0u || i + 1u == line.kept)) {
    for (var g = 0u; g < line.length - line.kept; g++) {
      let share = table[line.fold_weights + g].x;
      var weight = 0.0;
      if (i == 0u) {
        weight += share;
      }
      if (i + 1u == line.kept) {
        weight += 1.0 - share;
      }
      value += weight * read_point(((line.kept + g) << line.lines_log2) | l);
    }
  }
  return value;
}
