/**
 * Sets of scenes to train and evaluate on, from stacks on the disk.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { openStack } from "../io/read_stack.ts";
import type { StackInfo } from "../io/stack.ts";
import { createVolume, sizeOf, type Volume, voxelsOf } from "../volume.ts";
import { normalizeToPeak } from "./normalize.ts";
import { listSourceFiles, type SourceFile } from "./source_files.ts";
import { createVoxelCache, DEFAULT_CACHE_BYTES, type VoxelCache } from "./voxel_cache.ts";

/** One scene. */
export interface DatasetItem {
  /** Short, for tables and messages: "train/cell1.tif", "movie.tif, frame 3". */
  readonly name: string;
  /** The scene's voxels, divided by its own maximum: peak 1. A fresh copy each time. */
  load(): Promise<Volume>;
  /** The file that it is from. */
  readonly path?: string;
}

/** Scenes with the same channels; their sizes may differ. */
export interface Dataset {
  readonly items: readonly DatasetItem[];
  readonly channels: number;
}

/** How a dataset is opened. */
export interface DatasetOptions {
  /** Refuse files with another number of channels. @default that of the first file */
  readonly channels?: number;
  /** Voxels kept in memory, in the files' own pixel type. @default 1e9 */
  readonly cacheBytes?: number;
}

/**
 * The scenes of folders, lists and files, in this order, see `listSourceFiles`. TIFF and PNG are told
 * apart by content; each frame of a time series is a scene. Headers are read now, so that a file
 * that cannot be used is named before the work begins; voxels are read when they are needed and
 * kept up to `cacheBytes`.
 *
 * @example
 * ```ts
 * import { openDataset } from "./dataset.ts";
 * import { InputError } from "../errors.ts";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(openDataset("no/such/folder"), InputError);
 * ```
 *
 * @throws {InputError} when a source is missing, empty or unreadable, or channel counts differ; from
 * `load` when voxels are NaN or infinite, or all the same.
 */
export async function openDataset(
  sources: string | readonly string[],
  options: DatasetOptions = {},
): Promise<Dataset> {
  const files = [sources].flat().flatMap(listSourceFiles);
  if (files.length === 0) {
    throw new InputError("No training data: give a folder, a list (.txt) or TIFF and PNG files");
  }
  const cache = createVoxelCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES);
  const items: DatasetItem[] = [];
  let first: { file: SourceFile; channels: number } | undefined;
  for (const file of files) {
    const info = await readInfo(file);
    const channels = info.shape[0];
    if (options.channels !== undefined && channels !== options.channels) {
      throw new InputError(
        `${file.path} has ${countChannels(channels)} where ${options.channels} ` +
          `${options.channels === 1 ? "is" : "are"} needed; leave it out or convert it`,
      );
    }
    first ??= { file, channels };
    if (channels !== first.channels) {
      throw new InputError(
        `${file.path} has ${countChannels(channels)}, ${first.file.path} has ` +
          `${first.channels}; use stacks with the same channels`,
      );
    }
    for (let frame = 0; frame < info.frames; frame++) {
      items.push(createItem(file, { info, frame, cache }));
    }
  }
  return { items, channels: first!.channels };
}

async function readInfo(file: SourceFile): Promise<StackInfo> {
  const reader = await openStack(file.path);
  reader.close();
  return reader.info;
}

function createItem(
  file: SourceFile,
  { info, frame, cache }: {
    readonly info: StackInfo;
    readonly frame: number;
    readonly cache: VoxelCache;
  },
): DatasetItem {
  const suffix = info.frames > 1 ? `, frame ${frame + 1}` : "";
  const key = `${file.path}\n${frame}`;
  let knownPeak: number | undefined;
  return {
    name: file.name + suffix,
    path: file.path,
    async load() {
      const kept = knownPeak && cache.get(key, knownPeak);
      if (kept) return kept;
      const volume = await readFrame(file.path, frame);
      const { volume: normalized, peak } = normalizeToPeak(volume, file.path + suffix);
      cache.set(key, { volume, type: info.pixelType });
      knownPeak = peak;
      return normalized;
    },
  };
}

async function readFrame(path: string, frame: number): Promise<Volume> {
  const reader = await openStack(path);
  try {
    const { shape, voxelSizeUm } = reader.info;
    const volume = createVolume(shape, undefined, voxelSizeUm);
    for (let channel = 0; channel < shape[0]; channel++) {
      const region = { frame, channel, start: [0, 0, 0] as const, end: sizeOf(shape) };
      volume.data.set(await reader.readRegion(region), channel * voxelsOf(shape));
    }
    return volume;
  } finally {
    reader.close();
  }
}

function countChannels(channels: number): string {
  return `${channels} channel${channels === 1 ? "" : "s"}`;
}
