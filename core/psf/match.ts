/**
 * Whether a PSF goes with a stack.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Shape, Volume } from "../volume.ts";

/**
 * Refuses a PSF that has neither one channel nor the stack's, or several planes where the stack has
 * one. `name` is what messages call the PSF.
 *
 * @throws {InputError} saying what to give instead.
 *
 * @example
 * ```ts
 * import { createVolume } from "../volume.ts";
 * import { assertPsfMatches } from "./match.ts";
 * import assert from "node:assert/strict";
 *
 * const psf = createVolume([1, 13, 27, 27]);
 * assertPsfMatches(psf, [3, 17, 512, 512]);
 * assert.throws(() => assertPsfMatches(psf, [3, 1, 512, 512]), /13 planes and the image one/);
 * ```
 */
export function assertPsfMatches(psf: Volume, stack: Shape, name = "The PSF"): void {
  const [channels, depth, height, width] = psf.shape;
  if (channels !== 1 && channels !== stack[0]) {
    throw new InputError(
      `${name} has ${channels} channels and the stack has ${stack[0]}; ` +
        `give a PSF of one channel, or of one per channel`,
    );
  }
  if (stack[1] === 1 && depth > 1) {
    throw new InputError(
      `${name} has ${depth} planes and the image one; give a PSF of one plane ` +
        `(psf --size ${width}x${height})`,
    );
  }
}
