/** Small stacks on the disk for the tests of datasets. */
import type { PixelType } from "../../../core/io/stack.ts";
import { encodeTiff } from "../../../core/io/tiff_writer.ts";
import type { Shape } from "../../../core/volume.ts";

/** Writes `value(i)` at voxel i of a TIFF. */
export function writeStack(
  path: string,
  options: { shape: Shape; value: (i: number) => number; type?: PixelType; frames?: number },
): void {
  const { shape, value, type = "uint16", frames = 1 } = options;
  const data = new Float32Array(frames * shape[0] * shape[1] * shape[2] * shape[3]);
  data.forEach((_, i) => data[i] = value(i));
  Deno.writeFileSync(path, encodeTiff({ shape, frames, pixelType: type, metadata: {} }, data));
}

/** Runs `test` in a new folder that is removed afterwards. */
export async function inFolder(test: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "dataset" });
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Whether an error is an `InputError` of one line that has all of `parts`. */
export function inputError(...parts: string[]): (error: Error) => boolean {
  return (error) => {
    const fits = error.name === "InputError" && !error.message.includes("\n") &&
      parts.every((part) => error.message.includes(part));
    if (!fits) throw new Error(`Unexpected ${error.name}: ${error.message}`);
    return true;
  };
}
