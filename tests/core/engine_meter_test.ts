import assert from "node:assert/strict";
import { findBaseline } from "../../core/baselines/baselines.ts";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { meterEngine } from "../../core/engine_meter.ts";
import { createVolume } from "../../core/volume.ts";
import { blobPsf, normals } from "../support/pattern.ts";

Deno.test("meterEngine() measures one piece of work after another, not the whole life", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const held = engine.createField([1, 64, 64]);
    const meter = meterEngine(engine);
    const peakOf = (voxels: number) => {
      meter.start();
      const field = meter.engine.createField([1, 1, voxels]);
      meter.engine.free(field);
      return meter.peakBytes;
    };
    const [large, small] = [peakOf(100_000), peakOf(1000)];
    assert.ok(large >= 400_000 && large < 500_000, `${large}`);
    assert.ok(small >= 4000 && small < 10_000, `${small}`);
    engine.free(held);
  } finally {
    engine.close();
  }
});

Deno.test("a method computes the same on a metered engine, and gives all memory back", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  try {
    const observed = createVolume([1, 3, 16, 16], Float32Array.from(normals(768, 1), Math.abs));
    const input = { observed, psf: blobPsf([3, 5, 5], 1), parameter: 5 };
    const method = findBaseline("richardson-lucy");
    const plain = await method.restore(engine, input);
    const before = engine.memory.bytes;
    const meter = meterEngine(engine);
    meter.start();
    assert.deepEqual((await method.restore(meter.engine, input)).data, plain.data);
    assert.equal(engine.memory.bytes, before);
    assert.ok(meter.peakBytes > observed.data.byteLength);
  } finally {
    engine.close();
  }
});
