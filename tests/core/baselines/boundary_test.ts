import assert from "node:assert/strict";
import { baselineGrid, cropFromGrid, taperToGrid } from "../../../core/baselines/boundary.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { createRandom } from "../../../core/random.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";

function noise(length: number): Float32Array {
  const random = createRandom(3);
  return Float32Array.from({ length }, () => random.normal());
}

Deno.test("taperToGrid() continues a stack as an engine does", async () => {
  const cases: readonly (readonly [Size, Size])[] = [
    [[3, 5, 7], [6, 10, 12]],
    [[1, 4, 5], [1, 9, 8]],
    [[2, 6, 4], [2, 6, 7]],
  ];
  for (const [size, grid] of cases) {
    const data = noise(voxelsOf(size));
    const engine = createReferenceEngine();
    const field = engine.createField(size);
    const planes = engine.createPlanes(grid, size[0]);
    const spectrum = engine.createSpectrum(grid);
    const whole = engine.createPlanes(grid, grid[0]);
    const continued = engine.createField(grid);
    engine.write(field, data);
    engine.forwardLateral(field, planes, "taper");
    engine.forwardAxial(planes, spectrum, "taper");
    engine.inverseAxial(spectrum, whole);
    engine.inverseLateral(whole, continued);
    const tapered = taperToGrid(data, size, grid);
    assertClose(tapered, await engine.read(continued), 1e-6);
    assert.deepEqual(cropFromGrid(tapered, grid, size), data);
    engine.close();
  }
});

Deno.test("baselineGrid() has room for half the PSF on every side", () => {
  const size: Size = [17, 512, 512];
  const psfSize: Size = [13, 27, 27];
  const grid = (boundary: "replicate-taper" | "periodic", multipleOf?: number, s = size) =>
    baselineGrid({ size: s, psfSize, boundary, multipleOf });
  assert.deepEqual(grid("replicate-taper"), [30, 540, 540]);
  assert.deepEqual(grid("replicate-taper", 8), [32, 560, 560]);
  assert.deepEqual(grid("periodic", 8, [15, 490, 512]), [15, 490, 512]);
  // An axis of one voxel stays one.
  assert.deepEqual(
    baselineGrid({
      size: [1, 30, 30],
      psfSize: [1, 5, 5],
      boundary: "field-of-view",
      multipleOf: 8,
    }),
    [1, 40, 40],
  );
});
