/**
 * Stacks side by side: each as its xy plane with the xz plane below and the yz plane to the right.
 *
 * @module
 */
import type { Volume, VoxelSizeUm } from "../volume.ts";
import { drawText, fitText, FONT_HEIGHT } from "./bitmap_font.ts";
import { type Display, paintPlanes } from "./display.ts";
import {
  createRaster,
  drawRaster,
  enlargeRaster,
  fillBox,
  joinRasters,
  type Raster,
  type Rgb,
} from "./raster.ts";
import { type PlaneIndex, type Position, resizePlane, takePlane, type View } from "./slice.ts";

/** How {@link renderViews} draws a stack. */
export interface ViewOptions extends Display {
  /** Where the planes are taken. */
  readonly position: Position;
  /**
   * The planes beside the xy plane: at the position, or the maximum (of a difference, the value
   * farthest from 0) along their axis.
   * @default "plane"
   */
  readonly sides?: "plane" | "maximum" | "none";
  /** The xy plane is made smaller to be at most so wide and high, in pixels. @default 512 */
  readonly maximumSize?: number;
}

/** A stack of a panel. */
export interface PanelTile extends Pick<Display, "colors" | "ranges"> {
  /** "restored" */
  readonly name: string;
  /** "31.3 dB" */
  readonly note?: string;
  readonly volume: Volume;
}

/** How {@link renderPanel} draws; everything here is common to all tiles. */
export type PanelOptions = Omit<ViewOptions, "colors" | "ranges">;

const GAP = 3;
const BACKGROUND: Rgb = [24, 26, 30];
const MARK: Rgb = [255, 190, 80];
const LABEL: Rgb = [235, 237, 240];

/**
 * A stack as one picture. The voxels' aspect ratio is kept (cubes where the voxel size is unknown);
 * marks in the gaps show where the other planes were taken. A stack of one plane is drawn alone.
 */
export function renderViews(volume: Volume, options: ViewOptions): Raster {
  const { position, sides = "plane" } = options;
  const [, depth] = volume.shape;
  const { width, height, thickness } = measureViews(volume, options);
  const paint = (view: View, at: PlaneIndex, size: { width: number; height: number }) => {
    const planes = Array.from(
      { length: volume.shape[0] },
      (_, channel) => resizePlane(takePlane(volume, view, { channel, at }), size),
    );
    return paintPlanes(planes, options);
  };
  const xy = paint("xy", position.z, { width, height });
  if (sides === "none" || depth === 1) return xy;
  // Of a difference, the maximum alone would hide what is too dark.
  const strongest = options.colors === "difference" ? "strongest" : "maximum";
  const [y, x] = sides === "maximum" ? [strongest, strongest] as const : [position.y, position.x];
  const raster = createRaster(width + GAP + thickness, height + GAP + thickness, BACKGROUND);
  drawRaster(raster, { source: xy, x: 0, y: 0 });
  drawRaster(raster, {
    source: paint("xz", y, { width, height: thickness }),
    x: 0,
    y: height + GAP,
  });
  drawRaster(raster, {
    source: paint("yz", x, { width: thickness, height }),
    x: width + GAP,
    y: 0,
  });
  markPosition(raster, volume, options);
  return raster;
}

/**
 * The size of the xy plane and the thickness of the side planes in pixels of the picture; `zoom` is
 * pixels per voxel along x.
 */
export function measureViews(
  volume: Volume,
  { maximumSize = 512 }: Pick<ViewOptions, "maximumSize">,
): { width: number; height: number; thickness: number; zoom: number } {
  const [, depth, height, width] = volume.shape;
  const { x, y, z } = volume.voxelSizeUm ?? { x: 1, y: 1, z: 1 };
  const zoom = Math.min(1, maximumSize / Math.max(width, height * y / x));
  const pixels = (n: number) => Math.max(1, Math.round(n * zoom));
  return {
    width: pixels(width),
    height: pixels(height * y / x),
    thickness: pixels(depth * z / x),
    zoom,
  };
}

/** A short line in each gap at the place of the plane across it. */
function markPosition(raster: Raster, volume: Volume, options: ViewOptions): void {
  const { position, sides } = options;
  const [, depth, rows, columns] = volume.shape;
  const { width, height, thickness } = measureViews(volume, options);
  const middle = (i: number, n: number, size: number) => Math.floor((i + 0.5) / n * size);
  const mark = (x: number, y: number) =>
    fillBox(raster, { box: { x, y, width: GAP, height: GAP }, color: MARK });
  const z = middle(position.z, depth, thickness) - 1;
  mark(width, height + GAP + z);
  mark(width + GAP + z, height);
  if (sides === "maximum") return;
  mark(middle(position.x, columns, width) - 1, height);
  mark(width, middle(position.y, rows, height) - 1);
}

/**
 * A round length in micrometres of about a fifth of `width` voxels, for a scale bar; undefined where
 * the voxel size is unknown.
 *
 * @example
 * ```ts
 * import { chooseScaleBarUm } from "./panel.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(chooseScaleBarUm(512, { x: 0.098, y: 0.098, z: 0.203 }), 10);
 * ```
 */
export function chooseScaleBarUm(width: number, voxelSizeUm?: VoxelSizeUm): number | undefined {
  if (!voxelSizeUm) return undefined;
  const aim = width * voxelSizeUm.x / 5;
  const decade = 10 ** Math.floor(Math.log10(aim));
  const digit = [5, 2, 1].find((n) => n * decade <= aim * 1.0001) ?? 1;
  return Number((digit * decade).toPrecision(1));
}

/** Draws a scale bar into the lower right corner of a picture's xy plane. */
export function drawScaleBar(
  raster: Raster,
  { volume, maximumSize }: { readonly volume: Volume; readonly maximumSize?: number },
): void {
  const lengthUm = chooseScaleBarUm(volume.shape[3], volume.voxelSizeUm);
  if (lengthUm === undefined) return;
  const { width, height, zoom } = measureViews(volume, { maximumSize });
  const length = Math.round(lengthUm / volume.voxelSizeUm!.x * zoom);
  const thick = Math.max(2, Math.round(width / 128));
  const box = {
    x: width - length - 3 * thick,
    y: height - 3 * thick,
    width: length,
    height: thick,
  };
  fillBox(raster, { box, color: LABEL });
}

/**
 * The picture below a strip with the name and the note, cut where they do not fit; the letters are
 * twice as large on pictures of 256 pixels and more.
 */
export function addLabel(
  raster: Raster,
  { name, note = "" }: { readonly name: string; readonly note?: string },
): Raster {
  const margin = 3;
  const factor = raster.width >= 256 ? 2 : 1;
  const width = Math.floor(raster.width / factor);
  const strip = createRaster(width, FONT_HEIGHT + 2 * margin, BACKGROUND);
  const text = fitText(note === "" ? name : `${name}  ${note}`, width - 2 * margin);
  drawText(strip, { text, x: margin, y: margin, color: LABEL });
  const label = enlargeRaster(strip, factor);
  const labelled = createRaster(raster.width, raster.height + label.height, BACKGROUND);
  drawRaster(labelled, { source: label, x: 0, y: 0 });
  drawRaster(labelled, { source: raster, x: 0, y: label.height });
  return labelled;
}

/**
 * Stacks of one size side by side, each below its label: a picture that stands alone.
 *
 * @example
 * ```ts
 * import { renderPanel } from "./panel.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const volume = createVolume([1, 4, 64, 64]);
 * const tile = { volume, ranges: [{ min: 0, max: 1 }], colors: "intensity" } as const;
 * const panel = renderPanel([{ ...tile, name: "degraded" }, { ...tile, name: "restored" }], {
 *   position: { z: 2, y: 32, x: 32 },
 * });
 * assert.deepEqual([panel.width, panel.height], [2 * (64 + 3 + 4) + 6, 14 + 64 + 3 + 4]);
 * ```
 */
export function renderPanel(tiles: readonly PanelTile[], options: PanelOptions): Raster {
  const rasters = tiles.map((tile) => {
    const raster = renderViews(tile.volume, { ...options, ...tile });
    drawScaleBar(raster, { volume: tile.volume, maximumSize: options.maximumSize });
    return addLabel(raster, tile);
  });
  return joinRasters(rasters, { gap: 2 * GAP, color: BACKGROUND });
}

/** `restored - target`, voxel by voxel. */
export function subtractVolumes(restored: Volume, target: Volume): Volume {
  return { ...target, data: restored.data.map((value, i) => value - target.data[i]) };
}
