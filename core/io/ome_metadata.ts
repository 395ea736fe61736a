/**
 * The OME-XML in the first page of an OME-TIFF: how its pages are arranged and how large its voxels
 * are (Goldberg et al., "The Open Microscopy Environment (OME) Data Model and XML file", Genome
 * Biology 6, 2005; the schema of 2016-06).
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { VoxelSizeUm } from "../volume.ts";
import { micrometresPer, secondsPer } from "./unit.ts";
import { scanXmlTags, type XmlTag } from "./xml_tags.ts";

/** What the XML says. */
export interface OmeMetadata {
  readonly channels: number;
  readonly slices: number;
  readonly frames: number;
  /** The page of each plane; planes in the order c fastest, then z, then t. */
  readonly pages: readonly number[];
  readonly voxelSizeUm?: VoxelSizeUm;
  readonly frameIntervalS?: number;
  /** Empty where there is none. */
  readonly channelNames: readonly string[];
  /** Red, green and blue, 0 to 255, where the channel has a colour. */
  readonly channelColors: readonly (readonly [number, number, number] | undefined)[];
}

type Axis = "C" | "Z" | "T";

/** Whether a description is OME-XML. */
export function isOmeDescription(text: string): boolean {
  return /<(?:\w+:)?OME[\s>]/.test(text);
}

/**
 * The arrangement of a file of `pageCount` pages.
 *
 * @throws {InputError} when there is no or more than one image, or when the planes lie in other
 * files or pages that are not there.
 */
export function parseOmeMetadata(
  xml: string,
  file: { readonly name: string; readonly pageCount: number },
): OmeMetadata {
  const { name } = file;
  const tags = scanXmlTags(xml).filter((tag) => tag.kind !== "close");
  if (tags.some((tag) => tag.name === "BinaryOnly")) {
    throw new InputError(
      `${name} is one part of an OME-TIFF whose description is in another file; ` +
        `save the whole stack as one TIFF`,
    );
  }
  const pixels = tags.filter((tag) => tag.name === "Pixels");
  if (pixels.length !== 1) {
    throw new InputError(
      pixels.length === 0
        ? `${name} is an OME-TIFF without a description of its pixels; save it again`
        : `${name} is an OME-TIFF of ${pixels.length} images; save each as a TIFF of its own`,
    );
  }
  const { attributes } = pixels[0];
  const sizes: Record<Axis, number> = {
    C: sizeOf(name, attributes, "SizeC"),
    Z: sizeOf(name, attributes, "SizeZ"),
    T: sizeOf(name, attributes, "SizeT"),
  };
  const order = (attributes.DimensionOrder ?? "XYZCT").slice(2).split("") as Axis[];
  if ([...order].sort().join("") !== "CTZ") {
    throw new InputError(
      `${name} has the DimensionOrder "${attributes.DimensionOrder}", which is none of OME's; ` +
        `save it again`,
    );
  }
  const channels = tags.filter((tag) => tag.name === "Channel");
  return {
    channels: sizes.C,
    slices: sizes.Z,
    frames: sizes.T,
    pages: locatePages(xml, tags, { ...file, sizes, order }),
    voxelSizeUm: voxelSizeOf(attributes, sizes.Z),
    frameIntervalS: intervalOf(attributes),
    channelNames: Array.from({ length: sizes.C }, (_, c) => channels[c]?.attributes.Name ?? ""),
    channelColors: Array.from(
      { length: sizes.C },
      (_, c) => colorOf(channels[c]?.attributes.Color),
    ),
  };
}

interface Arrangement {
  readonly name: string;
  readonly pageCount: number;
  readonly sizes: Record<Axis, number>;
  /** The first varies fastest. */
  readonly order: readonly Axis[];
}

/** Each TiffData names a run of pages and the plane of the first one. */
function locatePages(xml: string, tags: readonly XmlTag[], arrangement: Arrangement): number[] {
  const { name, pageCount, sizes, order } = arrangement;
  const total = sizes.C * sizes.Z * sizes.T;
  const runs = tags.filter((tag) => tag.name === "TiffData");
  assertOwnPages(xml, tags, arrangement);
  const pages = new Array<number>(total).fill(-1);
  // Without any, the pages follow one another from the first on.
  const starts = runs.length > 0 ? runs.map((run) => run.attributes) : [{}];
  for (const start of starts as readonly Readonly<Record<string, string>>[]) {
    const number = (key: string, fallback: number) => Number(start[key] ?? fallback);
    const page = number("IFD", 0);
    const count = number("PlaneCount", "IFD" in start ? 1 : total);
    const [a, b, c] = order;
    const first = number(`First${a}`, 0) +
      sizes[a] * (number(`First${b}`, 0) + sizes[b] * number(`First${c}`, 0));
    for (let i = 0; i < count && first + i < total; i++) {
      pages[planeOf(first + i, sizes, order)] = page + i;
    }
  }
  const missing = pages.filter((page) => !(page >= 0 && page < pageCount)).length;
  if (missing > 0) {
    throw new InputError(
      `${name} is an OME-TIFF of ${total} planes, ${missing} of which are not in this file ` +
        `(it has ${pageCount} page${pageCount === 1 ? "" : "s"}); save the whole stack as one TIFF`,
    );
  }
  return pages;
}

/** From the n-th plane in OME's order to its number with c fastest, then z, then t. */
function planeOf(linear: number, sizes: Record<Axis, number>, order: readonly Axis[]): number {
  const index: Record<Axis, number> = { C: 0, Z: 0, T: 0 };
  let rest = linear;
  for (const axis of order) {
    index[axis] = rest % sizes[axis];
    rest = Math.floor(rest / sizes[axis]);
  }
  return (index.T * sizes.Z + index.Z) * sizes.C + index.C;
}

/**
 * The UUID of a TiffData tells the file of its pages. A file that was renamed still holds all of its
 * pages under one UUID.
 */
function assertOwnPages(xml: string, tags: readonly XmlTag[], arrangement: Arrangement): void {
  const own = tags.find((tag) => tag.name === "OME")?.attributes.UUID;
  const files = new Map<string, string>();
  for (const tag of tags.filter((tag) => tag.name === "UUID")) {
    const uuid = xml.slice(tag.end, xml.indexOf("<", tag.end)).trim();
    files.set(uuid, tag.attributes.FileName ?? uuid);
  }
  if (own !== undefined) files.delete(own);
  const others = [...files.values()];
  const isRenamed = own === undefined && others.length === 1;
  if (others.length === 0 || isRenamed) return;
  throw new InputError(
    `${arrangement.name} is an OME-TIFF whose planes lie in other files too (${others[0]}` +
      `${others.length > 1 ? ` and ${others.length - 1} more` : ""}); ` +
      `save the whole stack as one TIFF`,
  );
}

function sizeOf(name: string, attributes: Readonly<Record<string, string>>, key: string): number {
  const size = Number(attributes[key]);
  if (Number.isInteger(size) && size > 0) return size;
  throw new InputError(
    `${name} is an OME-TIFF whose ${key} is "${
      attributes[key] ?? ""
    }", not a whole number above 0; ` +
      `save it again`,
  );
}

/** Micrometres unless a unit is given; the depth of a single plane counts as 1 um, as in ImageJ. */
function voxelSizeOf(
  attributes: Readonly<Record<string, string>>,
  slices: number,
): VoxelSizeUm | undefined {
  const along = (axis: "X" | "Y" | "Z") => {
    const size = Number(attributes[`PhysicalSize${axis}`] ?? NaN);
    const unit = micrometresPer(attributes[`PhysicalSize${axis}Unit`] ?? "um");
    return unit !== undefined && size > 0 && Number.isFinite(size) ? size * unit : undefined;
  };
  const x = along("X");
  const y = along("Y");
  const z = along("Z") ?? (slices === 1 ? 1 : undefined);
  return x === undefined || y === undefined || z === undefined ? undefined : { x, y, z };
}

function intervalOf(attributes: Readonly<Record<string, string>>): number | undefined {
  const interval = Number(attributes.TimeIncrement ?? NaN);
  const unit = secondsPer(attributes.TimeIncrementUnit ?? "s");
  return interval > 0 && unit !== undefined ? interval * unit : undefined;
}

/** A signed 32-bit number: red, green, blue, alpha from its highest byte on. */
function colorOf(text: string | undefined): readonly [number, number, number] | undefined {
  const n = Number(text ?? NaN);
  if (!Number.isInteger(n)) return undefined;
  return [n >>> 24, n >>> 16 & 255, n >>> 8 & 255];
}
