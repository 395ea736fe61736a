// What is the CPU engine's own about shrunk responses: memory, threads, refusals.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../../core/compute/cpu/cpu_engine.ts";
import type { ShrinkageKernels } from "../../../../core/compute/engine.ts";
import { type Size, voxelsOf } from "../../../../core/volume.ts";
import { normals } from "../../../support/pattern.ts";

function bankOf(kernelSize: Size, count: number): ShrinkageKernels {
  return {
    kernelSize,
    kernels: normals(count * voxelsOf(kernelSize), 1),
    gains: new Float64Array(4 * count).fill(0.2),
    thresholds: new Float64Array(count).fill(1),
  };
}

const CASES: readonly (readonly [name: string, size: Size, kernel: Size, count: number])[] = [
  ["a deep stack", [64, 20, 300], [3, 5, 5], 4],
  ["a wide image", [1, 40, 3000], [1, 5, 5], 8],
  ["a stack of more tiles than threads", [2, 200, 300], [2, 3, 3], 4],
  ["large kernels", [6, 60, 300], [9, 9, 9], 1],
  ["very large kernels", [5, 30, 60], [15, 15, 15], 1],
];

for (const [name, size, kernelSize, count] of CASES) {
  Deno.test(`shrinkResponses() needs at most 8 MB a thread beside its fields, ${name}`, async () => {
    const engine = await createCpuEngine({ threads: 2 });
    const grid: Size = [size[0] + 2, size[1] + 4, size[2] + 4];
    const estimate = engine.createField(grid);
    const total = engine.createField(grid);
    const output = engine.createField(size);
    engine.write(estimate, Float32Array.from(normals(voxelsOf(grid), 2)));
    const fields = engine.memory.bytes;
    engine.shrinkResponses(estimate, output, bankOf(kernelSize, count));
    const scratch = engine.memory.bytes - fields;
    assert.ok(scratch > 0 && scratch <= 2 * 8.001e6, `${scratch} bytes`);
    assert.ok((await engine.read(output)).some((value) => value !== 0));
    const kernels = bankOf(kernelSize, count);
    const sums = await engine.shrinkResponsesGradient(estimate, total, {
      gradient: estimate,
      size,
      kernels,
    });
    assert.ok(engine.memory.bytes - fields <= 2 * 8.001e6);
    assert.ok(sums.kernels.every((value) => Number.isFinite(value) && value !== 0));
    engine.close();
  });
}

Deno.test("shrinkResponses() refuses a field of view that is larger than the grid", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  const estimate = engine.createField([3, 8, 8]);
  const output = engine.createField([3, 9, 8]);
  assert.throws(
    () => engine.shrinkResponses(estimate, output, bankOf([1, 3, 3], 1)),
    /A field of view \[3, 9, 8\] does not fit the grid \[3, 8, 8\]/,
  );
  engine.close();
});

Deno.test("shrinkResponsesGradient() refuses a gradient of another size", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  const estimate = engine.createField([3, 8, 8]);
  const gradient = engine.createField([3, 7, 8]);
  assert.throws(
    () =>
      engine.shrinkResponsesGradient(estimate, estimate, {
        gradient,
        size: [3, 7, 8],
        kernels: bankOf([1, 3, 3], 1),
      }),
    /A field \[3, 7, 8\] does not go with an estimate \[3, 8, 8\]/,
  );
  engine.close();
});
