import assert from "node:assert/strict";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { cropPsf, cropToEnergy } from "../../../core/psf/crop.ts";
import { type Size, sizeOf, voxelsOf } from "../../../core/volume.ts";

const voxelSizeNm = { x: 98, y: 98, z: 203 };

Deno.test("cropToEnergy() holds the energy asked for in no more voxels than any other centred box", () => {
  const psf = createPsf(
    { model: "richards-wolf", wavelengthsNm: [520], numericalAperture: 1.2 },
    { size: [11, 25, 25], voxelSizeNm },
  );
  for (const energy of [0.5, 0.8, 0.95]) {
    const { psf: cropped, energies: [kept] } = cropToEnergy(psf, energy);
    assert.ok(kept >= energy);
    let smallest = Infinity;
    for (let depth = 1; depth <= 11; depth += 2) {
      for (let width = 1; width <= 25; width += 2) {
        const size: Size = [depth, width, width];
        if (cropPsf(psf, size).energies[0] >= energy) smallest = Math.min(smallest, voxelsOf(size));
      }
    }
    // Going shell by shell is greedy: it may end a few shells from the best.
    assert.ok(cropped.data.length <= 1.15 * smallest, `${cropped.shape} for ${energy}`);
  }
});

Deno.test("cropToEnergy() keeps the energy in every channel, square planes, and the centre", () => {
  const psf = createPsf(
    { model: "gaussian", wavelengthsNm: [450, 680], numericalAperture: 1 },
    { size: [24, 40, 40], voxelSizeNm },
  );
  const { psf: cropped, energies } = cropToEnergy(psf, 0.99);
  assert.ok(energies.every((kept) => kept >= 0.99));
  const [, height, width] = sizeOf(cropped.shape);
  assert.equal(height, width);
  assert.ok(sizeOf(cropped.shape).every((n) => n % 2 === 1));
  const n = cropped.data.length / 2;
  const red = cropped.data.subarray(n);
  assert.equal(red.indexOf(red.reduce((a, b) => Math.max(a, b))), (n - 1) / 2);
});

Deno.test("cropToEnergy() of all the energy is the whole PSF, even sizes included", () => {
  const psf = createPsf(
    { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1 },
    { size: [4, 8, 8], voxelSizeNm },
  );
  assert.deepEqual(cropToEnergy(psf, 1).psf.shape, [1, 4, 8, 8]);
  for (const energy of [0, -1, 99, NaN]) {
    assert.throws(() => cropToEnergy(psf, energy), /give a part above 0, at most 1, as 0.99/);
  }
});
