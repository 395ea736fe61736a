// How samples are continued to the grid before a transform.

const ZERO: u32 = 0u;
const TAPER: u32 = 1u;
const CENTRED: u32 = 2u;

// Grid point `point` of a line whose samples sample(source, base, i) gives:
//   zero, centred: x[i] or 0
//   taper:         x[n + g] = last + t[g] (first - last)
fn extended(source: u32, base: u32, point: u32, samples: u32, extension: u32) -> vec2<f32> {
  var i = point;
  if (extension == CENTRED) {
    i += line.origin;
    if (i >= line.length) {
      i -= line.length;
    }
  }
  if (i < samples) {
    return sample(source, base, i);
  }
  if (extension != TAPER) {
    return vec2<f32>(0.0, 0.0);
  }
  let first = sample(source, base, 0u);
  let last = sample(source, base, samples - 1u);
  return last + table[2u * line.length + i - samples].x * (first - last);
}
