import assert from "node:assert/strict";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { cropPsf } from "../../../core/psf/crop.ts";
import { measureFwhmNm } from "../../../core/psf/fwhm.ts";
import type { PsfOptics } from "../../../core/psf/optics.ts";
import { resamplePsf } from "../../../core/psf/resample.ts";
import { createVolume, sizeOf } from "../../../core/volume.ts";

const optics: PsfOptics = {
  model: "richards-wolf",
  wavelengthsNm: [600],
  numericalAperture: 1.1,
  immersionIndex: 1.33,
};

Deno.test("resamplePsf() from 50 to 110 nm matches the model computed at 110 nm within 0.5 %", () => {
  const fine = createPsf(optics, {
    size: [31, 121, 121],
    voxelSizeNm: { x: 50, y: 50, z: 120 },
    normalization: "peak",
  });
  const { psf, centres: [centre] } = resamplePsf(fine, {
    voxelSizeUm: { x: 0.11, y: 0.11, z: 0.24 },
  });
  assert.deepEqual(psf.shape, [1, 15, 55, 55]);
  centre.forEach((c, axis) => assert.ok(Math.abs(c - [15, 60, 60][axis]) < 1e-3));
  const expected = createPsf(optics, {
    size: sizeOf(psf.shape),
    voxelSizeNm: { x: 110, y: 110, z: 240 },
    normalization: "peak",
  });
  // 110 nm and 240 nm are within Nyquist, so nothing is filtered out; mirrored ends cost most.
  psf.data.forEach((value, i) => assert.ok(Math.abs(value - expected.data[i]) < 5e-3, `${i}`));
});

Deno.test("resamplePsf() from 110 to 60 nm keeps the FWHM within 1 %", () => {
  const coarse = createPsf(optics, { size: [15, 41, 41], voxelSizeNm: { x: 110, y: 110, z: 240 } });
  const { psf } = resamplePsf(coarse, { voxelSizeUm: { x: 0.06, y: 0.06, z: 0.24 } });
  const [before, after] = [measureFwhmNm(coarse), measureFwhmNm(psf)];
  for (const axis of ["x", "y", "z"] as const) {
    assert.ok(Math.abs(after[axis]! / before[axis]! - 1) < 0.01, axis);
  }
});

Deno.test("resamplePsf() moves the centre onto voxel floor(size/2) of any size", () => {
  const middle = createPsf(optics, {
    size: [12, 34, 36],
    voxelSizeNm: { x: 100, y: 100, z: 240 },
    centre: "middle",
    normalization: "peak",
  });
  const { psf, centres: [centre] } = resamplePsf(middle, { voxelSizeUm: middle.voxelSizeUm! });
  centre.forEach((c, axis) => assert.ok(Math.abs(c - [5.5, 16.5, 17.5][axis]) < 1e-3, `${centre}`));
  assert.deepEqual(psf.shape, [1, 11, 33, 35]);
  const expected = createPsf(optics, {
    size: [11, 33, 35],
    voxelSizeNm: { x: 100, y: 100, z: 240 },
    normalization: "peak",
  });
  const peak = psf.data[5 * 33 * 35 + 16 * 35 + 17];
  psf.data.forEach((value, i) => {
    // Half a voxel inside the first and last planes the mirrored ends show.
    const bound = i < 33 * 35 || i >= 10 * 33 * 35 ? 0.02 : 5e-3;
    assert.ok(Math.abs(value / peak - expected.data[i]) < bound, `${i}`);
  });
  const even = resamplePsf(middle, { voxelSizeUm: middle.voxelSizeUm!, size: [10, 20, 20] }).psf;
  const top = even.data.reduce((best, v, i) => v > even.data[best] ? i : best, 0);
  assert.equal(top, 5 * 400 + 10 * 20 + 10);
});

Deno.test("cropPsf() keeps the centre for every parity and says how much light is left", () => {
  const psf = createPsf(optics, { size: [6, 9, 10], voxelSizeNm: { x: 100, y: 100, z: 240 } });
  for (const size of [[5, 9, 10], [4, 8, 7], [3, 3, 3]] as const) {
    const { psf: cropped, energies: [energy] } = cropPsf(psf, size);
    const top = cropped.data.reduce((best, v, i) => v > cropped.data[best] ? i : best, 0);
    const [z, y, x] = size.map((n) => Math.floor(n / 2));
    assert.equal(top, (z * size[1] + y) * size[2] + x);
    assert.ok(Math.abs(cropped.data.reduce((sum, v) => sum + v, 0) - energy) < 1e-5);
  }
  assert.throws(() => cropPsf(psf, [7, 9, 9]), /has 10x9x6 voxels, less than the 9x9x7 asked for/);
});

Deno.test("resamplePsf() holds zeros where a given size reaches beyond the source", () => {
  const small = createVolume([1, 3, 3, 3], new Float32Array(27).fill(0.5), { x: 1, y: 1, z: 1 });
  small.data[13] = 1;
  const { psf } = resamplePsf(small, { voxelSizeUm: { x: 1, y: 1, z: 1 }, size: [3, 3, 7] });
  for (let row = 0; row < 9; row++) {
    assert.deepEqual([...psf.data.subarray(7 * row, 7 * row + 2)], [0, 0]);
    assert.ok(psf.data[7 * row + 3] > 0.3);
  }
});
