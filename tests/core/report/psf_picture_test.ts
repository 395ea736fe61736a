import assert from "node:assert/strict";
import { createPsf } from "../../../core/psf/create_psf.ts";
import { renderProfiles } from "../../../core/report/profile_plot.ts";
import { renderPsf } from "../../../core/report/psf_picture.ts";
import type { Raster } from "../../../core/report/raster.ts";

const optics = { model: "richards-wolf", numericalAperture: 1.2 } as const;
const voxelSizeNm = { x: 98, y: 98, z: 203 };

function colorAt({ data, width }: Raster, x: number, y: number): number[] {
  return [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
}

function countColor(raster: Raster, color: readonly number[]): number {
  let count = 0;
  for (let i = 0; i < raster.width * raster.height; i++) {
    const pixel = colorAt(raster, i % raster.width, Math.floor(i / raster.width));
    if (pixel.every((value, c) => value === color[c])) count++;
  }
  return count;
}

Deno.test("renderPsf() has the brightest voxel white in the middle of the xy cut, a row per channel", () => {
  const sampling = { size: [13, 27, 27], voxelSizeNm } as const;
  const one = renderPsf(createPsf({ ...optics, wavelengthsNm: [520] }, sampling), { title: "one" });
  // The cut begins 12 pixels from the left below a title of 24; voxels are 10 x 10 pixels.
  assert.deepEqual(colorAt(one, 12 + 135, 24 + 135), [255, 255, 255]);
  const corner = colorAt(one, 12 + 5, 24 + 5);
  assert.ok(corner[0] < 60, `${corner}`);
  const two = renderPsf(createPsf({ ...optics, wavelengthsNm: [450, 600] }, sampling), {
    title: "two",
  });
  assert.equal(two.width, one.width);
  assert.equal(two.height - 24, 2 * (one.height - 24));
});

Deno.test("renderPsf() draws a single plane, and PSFs from one voxel to many", () => {
  for (const size of [[1, 27, 27], [1, 1, 1], [3, 9, 300]] as const) {
    const psf = createPsf({ ...optics, wavelengthsNm: [520] }, { size, voxelSizeNm });
    const { width, height, data } = renderPsf(psf, { title: "psf" });
    assert.equal(data.length, 3 * width * height);
  }
});

Deno.test("renderProfiles() draws values on a logarithmic scale and nothing outside the axes", () => {
  const distanceUm = [-1, 0, 1];
  const plot = renderProfiles([{ name: "x", distanceUm, values: [0.01, 0.01, 0.01] }], {
    width: 200,
    height: 150,
    decades: 4,
  });
  // Axes from 22 to 121: 0.01 is two of four decades down.
  const blue = [31, 131, 224];
  assert.deepEqual(colorAt(plot, 100, 22 + Math.round(99 / 2)), blue);
  assert.notDeepEqual(colorAt(plot, 100, 22 + 20), blue);
  const off = renderProfiles([{ name: "", distanceUm, values: [1e-9, -1, 0] }], {
    width: 200,
    height: 150,
  });
  let above = 0;
  for (let y = 0; y < 119; y++) {
    for (let x = 0; x < 200; x++) if (colorAt(off, x, y).join() === blue.join()) above++;
  }
  assert.equal(above, 0);
  assert.ok(countColor(off, blue) > 100);
});
