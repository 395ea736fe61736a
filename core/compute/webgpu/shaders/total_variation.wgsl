// The two steps of total variation on a periodic grid. The planes before and behind a chunk are in
// other chunks, or in this one if it is the only one.

struct Variation {
  planes: u32,
  height: u32,
  width: u32,
  // Of the chunk before.
  planes_before: u32,
  radius: f32,
  relaxation: f32,
  weight: f32,
  // 0: reflect, 1: unit
  kind: u32,
}

@group(0) @binding(0) var<uniform> variation: Variation;

struct Voxel {
  index: u32,
  z: u32,
  y: u32,
  x: u32,
}

fn voxel_at(index: u32) -> Voxel {
  let row = index / variation.width;
  let z = row / variation.height;
  return Voxel(index, z, row - z * variation.height, index - row * variation.width);
}

fn voxel_count() -> u32 {
  return variation.planes * variation.height * variation.width;
}

// min(1, radius / |v|)
fn shrinkage(v: vec3<f32>) -> f32 {
  let size = length(v);
  return select(1.0, variation.radius / size, size > variation.radius);
}
