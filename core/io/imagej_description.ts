/**
 * The text that ImageJ writes into the first page of a stack: how its planes are arranged and how
 * large its voxels are.
 *
 * @module
 */
import type { VoxelSizeUm } from "../volume.ts";
import type { StackInfo, StackMetadata } from "./stack.ts";
import { micrometresPer, secondsPer } from "./unit.ts";

/** What the description says. */
export interface ImageJDescription {
  /** Planes in all. */
  readonly images: number;
  readonly channels: number;
  readonly slices: number;
  readonly frames: number;
  readonly unit?: string;
  /** ImageJ keeps signed 16-bit numbers as unsigned ones and this calibration. */
  readonly signs: "plain" | "offset";
  /** All lines but those that a writer makes anew. */
  readonly lines: Readonly<Record<string, string>>;
  readonly frameIntervalS?: number;
  /** Distance of planes in `unit`; 1 where it is not given, as in ImageJ. */
  readonly spacing: number;
  /** Pixel height and depth may have units of their own. */
  readonly yUnit?: string;
  readonly zUnit?: string;
}

/** Written from the stack's own fields, whatever the description had. */
const OWN_KEYS = new Set([
  "images",
  "channels",
  "slices",
  "frames",
  "hyperstack",
  "unit",
  "yunit",
  "zunit",
  "spacing",
]);

/** Whether a description is ImageJ's. */
export function isImageJDescription(text: string): boolean {
  return text.startsWith("ImageJ=");
}

/**
 * The lines of ImageJ's description.
 *
 * @example
 * ```ts
 * import { parseImageJDescription } from "./imagej_description.ts";
 * import assert from "node:assert/strict";
 *
 * const { slices, unit, spacing } = parseImageJDescription(
 *   "ImageJ=1.53t\nimages=17\nslices=17\nunit=\\u00B5m\nspacing=0.203\n",
 * );
 * assert.deepEqual({ slices, unit, spacing }, { slices: 17, unit: "\u00b5m", spacing: 0.203 });
 * ```
 */
export function parseImageJDescription(text: string): ImageJDescription {
  const all = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf("=");
    if (at > 0) all.set(line.slice(0, at), unescape(line.slice(at + 1)));
  }
  const count = (key: string) => {
    const value = Number(all.get(key) ?? 1);
    return Number.isInteger(value) && value > 0 ? value : 1;
  };
  const lines: Record<string, string> = {};
  for (const [key, value] of all) if (!OWN_KEYS.has(key)) lines[key] = value;

  const images = count("images");
  const isPlain = !all.has("channels") && !all.has("slices") && !all.has("frames");
  const spacing = Math.abs(Number(all.get("spacing") ?? 1));
  const interval = Number(all.get("finterval") ?? NaN);
  const timeUnit = secondsPer(all.get("tunit") ?? "sec");
  const frameIntervalS = interval > 0 && timeUnit ? interval * timeUnit : undefined;
  if (frameIntervalS !== undefined) delete lines.finterval;
  const isSigned = Number(lines.cf) === 0 && Number(lines.c0) === -32768 && Number(lines.c1) === 1;
  if (isSigned) { for (const key of ["cf", "c0", "c1", "vunit"]) delete lines[key]; }
  return {
    images,
    channels: count("channels"),
    slices: isPlain ? images : count("slices"),
    frames: count("frames"),
    unit: all.get("unit"),
    yUnit: all.get("yunit"),
    zUnit: all.get("zunit"),
    signs: isSigned ? "offset" : "plain",
    lines,
    frameIntervalS,
    spacing: spacing > 0 && Number.isFinite(spacing) ? spacing : 1,
  };
}

/**
 * The distance between voxels of a pixel that is `width` x `height` units large, in micrometres;
 * undefined where the unit is no length.
 */
export function voxelSizeOf(
  description: ImageJDescription,
  pixel: { readonly width: number; readonly height: number; readonly unit?: string },
): VoxelSizeUm | undefined {
  const unit = description.unit ?? pixel.unit;
  const scale = micrometresPer(unit);
  if (scale === undefined) return undefined;
  const yScale = micrometresPer(description.yUnit) ?? scale;
  const zScale = micrometresPer(description.zUnit) ?? scale;
  return {
    x: pixel.width * scale,
    y: pixel.height * yScale,
    z: description.spacing * zScale,
  };
}

/** A pixel's size in a unit, as a file stores it. */
export interface Calibration {
  readonly unit?: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** The calibration to write: in the unit that the stack had, else in micrometres. */
export function calibrationOf(info: StackInfo): Calibration {
  const { unit, pixelSize } = info.metadata;
  const scale = micrometresPer(unit);
  if (info.voxelSizeUm) {
    const { x, y, z } = info.voxelSizeUm;
    if (scale === undefined) return { unit: "micron", x, y, z };
    // Without the noise of the conversion to micrometres and back.
    const [inX, inY, inZ] = [x, y, z].map((size) => Number((size / scale).toPrecision(15)));
    return { unit, x: inX, y: inY, z: inZ };
  }
  // A unit of length without a size would claim a size of 1.
  if (scale !== undefined) return { x: 1, y: 1, z: 1 };
  return { unit, ...(pixelSize ?? { x: 1, y: 1, z: 1 }) };
}

/** The description of a stack, as ImageJ would write it. */
export function formatImageJDescription(info: StackInfo): string {
  const { shape: [channels, slices], frames, metadata } = info;
  const { ImageJ = "1.53t", min, max, mode, ...others } = metadata.description ?? {};
  const images = channels * slices * frames;
  const lines: (readonly [key: string, value: string | number | undefined])[] = [
    ["ImageJ", ImageJ],
    ["images", images],
  ];
  if (channels > 1) lines.push(["channels", channels]);
  if (slices > 1) lines.push(["slices", slices]);
  if (frames > 1) lines.push(["frames", frames]);
  if (channels > 1 || frames > 1) lines.push(["hyperstack", "true"]);
  // ImageJ overlays up to seven channels.
  const usualMode = channels > 1 && channels <= 7 ? "composite" : undefined;
  lines.push(["mode", metadata.description ? mode : usualMode]);
  const { unit, z } = calibrationOf(info);
  lines.push(["unit", unit], ["spacing", z === 1 ? undefined : z]);
  lines.push(["finterval", formatInterval(metadata)]);
  const [low, high] = metadata.displayRanges?.[0] ?? [min, max];
  for (const [key, value] of Object.entries(others)) {
    if (!OWN_KEYS.has(key) && key !== "finterval") lines.push([key, value]);
  }
  lines.push(["min", low], ["max", high]);
  return lines.filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${escape(String(value))}\n`).join("");
}

function formatInterval({ frameIntervalS, description }: StackMetadata): string | undefined {
  if (frameIntervalS === undefined) return description?.finterval;
  return String(frameIntervalS / (secondsPer(description?.tunit ?? "sec") ?? 1));
}

/** ImageJ writes what is not ASCII, such as the micro sign, as \uXXXX. */
function escape(value: string): string {
  return value.replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}

function unescape(value: string): string {
  return value.replace(
    /\\u([0-9a-fA-F]{4})/g,
    (_, hex) => String.fromCharCode(parseInt(hex, 16)),
  );
}
