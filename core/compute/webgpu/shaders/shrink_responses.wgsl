// z = r P(v) / Q(v), Q(v) = (v + knee_1) (v + knee_2) (v + knee_3), v = r^2 / threshold^2
// samples: x, [z, y, x] of the window; responses: z of four kernels, [z, y, x] of the box.

@group(0) @binding(3) var<storage, read_write> responses: array<vec4<f32>>;

fn sample(source: u32, index: u32) -> f32 {
  return samples[index];
}

// A workgroup is a tile of the box.
@compute @workgroup_size(threads)
fn shrink_responses(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let run = respond(0u, group, thread);
  let first = corner_of(group) + run_of(thread);
  put(first, 0u, run.lower[0]);
  put(first, 1u, run.lower[1]);
  put(first, 2u, run.lower[2]);
  put(first, 3u, run.lower[3]);
  put(first, 4u, run.upper[0]);
  put(first, 5u, run.upper[1]);
  put(first, 6u, run.upper[2]);
  put(first, 7u, run.upper[3]);
}

fn put(first: vec3<u32>, i: u32, r: vec4<f32>) {
  let n = first + vec3<u32>(0u, i, 0u);
  if (any(n >= shape.box.xyz)) {
    return;
  }
  let v = strength_of(r);
  let above = number(1u) + v * (number(2u) + v * (number(3u) + v * number(4u)));
  let below = (v + KNEES.x) * (v + KNEES.y) * (v + KNEES.z);
  responses[index_in(n, shape.box)] = select(vec4<f32>(), r * (above / below), in_view(n));
}
