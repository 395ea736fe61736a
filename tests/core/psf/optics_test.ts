import assert from "node:assert/strict";
import { InputError } from "../../../core/errors.ts";
import { createPsf } from "../../../core/psf/create_psf.ts";
import type { GibsonLanniOptics } from "../../../core/psf/optics.ts";
import type { PsfSampling } from "../../../core/psf/sampling.ts";

const optics: GibsonLanniOptics = {
  model: "gibson-lanni",
  wavelengthsNm: [520],
  numericalAperture: 1.2,
};
const sampling: PsfSampling = { size: [3, 9, 9], voxelSizeNm: { x: 98, y: 98, z: 203 } };

const BAD: readonly (readonly [string, Partial<GibsonLanniOptics & PsfSampling>, RegExp])[] = [
  ["an NA of the index", { numericalAperture: 1.5 }, /NA 1.5 is not below the immersion index 1.5/],
  ["an NA of 0", { numericalAperture: 0 }, /numerical aperture is 0/],
  ["an NA that is NaN", { numericalAperture: NaN }, /numerical aperture is NaN/],
  ["no wavelength", { wavelengthsNm: [] }, /needs a wavelength/],
  ["micrometres", { wavelengthsNm: [0.52] }, /wavelength 0.52 nm; give nanometres \(520\)/],
  ["the second in um", { wavelengthsNm: [520, 0.61] }, /wavelength 0.61 nm; .* \(610\)/],
  ["Angstroms", { wavelengthsNm: [5200] }, /wavelength 5200 nm is not light/],
  ["a negative wavelength", { wavelengthsNm: [-520] }, /wavelength -520 nm is not light/],
  ["an index below 1", { immersionIndex: 0.9, numericalAperture: 0.5 }, /immersion index is 0.9/],
  ["a sample index of 0", { sampleIndex: 0 }, /sample index is 0/],
  ["a coverslip below NA", { coverslipIndex: 1.1 }, /NA 1.2 is not below the coverslip index 1.1/],
  ["a negative depth", { depthNm: -5 }, /depth is -5 nm/],
  ["a negative thickness", { coverslipThicknessUm: -1 }, /coverslip's thickness is -1 um/],
  [
    "a size of 0",
    { size: [3, 0, 9] },
    /size is 9x0x3; every size has to be a whole number above 0/,
  ],
  ["a negative size", { size: [3, 9, -9] }, /size is -9x9x3/],
  ["half a voxel", { size: [3, 9, 9.5] }, /size is 9.5x9x3/],
  ["a size beyond memory", { size: [5000, 5000, 5000] }, /give a smaller --size/],
  ["a voxel of 0", { voxelSizeNm: { x: 98, y: 0, z: 203 } }, /voxel is 98x0x203 nm/],
  ["a voxel in um", { voxelSizeNm: { x: 0.098, y: 0.098, z: 0.203 } }, /nanometres \(98x98x203\)/],
  ["an oversampling of 0", { oversampling: 0 }, /oversampling is 0/],
];

for (const [name, change, message] of BAD) {
  Deno.test(`createPsf() refuses ${name} in one line`, () => {
    assert.throws(
      () => createPsf({ ...optics, ...change }, { ...sampling, ...change }),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      },
    );
  });
}
