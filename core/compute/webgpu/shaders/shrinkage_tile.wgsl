// Tiles in workgroup memory. A workgroup takes LANES voxels along x, groups_y RUNs along y and groups_z
// planes; an invocation is one RUN, so that neighbours in x are neighbours in memory and a voxel that was
// read serves up to kernel_y outputs. A tile holds what `slices` planes of the kernel reach; deeper
// kernels load it again.

override groups_y: u32 = 1u;
override groups_z: u32 = 1u;
override slices: u32 = 1u;
override tile_length: u32 = 1u;

const LANES: u32 = 32u;
const RUN: u32 = 8u;

fn tile_row() -> u32 {
  return LANES + kernel_x - 1u;
}

fn tile_rows() -> u32 {
  return groups_y * RUN + kernel_y - 1u;
}

// Voxels that are loaded. The tile is a row longer: a run looks one voxel ahead.
fn tile_count() -> u32 {
  return (groups_z + slices - 1u) * tile_rows() * tile_row();
}

// Voxel e of a tile that begins at `corner`.
fn tile_voxel(e: u32, corner: vec3<u32>) -> vec3<u32> {
  let row = e / tile_row();
  let plane = row / tile_rows();
  return corner + vec3<u32>(plane, row - plane * tile_rows(), e - row * tile_row());
}

fn corner_of(group: vec3<u32>) -> vec3<u32> {
  return vec3<u32>(group.z * groups_z, group.y * groups_y * RUN, group.x * LANES);
}

// The first voxel of an invocation's run in its tile.
fn run_of(thread: u32) -> vec3<u32> {
  let part = thread / LANES;
  let plane = part / groups_y;
  return vec3<u32>(plane, (part - plane * groups_y) * RUN, thread % LANES);
}
