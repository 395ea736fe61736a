import assert from "node:assert/strict";
import { planTiles, type TilePlan } from "../../core/tiling.ts";
import { formatSize, type Size, voxelsOf } from "../../core/volume.ts";
import { inputError } from "./dataset/write_stack.ts";

const KERNEL: Size = [3, 5, 5];
const STAGES = [{ kind: "wiener", kernelSize: KERNEL, kernelChannels: 1 }] as const;

/** How often every voxel of the stack is kept. */
function countKept(size: Size, { tiles }: TilePlan): Uint8Array {
  const kept = new Uint8Array(voxelsOf(size));
  for (const { keepStart, keepEnd } of tiles) {
    for (let z = keepStart[0]; z < keepEnd[0]; z++) {
      for (let y = keepStart[1]; y < keepEnd[1]; y++) {
        for (let x = keepStart[2]; x < keepEnd[2]; x++) kept[(z * size[1] + y) * size[2] + x]++;
      }
    }
  }
  return kept;
}

const sizes: readonly (readonly [size: Size, psf: Size])[] = [
  [[1, 1, 1], [1, 3, 3]],
  [[1, 100, 100], [1, 9, 9]],
  [[1, 97, 211], [1, 4, 6]],
  [[17, 120, 131], [13, 27, 27]],
  [[64, 65, 67], [3, 5, 5]],
  [[150, 20, 20], [3, 5, 5]],
  [[3, 20, 400], [5, 33, 33]],
  [[2, 300, 2], [3, 7, 1]],
];

for (const [size, psfSize] of sizes) {
  Deno.test(`planTiles() keeps every voxel of ${formatSize(size)} once, within any budget`, () => {
    const whole = planTiles(size, { psfSize, stages: STAGES, memoryBytes: 4e9 });
    assert.equal(whole.tiles.length, 1);
    assert.deepEqual(whole.size, size);
    const counts = new Set<number>();
    for (let budget = whole.bytes; budget > whole.bytes / 40; budget *= 0.8) {
      let plan: TilePlan;
      try {
        plan = planTiles(size, { psfSize, stages: STAGES, memoryBytes: budget });
      } catch (error) {
        // Too little for the smallest tile: then for all smaller budgets too.
        assert.ok(inputError("raise --memory")(error as Error));
        assert.throws(() =>
          planTiles(size, { psfSize, stages: STAGES, memoryBytes: 0.8 * budget })
        );
        break;
      }
      counts.add(plan.tiles.length);
      assert.ok(plan.bytes <= budget, `${plan.bytes} bytes of ${budget}`);
      assert.ok(countKept(size, plan).every((times) => times === 1), "a voxel is not kept once");
      assertOverlap(plan, size, psfSize);
    }
    // Sizes of several PSFs have to be cut at last.
    if (size.some((n, axis) => axis > 0 && n > 6 * (psfSize[axis] + 5))) {
      assert.ok(counts.size > 2, `only ${[...counts]} tiles`);
    }
  });
}

/** Every tile of a cut axis reads a PSF and a kernel on both sides of what it keeps. */
function assertOverlap(plan: TilePlan, size: Size, psfSize: Size): void {
  for (const { start, keepStart, keepEnd } of plan.tiles) {
    for (const axis of [0, 1, 2]) {
      const end = start[axis] + plan.size[axis];
      if (plan.size[axis] === size[axis]) {
        assert.deepEqual([start[axis], keepStart[axis], keepEnd[axis]], [0, 0, size[axis]]);
        continue;
      }
      const overlap = psfSize[axis] + KERNEL[axis];
      assert.ok(keepStart[axis] - start[axis] >= overlap, "too little before");
      assert.ok(end - keepEnd[axis] >= overlap, "too little behind");
      assert.ok(plan.size[axis] < size[axis], "a tile is larger than the stack");
    }
  }
}

Deno.test("planTiles() begins tiles of coarse stages at their nodes, and ends the last with the stack", () => {
  const stages = [
    { kind: "wiener", kernelSize: KERNEL, kernelChannels: 1 },
    { kind: "coarse", kernelSize: KERNEL, kernelChannels: 1, factor: [1, 4, 4] },
    { kind: "coarse", kernelSize: KERNEL, kernelChannels: 1, factor: [2, 6, 1] },
  ] as const;
  const psfSize: Size = [1, 5, 7];
  for (const size of [[1, 1601, 1322], [61, 500, 403]] as const) {
    const whole = planTiles(size, { psfSize, stages, memoryBytes: 4e9 });
    assert.deepEqual(whole.overlap, [7, 35, 27]);
    const counts = new Set<number>();
    for (const part of [0.7, 0.5, 0.3]) {
      const memoryBytes = part * whole.bytes;
      const plan = planTiles(size, { psfSize, stages, overlap: [5, 13, 11], memoryBytes });
      counts.add(plan.tiles.length);
      assert.ok(countKept(size, plan).every((times) => times === 1));
      for (const { start, keepStart, keepEnd } of plan.tiles) {
        [2, 12, 4].forEach((step, axis) => {
          const end = start[axis] + plan.size[axis];
          assert.equal(start[axis] % step, 0, "not at a node");
          assert.ok(start[axis] >= 0 && end <= size[axis]);
          const least = [5, 13, 11][axis];
          assert.ok(start[axis] === 0 || keepStart[axis] - start[axis] >= least);
          assert.ok(end === size[axis] || end - keepEnd[axis] >= least);
        });
      }
    }
    assert.ok(counts.size > 1);
  }
});

Deno.test("planTiles() cuts 2048 x 2048 x 64 under 2 GB, and leaves the depth whole", () => {
  const options = { psfSize: [13, 27, 27], stages: STAGES } as const;
  const plan = planTiles([64, 2048, 2048], { ...options, memoryBytes: 2e9 });
  assert.ok(plan.tiles.length > 1 && plan.bytes <= 2e9);
  assert.equal(plan.size[0], 64);
});

Deno.test("planTiles() cuts along z where planes alone do not fit", () => {
  const options = { psfSize: [3, 9, 9], stages: STAGES } as const;
  const plan = planTiles([2000, 60, 60], { ...options, memoryBytes: 20e6 });
  assert.ok(plan.size[0] < 2000 && plan.bytes <= 20e6);
});

Deno.test("planTiles() never asks an engine for more than it can address", () => {
  const options = { psfSize: [13, 27, 27], stages: STAGES } as const;
  const plan = planTiles([400, 2048, 2048], { ...options, memoryBytes: 1e12 });
  assert.ok(plan.tiles.length > 1);
  // The engine's part of it: 8 bytes a grid point at most, and the field.
  assert.ok(4 * voxelsOf(plan.grid) + 4 * voxelsOf(plan.size) < 4.3e9);
});

Deno.test("planTiles() counts a transfer function for every channel of the PSF", () => {
  const options = { psfSize: [13, 27, 27], stages: STAGES, memoryBytes: 4e9 } as const;
  const one = planTiles([17, 200, 200], options);
  const four = planTiles([17, 200, 200], { ...options, transfers: 4 });
  // Three more half spectra of single complex numbers.
  const spectrum = 8 * one.grid[0] * one.grid[1] * (one.grid[2] / 2 + 1);
  const more = (four.bytes - one.bytes) / (3 * spectrum);
  assert.ok(more > 0.99 && more < 1.1, `${more}`);
});

Deno.test("planTiles() names the stack, the budget and the way out where nothing fits", () => {
  assert.throws(
    () => planTiles([17, 512, 512], { psfSize: [13, 27, 27], stages: STAGES, memoryBytes: 1e6 }),
    inputError("512 x 512 x 17", "1.0 MB", "smallest tiles need", "raise --memory"),
  );
});
