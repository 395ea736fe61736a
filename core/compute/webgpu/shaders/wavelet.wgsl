// Orthonormal wavelets along one axis of a box at a field's corner, on a periodic grid, from one buffer
// to another.

struct Wavelet {
  // Of the field: voxels of a row, rows of a plane, voxels.
  width: u32,
  height: u32,
  count: u32,
  // The box, [z, y, x], and the axis: its length and step.
  box_z: u32,
  box_y: u32,
  box_x: u32,
  length: u32,
  axis: u32,
  shift: u32,
  taps: u32,
  origin: u32,
  threshold: f32,
  // Four taps each.
  lowpass: array<vec4<f32>, 16>,
}

@group(0) @binding(0) var<uniform> wavelet: Wavelet;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

struct Place {
  // Of the first voxel of the line, and between its voxels.
  first: u32,
  stride: u32,
  // Along the line.
  k: u32,
  inside: bool,
}

// The `number`-th voxel of the box.
fn place_of(number: u32) -> Place {
  let row = number / wavelet.box_x;
  let z = row / wavelet.box_y;
  let at = vec3<u32>(z, row - z * wavelet.box_y, number - row * wavelet.box_x);
  let strides = vec3<u32>(wavelet.width * wavelet.height, wavelet.width, 1u);
  let index = at.x * strides.x + at.y * strides.y + at.z;
  let k = at[wavelet.axis];
  let stride = strides[wavelet.axis];
  return Place(index - k * stride, stride, k, z < wavelet.box_z);
}

fn tap(t: u32) -> f32 {
  return wavelet.lowpass[t / 4u][t % 4u];
}

// (a + b) mod n of a >= 0, b > -taps
fn wrapped(a: u32, b: i32, n: u32) -> u32 {
  let m = i32(n);
  return u32(((i32(a) + b) % m + m) % m);
}

// low(k) = sum_i h(i) x(2k + i), high(k) = sum_i g(i) x(2k + i), g(i) = (-1)^i h(1 - i)
// source: x along the axis; result: [low, high]
@compute @workgroup_size(threads)
fn analyse(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = place_of(number_of(group) * threads + thread);
  if (!place.inside) {
    return;
  }
  let half = wavelet.length / 2u;
  let high = place.k >= half;
  let k = select(place.k, place.k - half, high);
  var sum = 0.0;
  for (var t = 0u; t < wavelet.taps; t++) {
    let i = i32(t) - i32(wavelet.origin);
    var weight = tap(t);
    var offset = i;
    if (high) {
      // g(1 - i) = (-1)^(1 - i) h(i)
      offset = 1 - i;
      weight = select(weight, -weight, (offset & 1) != 0);
    }
    let from_k = wrapped(2u * k + wavelet.shift, offset, wavelet.length);
    sum += weight * source[place.first + from_k * place.stride];
  }
  result[place.first + place.k * place.stride] = sum;
}

// x(j) = sum_k h(j - 2k) low(k) + g(j - 2k) high(k)
// source: [low, high] along the axis; result: x
@compute @workgroup_size(threads)
fn synthesise(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = place_of(number_of(group) * threads + thread);
  if (!place.inside) {
    return;
  }
  let half = wavelet.length / 2u;
  let j = wrapped(place.k + wavelet.length - wavelet.shift, 0, wavelet.length);
  var sum = 0.0;
  for (var t = 0u; t < wavelet.taps; t++) {
    let i = i32(t) - i32(wavelet.origin);
    let weight = tap(t);
    let low = wrapped(j, -i, wavelet.length);
    if ((low & 1u) == 0u) {
      sum += weight * source[place.first + low / 2u * place.stride];
    }
    let high = wrapped(j, i - 1, wavelet.length);
    if ((high & 1u) == 0u) {
      let signed = select(weight, -weight, ((1 - i) & 1) != 0);
      sum += signed * source[place.first + (half + high / 2u) * place.stride];
    }
  }
  result[place.first + place.k * place.stride] = sum;
}

// result = source in the box
@compute @workgroup_size(threads)
fn copy_box(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let place = place_of(number_of(group) * threads + thread);
  if (place.inside) {
    let index = place.first + place.k * place.stride;
    result[index] = source[index];
  }
}

// c = c - clamp(c, -threshold, threshold) outside the box, which holds the coarsest averages
// result: c, [z, y, x]
@compute @workgroup_size(threads)
fn shrink(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = number_of(group) * threads + thread;
  if (i >= wavelet.count) {
    return;
  }
  let row = i / wavelet.width;
  let z = row / wavelet.height;
  let y = row - z * wavelet.height;
  let x = i - row * wavelet.width;
  if (z >= wavelet.box_z || y >= wavelet.box_y || x >= wavelet.box_x) {
    result[i] -= clamp(result[i], -wavelet.threshold, wavelet.threshold);
  }
}
