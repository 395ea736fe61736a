import assert from "node:assert/strict";
import { decode } from "fast-png";
import {
  addLabel,
  chooseScaleBarUm,
  drawScaleBar,
  measureViews,
  renderPanel,
  renderViews,
  subtractVolumes,
} from "../../../core/report/panel.ts";
import { createRaster, encodeRaster } from "../../../core/report/raster.ts";
import { createVolume } from "../../../core/volume.ts";

const voxelSizeUm = { x: 0.1, y: 0.1, z: 0.2 };
const ranges = [{ min: 0, max: 1 }];
const position = { z: 4, y: 10, x: 30 };

Deno.test("renderViews() keeps the voxels' aspect ratio", () => {
  const volume = createVolume([1, 9, 20, 50], undefined, voxelSizeUm);
  const raster = renderViews(volume, { position, ranges, colors: "intensity" });
  assert.deepEqual([raster.width, raster.height], [50 + 3 + 18, 20 + 3 + 18]);
  const sizes = measureViews(volume, { maximumSize: 25 });
  assert.deepEqual(sizes, { width: 25, height: 10, thickness: 9, zoom: 0.5 });
});

Deno.test("renderViews() shows a bright voxel in all three planes at its place", () => {
  const volume = createVolume([1, 9, 20, 50]);
  volume.data[(4 * 20 + 10) * 50 + 30] = 1;
  for (const sides of ["plane", "maximum"] as const) {
    const { data, width } = renderViews(volume, { position, sides, ranges, colors: "intensity" });
    const at = (x: number, y: number) => data[3 * (y * width + x)];
    assert.deepEqual([at(30, 10), at(30, 23 + 4), at(53 + 4, 10)], [255, 255, 255]);
    assert.deepEqual([at(31, 10), at(30, 23 + 5), at(53 + 5, 10)], [0, 0, 0]);
  }
});

Deno.test("renderViews() draws an image of one plane alone", () => {
  const raster = renderViews(createVolume([1, 1, 20, 50]), {
    position: { z: 0, y: 10, x: 30 },
    ranges,
    colors: "intensity",
  });
  assert.deepEqual([raster.width, raster.height], [50, 20]);
});

Deno.test("renderPanel() is a PNG of tiles below their labels", () => {
  const volume = createVolume([1, 9, 40, 60], undefined, voxelSizeUm);
  const tile = { volume, ranges, colors: "intensity" } as const;
  const panel = renderPanel([
    { ...tile, name: "degraded", note: "28.8 dB" },
    { ...tile, name: "restored", note: "32.9 dB" },
    { name: "difference", volume, ranges: [{ min: -1, max: 1 }], colors: "difference" },
  ], { position });
  const png = decode(encodeRaster(panel));
  assert.deepEqual([png.width, png.height], [3 * (60 + 3 + 18) + 2 * 6, 14 + 40 + 3 + 18]);
});

Deno.test("addLabel() writes above the picture and cuts what is too long", () => {
  const labelled = addLabel(createRaster(40, 10, [255, 255, 255]), { name: "a very long name" });
  assert.deepEqual([labelled.width, labelled.height], [40, 24]);
  const strip = labelled.data.subarray(0, 3 * 40 * 14);
  assert.ok(strip.includes(235), "the label's ink");
  for (let y = 0; y < 14; y++) assert.notEqual(strip[3 * (y * 40 + 38)], 235, "its margin");
});

Deno.test("addLabel() writes in letters of twice the size on large pictures", () => {
  const raster = createRaster(300, 10);
  assert.equal(addLabel(raster, { name: "a" }).height, 10 + 28);
});

Deno.test("renderViews() shows the strongest difference of either sign at the sides", () => {
  const volume = createVolume([1, 3, 4, 4]);
  volume.data[(1 * 4 + 2) * 4 + 3] = -1;
  volume.data[(1 * 4 + 0) * 4 + 3] = 0.5;
  const { data, width } = renderViews(volume, {
    position: { z: 0, y: 0, x: 0 },
    sides: "maximum",
    ranges: [{ min: -1, max: 1 }],
    colors: "difference",
  });
  const i = 3 * ((4 + 3 + 1) * width + 3);
  assert.ok(data[i + 2] > data[i], "blue at x 3, z 1");
});

Deno.test("chooseScaleBarUm() takes 1, 2 or 5 by a power of ten", () => {
  const at = (x: number) => chooseScaleBarUm(100, { x, y: x, z: x });
  // A fifth of the width is 20 x um.
  assert.deepEqual([0.05, 0.1, 0.24, 0.25, 0.0011].map(at), [1, 2, 2, 5, 0.02]);
  assert.equal(chooseScaleBarUm(100), undefined);
});

Deno.test("drawScaleBar() draws the length that chooseScaleBarUm() says", () => {
  const volume = createVolume([1, 1, 100, 100], undefined, voxelSizeUm);
  const raster = createRaster(100, 100);
  drawScaleBar(raster, { volume });
  // 2 um at 0.1 um per voxel, two rows.
  assert.equal(raster.data.filter((byte) => byte > 0).length, 3 * 20 * 2);
});

Deno.test("subtractVolumes() is restored minus target", () => {
  const restored = createVolume([1, 1, 1, 2], Float32Array.of(1, 2));
  const target = createVolume([1, 1, 1, 2], Float32Array.of(0.5, 3));
  assert.deepEqual([...subtractVolumes(restored, target).data], [0.5, -1]);
});
