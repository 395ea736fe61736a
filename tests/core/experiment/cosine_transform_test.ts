import assert from "node:assert/strict";
import { createCosineTransform } from "../../../core/experiment/cosine_transform.ts";
import { createRandom } from "../../../core/random.ts";

/** X[k] = s(k) sum_n x[n] cos(pi (n + 1/2) k / N) */
function transformDirectly(line: Float64Array): Float64Array {
  const n = line.length;
  return line.map((_, k) =>
    Math.sqrt((k === 0 ? 1 : 2) / n) *
    line.reduce((sum, value, i) => sum + value * Math.cos(Math.PI * (i + 0.5) * k / n), 0)
  );
}

Deno.test("createCosineTransform() is its definition at any length, and keeps the power", () => {
  const random = createRandom(1);
  // Halved down to 1, 3 and 191 samples; odd; prime; shorter than what is halved.
  for (const length of [1, 2, 6, 7, 12, 15, 96, 382, 512]) {
    const line = Float64Array.from({ length }, random.normal);
    const expected = transformDirectly(line);
    const power = line.reduce((sum, value) => sum + value ** 2, 0);
    const transform = createCosineTransform(length);
    transform(line);
    line.forEach((value, k) => {
      assert.ok(Math.abs(value - expected[k]) < 1e-10, `coefficient ${k} of ${length}`);
    });
    const after = line.reduce((sum, value) => sum + value ** 2, 0);
    assert.ok(Math.abs(after / power - 1) < 1e-12, `power of ${length}`);
  }
});
