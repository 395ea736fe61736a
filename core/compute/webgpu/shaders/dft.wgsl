// Transforms of a few points in registers: y[t] = sum_u x[u] exp(-2 pi i u t / r).

fn minus_i(a: vec2<f32>) -> vec2<f32> {
  return vec2<f32>(a.y, -a.x);
}

fn dft3(x0: vec2<f32>, x1: vec2<f32>, x2: vec2<f32>) -> array<vec2<f32>, 3> {
  let sum = x1 + x2;
  let even = x0 - 0.5 * sum;
  let odd = 0.8660254037844386 * minus_i(x1 - x2);
  return array<vec2<f32>, 3>(x0 + sum, even + odd, even - odd);
}

fn dft4(
  x0: vec2<f32>,
  x1: vec2<f32>,
  x2: vec2<f32>,
  x3: vec2<f32>,
) -> array<vec2<f32>, 4> {
  let t0 = x0 + x2;
  let t1 = x0 - x2;
  let t2 = x1 + x3;
  let t3 = minus_i(x1 - x3);
  return array<vec2<f32>, 4>(t0 + t2, t1 + t3, t0 - t2, t1 - t3);
}

fn dft5(
  x0: vec2<f32>,
  x1: vec2<f32>,
  x2: vec2<f32>,
  x3: vec2<f32>,
  x4: vec2<f32>,
) -> array<vec2<f32>, 5> {
  let c1 = 0.30901699437494745;
  let c2 = -0.8090169943749475;
  let s1 = 0.9510565162951535;
  let s2 = 0.5877852522924731;
  let t1 = x1 + x4;
  let t2 = x2 + x3;
  let u1 = minus_i(x1 - x4);
  let u2 = minus_i(x2 - x3);
  let even1 = x0 + c1 * t1 + c2 * t2;
  let even2 = x0 + c2 * t1 + c1 * t2;
  let odd1 = s1 * u1 + s2 * u2;
  let odd2 = s2 * u1 - s1 * u2;
  return array<vec2<f32>, 5>(
    x0 + t1 + t2,
    even1 + odd1,
    even2 + odd2,
    even2 - odd2,
    even1 - odd1,
  );
}
