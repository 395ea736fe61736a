import assert from "node:assert/strict";
import {
  cisnr,
  cpsnr,
  findCentralCrop,
  isnr,
  measureRestoration,
  nrmse,
  psnr,
  snr,
} from "../../../core/loss/metrics.ts";
import { createVolume, type Size, type Volume } from "../../../core/volume.ts";
import { createPattern } from "./pattern.ts";

const { restored, observed, target } = createPattern();
const psfSize: Size = [3, 7, 8];

/** scikit-image 0.26.0, NumPy 2.4.6, on the same pattern rounded to float32, data_range=1. */
const REFERENCE = {
  psnr: 22.425467811694393,
  psnrObserved: 16.404004789253218,
  // [:, 1:-1, 3:-3, 4:-4]
  cpsnr: 22.47019611630816,
  cpsnrObserved: 16.69182656239939,
  // normalization="euclidean"
  nrmse: 0.12701104819373404,
  // 10 log10(sum t^2 / sum (r - t)^2)
  snr: 17.923169996490206,
};

function assertClose(actual: number, expected: number, tolerance = 1e-7): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.abs(expected),
    `${actual} is not ${expected} within ${tolerance}`,
  );
}

Deno.test("psnr(), snr() and nrmse() match scikit-image within 1e-7", () => {
  assertClose(psnr(restored, target), REFERENCE.psnr);
  assertClose(psnr(observed, target), REFERENCE.psnrObserved);
  assertClose(snr(restored, target), REFERENCE.snr);
  assertClose(nrmse(restored, target), REFERENCE.nrmse);
});

Deno.test("cpsnr() removes floor(size / 2) voxels on every side", () => {
  assertClose(cpsnr(restored, target, { psfSize }), REFERENCE.cpsnr);
  assertClose(cpsnr(observed, target, { psfSize }), REFERENCE.cpsnrObserved);
});

Deno.test("cpsnr() does not see the border", () => {
  const spoiled = createVolume(restored.shape, restored.data.slice());
  spoiled.data[0] = 1e6;
  assert.equal(cpsnr(spoiled, target, { psfSize }), cpsnr(restored, target, { psfSize }));
  assert.ok(psnr(spoiled, target) < 0);
});

Deno.test("isnr() and cisnr() are differences of PSNR and CPSNR", () => {
  assertClose(isnr(restored, target, { observed }), REFERENCE.psnr - REFERENCE.psnrObserved);
  assertClose(
    cisnr(restored, target, { observed, psfSize }),
    REFERENCE.cpsnr - REFERENCE.cpsnrObserved,
  );
});

Deno.test("measureRestoration() agrees with the functions of one metric", () => {
  const metrics = measureRestoration({ restored, observed, target, psfSize });
  assertClose(metrics.psnr, REFERENCE.psnr);
  assertClose(metrics.cpsnr, REFERENCE.cpsnr);
  assertClose(metrics.isnr, REFERENCE.psnr - REFERENCE.psnrObserved);
  assertClose(metrics.cisnr, REFERENCE.cpsnr - REFERENCE.cpsnrObserved);
  assertClose(metrics.snr, REFERENCE.snr);
  assertClose(metrics.nrmse, REFERENCE.nrmse);
  assertClose(metrics.ssim, 0.8631657445426534); // see ssim_test.ts
});

Deno.test("the central crop works on 14 planes with a PSF of 13, and not on 12", () => {
  assert.deepEqual(findCentralCrop([14, 32, 32], [13, 5, 5])?.end, [8, 30, 30]);
  const thin = createVolume([1, 12, 16, 16]);
  assert.throws(
    () => cpsnr(thin, thin, { psfSize: [13, 5, 5] }),
    /InputError: The central crop of a stack of 16 x 16 x 12 is empty.*5 x 5 x 13/,
  );
});

Deno.test("the central crop stays empty when it is negative on two axes", () => {
  assert.equal(findCentralCrop([4, 4, 32], [13, 13, 5]), undefined);
});

Deno.test("measureRestoration() marks what the stack is too small for with NaN", () => {
  const small = (value: number): Volume =>
    createVolume([1, 4, 8, 8], new Float32Array(256).fill(value));
  const metrics = measureRestoration({
    restored: small(0.51),
    observed: small(0.6),
    target: small(0.5),
    psfSize: [13, 5, 5],
  });
  assertClose(metrics.psnr, 40, 1e-5);
  assertClose(metrics.isnr, 20, 1e-5);
  assert.deepEqual([metrics.cpsnr, metrics.cisnr, metrics.ssim], [NaN, NaN, NaN]);
});

Deno.test("psnr() of an exact restoration is infinite, of NaN voxels NaN", () => {
  assert.equal(psnr(target, target), Infinity);
  const spoiled = createVolume(target.shape, target.data.slice());
  spoiled.data[7] = NaN;
  assert.ok(Number.isNaN(psnr(spoiled, target)));
});

Deno.test("metrics refuse stacks of other shapes and say both", () => {
  assert.throws(
    () => psnr(createVolume([1, 3, 4, 5]), createVolume([2, 3, 4, 6])),
    /InputError: Cannot compare a stack of 5 x 4 x 3 \(1 channel\) with a target of 6 x 4 x 3 \(2 channels\)/,
  );
});
