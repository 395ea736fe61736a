// The shrunk responses again, and the gradients through them, with p = r^2 / (r^2 + threshold^2):
//   z = gate r p,  dz = sum_u g(u) a(n + u - o),  dr = gate p (3 - 2 p) dz
//   dL/dgate = sum r p dz,  dL/dthreshold = -2 sum gate r p threshold dz / (r^2 + threshold^2)
// samples: x; gradient: a = dL/dq, 0 outside the field of view; [z, y, x] of the window
// responses: z; slopes: dr, of four kernels, [z, y, x] of the box
// parts: (dL/dgate, dL/dthreshold, sum z dz) of four kernels, three vectors a workgroup

@group(0) @binding(3) var<storage, read> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> responses: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> slopes: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> parts: array<vec4<f32>>;

struct Sums {
  gates: vec4<f32>,
  thresholds: vec4<f32>,
  products: vec4<f32>,
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
  let number = 3u * ((group.z * groups.y + group.y) * groups.x + group.x);
  put_total(sums.gates, number, thread);
  put_total(sums.thresholds, number + 1u, thread);
  put_total(sums.products, number + 2u, thread);
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
  let gate = table[shape.window.w + taps()];
  let threshold = table[shape.window.w + taps() + 1u];
  let p = part_of(r, threshold);
  let z = gate * r * p;
  responses[index] = z;
  slopes[index] = gate * p * (3.0 - 2.0 * p) * dz;
  if (is_own(n)) {
    let power = max(r * r + threshold * threshold, vec4<f32>(1e-36));
    (*sums).gates += r * p * dz;
    (*sums).thresholds -= 2.0 * z * threshold / power * dz;
    (*sums).products += z * dz;
  }
}

fn put_total(value: vec4<f32>, number: u32, thread: u32) {
  workgroupBarrier();
  partial[thread] = value;
  for (var half = threads / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
  }
  if (thread == 0u) {
    parts[number] = partial[0];
  }
}
