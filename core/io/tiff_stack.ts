/**
 * What a TIFF file is a picture of: its planes in the order of a stack, and all that it says about
 * them. ImageJ's hyperstacks, OME-TIFF and plain pages are told apart here.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { VoxelSizeUm } from "../volume.ts";
import {
  type ImageJDescription,
  isImageJDescription,
  parseImageJDescription,
  voxelSizeOf,
} from "./imagej_description.ts";
import { dropUndefined, parseImageJBlock } from "./imagej_metadata.ts";
import { isOmeDescription, type OmeMetadata, parseOmeMetadata } from "./ome_metadata.ts";
import type { StackInfo, StackMetadata } from "./stack.ts";
import {
  damaged,
  readBytes,
  readNumber,
  readNumbers,
  readText,
  TAG,
  type TiffDirectory,
  type TiffFile,
} from "./tiff_directory.ts";
import { type PaletteReading, planesOfPage, repeatPlane, type TiffPlane } from "./tiff_plane.ts";
import { parseTifffileDescription } from "./tifffile_description.ts";

/** A stack in a TIFF file. */
export interface TiffStack {
  readonly info: StackInfo;
  /** c fastest, then z, then t. */
  readonly planes: readonly TiffPlane[];
}

/** What the three kinds of description have in common. */
interface Arrangement {
  readonly channels: number;
  readonly slices: number;
  readonly frames: number;
  /** Index into the file's planes for each of the stack's; all in their own order if left out. */
  readonly pages?: readonly number[];
  readonly signs?: "plain" | "offset";
  readonly voxelSizeUm?: VoxelSizeUm;
  readonly metadata: StackMetadata;
}

/**
 * The stack in a TIFF file.
 *
 * @throws {InputError} when the file is not a stack of intensities, is truncated, or says something
 * else about its planes than what it holds.
 */
export function describeTiffStack(file: TiffFile): TiffStack {
  const name = file.source.name;
  // A reduced copy for a preview is no plane of the stack.
  const pages = file.directories.filter((page) =>
    !(readNumber(file, page, TAG.newSubfileType, 0) & 1)
  );
  if (pages.length === 0) throw damaged(name, "it holds no image");
  const text = readText(file, pages[0], TAG.imageDescription) ?? "";
  const kind = isImageJDescription(text) ? "imagej" : isOmeDescription(text) ? "ome" : "plain";
  const palette = kind === "imagej" ? readPalette(file, pages[0], text) : "colours";
  const perPage = pages.map((page) => planesOfPage(file, page, palette));
  const found = perPage.flat();
  assertAlike(name, found);
  if (perPage.some((planes) => planes.length !== perPage[0].length)) {
    throw damaged(name, "its pages have different numbers of samples");
  }
  const arrangement = kind === "imagej"
    ? arrangeImageJ(file, pages[0], text, found)
    : kind === "ome"
    ? arrangeOme(parseOmeMetadata(text, { name, pageCount: found.length }), text)
    : arrangePlain(file, text, { planes: found, pages: pages.length });
  const { channels, slices, frames } = arrangement;
  const count = channels * slices * frames;
  const planes = found.length === 1 && count > 1
    ? repeatPlane(name, file.source.size, found[0], count)
    : found;
  const sorted = arrangement.pages?.map((page) => planes[page]) ?? planes;
  const ordered = arrangement.signs === "offset" ? sorted.map(withSignOffset) : sorted;
  const { width, height, pixelType } = ordered[0];
  return {
    info: {
      shape: [channels, slices, height, width],
      frames,
      pixelType,
      voxelSizeUm: arrangement.voxelSizeUm,
      metadata: dropUndefined({
        ...arrangement.metadata,
        ...colorsOf(file, pages[0], arrangement),
      }),
    },
    planes: ordered,
  };
}

function arrangeImageJ(
  file: TiffFile,
  page: TiffDirectory,
  text: string,
  found: readonly TiffPlane[],
): Arrangement {
  const name = file.source.name;
  const description = parseImageJDescription(text);
  const { images, channels, slices, frames, lines } = description;
  if (channels * slices * frames !== images) {
    throw new InputError(
      `${name} announces ${images} images but ${channels} channels x ${slices} slices x ` +
        `${frames} frames; set them in ImageJ with Image > Properties and save it again`,
    );
  }
  if (found.length !== images && found.length !== 1) {
    throw new InputError(
      `${name} announces ${images} images and holds ${found.length}; ` +
        `open it in ImageJ and save it again`,
    );
  }
  const pixel = pixelOf(file, page);
  const voxelSizeUm = voxelSizeOf(description, pixel);
  const byteCounts = readNumbers(file, page, TAG.imageJByteCounts);
  const bytes = readBytes(file, page, TAG.imageJMetadata);
  const block = byteCounts && bytes
    ? parseImageJBlock({ byteCounts, bytes }, file.littleEndian)
    : {};
  const displayRanges = perChannel(block.displayRanges, channels) ?? rangesOf(lines, channels);
  const lookupTables = perChannel(block.lookupTables, channels);
  const labels = block.sliceLabels;
  return {
    channels,
    slices,
    frames,
    signs: description.signs,
    voxelSizeUm,
    metadata: {
      ...block,
      sliceLabels: labels && Array.from({ length: images }, (_, plane) => labels[plane] ?? ""),
      displayRanges,
      lookupTables,
      ...unitOf(description, pixel, voxelSizeUm),
      frameIntervalS: description.frameIntervalS,
      description: lines,
    },
  };
}

/** ImageJ may keep entries of channels that are gone. */
function perChannel<T>(list: readonly T[] | undefined, channels: number): readonly T[] | undefined {
  return list && list.length >= channels ? list.slice(0, channels) : undefined;
}

/** The display range of a single channel is in the text alone. */
function rangesOf(
  lines: Readonly<Record<string, string>>,
  channels: number,
): [number, number][] | undefined {
  const range: [number, number] = [Number(lines.min ?? NaN), Number(lines.max ?? NaN)];
  return channels === 1 && range.every(Number.isFinite) ? [range] : undefined;
}

function unitOf(
  description: ImageJDescription,
  pixel: Pixel,
  voxelSizeUm: VoxelSizeUm | undefined,
): Pick<StackMetadata, "unit" | "pixelSize"> {
  const unit = description.unit ?? pixel.unit;
  const size = { x: pixel.width, y: pixel.height, z: description.spacing };
  const isOne = size.x === 1 && size.y === 1 && size.z === 1;
  return { unit, pixelSize: voxelSizeUm || isOne ? undefined : size };
}

interface Pixel {
  readonly width: number;
  readonly height: number;
  readonly unit?: string;
}

/** A resolution is the number of pixels in a unit: 2 inch, 3 centimetre, else not said. */
function pixelOf(file: TiffFile, page: TiffDirectory): Pixel {
  const along = (tag: number) => {
    const resolution = readNumber(file, page, tag, 1);
    return resolution > 0 && Number.isFinite(resolution) ? 1 / resolution : 1;
  };
  const unit = { 2: "inch", 3: "cm" }[readNumber(file, page, TAG.resolutionUnit, 1)];
  return { width: along(TAG.xResolution), height: along(TAG.yResolution), unit };
}

function arrangeOme(ome: OmeMetadata, xml: string): Arrangement {
  const { channels, slices, frames, pages, voxelSizeUm, frameIntervalS, channelNames } = ome;
  const isNamed = channelNames.some((name) => name !== "");
  const colors = ome.channelColors;
  return {
    channels,
    slices,
    frames,
    pages,
    voxelSizeUm,
    metadata: {
      unit: voxelSizeUm && "micron",
      frameIntervalS,
      sliceLabels: isNamed ? pages.map((_, plane) => channelNames[plane % channels]) : undefined,
      lookupTables: channels > 1 && colors.every((color) => color !== undefined)
        ? colors.map(rampTo)
        : undefined,
      info: xml,
    },
  };
}

/** Pages are slices, samples that are stored apart are channels. */
function arrangePlain(
  file: TiffFile,
  text: string,
  found: { readonly planes: readonly TiffPlane[]; readonly pages: number },
): Arrangement {
  const name = file.source.name;
  const channels = found.planes.length / found.pages;
  const order = parseTifffileDescription(text, name);
  if (order && channels === 1) {
    const count = order.channels * order.slices * order.frames;
    const isOnePage = order.layout === "one page" && found.pages === 1;
    if (isOnePage || count === found.pages) return { ...order, metadata: {} };
  }
  return {
    channels,
    slices: found.pages,
    frames: 1,
    metadata: { info: text !== "" && !order ? text : undefined },
  };
}

/**
 * ImageJ saves 8-bit stacks with a colour table as palette images: their numbers are intensities
 * when the channels have their own tables, or the table gets brighter (inverted: darker) all the way.
 */
function readPalette(file: TiffFile, page: TiffDirectory, text: string): PaletteReading {
  const isPalette = readNumber(file, page, TAG.photometric, 1) === 3;
  const table = isPalette ? colorMapOf(file, page) : undefined;
  if (!table || parseImageJDescription(text).channels > 1) return "intensities";
  const brightness = Array.from(
    { length: 256 },
    (_, i) => 0.299 * table[i] + 0.587 * table[256 + i] + 0.114 * table[512 + i],
  );
  return isRising(brightness) || isRising(brightness.reverse()) ? "intensities" : "colours";
}

/** "Fire" and its like fall a little here and there. */
function isRising(brightness: readonly number[]): boolean {
  let brightest = 0;
  return brightness.every((v) => {
    brightest = Math.max(brightest, v);
    return v >= brightest - 8;
  });
}

/** A page's colours for 256 grey levels as ImageJ's 768 bytes. */
function colorMapOf(file: TiffFile, page: TiffDirectory): Uint8Array | undefined {
  const colors = readNumbers(file, page, TAG.colorMap);
  return colors?.length === 768 ? Uint8Array.from(colors, (c) => c >> 8) : undefined;
}

/** The colour table of a single channel: a colour map, or "white is zero". */
function colorsOf(
  file: TiffFile,
  page: TiffDirectory,
  { channels, metadata }: Arrangement,
): Pick<StackMetadata, "lookupTables"> {
  if (metadata.lookupTables || channels > 1) return {};
  const table = colorMapOf(file, page);
  if (table) return { lookupTables: [table] };
  if (readNumber(file, page, TAG.photometric, 1) !== 0) return {};
  return { lookupTables: [Uint8Array.from({ length: 768 }, (_, i) => 255 - i % 256)] };
}

function withSignOffset(plane: TiffPlane): TiffPlane {
  return plane.pixelType === "uint16" ? { ...plane, pixelType: "int16", signs: "offset" } : plane;
}

/** A colour table from black to a colour. */
function rampTo(color: readonly [number, number, number]): Uint8Array {
  return Uint8Array.from({ length: 768 }, (_, i) => Math.round(color[i >> 8] * (i % 256) / 255));
}

function assertAlike(name: string, planes: readonly TiffPlane[]): void {
  const [{ width, height, pixelType }] = planes;
  for (const plane of planes) {
    if (plane.width === width && plane.height === height && plane.pixelType === pixelType) continue;
    throw new InputError(
      `${name} has pages of different kinds (${width} x ${height} ${pixelType}, ` +
        `${plane.width} x ${plane.height} ${plane.pixelType}); save those of one size as a stack`,
    );
  }
}
