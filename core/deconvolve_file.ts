/**
 * Restoring a file into a file.
 *
 * @module
 */
import { type DeconvolveOptions, type DeconvolveResult, deconvolveStack } from "./deconvolve.ts";
import { openStack } from "./io/read_stack.ts";
import type { StackInfo } from "./io/stack.ts";
import { createTiff } from "./io/tiff_writer.ts";
import type { TilePlan } from "./tiling.ts";

/** How a file is restored. */
export interface DeconvolveFileOptions extends Omit<DeconvolveOptions, "onPlan"> {
  /** Of the result; "same" is the input's. */
  readonly pixelType: "same" | "float32";
  /** Before the work begins. */
  onPlan?(plan: TilePlan, info: StackInfo): void;
}

/** Part of the memory that decoded planes of a compressed file may take. */
const CACHE_PART = 1 / 8;

/**
 * Restores `input` into `output`, which is seen only when it is complete, in the input's units and
 * with its metadata.
 *
 * @throws {InputError} when a file cannot be read or written, or as `deconvolveStack` does.
 * @throws {CancelledError} when the signal ends it.
 */
export async function deconvolveFile(
  input: string,
  output: string,
  options: DeconvolveFileOptions,
): Promise<DeconvolveResult> {
  const { memoryBytes = 4e9, onPlan } = options;
  const cacheBytes = memoryBytes * CACHE_PART;
  const reader = await openStack(input, { cacheBytes });
  try {
    const { info } = reader;
    const pixelType = options.pixelType === "same" ? info.pixelType : "float32";
    const writer = createTiff(output, { ...info, pixelType });
    try {
      const result = await deconvolveStack(reader, writer, {
        ...options,
        memoryBytes: memoryBytes - cacheBytes,
        onPlan: (plan) => onPlan?.(plan, info),
      });
      writer.close();
      return result;
    } catch (error) {
      writer.abort();
      throw error;
    }
  } finally {
    reader.close();
  }
}
