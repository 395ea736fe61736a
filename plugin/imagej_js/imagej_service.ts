/**
 * ImageJ.JS as this plugin uses it.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import { colours, type Dimensions, encodePlanes, type NumberArray } from "./raw_planes.ts";
import type { NamedBytes } from "./restore_messages.ts";
import { unzipFirst } from "./zip.ts";

/** The part of ImageJ.JS' service that is used here. */
export interface ImageJService {
  getDimensions(): Promise<Dimensions>;
  getImage(what?: string | { readonly all: true }): Promise<unknown>;
  viewImage(data: ArrayBuffer, options: { readonly name: string }): Promise<unknown>;
  addMenuItem(item: Record<string, unknown>): Promise<unknown>;
}

/** What the host offers to every plugin. */
export interface HostApi {
  getWindow(name: string): Promise<ImageJService | null>;
  getConfig(name: string): Promise<unknown>;
  createWindow(options: Record<string, unknown>): Promise<unknown>;
  showStatus(text: string): Promise<unknown>;
  showProgress(part: number): Promise<unknown>;
  showMessage(text: string): Promise<unknown>;
  export(api: Record<string, unknown>): unknown;
}

/** An image of the host's as a TIFF, and what was lost on the way. */
export interface TakenImage extends NamedBytes {
  readonly warning?: string;
}

/**
 * The active image. A zip holds a TIFF with calibration and channels, and asking for it moves no
 * slider; where the host fails at it, the bare planes come.
 *
 * @throws {InputError} when no image is open or it is RGB.
 */
export async function takeActiveImage(service: ImageJService): Promise<TakenImage> {
  const dimensions = await dimensionsOf(service);
  try {
    const zip = await service.getImage("zip");
    if (zip instanceof ArrayBuffer) return await unzipFirst(zip, "the active image");
    if (ArrayBuffer.isView(zip)) {
      return await unzipFirst(bytesOfView(zip).slice().buffer, "the active image");
    }
  } catch (error) {
    console.warn("no zip of the active image", error);
  }
  const current = await service.getImage() as NumberArray;
  if (current._rshape.at(-1)! > 1) throw colours();
  const all = await service.getImage({ all: true }) as NumberArray;
  return {
    bytes: encodePlanes(dimensions, { all, current }),
    name: "image.tif",
    warning: "ImageJ.JS gave the bare planes: the result has no calibration and colours",
  };
}

/** Opens a TIFF. The call returns before the image is open, so nothing here relies on it. */
export async function showImage(service: ImageJService, image: NamedBytes): Promise<void> {
  await service.viewImage(image.bytes, { name: image.name });
}

/** "my_cell-restored.tif" of "my cell.tif": spaces break some of the host's importers. */
export function nameOfResult(name: string): string {
  const stem = name.replace(/^.*[/\\]/, "").replace(/(\.ome)?\.(tiff?|zip)$/i, "")
    .replace(/\s+/g, "_");
  return `${stem || "image"}-restored.tif`;
}

async function dimensionsOf(service: ImageJService): Promise<Dimensions> {
  let dimensions: Dimensions | undefined;
  try {
    dimensions = await service.getDimensions();
  } catch (error) {
    console.warn("no dimensions", error);
  }
  if (dimensions?.length === 5 && dimensions.every((n) => n > 0)) return dimensions;
  throw new InputError("No image is open in ImageJ.JS; open a stack and take it again");
}

function bytesOfView(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
}
