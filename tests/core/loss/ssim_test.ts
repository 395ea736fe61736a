import assert from "node:assert/strict";
import { ssim } from "../../../core/loss/ssim.ts";
import { createVolume } from "../../../core/volume.ts";
import { createPattern } from "./pattern.ts";

Deno.test("ssim() matches scikit-image within 1e-9", () => {
  // scikit-image 0.26.0: the mean over planes and channels of structural_similarity(target, restored,
  // gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1) in float64.
  const { restored, target } = createPattern();
  assert.ok(Math.abs(ssim(restored, target) - 0.8631657445426534) < 1e-9);
  const plane = (data: Float32Array) => createVolume([1, 1, 20, 24], data.slice(0, 480));
  const first = ssim(plane(restored.data), plane(target.data));
  assert.ok(Math.abs(first - 0.8640501744576166) < 1e-9);
});

Deno.test("ssim() is symmetric", () => {
  const { restored, target } = createPattern();
  assert.ok(Math.abs(ssim(restored, target) - ssim(target, restored)) < 1e-12);
});

Deno.test("ssim() takes 11 x 11 planes and refuses smaller ones", () => {
  const flat = createVolume([1, 2, 11, 11]);
  assert.equal(ssim(flat, flat), 1);
  const small = createVolume([1, 2, 11, 10]);
  assert.throws(() => ssim(small, small), /InputError: SSIM needs planes of at least 11 x 11/);
});
