/**
 * Images for the tests of the Fiji plugin, and what the command line makes of them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPhantom } from "../../core/dataset/phantom.ts";
import { openStack } from "../../core/io/read_stack.ts";
import type { PixelType, StackInfo } from "../../core/io/stack.ts";
import { createTiff } from "../../core/io/tiff_writer.ts";
import { channelOf, type Shape, sizeOf } from "../../core/volume.ts";
import { createImageJFolder } from "./imagej.ts";

let made: Promise<string> | undefined;
/** ImageJ's folder, with images in data/. */
export function imagejFolder(): Promise<string> {
  return made ??= (async () => {
    const folder = await createImageJFolder();
    Deno.mkdirSync(`${folder}/data`);
    addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    return folder;
  })();
}

/** Of the tests' images, micrometres. */
export const VOXEL = { x: 0.098, y: 0.098, z: 0.203 };

/** Writes synthetic cells, 12 times as bright and a little noisy, in the type. */
export function writeCells(
  path: string,
  { shape, frames = 1, pixelType }: { shape: Shape; frames?: number; pixelType: PixelType },
): void {
  const metadata = { unit: "micron" };
  const info: StackInfo = { shape, frames, pixelType, voxelSizeUm: VOXEL, metadata };
  const writer = createTiff(path, info);
  const peak = pixelType === "uint8" ? 230 : 3000;
  for (let frame = 0; frame < frames; frame++) {
    const cells = createPhantom({ shape, seed: 5 + frame });
    for (let channel = 0; channel < shape[0]; channel++) {
      const data = channelOf(cells, channel).map((value, i) =>
        8 + peak * value + (i * 7919 + channel * 31) % 7
      );
      writer.writeRegion({ frame, channel, start: [0, 0, 0], end: sizeOf(shape) }, data);
    }
  }
  writer.close();
}

/** Runs a command of the command line. */
export async function runCommand(args: readonly string[]): Promise<void> {
  const main = new URL("../../cli/main.ts", import.meta.url).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, ...args],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** What the command line makes of a file. */
export async function deconvolve(input: string, output: string, options: readonly string[]) {
  await runCommand(["deconvolve", input, output, "--quiet", ...options]);
}

/** Largest difference of two files, in parts of the expected peak; frames and channels included. */
export async function differenceOfFiles(actual: string, expected: string): Promise<number> {
  const [a, b] = [await openStack(actual), await openStack(expected)];
  try {
    assert.deepEqual([a.info.shape, a.info.frames], [b.info.shape, b.info.frames]);
    let peak = 0;
    let difference = 0;
    for (let frame = 0; frame < b.info.frames; frame++) {
      for (let channel = 0; channel < b.info.shape[0]; channel++) {
        const region = { frame, channel, start: [0, 0, 0], end: sizeOf(b.info.shape) } as const;
        const [x, y] = [await a.readRegion(region), await b.readRegion(region)];
        for (let i = 0; i < y.length; i++) {
          peak = Math.max(peak, Math.abs(y[i]));
          const d = Math.abs(x[i] - y[i]);
          if (!(d <= difference)) difference = d;
        }
      }
    }
    return difference / peak;
  } finally {
    a.close();
    b.close();
  }
}
