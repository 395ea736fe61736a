import assert from "node:assert/strict";
import { scheduleFactor } from "../../../core/optimizer/schedule.ts";

Deno.test("scheduleFactor() goes down by a cosine to 2 %", () => {
  const factors = [0, 0.25, 0.5, 0.75, 1].map((progress) => scheduleFactor("cosine", progress));
  const expected = [1, 0.49 * Math.SQRT1_2 + 0.51, 0.51, 0.51 - 0.49 * Math.SQRT1_2, 0.02];
  factors.forEach((factor, i) => assert.ok(Math.abs(factor - expected[i]) < 1e-12));
});

Deno.test("scheduleFactor() stays at 2 % beyond the end, and at 1 when constant", () => {
  assert.ok(Math.abs(scheduleFactor("cosine", 1.5) - 0.02) < 1e-12);
  assert.equal(scheduleFactor("constant", 1.5), 1);
});
