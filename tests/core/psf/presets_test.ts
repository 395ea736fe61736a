import assert from "node:assert/strict";
import { findPresets, isPresetReference, presetPsfs } from "../../../core/psf/presets.ts";

Deno.test("presetPsfs() has the six settings of the slides", () => {
  // A. Moskalev, "Trainable Regularization for Wiener Deconvolution", 2019.
  const rows = presetPsfs("hela3d").map(({ name, optics, size, voxelSizeNm }) => {
    assert.deepEqual(voxelSizeNm, { x: 98, y: 98, z: 203 });
    assert.equal(optics.immersionIndex, 1.5);
    const { wavelengthsNm: [wavelength], numericalAperture, model } = optics;
    return [name, wavelength, numericalAperture, model, [...size].reverse().join(",")].join(" ");
  });
  assert.deepEqual(rows, [
    "psf1 450 1.4 gibson-lanni 27,27,13",
    "psf2 520 1.2 gibson-lanni 33,33,13",
    "psf3 630 1.4 richards-wolf 23,23,13",
    "psf4 580 1.2 richards-wolf 19,19,13",
    "psf5 670 1.4 born-wolf 33,33,13",
    "psf6 450 1.2 born-wolf 21,21,13",
  ]);
});

Deno.test("findPresets() finds a set and its members, and refuses what is not there", () => {
  assert.equal(findPresets("hela3d").length, 6);
  assert.deepEqual(findPresets("hela3d/psf4").map(({ name }) => name), ["psf4"]);
  assert.throws(() => findPresets("hela3d/psf7"), /no PSF "hela3d\/psf7"; there are hela3d\/psf1/);
  assert.throws(() => findPresets("hela2d"), /no set of PSFs "hela2d"; there is hela3d/);
});

Deno.test("isPresetReference() tells names from files", () => {
  assert.ok(isPresetReference("hela3d"));
  assert.ok(isPresetReference("hela3d/psf1"));
  for (const text of ["psf.tif", "hela3d/psf1.tif", "hela3d/psf1/x", "./hela3d"]) {
    assert.ok(!isPresetReference(text), text);
  }
});
