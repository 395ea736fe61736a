/**
 * The JSON that Python's tifffile writes into the first page of a plain TIFF: the shape of the array
 * that was saved.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/** How the planes follow one another; c, z and t may be in any order. */
export interface PlaneOrder {
  readonly channels: number;
  readonly slices: number;
  readonly frames: number;
  /** The page of each plane; planes in the order c fastest, then z, then t. */
  readonly pages: readonly number[];
  /** Whether all planes follow one another behind a single page. */
  readonly layout: "pages" | "one page";
}

/**
 * The order of the planes, or undefined where the text is not tifffile's.
 *
 * @throws {InputError} when the array has more axes than can be told apart.
 *
 * @example
 * ```ts
 * import { parseTifffileDescription } from "./tifffile_description.ts";
 * import assert from "node:assert/strict";
 *
 * const order = parseTifffileDescription('{"shape": [2, 3, 64, 64], "axes": "CZYX"}', "a.tif")!;
 * assert.deepEqual(order.pages, [0, 3, 1, 4, 2, 5]);
 * ```
 */
export function parseTifffileDescription(text: string, name: string): PlaneOrder | undefined {
  if (!/^\{"shape":\s*\[/.test(text)) return undefined;
  let parsed: { shape?: unknown; axes?: unknown; truncated?: unknown };
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { shape, axes } = parsed;
  if (!Array.isArray(shape) || shape.length < 2 || !shape.every((n) => Number.isInteger(n))) {
    return undefined;
  }
  const layout = parsed.truncated === true ? "one page" : "pages";
  const letters = typeof axes === "string" && axes.length === shape.length
    ? axes.toUpperCase()
    : undefined;
  const outer = (shape as number[]).slice(0, -2).map((size, i) => ({
    size,
    axis: nameAxis(letters?.[i]),
  })).filter(({ size }) => size > 1);
  if (outer.length === 1 && !outer[0].axis) outer[0].axis = "Z";
  const used = outer.map(({ axis }) => axis);
  if (used.includes(undefined) || new Set(used).size < used.length) {
    throw new InputError(
      `${name} holds an array of shape [${shape.join(", ")}] whose axes are not named; ` +
        `save it as an ImageJ hyperstack or OME-TIFF (tifffile: imagej=True or ome=True, with axes)`,
    );
  }
  const along = (axis: string) => outer.find((o) => o.axis === axis)?.size ?? 1;
  const [channels, slices, frames] = ["C", "Z", "T"].map(along);
  const pages: number[] = [];
  for (let t = 0; t < frames; t++) {
    for (let z = 0; z < slices; z++) {
      for (let c = 0; c < channels; c++) {
        const index: Record<string, number> = { C: c, Z: z, T: t };
        pages.push(outer.reduce((page, { size, axis }) => page * size + index[axis!], 0));
      }
    }
  }
  return { channels, slices, frames, pages, layout };
}

function nameAxis(letter: string | undefined): "C" | "Z" | "T" | undefined {
  return letter === "C" || letter === "Z" || letter === "T" ? letter : undefined;
}
