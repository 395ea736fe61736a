/**
 * A stack as it lies in a file: read and written by regions, so that a stack larger than the memory
 * can be worked on.
 *
 * @module
 */
import type { Shape, VoxelSizeUm } from "../volume.ts";

/** Type of the stored numbers. */
export type PixelType =
  | "uint8"
  | "uint16"
  | "uint32"
  | "int8"
  | "int16"
  | "int32"
  | "float32"
  | "float64";

/** What has to survive from the input's file to the output's beside the voxels. */
export interface StackMetadata {
  /** As in ImageJ's description: "micron", "um", "nm", "pixel". */
  readonly unit?: string;
  /** Seconds between frames. */
  readonly frameIntervalS?: number;
  /** Further `key=value` lines of ImageJ's description (mode, min, max, loop, ...), as they were. */
  readonly description?: Readonly<Record<string, string>>;
  /** One per plane in file order (c fastest, then z, then t); empty strings where there is none. */
  readonly sliceLabels?: readonly string[];
  /** Display minimum and maximum per channel. */
  readonly displayRanges?: readonly (readonly [min: number, max: number])[];
  /** 768 bytes each (256 red, 256 green, 256 blue), one per channel. */
  readonly lookupTables?: readonly Uint8Array[];
  /** ImageJ's "Info" text. */
  readonly info?: string;
  /** ImageJ's binary region of interest and overlay, as they were. */
  readonly roi?: Uint8Array;
  readonly overlay?: readonly Uint8Array[];
  /** ImageJ's image properties: names and values. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Distance between voxel centres in `unit`, where that is no length. */
  readonly pixelSize?: { readonly x: number; readonly y: number; readonly z: number };
}

/** Everything about a stack but its voxels. */
export interface StackInfo {
  /** Of one frame: `[c, z, y, x]`. */
  readonly shape: Shape;
  /** Time points; 1 for most. */
  readonly frames: number;
  readonly pixelType: PixelType;
  readonly voxelSizeUm?: VoxelSizeUm;
  readonly metadata: StackMetadata;
}

/** A box of one channel and frame; `end` is exclusive. */
export interface Region {
  /** 0-based. @default 0 */
  readonly frame?: number;
  readonly channel: number;
  /** `[z, y, x]` */
  readonly start: readonly [number, number, number];
  /** `[z, y, x]` */
  readonly end: readonly [number, number, number];
}

/** An open stack. */
export interface StackReader {
  readonly info: StackInfo;
  /** The region's voxels in the order `[z, y, x]`, in the file's own units. */
  readRegion(region: Region): Promise<Float32Array>;
  close(): void;
}

/** A stack being written. Nothing is seen under the final name until `close` has succeeded. */
export interface StackWriter {
  readonly info: StackInfo;
  /** `data` is in the order `[z, y, x]`; integer types are rounded and clipped to their range. */
  writeRegion(region: Region, data: Float32Array): void;
  /** Renames the finished file into place. */
  close(): void;
  /** Removes what was written so far. */
  abort(): void;
}
