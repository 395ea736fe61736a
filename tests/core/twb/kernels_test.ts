import assert from "node:assert/strict";
import { createStage } from "../../../core/twb/initialize.ts";
import {
  autocorrelateKernels,
  correlateWithLags,
  countLags,
  denormalizeGradients,
  normalizeKernels,
} from "../../../core/twb/kernels.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { normals } from "../../support/pattern.ts";
import { learnedStage } from "../../support/stage.ts";

const kernelSize: Size = [2, 3, 4];
const n = voxelsOf(kernelSize);
const stage = learnedStage({ kernelSize, kernelCount: 3, kernelChannels: 2 });

Deno.test("normalizeKernels() gives every kernel mean 0 and norm |s|", () => {
  const { kernels } = normalizeKernels(stage);
  for (let i = 0; i < stage.scales.length; i++) {
    const kernel = kernels.subarray(i * n, (i + 1) * n);
    const sum = kernel.reduce((a, b) => a + b);
    const norm = Math.hypot(...kernel);
    assert.ok(Math.abs(sum) < 1e-14, `sum ${sum}`);
    assert.ok(Math.abs(norm - Math.abs(stage.scales[i])) < 1e-14, `norm ${norm}`);
  }
});

Deno.test("normalizeKernels() turns the kernel round with the sign of its scale", () => {
  const { kernels } = normalizeKernels(stage);
  const turned = { ...stage, scales: stage.scales.map((value) => -value) };
  assert.deepEqual(normalizeKernels(turned).kernels, kernels.map((value) => -value));
});

Deno.test("a constant kernel is zero, and so is its gradient", () => {
  const flat = { ...createStage({ kernelSize, kernelCount: 2 }), kernels: new Float64Array(2 * n) };
  flat.kernels.fill(3, 0, n);
  flat.kernels.set(stage.kernels.subarray(0, n), n);
  assert.ok(normalizeKernels(flat).kernels.subarray(0, n).every((value) => value === 0));
  const { kernels, scales } = denormalizeGradients(flat, normals(2 * n, 3));
  assert.ok(kernels.subarray(0, n).every((value) => value === 0));
  assert.equal(scales[0], 0);
  assert.notEqual(scales[1], 0);
});

Deno.test("denormalizeGradients() agrees with finite differences within 1e-8", () => {
  // L = sum w g: its gradient with respect to g is w.
  const weights = normals(stage.kernels.length, 5);
  const value = (at: typeof stage) =>
    normalizeKernels(at).kernels.reduce((sum, g, i) => sum + weights[i] * g, 0);
  const grad = denormalizeGradients(stage, weights);
  const h = 1e-6;
  const differences = (name: "kernels" | "scales") =>
    stage[name].map((_, i) => {
      const moved = (by: number) => {
        const values = stage[name].slice();
        values[i] += by;
        return value({ ...stage, [name]: values });
      };
      return (moved(h) - moved(-h)) / (2 * h);
    });
  assertClose(grad.kernels, differences("kernels"), 1e-8, "dL/dv");
  assertClose(grad.scales, differences("scales"), 1e-8, "dL/ds");
});

/** Calls `visit` for every pair of voxels of one kernel: their offset, and both indices. */
function forPairs(visit: (lag: Size, from: number, to: number) => void): void {
  const at = (i: number): Size => [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4];
  for (let from = 0; from < n; from++) {
    for (let to = 0; to < n; to++) {
      const [a, b] = [at(from), at(to)];
      visit([b[0] - a[0], b[1] - a[1], b[2] - a[2]], from, to);
    }
  }
}

const indexOf = ([z, y, x]: Size) => (z * 5 + y + 2) * 7 + x + 3;

Deno.test("autocorrelateKernels() sums the products at every lag, channel by channel", () => {
  const { kernels } = normalizeKernels(stage);
  for (const channel of [0, 1]) {
    const expected = new Float64Array(countLags(kernelSize));
    for (const d of [0, 1, 2]) {
      const start = (d * 2 + channel) * n;
      forPairs((lag, from, to) => {
        if (lag[0] >= 0) expected[indexOf(lag)] += kernels[start + from] * kernels[start + to];
      });
    }
    const lags = autocorrelateKernels(kernels, { kernelSize, kernelChannels: 2, channel });
    assertClose(lags, expected, 1e-14);
    assertClose([lags[indexOf([0, 0, 0])]], [
      [0, 1, 2].reduce((sum, d) => sum + stage.scales[d * 2 + channel] ** 2, 0),
    ], 1e-14);
  }
});

Deno.test("correlateWithLags() is twice the even lags' correlation with each kernel", () => {
  const lags = normals(countLags(kernelSize), 9);
  // Within the plane z = 0 both signs are stored, and have to agree.
  const middle = indexOf([0, 0, 0]);
  for (let i = 1; i <= middle; i++) lags[middle - i] = lags[middle + i];
  const { kernels } = stage;
  const gradient = new Float64Array(kernels.length);
  correlateWithLags(kernels, gradient, { kernelSize, kernelChannels: 2, channel: 1, lags });
  const expected = new Float64Array(kernels.length);
  for (const d of [0, 1, 2]) {
    const start = (d * 2 + 1) * n;
    forPairs((lag, from, to) => {
      const even = lag[0] >= 0 ? lag : lag.map((value) => -value) as unknown as Size;
      expected[start + from] += 2 * lags[indexOf(even)] * kernels[start + to];
    });
  }
  assertClose(gradient, expected, 1e-14);
  assert.ok(gradient.subarray(0, n).every((value) => value === 0), "channel 0 was touched");
});
