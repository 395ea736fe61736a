import { createRandom } from "../../core/random.ts";
import { createVolume, type Size, type Volume, voxelsOf } from "../../core/volume.ts";

/** Normal random numbers, the same for the same seed. */
export function normals(length: number, seed: number): Float64Array {
  const random = createRandom(seed, 77);
  return Float64Array.from({ length }, () => random.normal());
}

/** A blob of light, a little off round, that sums to 1: centre at floor(size / 2). */
export function blob(size: Size, width = 1): Float64Array {
  const [depth, height, length] = size;
  const values = new Float64Array(voxelsOf(size));
  let i = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < length; x++) {
        const [dz, dy, dx] = [z - (depth >> 1), y - (height >> 1), x - (length >> 1)];
        values[i++] = Math.exp(-(0.7 * dz * dz + dy * dy + 1.2 * dx * dx) / (2 * width * width));
      }
    }
  }
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
}

/** A PSF of one channel. */
export function blobPsf(size: Size, width = 1): Volume {
  return createVolume([1, ...size], Float32Array.from(blob(size, width)));
}
