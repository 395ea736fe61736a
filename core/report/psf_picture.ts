/**
 * A point spread function at one glance: its cuts, its profiles, its widths.
 *
 * @module
 */
import { type FwhmNm, measureFwhmNm } from "../psf/fwhm.ts";
import { findCentre, upsampledProfile } from "../psf/locate.ts";
import { channelOf, createVolume, rangeOf, sizeOf, type Volume } from "../volume.ts";
import { drawText, FONT_HEIGHT } from "./bitmap_font.ts";
import { chooseScaleBarUm, drawScaleBar, renderViews } from "./panel.ts";
import { type Profile, renderProfiles } from "./profile_plot.ts";
import { createRaster, drawRaster, type Raster, type Rgb } from "./raster.ts";

/** How {@link renderPsf} draws. */
export interface PsfPictureOptions {
  /** One line above the picture. */
  readonly title: string;
  /** Exponent of the brightness of the cuts. @default 0.4 */
  readonly gamma?: number;
}

/** Width of the xy cut, in pixels, that small PSFs are enlarged to. */
const CUT_WIDTH = 270;
const PLOT_WIDTH = 420;
/** Of a channel's row: what the profiles need to be read. */
const MINIMUM_HEIGHT = 240;
const GAP = 12;
const TITLE_HEIGHT = 24;
const PAPER: Rgb = [255, 255, 255];
const INK: Rgb = [40, 43, 50];
const PROFILE_STEPS = 8;

/**
 * A row per channel: the xy, xz and yz cuts through the centre, brightness value^gamma from 0 to the
 * peak with a scale bar, and the profiles along x, y and z on a logarithmic scale with their FWHM.
 *
 * The PSF has to know its voxel size.
 *
 * @example
 * ```ts
 * import { createPsf } from "../psf/create_psf.ts";
 * import { renderPsf } from "./psf_picture.ts";
 * import assert from "node:assert/strict";
 *
 * const psf = createPsf(
 *   { model: "gaussian", wavelengthsNm: [520], numericalAperture: 1.2 },
 *   { size: [7, 15, 15], voxelSizeNm: { x: 98, y: 98, z: 203 } },
 * );
 * const { width, height, data } = renderPsf(psf, { title: "psf.tif" });
 * assert.equal(data.length, 3 * width * height);
 * ```
 */
export function renderPsf(psf: Volume, { title, gamma = 0.4 }: PsfPictureOptions): Raster {
  const rows = Array.from({ length: psf.shape[0] }, (_, channel) => {
    const single = createVolume(
      [1, ...sizeOf(psf.shape)],
      channelOf(psf, channel),
      psf.voxelSizeUm,
    );
    return renderChannel(single, gamma);
  });
  const width = Math.max(...rows.map((row) => row.width)) + 2 * GAP;
  const height = rows.reduce((sum, row) => sum + row.height + GAP, TITLE_HEIGHT);
  const picture = createRaster(width, height, PAPER);
  const bar = chooseScaleBarUm(psf.shape[3], psf.voxelSizeUm);
  const text = `${title}; brightness to the power ${gamma}, bar ${bar} um`;
  drawText(picture, { text, x: GAP, y: (TITLE_HEIGHT - FONT_HEIGHT) >> 1, color: INK });
  let y = TITLE_HEIGHT;
  for (const source of rows) {
    drawRaster(picture, { source, x: GAP, y });
    y += source.height + GAP;
  }
  return picture;
}

function renderChannel(psf: Volume, gamma: number): Raster {
  const size = sizeOf(psf.shape);
  const centre = findCentre(psf.data, size);
  const factor = Math.max(1, Math.round(CUT_WIDTH / size[2]));
  const large = enlargeVolume(psf, factor);
  const [z, y, x] = centre.map((c, axis) => Math.min(Math.max(Math.round(c), 0), size[axis] - 1));
  const middle = (voxel: number) => voxel * factor + (factor >> 1);
  const maximumSize = 2 * CUT_WIDTH;
  const cuts = renderViews(large, {
    position: { z, y: middle(y), x: middle(x) },
    ranges: [{ min: 0, max: rangeOf(psf.data).max }],
    gamma,
    colors: "intensity",
    maximumSize,
  });
  drawScaleBar(cuts, { volume: large, maximumSize });
  const height = Math.max(cuts.height, MINIMUM_HEIGHT);
  const plot = renderProfiles(takeProfiles(psf, centre), { width: PLOT_WIDTH, height });
  const row = createRaster(cuts.width + GAP + PLOT_WIDTH, height, PAPER);
  drawRaster(row, { source: cuts, x: 0, y: 0 });
  drawRaster(row, { source: plot, x: cuts.width + GAP, y: 0 });
  return row;
}

/** Every voxel as `factor` x `factor` voxels in the plane. */
function enlargeVolume(psf: Volume, factor: number): Volume {
  const [, depth, height, width] = psf.shape;
  const { x, y, z } = psf.voxelSizeUm!;
  const large = createVolume([1, depth, height * factor, width * factor], undefined, {
    x: x / factor,
    y: y / factor,
    z,
  });
  for (let plane = 0, i = 0; plane < depth; plane++) {
    for (let row = 0; row < height * factor; row++) {
      const from = (plane * height + Math.floor(row / factor)) * width;
      for (let column = 0; column < width * factor; column++, i++) {
        large.data[i] = psf.data[from + Math.floor(column / factor)];
      }
    }
  }
  return large;
}

function takeProfiles(psf: Volume, centre: ReturnType<typeof findCentre>): Profile[] {
  const size = sizeOf(psf.shape);
  const peak = rangeOf(psf.data).max;
  const widths: FwhmNm = measureFwhmNm(psf);
  return (["x", "y", "z"] as const).flatMap((name, i) => {
    const axis = 2 - i;
    if (size[axis] < 2) return [];
    const line = upsampledProfile(psf.data, size, { centre, axis, steps: PROFILE_STEPS });
    const stepUm = psf.voxelSizeUm![name];
    const width = widths[name] === undefined ? "wider" : `${Math.round(widths[name])} nm`;
    return [{
      name: `${name} ${width}`,
      distanceUm: Array.from(line, (_, j) => (j / PROFILE_STEPS - centre[axis]) * stepUm),
      values: Array.from(line, (value) => value / peak),
    }];
  });
}
