// Sums, products and inner products of fields (of planes too: a sum does not ask what its floats mean).
// A shader may not see a buffer once to write and once to read, so where the output is an input too,
// it is read as the output.

struct Combine {
  count: u32,
  // Bit 0: the output is an input. Bit 1: so it is as the second factor.
  reads_output: u32,
  rectify: u32,
  // Of two fields: 0 multiply, 1 divide, 2 gate
  kind: u32,
  output_weight: f32,
  constant: f32,
  least: f32,
  partials_offset: u32,
  weights: vec4<f32>,
}

@group(0) @binding(0) var<uniform> combined: Combine;
@group(0) @binding(1) var<storage, read_write> result: array<f32>;
@group(0) @binding(2) var<storage, read> input0: array<f32>;
@group(0) @binding(3) var<storage, read> input1: array<f32>;
@group(0) @binding(4) var<storage, read> input2: array<f32>;
@group(0) @binding(5) var<storage, read> input3: array<f32>;

// result = constant + sum_i weight_i input_i; what has weight 0 is not read.
// result, inputs: any arrays of one length
@compute @workgroup_size(threads)
fn combine(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = number_of(group) * threads * EACH + thread;
  for (var e = 0u; e < EACH; e++) {
    let i = first + e * threads;
    if (i < combined.count) {
      var value = combined.constant;
      if (combined.reads_output != 0u) { value += combined.output_weight * result[i]; }
      if (combined.weights.x != 0.0) { value += combined.weights.x * input0[i]; }
      if (combined.weights.y != 0.0) { value += combined.weights.y * input1[i]; }
      if (combined.weights.z != 0.0) { value += combined.weights.z * input2[i]; }
      if (combined.weights.w != 0.0) { value += combined.weights.w * input3[i]; }
      result[i] = select(value, max(value, 0.0), combined.rectify != 0u);
    }
  }
}

// result = a b, or a / max(b, least), or a where b > 0 and 0 elsewhere
// result, input0 = a, input1 = b: fields of one size
@compute @workgroup_size(threads)
fn modulate(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = number_of(group) * threads * EACH + thread;
  for (var e = 0u; e < EACH; e++) {
    let i = first + e * threads;
    if (i < combined.count) {
      var a = 0.0;
      var b = 0.0;
      if ((combined.reads_output & 1u) != 0u) { a = result[i]; } else { a = input0[i]; }
      if ((combined.reads_output & 2u) != 0u) { b = result[i]; } else { b = input1[i]; }
      switch combined.kind {
        case 1u: {
          result[i] = a / max(b, combined.least);
        }
        case 2u: {
          result[i] = select(0.0, a, b > 0.0);
        }
        default: {
          result[i] = a * b;
        }
      }
    }
  }
}

// sum a b, a part a workgroup
// result: the parts; input0 = a, input1 = b: fields of one size
@compute @workgroup_size(threads)
fn multiply_and_sum(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let number = number_of(group);
  let first = number * threads * EACH + thread;
  var sum = 0.0;
  for (var e = 0u; e < EACH; e++) {
    let i = first + e * threads;
    if (i < combined.count) {
      sum += input0[i] * input1[i];
    }
  }
  sum = total(sum, thread);
  if (thread == 0u && number * threads * EACH < combined.count) {
    result[combined.partials_offset + number] = sum;
  }
}
