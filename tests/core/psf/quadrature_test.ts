import assert from "node:assert/strict";
import { gaussLegendre } from "../../../core/psf/quadrature.ts";

Deno.test("gaussLegendre() is exact for polynomials of degree 2n - 1", () => {
  for (const count of [1, 2, 3, 7, 20, 65]) {
    const { nodes, weights } = gaussLegendre(count, { from: -1, to: 2 });
    for (let degree = 0; degree < 2 * count; degree++) {
      const sum = nodes.reduce((total, t, i) => total + weights[i] * (t / 2) ** degree, 0);
      const exact = 2 * (1 - (-0.5) ** (degree + 1)) / (degree + 1);
      assert.ok(Math.abs(sum - exact) < 1e-13, `${count} nodes, degree ${degree}`);
    }
  }
});

Deno.test("gaussLegendre() has ascending nodes inside the interval for a thousand of them", () => {
  const { nodes, weights } = gaussLegendre(1000, { from: 0, to: 1 });
  assert.ok(nodes.every((t, i) => t > (nodes[i - 1] ?? 0) && t < 1));
  assert.ok(Math.abs(weights.reduce((total, w) => total + w, 0) - 1) < 1e-13);
});

Deno.test("gaussLegendre() refuses a rule without nodes", () => {
  assert.throws(() => gaussLegendre(0, { from: 0, to: 1 }), RangeError);
  assert.throws(() => gaussLegendre(2.5, { from: 0, to: 1 }), RangeError);
});
