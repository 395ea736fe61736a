import assert from "node:assert/strict";
import { comparePairs } from "../../core/paired_test.ts";

Deno.test("comparePairs() gives the exact p-values of small samples", () => {
  // All of n differences of one sign: 2 / 2^n.
  for (const n of [5, 8, 12]) {
    const first = Array.from({ length: n }, (_, i) => (i + 1) * 1.5);
    const second = first.map((_, i) => i / 10);
    assert.equal(comparePairs(first, second).pValue, 2 / 2 ** n);
  }
  // R's wilcox.test(c(1.83,.5,1.62,2.48,1.68,1.88,1.55,3.06,1.3),
  //   c(.878,.647,.598,2.05,1.06,1.29,1.06,3.14,1.29), paired = TRUE): p = 0.03906
  const x = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
  const y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
  assert.ok(Math.abs(comparePairs(x, y).pValue - 0.0390625) < 1e-9);
  assert.ok(Math.abs(comparePairs(y, x).pValue - 0.0390625) < 1e-9);
});

Deno.test("comparePairs() approximates large samples and ties", () => {
  const n = 40;
  const zero = new Array(n).fill(0);
  const alternating = zero.map((_, i) => i % 2 ? i + 1 : -(i + 1));
  assert.ok(comparePairs(alternating, zero).pValue > 0.5);
  const shifted = zero.map((_, i) => (i % 5) + 1);
  const { pValue, meanDifference } = comparePairs(shifted, zero);
  assert.ok(pValue < 1e-6 && meanDifference === 3);
});

Deno.test("comparePairs() says NaN where too few pairs differ", () => {
  assert.ok(Number.isNaN(comparePairs([1, 2, 3], [1, 2, 4]).pValue));
  assert.throws(() => comparePairs([1], [1, 2]), RangeError);
});
