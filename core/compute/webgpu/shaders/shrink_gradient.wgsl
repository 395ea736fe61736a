// The shrunk responses again, and the gradients through them, with v = r^2 / threshold^2,
// p_k = v / (v + knee_k), and c = v dgain/dv, where v dp_k/dv = p_k (1 - p_k):
//   gain = gain_0 + sum_k gain_k p_k,  c = sum_k gain_k p_k (1 - p_k)
//   z = r gain,  dz = sum_u g(u) a(n + u - o),  dr = (gain + 2 c) dz
//   dL/dgain_0 = sum r dz,  dL/dgain_k = sum r p_k dz,  dL/dthreshold = -2 / threshold sum r c dz
// samples: x; gradient: a = dL/dq, 0 outside the field of view; [z, y, x] of the window
// responses: z; slopes: dr, of four kernels, [z, y, x] of the box
// parts: (dL/dgain_0 to dL/dgain_3, sum r c dz) of four kernels, SUMS vectors a workgroup

const SUMS: u32 = 5u;

@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> responses: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slopes: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> parts: array<vec4<f32>>;

struct Sums {
  // By the gains: a column is one of them, a row is a kernel.
  gains: mat4x4<f32>,
  changes: vec4<f32>,
}

var<workgroup> partial: array<vec4<f32>, threads>;

fn sample(source: u32, index: u32) -> f32 {
  if (source == 0u) {
    return samples[index];
  }
  return gradient[index];
}

// A workgroup is a tile of the box.
@compute @workgroup_size(threads)
fn shrink_gradient(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let r = respond(0u, group, thread);
  let dz = respond(1u, group, thread);
  let first = corner_of(group) + run_of(thread);
  var sums = Sums();
  put(&sums, first, r.lower[0], dz.lower[0]);
  put(&sums, first + vec3<u32>(0u, 1u, 0u), r.lower[1], dz.lower[1]);
  put(&sums, first + vec3<u32>(0u, 2u, 0u), r.lower[2], dz.lower[2]);
  put(&sums, first + vec3<u32>(0u, 3u, 0u), r.lower[3], dz.lower[3]);
  put(&sums, first + vec3<u32>(0u, 4u, 0u), r.upper[0], dz.upper[0]);
  put(&sums, first + vec3<u32>(0u, 5u, 0u), r.upper[1], dz.upper[1]);
  put(&sums, first + vec3<u32>(0u, 6u, 0u), r.upper[2], dz.upper[2]);
  put(&sums, first + vec3<u32>(0u, 7u, 0u), r.upper[3], dz.upper[3]);
  let to = SUMS * ((group.z * groups.y + group.y) * groups.x + group.x);
  put_total(sums.gains[0], to, thread);
  put_total(sums.gains[1], to + 1u, thread);
  put_total(sums.gains[2], to + 2u, thread);
  put_total(sums.gains[3], to + 3u, thread);
  put_total(sums.changes, to + 4u, thread);
}

fn put(sums: ptr<function, Sums>, n: vec3<u32>, r: vec4<f32>, dz: vec4<f32>) {
  if (any(n >= shape.box.xyz)) {
    return;
  }
  let index = index_in(n, shape.box);
  if (!in_view(n)) {
    responses[index] = vec4<f32>();
    slopes[index] = vec4<f32>();
    return;
  }
  let v = strength_of(r);
  let d1 = v + KNEES.x;
  let d2 = v + KNEES.y;
  let d3 = v + KNEES.z;
  // 1 / (v + knee_k), all by one division.
  let inverse = 1.0 / (d1 * d2 * d3);
  let i1 = d2 * d3 * inverse;
  let i2 = d1 * d3 * inverse;
  let i3 = d1 * d2 * inverse;
  let p1 = v * i1;
  let p2 = v * i2;
  let p3 = v * i3;
  // gain_k p_k
  let step1 = number(6u) * p1;
  let step2 = number(7u) * p2;
  let step3 = number(8u) * p3;
  let gain = number(5u) + step1 + step2 + step3;
  // 1 - p_k = knee_k i_k
  let change = step1 * (KNEES.x * i1) + step2 * (KNEES.y * i2) + step3 * (KNEES.z * i3);
  responses[index] = r * gain;
  slopes[index] = (gain + 2.0 * change) * dz;
  if (is_own(n)) {
    let product = r * dz;
    (*sums).gains += mat4x4<f32>(product, product * p1, product * p2, product * p3);
    (*sums).changes += product * change;
  }
}

fn put_total(value: vec4<f32>, to: u32, thread: u32) {
  workgroupBarrier();
  partial[thread] = value;
  for (var half = threads / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
  }
  if (thread == 0u) {
    parts[to] = partial[0];
  }
}
