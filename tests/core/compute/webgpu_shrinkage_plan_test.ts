// How the passes over the kernels' responses share a stack: boxes, tiles, columns of taps.
import assert from "node:assert/strict";
import {
  cutBox,
  planColumns,
  planTiles,
  RESPONSE_BYTES,
  widen,
} from "../../../core/compute/webgpu/shrinkage_plan.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";

const KERNELS: readonly Size[] = [[1, 1, 1], [1, 5, 5], [3, 3, 3], [3, 5, 5], [5, 5, 5], [2, 9, 4]];
const SIZES: readonly Size[] = [[17, 512, 512], [1, 128, 128], [3, 11, 7], [32, 100, 2048]];

Deno.test("cutBox() covers every voxel once, in boxes whose responses fit", () => {
  const size: Size = [5, 13, 21];
  const seen = new Uint8Array(voxelsOf(size));
  for (const kernel of KERNELS) {
    seen.fill(0);
    const boxes = cutBox({ begin: [-1, 2, -3], size }, kernel, 12_000);
    assert.ok(boxes.length > 1);
    for (const { begin: [z0, y0, x0], size: part } of boxes) {
      assert.ok(voxelsOf(widen(part, kernel)) * RESPONSE_BYTES <= 12_000);
      for (let z = 0; z < part[0]; z++) {
        for (let y = 0; y < part[1]; y++) {
          for (let x = 0; x < part[2]; x++) {
            seen[((z0 + 1 + z) * size[1] + y0 - 2 + y) * size[2] + x0 + 3 + x]++;
          }
        }
      }
    }
    assert.ok(seen.every((times) => times === 1));
  }
});

Deno.test("cutBox() leaves rows whole, and computes few responses twice", () => {
  const size: Size = [17, 512, 512];
  const boxes = cutBox({ begin: [0, 0, 0], size }, [3, 5, 5], 2 ** 27);
  assert.ok(boxes.every((box) => box.size[2] === 512 && box.size[0] === 17));
  const responses = boxes.reduce((sum, box) => sum + voxelsOf(widen(box.size, [3, 5, 5])), 0);
  assert.ok(responses < 1.05 * voxelsOf(widen(size, [3, 5, 5])), `${responses} responses`);
});

Deno.test("planTiles() stays within workgroup memory, and within what every adapter has", () => {
  for (const kernel of KERNELS) {
    for (const size of SIZES) {
      for (const workgroupBytes of [40, 16384, 32768]) {
        const bytes = Math.max(workgroupBytes, 16384);
        const options = { workgroupBytes, elementBytes: 4, otherBytes: 16 };
        const { constants: c, tile } = planTiles(size, kernel, options);
        assert.ok(4 * c.tile_length + 16 * c.threads <= bytes);
        assert.ok(c.threads >= 32 && c.threads <= 256);
        // Eight voxels an invocation.
        assert.equal(voxelsOf(tile), 8 * c.threads);
        // The last plane, the last row, the last lane reach this far, and a row ahead.
        const row = 32 + kernel[2] - 1;
        const plane = (8 * c.groups_y + kernel[1] - 1) * row;
        assert.equal(c.tile_length, (c.groups_z + c.slices - 1) * plane + row);
      }
    }
  }
});

Deno.test("planTiles() gives a small box small tiles and a large one large tiles", () => {
  const options = { workgroupBytes: 32768, elementBytes: 4 };
  assert.equal(planTiles([17, 512, 512], [3, 5, 5], options).constants.threads, 256);
  assert.equal(planTiles([1, 64, 64], [1, 5, 5], options).constants.threads, 32);
});

Deno.test("planColumns() has an invocation for every tap, within workgroup memory", () => {
  for (const kernel of [...KERNELS, [9, 6, 15]] as const) {
    for (const workgroupBytes of [40, 32768]) {
      const { constants: c, count, block, sets, tile } = planColumns(kernel, workgroupBytes);
      assert.ok(count * block >= voxelsOf(kernel));
      assert.ok(c.columns * sets >= count && c.columns * c.streams <= 256);
      assert.deepEqual(tile, [c.tile_height, c.streams]);
      const bytes = 8 * c.sample_length + 32 * c.tile_length + 16 * 256;
      assert.ok(bytes <= Math.max(workgroupBytes, 16384), `${bytes} bytes`);
    }
  }
});

Deno.test("kernels that no tile takes are refused in one line", () => {
  const options = { workgroupBytes: 32768, elementBytes: 16 };
  const message = /^Kernels of 61 x 61 x 1 voxels are too large for this GPU.*--backend cpu$/;
  assert.throws(() => planTiles([1, 99, 99], [1, 61, 61], options), { message });
  assert.throws(() => planColumns([9, 61, 61], 32768), { message: /^Kernels of 61 x 61 x 9/ });
});
