import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { measureReach, overlapFor, planSeamlessTiles } from "../../core/tile_reach.ts";
import { createStage } from "../../core/twb/initialize.ts";
import { createVolume, type Size } from "../../core/volume.ts";
import { blobPsf } from "../support/pattern.ts";
import { modelOf } from "../support/stage.ts";

async function onEngine(test: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createCpuEngine({ threads: 2 });
  try {
    await test(engine);
  } finally {
    engine.close();
  }
}

const psf = blobPsf([3, 5, 5]);
const adaptive = modelOf(createStage({ noiseExponent: 1, positivity: "rectify" }));

Deno.test("measureReach() of a filter that does nothing is one voxel", () =>
  onEngine(async (engine) => {
    const model = modelOf(createStage({ alpha: -30 }));
    const point = createVolume([1, 1, 1, 1], Float32Array.of(1));
    const { tails } = await measureReach(engine, {
      model,
      psf: point,
      size: [9, 20, 24],
      sigmas: [0],
    });
    assert.deepEqual(tails.map((tail) => tail.length), [5, 11, 13]);
    for (const tail of tails) assert.ok(tail[0] < 1e-6, `${tail[0]}`);
    assert.deepEqual(overlapFor({ tails }, 1e-3), [0, 0, 0]);
  }));

Deno.test("measureReach() falls with the distance, and is longer the less noise there is", () =>
  onEngine(async (engine) => {
    const options = { model: adaptive, psf, size: [24, 60, 60] as const };
    const [far, near] = await Promise.all(
      [0.002, 0.02].map((sigma) => measureReach(engine, { ...options, sigmas: [sigma] })),
    );
    for (const axis of [0, 1, 2]) {
      const { [axis]: tail } = near.tails;
      assert.ok(tail.every((value, n) => n === 0 || value <= tail[n - 1]), `axis ${axis}`);
      assert.equal(tail.at(-1), 0);
      assert.ok(overlapFor(far, 1e-3)[axis] > overlapFor(near, 1e-3)[axis], `axis ${axis}`);
    }
    // Of several channels the farthest counts.
    const both = await measureReach(engine, { ...options, sigmas: [0.02, 0.002] });
    assert.deepEqual(both, far);
  }));

Deno.test("overlapFor() is all that was looked at where the tolerance is never met", () => {
  const tails = [Float64Array.of(2, 1, 0.5), Float64Array.of(1, 0), Float64Array.of(3)];
  assert.deepEqual(overlapFor({ tails }, 0.1), [2, 1, 0]);
});

const size: Size = [6, 200, 200];
const base = {
  model: adaptive,
  psf,
  psfSize: [3, 5, 5],
  stages: adaptive.stages,
} as const;

Deno.test("planSeamlessTiles() asks for the noise only where there are several tiles", () =>
  onEngine(async (engine) => {
    const sigmas = () => Promise.reject(new Error("asked"));
    const plan = await planSeamlessTiles(engine, size, { ...base, memoryBytes: 1e9, sigmas });
    assert.equal(plan.tiles.length, 1);
    assert.equal(plan.seam, undefined);
    await assert.rejects(
      planSeamlessTiles(engine, size, { ...base, memoryBytes: 2e6, sigmas }),
      /asked/,
    );
  }));

Deno.test("planSeamlessTiles() overlaps as the noise demands, and says what memory leaves open", () =>
  onEngine(async (engine) => {
    const plan = (sigma: number, memoryBytes: number) =>
      planSeamlessTiles(engine, size, {
        ...base,
        memoryBytes,
        sigmas: () => Promise.resolve([sigma]),
      });
    const [loud, quiet, tight] = [
      await plan(0.03, 3e6),
      await plan(0.005, 3e6),
      await plan(0.0005, 1e6),
    ];
    assert.ok(loud.overlap[1] < quiet.overlap[1], `${loud.overlap} and ${quiet.overlap}`);
    assert.ok(loud.seam! < 1e-3 && quiet.seam! < 1e-3, `${loud.seam} and ${quiet.seam}`);
    assert.ok(tight.seam! > 1e-3, `${tight.seam}`);
    for (const { bytes } of [loud, quiet]) assert.ok(bytes <= 3e6);
    assert.ok(tight.bytes <= 1e6);
  }));
