// Nodes of coarse stages: what means and the way back are, and that one turns the other around.
import assert from "node:assert/strict";
import type { Field } from "../../../core/compute/engine.ts";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { coarseGridOf, transposeAll } from "../../../core/twb/coarse.ts";
import { createStages } from "../../../core/twb/initialize.ts";
import { type CoarseStage, LEAST_SIGMA } from "../../../core/twb/stage.ts";
import { shrinkageOf } from "../../../core/twb/shrinkage.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { normals } from "../../support/pattern.ts";

const FACTOR: Size = [1, 4, 3];
const KERNEL: Size = [1, 5, 4];
const SIZE: Size = [1, 14, 16];

const engine = createReferenceEngine();

function fieldOf(size: Size, valueAt: (z: number, y: number, x: number) => number): Field {
  const field = engine.createField(size);
  engine.write(
    field,
    Float64Array.from(
      { length: voxelsOf(size) },
      (_, i) =>
        valueAt(
          Math.floor(i / (size[1] * size[2])),
          Math.floor(i / size[2]) % size[1],
          i % size[2],
        ),
    ),
  );
  return field;
}

function near(a: number, b: number): void {
  assert.ok(Math.abs(a - b) < 1e-6, `${a} and ${b}`);
}

Deno.test("coarseGridOf() has nodes up to the last voxel or behind it, and those that kernels reach", () => {
  const { nodes, grid } = coarseGridOf(SIZE, { factor: FACTOR, kernelSize: KERNEL });
  // 13 voxels behind the first one are 4 steps of 4, 15 are 5 of 3.
  assert.deepEqual([nodes, grid], [[1, 5, 6], [1, 9, 9]]);
  const one = coarseGridOf([1, 1, 1], { factor: FACTOR, kernelSize: KERNEL });
  assert.deepEqual([one.nodes, one.grid], [[1, 1, 1], [1, 5, 4]]);
});

Deno.test("means of a constant are that constant, and of a ramp its value at the nodes", () => {
  const { nodes, grid, means } = coarseGridOf(SIZE, { factor: FACTOR, kernelSize: KERNEL });
  const output = engine.createField(grid);
  engine.resample(output, fieldOf(SIZE, () => 3), means);
  for (const value of engine.readExactly(output)) near(value, 3);
  engine.resample(output, fieldOf(SIZE, (_, y, x) => y + 20 * x), means);
  const values = engine.readExactly(output);
  // Away from the borders, where the line is mirrored.
  for (let j = 1; j < nodes[1] - 2; j++) {
    for (let i = 1; i < nodes[2] - 1; i++) near(values[j * grid[2] + i], 4 * j + 20 * 3 * i);
  }
});

Deno.test("beyond the borders means are of the mirrored image, edges repeated", () => {
  const { nodes, grid, means } = coarseGridOf([1, 1, 9], {
    factor: [1, 1, 3],
    kernelSize: [1, 1, 5],
  });
  assert.deepEqual([nodes[2], grid[2]], [4, 8]);
  const values = Array.from({ length: 9 }, (_, i) => i * i);
  const output = engine.createField(grid);
  engine.resample(output, fieldOf([1, 1, 9], (_z, _y, x) => values[x]), means);
  const result = engine.readExactly(output);
  const at = (i: number) => values[i < 0 ? -1 - i : i > 8 ? 17 - i : i];
  // Behind the nodes of the image those that follow it, then those before it.
  [0, 3, 6, 9, 12, 15, -6, -3].forEach((centre, node) => {
    const mean = [1, 2, 3, 2, 1].reduce((sum, w, tap) => sum + w / 9 * at(centre + tap - 2), 0);
    near(result[node], mean);
  });
});

Deno.test("what is spread from the nodes goes linearly from one to the next", () => {
  const { nodes, spread } = coarseGridOf(SIZE, { factor: FACTOR, kernelSize: KERNEL });
  const output = engine.createField(SIZE);
  engine.resample(output, fieldOf(nodes, (_, j, i) => 4 * j - 3 * i), spread);
  engine.readExactly(output).forEach((value, i) => near(value, Math.floor(i / 16) - i % 16));
});

Deno.test("transposeAll() is the adjoint of both ways", async () => {
  const { nodes, grid, means, spread } = coarseGridOf(SIZE, { factor: FACTOR, kernelSize: KERNEL });
  for (const [taps, from, to] of [[means, SIZE, grid], [spread, nodes, SIZE]] as const) {
    const [input, output] = [from, to].map((size, i) => {
      const values = normals(voxelsOf(size), i);
      return fieldOf(size, (z, y, x) => values[(z * size[1] + y) * size[2] + x]);
    });
    const [there, back] = [engine.createField(to), engine.createField(from)];
    engine.resample(there, input, taps);
    engine.resample(back, output, transposeAll(taps, from));
    near(await engine.dot(there, output), await engine.dot(back, input));
  }
});

Deno.test("a coarse stage takes nothing away where there is no noise, and more the more there is", () => {
  const stage = createStages({ coarseFactors: [FACTOR] })[1] as CoarseStage;
  const gainAt = (sigma: number) => shrinkageOf(stage, { channel: 0, sigma }).gains[0];
  assert.equal(gainAt(0), 0);
  assert.ok(gainAt(LEAST_SIGMA) < 1e-3 && gainAt(0.001) < 0.01);
  near(gainAt(0.01), 0.25);
  assert.ok(gainAt(0.1) > 0.8 && gainAt(0.1) < 1);
});
