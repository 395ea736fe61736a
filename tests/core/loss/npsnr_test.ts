import assert from "node:assert/strict";
import { createRandom } from "../../../core/random.ts";
import { type Loss, LOSSES, mseLoss, npsnrLoss } from "../../../core/loss/npsnr.ts";

function sumOfSquares(x: readonly number[], target: readonly number[]): number {
  return x.reduce((sum, v, i) => sum + (v - target[i]) ** 2, 0);
}

for (const [name, loss] of Object.entries(LOSSES) as [string, Loss][]) {
  Deno.test(`${name}Loss() has the gradient of finite differences within 1e-7`, () => {
    const random = createRandom(3);
    const target = Array.from({ length: 20 }, () => random.uniform());
    const x = target.map((t) => t + 0.1 * random.normal());
    const value = (at: readonly number[]) => loss(sumOfSquares(at, target), at.length).value;
    const { residualFactor } = loss(sumOfSquares(x, target), x.length);
    const h = 1e-6;
    for (let i = 0; i < x.length; i++) {
      const slope = (value(x.with(i, x[i] + h)) - value(x.with(i, x[i] - h))) / (2 * h);
      const gradient = residualFactor * (x[i] - target[i]);
      assert.ok(Math.abs(slope - gradient) <= 1e-7 * Math.max(1, Math.abs(slope)), `voxel ${i}`);
    }
  });
}

Deno.test("npsnrLoss() is minus the PSNR", () => {
  // Mean squared error 1e-3: 30 dB.
  assert.ok(Math.abs(npsnrLoss(4e-3, 4).value + 30) < 1e-12);
});

Deno.test("npsnrLoss() refuses an exact restoration, mseLoss() takes it", () => {
  assert.throws(() => npsnrLoss(0, 4), /RangeError: .*minus infinity/);
  assert.deepEqual(mseLoss(0, 4), { value: 0, residualFactor: 0.5 });
});

Deno.test("losses refuse a negative sum and a count that is no positive integer", () => {
  for (const loss of Object.values(LOSSES)) {
    assert.throws(() => loss(-1, 4), /cannot be -1/);
    assert.throws(() => loss(1, 0), /not 0/);
    assert.throws(() => loss(1, 1.5), /not 1.5/);
  }
});

Deno.test("losses of a diverged training are NaN", () => {
  for (const loss of Object.values(LOSSES)) assert.ok(Number.isNaN(loss(NaN, 4).value));
});
