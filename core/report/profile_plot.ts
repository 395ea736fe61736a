/**
 * Profiles of a spot over distance, drawn without a font or library of the machine's.
 *
 * @module
 */
import { drawText, FONT_HEIGHT, measureText } from "./bitmap_font.ts";
import { createRaster, fillBox, type Raster, type Rgb } from "./raster.ts";

/** One line of values about the centre. */
export interface Profile {
  /** "x 163 nm" */
  readonly name: string;
  /** Distance from the centre, um, ascending. */
  readonly distanceUm: readonly number[];
  /** Parts of the peak. */
  readonly values: readonly number[];
}

/** How the plot looks. */
export interface ProfilePlotOptions {
  readonly width: number;
  readonly height: number;
  /** Decades below the peak that are shown. @default 4 */
  readonly decades?: number;
}

const PAPER: Rgb = [255, 255, 255];
const INK: Rgb = [60, 64, 72];
const GRID: Rgb = [222, 224, 228];
const HALF: Rgb = [150, 153, 160];
const COLORS: readonly Rgb[] = [[31, 131, 224], [217, 98, 43], [28, 154, 108]];
/** Pixels drawn and left out along the curve, so that curves on top of each other are both seen. */
const DASHES: readonly (readonly [number, number])[] = [[1, 0], [7, 5], [1, 0]];
const MARGIN = { left: 40, right: 12, top: 22, bottom: 28 };

/**
 * The profiles on a logarithmic scale from 1 down, distance in um along the bottom, their names above
 * in their colours, and a dotted line at half the peak.
 *
 * @example
 * ```ts
 * import { renderProfiles } from "./profile_plot.ts";
 * import assert from "node:assert/strict";
 *
 * const profile = { name: "x 230 nm", distanceUm: [-0.2, 0, 0.2], values: [0.1, 1, 0.1] };
 * assert.equal(renderProfiles([profile], { width: 300, height: 200 }).width, 300);
 * ```
 */
export function renderProfiles(
  profiles: readonly Profile[],
  { width, height, decades = 4 }: ProfilePlotOptions,
): Raster {
  const raster = createRaster(width, height, PAPER);
  const area = {
    x: MARGIN.left,
    y: MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  };
  const reachUm = Math.max(...profiles.flatMap(({ distanceUm }) => distanceUm.map(Math.abs)), 1e-9);
  const toX = (um: number) => area.x + (um / reachUm + 1) / 2 * (area.width - 1);
  const toY = (value: number) =>
    area.y + Math.min(-Math.log10(value) / decades, 1) * (area.height - 1);
  drawAxes(raster, { area, reachUm, decades, toX, toY });
  profiles.forEach((profile, i) => {
    const points = profile.values.map((value, j) => ({
      x: toX(profile.distanceUm[j]),
      y: toY(Math.max(value, 10 ** -decades)),
    }));
    drawCurve(raster, points, { color: COLORS[i % 3], dash: DASHES[i % 3] });
  });
  let x = area.x;
  profiles.forEach(({ name }, i) => {
    drawText(raster, { text: name, x, y: 7, color: COLORS[i % 3] });
    x += measureText(name) + 14;
  });
  return raster;
}

function drawAxes(
  raster: Raster,
  { area, reachUm, decades, toX, toY }: {
    readonly area: { x: number; y: number; width: number; height: number };
    readonly reachUm: number;
    readonly decades: number;
    toX(um: number): number;
    toY(value: number): number;
  },
): void {
  for (let decade = 0; decade <= decades; decade++) {
    const y = Math.round(toY(10 ** -decade));
    fillBox(raster, { box: { x: area.x, y, width: area.width, height: 1 }, color: GRID });
    const text = decade < 4 ? String(10 ** -decade) : `1e-${decade}`;
    const x = area.x - measureText(text) - 5;
    drawText(raster, { text, x, y: y - FONT_HEIGHT / 2, color: INK });
  }
  const half = Math.round(toY(0.5));
  for (let x = area.x; x < area.x + area.width; x += 4) {
    fillBox(raster, { box: { x, y: half, width: 2, height: 1 }, color: HALF });
  }
  const bottom = area.y + area.height;
  for (const um of chooseTicks(reachUm)) {
    const x = Math.round(toX(um));
    fillBox(raster, { box: { x, y: area.y, width: 1, height: area.height }, color: GRID });
    const text = String(um);
    drawText(raster, { text, x: x - (measureText(text) >> 1), y: bottom + 4, color: INK });
  }
  const title = "um";
  const x = area.x + area.width - measureText(title);
  drawText(raster, { text: title, x, y: bottom + 16, color: INK });
}

/** Round distances, 0 among them, two to four on either side. */
function chooseTicks(reachUm: number): number[] {
  const rough = reachUm / 2.2;
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = decade * ([5, 2].find((n) => n * decade <= rough) ?? 1);
  const count = Math.floor(reachUm / step + 1e-9);
  return Array.from({ length: 2 * count + 1 }, (_, i) => Number(((i - count) * step).toFixed(6)));
}

/** Straight lines between the points, two pixels thick. */
function drawCurve(
  raster: Raster,
  points: readonly { x: number; y: number }[],
  { color, dash: [drawn, gap] }: { readonly color: Rgb; readonly dash: readonly [number, number] },
): void {
  let travelled = 0;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1], points[i]];
    const length = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y)));
    for (let step = 0; step < length; step++, travelled++) {
      if (travelled % (drawn + gap) >= drawn) continue;
      const x = Math.round(from.x + (to.x - from.x) * step / length);
      const y = Math.round(from.y + (to.y - from.y) * step / length);
      fillBox(raster, { box: { x, y, width: 2, height: 2 }, color });
    }
  }
}
