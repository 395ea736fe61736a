// Lines too long for workgroup memory: a group of them lies in storage, and every step of the pass is
// a dispatch of its own, one element or butterfly an invocation.

@group(0) @binding(2) var<storage, read_write> scratch: array<vec2<f32>>;

const STEP_LOAD: u32 = 0u;
const STEP_WORK: u32 = 1u;
const STEP_STORE: u32 = 2u;
// Stage i in frequency is 16 + i, in time 32 + i.
const STEP_IN_TIME: u32 = 32u;

// Workgroups of one row of a dispatch: wider ones wrap.
const ROW: u32 = 32768u;

fn read_point(index: u32) -> vec2<f32> {
  return scratch[index];
}

fn write_point(index: u32, value: vec2<f32>) {
  scratch[index] = value;
}

fn run(group: vec3<u32>, thread: u32) {
  let at = vec2<u32>(line.group_x, line.group_y);
  let e = (group.y * ROW + group.x) * threads + thread;
  switch line.step {
    case STEP_LOAD: {
      if (e < load_count()) { load(e, at); }
    }
    case STEP_WORK: {
      if (WORKS && e < work_count()) { work(e, at); }
    }
    case STEP_STORE: {
      if (e < store_count()) { store(e, at); }
    }
    default: {
      let stage = line.stages[line.step & 15u];
      if (e < (stage.y * stage.z) << line.lines_log2) {
        run_butterfly(stage, e, line.step >= STEP_IN_TIME);
      }
    }
  }
}
