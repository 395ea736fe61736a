import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { describeRejected, extractBeadPsf } from "../../../core/psf/beads.ts";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { measureFwhmNm } from "../../../core/psf/fwhm.ts";
import type { PsfOptics } from "../../../core/psf/optics.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, type Size } from "../../../core/volume.ts";
import { BEAD_VOXEL_NM, createBeadStack, type KnownBead } from "./bead_stack.ts";

const optics: PsfOptics = {
  model: "richards-wolf",
  wavelengthsNm: [520],
  numericalAperture: 1.3,
};
const size: Size = [29, 150, 190];
const window: Size = [15, 21, 21];

/** Eight that can be used, on a grid, each off it by its own part of a voxel. */
const GOOD: readonly KnownBead[] = Array.from({ length: 8 }, (_, i) => ({
  at: [14 + (i % 3 - 1) * 0.4, 22.2 + 45 * Math.floor(i / 4) + 0.2 * i, 24 + 44.4 * (i % 4)],
  peak: 800 + 60 * i,
}));

Deno.test("extractBeadPsf() sorts out beads at the border, saturated, overlapping, faint and unlike", () => {
  const stack = createBeadStack([
    ...GOOD,
    { at: [14, 6, 95], peak: 1000 }, // box beyond the upper border
    { at: [4, 112, 24], peak: 1000 }, // box above the first plane
    { at: [14, 112, 60], peak: 1000 }, // two in one box
    { at: [14.4, 118, 67], peak: 900 },
    { at: [14, 112, 105.2], peak: 3000 }, // cut off at 2000
    { at: [14, 113, 140], peak: 500 }, // two that look like one
    { at: [14, 113, 142.6], peak: 500 },
    { at: [14, 110, 172], peak: 150 },
  ], { size, optics, noise: 4 });
  stack.data.forEach((value, i) => stack.data[i] = Math.min(value, 2000));
  const { reports: [report] } = extractBeadPsf(stack, { size: window });
  assert.deepEqual(report.rejected, {
    border: 2,
    saturated: 1,
    overlapping: 2,
    faint: 1,
    unlike: 1,
  });
  assert.equal(report.used.length, GOOD.length);
  assert.equal(report.found, GOOD.length + 7);
  assert.equal(
    describeRejected(report.rejected),
    "2 at the border, 1 saturated, 2 overlapping, 1 much fainter than the others, " +
      "1 unlike the others in shape",
  );
  assert.ok(Math.abs(report.background - 200) < 1, `${report.background}`);
});

Deno.test("extractBeadPsf() averages 8 noisy beads to the known PSF within 2 % of its peak", () => {
  const stack = createBeadStack(GOOD, { size, optics, noise: 25 });
  const { psf, reports: [report] } = extractBeadPsf(stack, { size: window });
  assert.equal(report.used.length, GOOD.length);
  for (const { centre } of report.used) {
    const distances = GOOD.map(({ at }) => Math.hypot(...at.map((c, axis) => c - centre[axis])));
    assert.ok(Math.min(...distances) < 0.08, `${centre}`);
  }
  const known = createPsf(optics, {
    size: window,
    voxelSizeNm: BEAD_VOXEL_NM,
    normalization: "peak",
  });
  const errors = psf.data.map((value, i) => value - known.data[i]);
  // One bead's noise is 25 / 1000; the mean of eight has a third of it.
  const rms = Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length);
  assert.ok(rms < 0.011, `rms ${rms}`);
  assert.ok(Math.abs(report.noise / rms - 1) < 0.3, `${report.noise} for ${rms}`);
  const smooth = createPsf(optics, {
    size: [3, 5, 5],
    voxelSizeNm: BEAD_VOXEL_NM,
    normalization: "peak",
  });
  // In the core, where the signal is.
  for (let i = 0; i < smooth.data.length; i++) {
    const at = [Math.floor(i / 25) + 6, Math.floor(i / 5) % 5 + 8, i % 5 + 8];
    const value = psf.data[(at[0] * 21 + at[1]) * 21 + at[2]];
    assert.ok(Math.abs(value - smooth.data[i]) < 0.04, `${at}: ${value} ${smooth.data[i]}`);
  }
  const [measured, expected] = [measureFwhmNm(psf), measureFwhmNm(known)];
  for (const axis of ["x", "y", "z"] as const) {
    assert.ok(Math.abs(measured[axis]! / expected[axis]! - 1) < 0.03, axis);
  }
});

Deno.test("extractBeadPsf() without noise aligns within 0.01 voxels and matches the PSF within 0.5 %", () => {
  const stack = createBeadStack(GOOD.slice(0, 4), { size, optics, noise: 0.01 });
  const { psf, reports: [report] } = extractBeadPsf(stack, { size: window });
  assert.equal(report.used.length, 4);
  for (const { centre } of report.used) {
    const distances = GOOD.map(({ at }) => Math.hypot(...at.map((c, axis) => c - centre[axis])));
    assert.ok(Math.min(...distances) < 0.01, `${centre}: ${Math.min(...distances)}`);
  }
  const known = createPsf(optics, {
    size: window,
    voxelSizeNm: BEAD_VOXEL_NM,
    normalization: "peak",
  });
  psf.data.forEach((value, i) => assert.ok(Math.abs(value - known.data[i]) < 5e-3, `${i}`));
});

Deno.test("extractBeadPsf() makes a PSF of every channel and of a single plane", () => {
  const bead = createBeadStack([{ at: [14, 30, 30], peak: 900 }], {
    size: [29, 60, 60],
    optics,
    noise: 5,
  });
  const n = bead.data.length;
  const both = createVolume([2, 29, 60, 60], undefined, bead.voxelSizeUm);
  both.data.set(bead.data);
  both.data.set(bead.data.map((value) => 50 + value / 2), n);
  const { psf, reports } = extractBeadPsf(both, { size: window });
  assert.equal(psf.shape[0], 2);
  assert.equal(reports[1].used.length, 1);
  const half = psf.data.length / 2;
  for (let i = 0; i < half; i++) assert.ok(Math.abs(psf.data[i] - psf.data[half + i]) < 1e-3);
  const plane = createVolume([1, 1, 60, 60], bead.data.slice(14 * 3600, 15 * 3600), {
    x: 0.08,
    y: 0.08,
    z: 1,
  });
  const flat = extractBeadPsf(plane, { size: [1, 21, 21] });
  assert.deepEqual(flat.psf.shape, [1, 1, 21, 21]);
  assert.equal(flat.psf.data.indexOf(1), 10 * 21 + 10);
});

Deno.test("extractBeadPsf() says in one line why no bead can be used", () => {
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      "only noise",
      () => {
        const random = createRandom(5);
        const empty = createVolume([1, 9, 40, 40], undefined, { x: 0.1, y: 0.1, z: 0.2 });
        empty.data.forEach((_, i) => empty.data[i] = 100 + random.normal());
        return extractBeadPsf(empty, { size: [5, 9, 9], name: "beads.tif" });
      },
      /^beads.tif shows no bead above its noise/,
    ],
    [
      "one at the border",
      () =>
        extractBeadPsf(
          createBeadStack([{ at: [14, 5, 5], peak: 900 }], {
            size: [29, 60, 60],
            optics,
            noise: 5,
          }),
          { size: window, name: "beads.tif" },
        ),
      /^beads.tif has 1 bead but none that can be used \(1 at the border\) in a box of 21 x 21 x 15/,
    ],
    [
      "no voxel size",
      () => extractBeadPsf(createVolume([1, 9, 9, 9]), { name: "beads.tif" }),
      /^beads.tif does not say its voxel size; give it with --source-voxel/,
    ],
    [
      "an even size",
      () =>
        extractBeadPsf(createVolume([1, 9, 9, 9], undefined, { x: 1, y: 1, z: 1 }), {
          size: [5, 4, 5],
        }),
      /is 5 x 4 x 5; it has to be odd/,
    ],
    [
      "a size beyond the stack",
      () =>
        extractBeadPsf(createVolume([1, 9, 9, 9], undefined, { x: 1, y: 1, z: 1 }), {
          size: [11, 5, 5],
        }),
      /5 x 5 x 11 is larger than the bead stack \(9 x 9 x 9\)/,
    ],
  ];
  for (const [name, act, message] of cases) {
    assert.throws(act, (error) => {
      assert.ok(error instanceof InputError, name);
      assert.match(error.message, message);
      return !error.message.includes("\n");
    });
  }
});
