import assert from "node:assert/strict";
import { searchGrid } from "../../../core/baselines/search.ts";

const VALUES = Array.from({ length: 20 }, (_, i) => i);

async function search(peak: number, options: { start: number; dips?: readonly number[] }) {
  const { start, dips = [] } = options;
  const seen: number[] = [];
  const result = await searchGrid({ name: "x", values: VALUES, default: start }, (value) => {
    seen.push(value);
    return Promise.resolve(-Math.abs(value - peak) - (dips.includes(value) ? 5 : 0));
  });
  assert.equal(new Set(seen).size, seen.length, "a value was tried twice");
  return result;
}

Deno.test("searchGrid() finds the peak from either side and at the ends", async () => {
  for (const start of [0, 4, 10, 19]) {
    for (const peak of [0, 3, 10, 18, 19]) {
      assert.equal((await search(peak, { start })).value, peak);
    }
  }
});

Deno.test("searchGrid() tries few values when the default is good, in the grid's order", async () => {
  const { tried } = await search(10, { start: 10 });
  assert.deepEqual(tried.map(([value]) => value), [8, 9, 10, 11, 12]);
});

Deno.test("searchGrid() steps over a single dip", async () => {
  assert.equal((await search(14, { start: 10, dips: [12] })).value, 14);
});

Deno.test("searchGrid() refuses a default that is not on the grid", async () => {
  await assert.rejects(search(1, { start: 0.5 }), /default 0.5 is not among/);
});
