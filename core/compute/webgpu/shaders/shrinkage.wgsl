// What the passes over the kernels' responses share. Four kernels go through at a time, as the components
// of a vector. With o = floor(kernel / 2), all boxes [z, y, x]:
//
//   x, a     windows around the responses, from o before them: x(n + u - o) is voxel n + u
//   r, z, .. responses on a box that reaches over the voxels that they are projected to
//
// table: four kernels after another, each [uz, ux, uy], then their numbers: 1 / threshold, P of the gain
// for v^0 to v^3, the gains.

override threads: u32 = 256u;
override kernel_z: u32 = 1u;
override kernel_y: u32 = 1u;
override kernel_x: u32 = 1u;

struct Shrinkage {
  // [z, y, x]; w: where the table of the four kernels begins.
  window: vec4<u32>,
  // Of the responses; w: 1 adds to the projection that is there.
  box: vec4<u32>,
  // What the responses are projected to.
  target_box: vec4<u32>,
  // Of the responses on the periodic grid, in it; there are none outside the field of view.
  begin: vec4<u32>,
  grid: vec4<u32>,
  view: vec4<u32>,
  // Responses that sums count, so that each counts once however boxes overlap.
  own_begin: vec4<u32>,
  own_end: vec4<u32>,
  // Turns of outer loops, only the innermost being worth unrolling: kernel_z, kernel_x, and where the
  // kernels' gradient is summed, tile_height and streams.
  loops: vec4<u32>,
}

@group(0) @binding(0) var<uniform> shape: Shrinkage;
@group(0) @binding(1) var<storage, read> table: array<vec4<f32>>;

fn taps() -> u32 {
  return kernel_z * kernel_y * kernel_x;
}

// Whether response n is one of the field of view.
fn in_view(n: vec3<u32>) -> bool {
  return all((shape.begin.xyz + n) % shape.grid.xyz < shape.view.xyz);
}

fn is_own(n: vec3<u32>) -> bool {
  return all(n >= shape.own_begin.xyz) && all(n < shape.own_end.xyz);
}

fn index_in(n: vec3<u32>, box: vec4<u32>) -> u32 {
  return (n.x * box.y + n.y) * box.z + n.z;
}

// See gain.ts; the root of the largest strength.
const KNEES = vec3<f32>(0.0625, 1.0, 16.0);
const MOST_RATIO: f32 = 1e5;

// The i-th number of the four kernels.
fn number(i: u32) -> vec4<f32> {
  return table[shape.window.w + taps() + i];
}

// v = r^2 / threshold^2, as large as it may be. The ratio is squared, not r, which may be so small or so
// large that its square is not held.
fn strength_of(r: vec4<f32>) -> vec4<f32> {
  let ratio = clamp(r * number(0u), vec4<f32>(-MOST_RATIO), vec4<f32>(MOST_RATIO));
  return ratio * ratio;
}
