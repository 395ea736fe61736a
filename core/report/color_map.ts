/**
 * Colours for numbers. Each map is a few control points in OKLCh (lightness, chroma, hue in degrees),
 * joined by straight lines in OKLab, where equal steps look equal (B. Ottosson, "A perceptual color
 * space for image processing", 2020).
 *
 * @module
 */
import type { Rgb } from "./raster.ts";

type Point = readonly [lightness: number, chroma: number, hue: number];

const MAPS = {
  /** Dark violet to light yellow, evenly lighter: for magnitudes. */
  ember: [
    [0.16, 0.05, 285],
    [0.35, 0.15, 298],
    [0.52, 0.19, 345],
    [0.68, 0.18, 32],
    [0.83, 0.15, 78],
    [0.97, 0.06, 105],
  ],
  /** Blue over white to red, as light on both sides: for signed values, 0 in the middle. */
  blue_red: [
    [0.36, 0.13, 262],
    [0.62, 0.15, 252],
    [0.97, 0, 0],
    [0.62, 0.15, 32],
    [0.36, 0.13, 25],
  ],
} as const satisfies Record<string, readonly Point[]>;

/** Names of the colour maps. */
export type ColorMapName = keyof typeof MAPS;

const STEPS = 256;
const tables = new Map<ColorMapName, readonly Rgb[]>();

/**
 * The colour at `position` from 0 to 1 of a map; positions outside take the colour of its end.
 *
 * @example
 * ```ts
 * import { sampleColorMap } from "./color_map.ts";
 * import assert from "node:assert/strict";
 *
 * const [red, green, blue] = sampleColorMap("blue_red", 0);
 * assert.ok(blue > green && blue > red);
 * ```
 */
export function sampleColorMap(name: ColorMapName, position: number): Rgb {
  let table = tables.get(name);
  if (!table) {
    table = Array.from({ length: STEPS + 1 }, (_, i) => mixPoints(MAPS[name], i / STEPS));
    tables.set(name, table);
  }
  return table[Math.round(STEPS * Math.min(1, Math.max(0, position)))];
}

function mixPoints(points: readonly Point[], position: number): Rgb {
  const scaled = position * (points.length - 1);
  const i = Math.min(points.length - 2, Math.floor(scaled));
  const [from, to] = [toLab(points[i]), toLab(points[i + 1])];
  return toRgb(from.map((v, k) => v + (scaled - i) * (to[k] - v)));
}

function toLab([lightness, chroma, hue]: Point): number[] {
  const angle = hue * Math.PI / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** OKLab to sRGB, with Ottosson's matrices; colours outside sRGB are clipped. */
function toRgb([lightness, a, b]: readonly number[]): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encodeSrgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encodeSrgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encodeSrgb(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function encodeSrgb(linear: number): number {
  const v = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
}
