import assert from "node:assert/strict";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { findFocusNm } from "../../../core/psf/gibson_lanni.ts";
import { gaussianWidthsNm } from "../../../core/psf/gaussian.ts";
import type { GibsonLanniOptics, PsfOptics } from "../../../core/psf/optics.ts";
import type { PsfSampling } from "../../../core/psf/sampling.ts";
import { createRandom } from "../../../core/random.ts";
import { channelOf, rangeOf } from "../../../core/volume.ts";
import { bruteForceIntensity } from "./brute_force.ts";

const voxelSizeNm = { x: 98, y: 98, z: 203 };
const pixel = { x: 65, y: 65, z: 150 };

/** Settings that the reference folder does not hold. */
const CASES: readonly (readonly [string, PsfOptics, PsfSampling])[] = [
  ["Born & Wolf, even sizes", {
    model: "born-wolf",
    wavelengthsNm: [488],
    numericalAperture: 0.8,
    immersionIndex: 1.33,
  }, { size: [8, 22, 30], voxelSizeNm }],
  ["Born & Wolf in air, 2D", {
    model: "born-wolf",
    wavelengthsNm: [700],
    numericalAperture: 0.95,
    immersionIndex: 1,
  }, { size: [1, 41, 40], voxelSizeNm: pixel }],
  ["Richards & Wolf, NA almost the index", {
    model: "richards-wolf",
    wavelengthsNm: [561],
    numericalAperture: 1.49,
    immersionIndex: 1.515,
  }, { size: [15, 31, 31], voxelSizeNm: pixel }],
  ["Richards & Wolf, even, centred in the middle", {
    model: "richards-wolf",
    wavelengthsNm: [610],
    numericalAperture: 1.1,
    immersionIndex: 1.33,
  }, { size: [6, 20, 14], voxelSizeNm, centre: "middle" }],
  ["Gibson & Lanni, oil into water at 10 um", {
    model: "gibson-lanni",
    wavelengthsNm: [525],
    numericalAperture: 1.4,
    immersionIndex: 1.515,
    depthNm: 10000,
  }, { size: [24, 33, 33], voxelSizeNm }],
  ["Gibson & Lanni, thick coverslip and warm oil", {
    model: "gibson-lanni",
    wavelengthsNm: [525],
    numericalAperture: 1.3,
    immersionIndex: 1.512,
    immersionDesignIndex: 1.515,
    coverslipIndex: 1.522,
    coverslipDesignIndex: 1.5255,
    coverslipThicknessUm: 173,
    sampleIndex: 1.38,
    depthNm: 700,
  }, { size: [9, 26, 26], voxelSizeNm: { x: 80, y: 110, z: 250 } }],
  ["Gibson & Lanni, sample denser than the immersion", {
    model: "gibson-lanni",
    wavelengthsNm: [600],
    numericalAperture: 1.2,
    immersionIndex: 1.33,
    sampleIndex: 1.45,
    depthNm: 3000,
  }, { size: [12, 25, 25], voxelSizeNm: pixel }],
];

for (const [name, optics, sampling] of CASES) {
  Deno.test(`createPsf() matches a sum voxel by voxel within 1e-6: ${name}`, () => {
    const psf = createPsf(optics, { ...sampling, normalization: "peak" });
    const [depth, height, width] = sampling.size;
    const { voxelSizeNm: { x: dx, y: dy, z: dz }, centre } = sampling;
    const middle = (n: number) => centre === "middle" ? (n - 1) / 2 : Math.floor(n / 2);
    const expected = (i: number) => {
      const x = i % width - middle(width);
      const y = Math.floor(i / width) % height - middle(height);
      const z = Math.floor(i / (width * height)) - middle(depth);
      return bruteForceIntensity(optics, Math.hypot(x * dx, y * dy), z * dz);
    };
    const peak = expected(psf.data.indexOf(1));
    const random = createRandom(3);
    for (let trial = 0; trial < 20; trial++) {
      const i = random.integer(psf.data.length);
      const error = Math.abs(psf.data[i] - expected(i) / peak);
      assert.ok(error < 1e-6, `voxel ${i}: error ${error}`);
    }
  });
}

Deno.test("createPsf() integrates over pixels: oversampling 3 matches 15 x 15 samples of each pixel", () => {
  const optics: PsfOptics = {
    model: "richards-wolf",
    wavelengthsNm: [520],
    numericalAperture: 1.3,
  };
  const fine = 15;
  const centre = "middle";
  const whole = createPsf(optics, { size: [3, 7, 9], voxelSizeNm, centre, oversampling: 3 });
  const parts = createPsf(optics, {
    size: [3, 7 * fine, 9 * fine],
    voxelSizeNm: { x: 98 / fine, y: 98 / fine, z: 203 },
    centre,
  });
  const sums = new Float64Array(whole.data.length);
  parts.data.forEach((value, i) => {
    const x = Math.floor(i % (9 * fine) / fine);
    const y = Math.floor(i / (9 * fine) % (7 * fine) / fine);
    sums[Math.floor(i / (63 * fine * fine)) * 63 + y * 9 + x] += value;
  });
  const peak = rangeOf(sums).max;
  sums.forEach((sum, i) => assert.ok(Math.abs(sum - whole.data[i]) < 1e-3 * peak, `voxel ${i}`));
  const points = createPsf(optics, { size: [3, 7, 9], voxelSizeNm, centre });
  assert.ok(rangeOf(points.data).max > 1.03 * rangeOf(whole.data).max);
});

Deno.test("createPsf() sums to 1 in every channel, with a channel per wavelength", () => {
  const size = [5, 17, 18] as const;
  for (const model of ["born-wolf", "richards-wolf", "gibson-lanni", "gaussian"] as const) {
    const optics = { model, wavelengthsNm: [460, 525, 610], numericalAperture: 1.2 };
    const psf = createPsf(optics, { size, voxelSizeNm });
    assert.deepEqual(psf.shape, [3, ...size]);
    assert.deepEqual(psf.voxelSizeUm, { x: 0.098, y: 0.098, z: 0.203 });
    optics.wavelengthsNm.forEach((wavelength, channel) => {
      const data = channelOf(psf, channel);
      assert.ok(Math.abs(data.reduce((total, v) => total + v, 0) - 1) < 1e-5);
      const alone = createPsf({ ...optics, wavelengthsNm: [wavelength] }, { size, voxelSizeNm });
      assert.deepEqual(data, alone.data);
    });
  }
});

Deno.test("createPsf() has its centre at floor(size/2), and in the middle on request", () => {
  const optics: PsfOptics = { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1.2 };
  const even = createPsf(optics, { size: [4, 8, 6], voxelSizeNm, normalization: "peak" });
  assert.equal(even.data.indexOf(1), 2 * 48 + 4 * 6 + 3);
  const middle = createPsf(optics, {
    size: [4, 8, 6],
    voxelSizeNm,
    centre: "middle",
    normalization: "peak",
  });
  assert.deepEqual(middle.data, middle.data.toReversed());
  assert.equal(middle.data.filter((v) => v === 1).length, 8);
});

Deno.test("gibsonLanni() at depth puts its brightest plane in the middle with focus brightest", () => {
  const optics: GibsonLanniOptics = {
    model: "gibson-lanni",
    wavelengthsNm: [525],
    numericalAperture: 1.3,
    immersionIndex: 1.515,
    depthNm: 5000,
    focus: "brightest",
  };
  const focusNm = findFocusNm(optics);
  assert.ok(focusNm < -3000 && focusNm > -9000, `${focusNm}`);
  const at = bruteForceIntensity(optics, 0, focusNm);
  for (let stage = -12000; stage <= 4000; stage += 100) {
    assert.ok(bruteForceIntensity(optics, 0, stage) <= at * (1 + 1e-9), `${stage}`);
  }
  const psf = createPsf(optics, { size: [21, 15, 15], voxelSizeNm, normalization: "peak" });
  assert.equal(psf.data.indexOf(1), 10 * 225 + 7 * 15 + 7);
});

Deno.test("findFocusNm() is 0 where every layer is at its design and the particle at the coverslip", () => {
  const focus = findFocusNm({
    model: "gibson-lanni",
    wavelengthsNm: [525],
    numericalAperture: 1.3,
  });
  assert.ok(Math.abs(focus) < 0.1);
});

Deno.test("gaussianPsf() has Born & Wolf's curvature at the peak", () => {
  const lens = { wavelengthsNm: [520], numericalAperture: 1.2, immersionIndex: 1.5 };
  const sampling: PsfSampling = { size: [3, 3, 3], voxelSizeNm: { x: 8, y: 8, z: 20 } };
  const options = { ...sampling, normalization: "peak" } as const;
  const gaussian = createPsf({ ...lens, model: "gaussian" }, options).data;
  const bornWolf = createPsf({ ...lens, model: "born-wolf" }, options).data;
  for (const i of [12, 10, 4]) {
    const ratio = (1 - gaussian[i]) / (1 - bornWolf[i]);
    assert.ok(Math.abs(ratio - 1) < 0.01, `voxel ${i}: ${ratio}`);
  }
  const widths = gaussianWidthsNm({ wavelengthNm: 520, ...lens });
  assert.ok(Math.abs(gaussian[12] - Math.exp(-32 / widths.lateral ** 2)) < 1e-7);
});
