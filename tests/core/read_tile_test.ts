import assert from "node:assert/strict";
import { taperWeights } from "../../core/compute/grid.ts";
import { createMemoryReader } from "../../core/io/memory_stack.ts";
import { readSurroundings, readTile } from "../../core/read_tile.ts";
import { type Size, voxelsOf } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { normals } from "../support/pattern.ts";

const stack: Size = [3, 5, 6];
const wholeGrid: Size = [5, 9, 8];
const voxels = Float32Array.from(normals(2 * 2 * voxelsOf(stack), 1));
const info = { shape: [2, ...stack], frames: 2, pixelType: "float32", metadata: {} } as const;
const reader = createMemoryReader(info, voxels);

/** The stack on its whole grid by the definition: the last sample goes over into the first. */
function continued(at: Size, place: { frame: number; channel: number }): number {
  const [z, y, x] = at.map((value, axis) =>
    (value % wholeGrid[axis] + wholeGrid[axis]) % wholeGrid[axis]
  );
  const sources = [z, y, x].map((value, axis): readonly (readonly [number, number])[] => {
    if (value < stack[axis]) return [[value, 1]];
    const share = taperWeights(wholeGrid[axis] - stack[axis])[value - stack[axis]];
    return [[stack[axis] - 1, 1 - share], [0, share]];
  });
  let sum = 0;
  for (const [iz, wz] of sources[0]) {
    for (const [iy, wy] of sources[1]) {
      for (const [ix, wx] of sources[2]) {
        const plane = (place.frame * 2 + place.channel) * 3 + iz;
        sum += wz * wy * wx * voxels[(plane * 5 + iy) * 6 + ix];
      }
    }
  }
  return sum;
}

for (
  const [what, start, size] of [
    ["inside", [1, 1, 2], [2, 3, 4]],
    ["whole", [0, 0, 0], [3, 5, 6]],
    ["beyond the begin", [0, -3, -1], [3, 5, 4]],
    ["beyond the end", [0, 3, 4], [3, 5, 4]],
    ["beyond every border", [-1, -2, -1], [5, 9, 8]],
    ["through the gap to the other side", [0, 4, 5], [3, 8, 6]],
    ["in the gap alone", [3, 5, 6], [2, 4, 2]],
  ] as readonly (readonly [string, Size, Size])[]
) {
  Deno.test(`readTile() reads a tile ${what}`, async () => {
    for (const place of [{ frame: 0, channel: 0 }, { frame: 1, channel: 1 }]) {
      const tile = { start, keepStart: start, keepEnd: start };
      const actual = await readTile(reader, tile, { ...place, plan: { size, wholeGrid } });
      const expected = Float64Array.from(actual, (_, i) => {
        const [, height, width] = size;
        const [z, y, x] = [
          Math.floor(i / height / width),
          Math.floor(i / width) % height,
          i % width,
        ];
        return continued([start[0] + z, start[1] + y, start[2] + x], place);
      });
      assert.equal(actual.length, voxelsOf(size));
      assertClose(actual, expected, 1e-6);
    }
  });
}

Deno.test("readSurroundings() continues the stack around a tile at its border, and closes the gap", async () => {
  // Whole along z; at the stack's begin along y, at its end along x.
  const plan = { size: [3, 3, 4], grid: [5, 8, 9], wholeGrid, overlap: [1, 1, 2] } as const;
  const tile = { start: [0, 0, 2], keepStart: [0, 0, 2], keepEnd: [3, 3, 6] } as const;
  const place = { frame: 1, channel: 0 };
  const actual = await readSurroundings(reader, tile, { ...place, plan });
  assert.equal(actual.length, voxelsOf(plan.grid));
  const at = (z: number, y: number, x: number) => actual[(z * 8 + y) * 9 + x];
  for (const z of [0, 1, 2, 3, 4]) {
    // Rows of the tile, and the two before the stack; columns of the tile, and three behind the stack.
    for (const y of [0, 1, 2, -2, -1]) {
      for (const x of [0, 1, 2, 3, 4, 5, 6]) {
        const expected = continued([z, y, x + 2], place);
        assert.ok(Math.abs(at(z, (y + 8) % 8, x) - expected) < 1e-6, `${z} ${y} ${x}`);
      }
    }
    // In between one goes over into the other.
    const ends = [continued([z, 0, 9], place), continued([z, 0, 0], place)];
    assert.ok(at(z, 0, 7) >= Math.min(...ends) - 1e-6 && at(z, 0, 7) <= Math.max(...ends) + 1e-6);
  }
});
