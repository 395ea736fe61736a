import assert from "node:assert/strict";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { cropPsf } from "../../../core/psf/crop.ts";
import {
  describeOversize,
  describeUndersampling,
  suggestSize,
} from "../../../core/psf/fit_to_image.ts";
import type { PsfOptics } from "../../../core/psf/optics.ts";
import { nyquistVoxelNm } from "../../../core/psf/sampling.ts";

const optics: PsfOptics = { model: "richards-wolf", wavelengthsNm: [520], numericalAperture: 1.2 };
const voxelSizeNm = { x: 98, y: 98, z: 203 };

Deno.test("nyquistVoxelNm() is where the widefield transfer function ends", () => {
  // Of NA 1.4 in oil of 1.518 at 520 nm, by hand: 520 / 5.6, 520 / (2 (1.518 - 0.58686)).
  const { lateral, axial } = nyquistVoxelNm({
    wavelengthNm: 520,
    numericalAperture: 1.4,
    index: 1.518,
  });
  assert.ok(Math.abs(lateral - 92.857) < 0.01);
  assert.ok(Math.abs(axial - 279.22) < 0.05, `${axial}`);
});

Deno.test("suggestSize() holds nearly all the light that a much larger PSF has in those planes", () => {
  const size = suggestSize(optics, { voxelSizeNm, stackSize: [18, 512, 512] });
  assert.equal(size[0], 17);
  const large = createPsf(optics, { size: [17, 401, 401], voxelSizeNm });
  assert.ok(cropPsf(large, size).energies[0] > 0.97);
});

Deno.test("suggestSize() is odd and never larger than the stack, down to a plane and a voxel", () => {
  for (const stackSize of [[1, 40, 33], [2, 7, 512], [64, 64, 64], [1, 1, 1]] as const) {
    const size = suggestSize(optics, { voxelSizeNm, stackSize });
    size.forEach((n, axis) => assert.ok(n % 2 === 1 && n <= stackSize[axis], `${size}`));
  }
});

Deno.test("describeUndersampling() warns across and along the axis, for the shortest wavelength", () => {
  const two: PsfOptics = { ...optics, wavelengthsNm: [700, 450] };
  const lines = describeUndersampling(two, { voxelSizeNm: { x: 98, y: 90, z: 500 }, depth: 5 });
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^pixels of 98 nm are larger than the 93.8 nm .* NA 1.2 at 450 nm/);
  assert.match(lines[1], /^planes 500 nm apart are further than the 375 nm/);
  assert.deepEqual(describeUndersampling(optics, { voxelSizeNm, depth: 5 }), []);
  const plane = { voxelSizeNm: { x: 98, y: 98, z: 9000 }, depth: 1 };
  assert.deepEqual(describeUndersampling(optics, plane), []);
});

Deno.test("describeUndersampling() counts only the rays that leave the sample", () => {
  const deep: PsfOptics = {
    model: "gibson-lanni",
    wavelengthsNm: [500],
    numericalAperture: 1.4,
    sampleIndex: 1.25,
  };
  const lines = (x: number) =>
    describeUndersampling(deep, { voxelSizeNm: { x, y: x, z: 100 }, depth: 3 });
  assert.deepEqual(lines(100), []);
  assert.match(lines(101)[0], /the 100 nm that Nyquist asks for with NA 1.25/);
});

Deno.test("describeOversize() says when the PSF is deeper or wider than the stack", () => {
  assert.deepEqual(describeOversize([13, 27, 27], [13, 27, 27]), []);
  assert.match(describeOversize([15, 27, 27], [13, 512, 512])[0], /27 x 27 x 15\) is deeper than/);
  assert.match(describeOversize([13, 27, 27], [13, 512, 20])[0], /is wider than the stack/);
});
