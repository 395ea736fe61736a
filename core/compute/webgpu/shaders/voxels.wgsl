// Passes over the voxels of a field: residual and loss, positivity, noise.

struct Voxels {
  count: u32,
  // Number of the chunk's first voxel in the whole field.
  first: u32,
  rectify: u32,
  partials_offset: u32,
  sigma: f32,
  seed: u32,
  label: u32,
  sublabel: u32,
}

@group(0) @binding(0) var<uniform> voxels: Voxels;
@group(0) @binding(1) var<storage, read_write> field: array<f32>;
@group(0) @binding(2) var<storage, read> reference_field: array<f32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>;

// r = x - t and the sum of r^2. Rectified, x = max(x, 0) first, and r = 0 where x was clipped: the
// gradient stops there, while the sum still counts t^2.
// field: x, becomes r; reference_field: t; partials: one sum a workgroup.
@compute @workgroup_size(threads)
fn residual(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let number = number_of(group);
  let first = number * threads * EACH + thread;
  var sum = 0.0;
  for (var e = 0u; e < EACH; e++) {
    let i = first + e * threads;
    if (i < voxels.count) {
      let x = field[i];
      let clipped = voxels.rectify != 0u && x <= 0.0;
      let r = select(x, 0.0, clipped) - reference_field[i];
      sum += r * r;
      field[i] = select(r, 0.0, clipped);
    }
  }
  sum = total(sum, thread);
  if (thread == 0u && number * threads * EACH < voxels.count) {
    partials[voxels.partials_offset + number] = sum;
  }
}

// x = max(x, 0)
// field: x
@compute @workgroup_size(threads)
fn rectify(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = number_of(group) * threads * EACH + thread;
  for (var e = 0u; e < EACH; e++) {
    let i = first + e * threads;
    if (i < voxels.count) {
      field[i] = max(field[i], 0.0);
    }
  }
}

// x = x + sigma n, n normal: number i of the stream (seed, label, sublabel). Counter floor(i / 4) of
// random.ts' hash gives four: words (a, b) the first pair, (c, d) the second (Box & Muller 1958).
// field: x. An invocation is one counter.
@compute @workgroup_size(threads)
fn add_noise(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let counter = voxels.first / 4u + number_of(group) * threads + thread;
  let words = hash4(vec4<u32>(counter, voxels.seed, voxels.label, voxels.sublabel));
  let normals = vec4<f32>(normal_pair(words.x, words.y), normal_pair(words.z, words.w));
  for (var e = 0u; e < 4u; e++) {
    // Before the chunk's first voxel the difference wraps to a large number.
    let i = 4u * counter + e - voxels.first;
    if (i < voxels.count) {
      field[i] += voxels.sigma * normals[e];
    }
  }
}

// `pcg4d` of Jarzynski & Olano 2020, as in random.ts.
fn hash4(words: vec4<u32>) -> vec4<u32> {
  var v = words * 1664525u + 1013904223u;
  v = stir(v);
  v ^= v >> vec4<u32>(16u);
  return stir(v);
}

fn stir(words: vec4<u32>) -> vec4<u32> {
  var v = words;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

// The upper 24 bits as the middle of one of 2^24 cells of (0, 1).
fn unit(bits: u32) -> f32 {
  return (f32(bits >> 8u) + 0.5) * 5.9604644775390625e-8;
}

// r (cos, sin) of an angle: a quadrant (the top two bits) plus f in [-pi/4, pi/4] (the next 24).
// The built-in logarithm, sine and cosine may be off by more than a float's rounding; series are not.
fn normal_pair(a: u32, b: u32) -> vec2<f32> {
  let r = sqrt(-2.0 * logarithm(unit(a)));
  let f = (unit(b << 2u) - 0.5) * 1.5707963267948966;
  var direction = vec2<f32>(cosine(f), sine(f));
  switch b >> 30u {
    case 1u: {
      direction = vec2<f32>(-direction.y, direction.x);
    }
    case 2u: {
      direction = -direction;
    }
    case 3u: {
      direction = vec2<f32>(direction.y, -direction.x);
    }
    default: {}
  }
  return r * direction;
}

// ln u = e ln 2 + 2 artanh(s), s = (m - 1) / (m + 1), for u = m 2^e with m in [0.707, 1.414);
// the series s + s^3/3 + ... + s^11/11 leaves 4e-10.
fn logarithm(u: f32) -> f32 {
  let bits = bitcast<u32>(u);
  var e = f32(i32(bits >> 23u) - 127);
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f800000u);
  if (m > 1.4142135) {
    m *= 0.5;
    e += 1.0;
  }
  let s = (m - 1.0) / (m + 1.0);
  let q = s * s;
  let tail = q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0))));
  return e * 0.6931471805599453 + 2.0 * (s + s * tail);
}

// Taylor's series to f^9 and f^10: 2e-9 at pi/4.
fn sine(f: f32) -> f32 {
  let q = f * f;
  return f + f * q *
    (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q * (1.0 / 362880.0))));
}

fn cosine(f: f32) -> f32 {
  let q = f * f;
  return 1.0 + q * (-0.5 +
    q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q * (1.0 / 40320.0 - q * (1.0 / 3628800.0)))));
}
