import assert from "node:assert/strict";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { measureFwhmNm } from "../../../core/psf/fwhm.ts";
import { gaussianWidthsNm } from "../../../core/psf/gaussian.ts";
import { findCentre } from "../../../core/psf/locate.ts";
import { createVolume, type Volume } from "../../../core/volume.ts";

const PER_SIGMA = 2 * Math.sqrt(2 * Math.LN2);

/** A Gaussian about any point, in voxels. */
function createSpot(centre: readonly number[], sigmas: readonly number[]): Volume {
  const spot = createVolume([1, 15, 21, 24], undefined, { x: 0.1, y: 0.1, z: 0.2 });
  spot.data.forEach((_, i) => {
    const at = [Math.floor(i / 504), Math.floor(i / 24) % 21, i % 24];
    const u = at.map((a, axis) => (a - centre[axis]) / sigmas[axis]);
    spot.data[i] = Math.exp(-0.5 * (u[0] ** 2 + u[1] ** 2 + u[2] ** 2));
  });
  return spot;
}

Deno.test("findCentre() finds a Gaussian between the voxels within 0.002 voxels", () => {
  for (const centre of [[7, 10, 12], [7.5, 9.77, 12.31], [6.6, 10.5, 11.95]]) {
    const found = findCentre(createSpot(centre, [1.3, 1.1, 1.6]).data, [15, 21, 24]);
    found.forEach((c, axis) => assert.ok(Math.abs(c - centre[axis]) < 0.002, `${found}`));
  }
});

Deno.test("findCentre() takes the only plane of a 2D spot", () => {
  const psf = createPsf(
    { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1 },
    { size: [1, 20, 21], voxelSizeNm: { x: 90, y: 90, z: 200 } },
  );
  const [z, y, x] = findCentre(psf.data, [1, 20, 21]);
  assert.equal(z, 0);
  assert.ok(Math.abs(y - 10) < 1e-3 && Math.abs(x - 10) < 1e-3);
});

Deno.test("measureFwhmNm() matches a Gaussian's width within 0.5 % wherever it lies", () => {
  for (const centre of [[7, 10, 12], [7.5, 9.77, 12.31]]) {
    const { x, y, z } = measureFwhmNm(createSpot(centre, [1.3, 1.1, 1.6]));
    assert.ok(Math.abs(z! / (PER_SIGMA * 1.3 * 200) - 1) < 0.005, `${z}`);
    assert.ok(Math.abs(y! / (PER_SIGMA * 1.1 * 100) - 1) < 0.005, `${y}`);
    assert.ok(Math.abs(x! / (PER_SIGMA * 1.6 * 100) - 1) < 0.005, `${x}`);
  }
});

Deno.test("measureFwhmNm() has Born & Wolf's 0.515 lambda / NA across and 1.77 lambda n / NA^2 along", () => {
  // Of |2 J1(v)/v|^2 and (sin(u/4)/(u/4))^2: v = 1.6163, u/4 = 1.3916 at half the peak.
  const psf = createPsf(
    { model: "born-wolf", wavelengthsNm: [500], numericalAperture: 1, immersionIndex: 1.5 },
    { size: [31, 31, 31], voxelSizeNm: { x: 60, y: 60, z: 150 } },
  );
  const { x, z } = measureFwhmNm(psf);
  assert.ok(Math.abs(x! / (1.61634 / Math.PI * 500) - 1) < 0.003, `${x}`);
  assert.ok(Math.abs(z! / (4 * 1.39156 / Math.PI * 500 * 1.5) - 1) < 0.003, `${z}`);
});

Deno.test("measureFwhmNm() leaves out what does not fall to half within the volume", () => {
  const lens = { wavelengthNm: 520, numericalAperture: 0.3, immersionIndex: 1 };
  assert.ok(gaussianWidthsNm(lens).axial > 1000);
  const psf = createPsf(
    { model: "gaussian", wavelengthsNm: [520], numericalAperture: 0.3, immersionIndex: 1 },
    { size: [5, 21, 21], voxelSizeNm: { x: 150, y: 150, z: 200 } },
  );
  assert.equal(measureFwhmNm(psf).z, undefined);
  assert.ok(measureFwhmNm(psf).x! > 0);
});
