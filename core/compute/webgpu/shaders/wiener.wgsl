// What the filter and its gradient know of a frequency: the transfer function and the denominator.
//
// transfer: K, [position of wz, wy, column]
// lags:     B, [l, wy, column], so that R(wz) = B_0 + sum_{l > 0} Re(B_l exp(-i wz l)) (the lags -l are
//           in B_l already)

@group(0) @binding(5) var<storage, read> transfer: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read> lags: array<vec2<f32>>;

// Keeps 0 / 0 out where neither the PSF nor the kernels pass a frequency; |K(0)| is 1.
const TINY: f32 = 1e-12;

fn regularizer_at(base: u32, frequency: u32) -> f32 {
  var r = lags[base].x;
  var phase = 0u;
  for (var l = 1u; l < line.lag_count; l++) {
    phase += frequency;
    if (phase >= line.length) {
      phase -= line.length;
    }
    r += multiply(lags[base + l * line.stride], table[phase]).x;
  }
  return max(r, 0.0);
}

// L = |K|^2 + w R
fn denominator(k: vec2<f32>, base: u32, position: u32) -> f32 {
  return dot(k, k) + line.weight * regularizer_at(base, frequency_at(position)) + TINY;
}
