// Lines in workgroup memory: a whole pass in one dispatch, its lines read once and written once.
// Workgroup (x, y) takes the x-th group of lines of batch y.

override tile_points: u32 = 2048u;
var<workgroup> tile: array<vec2<f32>, tile_points>;

fn read_point(index: u32) -> vec2<f32> {
  return tile[index];
}

fn write_point(index: u32, value: vec2<f32>) {
  tile[index] = value;
}

fn run(group: vec3<u32>, thread: u32) {
  let at = group.xy;
  for (var e = thread; e < load_count(); e += threads) {
    load(e, at);
  }
  if (TRANSFORMS) {
    decimate(thread, false);
  }
  if (WORKS) {
    workgroupBarrier();
    for (var e = thread; e < work_count(); e += threads) {
      work(e, at);
    }
  }
  if (TRANSFORMS_BACK) {
    decimate(thread, true);
  }
  workgroupBarrier();
  for (var e = thread; e < store_count(); e += threads) {
    store(e, at);
  }
}

fn decimate(thread: u32, in_time: bool) {
  for (var i = 0u; i < line.stage_count; i++) {
    var stage = line.stages[i];
    if (in_time) {
      stage = line.stages[line.stage_count - 1u - i];
    }
    workgroupBarrier();
    let count = (stage.y * stage.z) << line.lines_log2;
    for (var e = thread; e < count; e += threads) {
      run_butterfly(stage, e, in_time);
    }
  }
}
