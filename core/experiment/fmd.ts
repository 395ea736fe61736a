/**
 * The benchmark of V. Pronina, F. Kokkinos, D. V. Dylov and S. Lefkimmiatis, "Microscopy Image
 * Restoration with Deep Wiener-Kolmogorov Filters", ECCV 2020, on the images at hand: its images, its
 * PSFs, its degradation, and two folds by field of view.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { describeFileError } from "../io/file_error.ts";
import { readVolume } from "../io/read_stack.ts";
import { loadPsfs, type NamedPsf } from "../psf/load_psf.ts";
import { createRandom } from "../random.ts";
import { createVolume, rangeOf, type Volume } from "../volume.ts";
import { createMersenneNormal } from "./mersenne_twister.ts";

/** Standard deviations of the benchmark's Gaussian noise, as parts of the peak. */
export const FMD_SIGMAS: readonly number[] = [0.001, 0.005, 0.01, 0.05, 0.1];

/** One image of the benchmark. */
export interface FmdImage {
  readonly path: string;
  /** "Confocal_BPAE_B/Confocal_BPAE_B14_img001.tif" */
  readonly name: string;
  /** Its number in the benchmark, which its noise depends on. */
  readonly index: number;
  /** Index of its PSF, from 0 on. */
  readonly psf: number;
  /** Microscope and sample: "Confocal_BPAE"; the colour channels share them. */
  readonly family: string;
  /** The field of view: images of one field never are in different folds. */
  readonly field: string;
}

/** Images to learn from, and images of other fields to test on. */
export interface FmdFold {
  readonly train: readonly FmdImage[];
  readonly test: readonly FmdImage[];
}

interface IndexEntry {
  readonly path: string;
  readonly split: string;
  readonly field?: string;
  readonly benchmark_index?: number;
  readonly benchmark_psf?: number;
}

/**
 * The images under fmd/test, in the benchmark's order, as index.json in the folder `data` tells them.
 *
 * @throws {InputError} when index.json is missing or does not describe them.
 */
export function listFmdImages(data: string): readonly FmdImage[] {
  const path = `${data}/index.json`;
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw describeFileError(error, "read", path);
  }
  let files: readonly IndexEntry[] | undefined;
  try {
    files = JSON.parse(text).sets?.fmd?.files;
  } catch {
    // Refused below.
  }
  const images = (files ?? []).filter(({ split }) => split === "test").map(describeImage(data));
  if (images.length === 0 || images.some(({ index, psf }) => !(index >= 0 && psf >= 0))) {
    throw new InputError(
      `${path} does not list the images of fmd/test with their number and PSF in the benchmark; ` +
        `give the data's folder with --data`,
    );
  }
  return images.toSorted((a, b) => a.index - b.index);
}

function describeImage(data: string): (entry: IndexEntry) => FmdImage {
  return ({ path, field = "", benchmark_index = -1, benchmark_psf = 0 }) => {
    const name = path.replace(/^fmd\/test\//, "");
    // The channels B, G and R of one sample show the same fields.
    const family = name.split("/")[0].replace(/_[BGR]$/, "");
    return {
      path: `${data}/${path}`,
      name,
      index: benchmark_index,
      psf: benchmark_psf - 1,
      family,
      field: `${family} ${field}`,
    };
  };
}

/**
 * Two folds: each image is tested in one and learned from in the other, and no field of view is on
 * both sides. In every family (microscope and sample) the fields are dealt so that the halves are as
 * equal as they can be (among equals the first by name); the larger half goes to the fold that has
 * fewer images so far.
 *
 * @example
 * ```ts
 * import { splitFmdFolds } from "./fmd.ts";
 * import assert from "node:assert/strict";
 *
 * const images = ["a 1", "a 1", "a 2", "b 1", "b 2"].map((field, index) => ({
 *   path: "",
 *   name: `${index}.tif`,
 *   index,
 *   psf: 0,
 *   family: field[0],
 *   field,
 * }));
 * const [first, second] = splitFmdFolds(images);
 * assert.deepEqual(first.test.map(({ field }) => field), ["a 1", "a 1", "b 2"]);
 * assert.deepEqual(first.test, second.train);
 * ```
 */
export function splitFmdFolds(images: readonly FmdImage[]): readonly [FmdFold, FmdFold] {
  const first = new Set<string>();
  const counts = [0, 0];
  for (const members of Map.groupBy(images, ({ family }) => family).values()) {
    const fields = [...Map.groupBy(members, ({ field }) => field)]
      .map(([field, { length }]) => ({ field, length }))
      .toSorted((a, b) => a.field < b.field ? -1 : 1);
    const half = chooseHalf(fields);
    const inHalf = fields.filter((_, i) => half >> i & 1);
    const size = inHalf.reduce((sum, { length }) => sum + length, 0);
    const others = members.length - size;
    const toFirst = (size >= others) === (counts[0] <= counts[1]);
    for (const [i, { field }] of fields.entries()) {
      if ((half >> i & 1) === (toFirst ? 1 : 0)) first.add(field);
    }
    counts[0] += toFirst ? size : others;
    counts[1] += toFirst ? others : size;
  }
  const part = (side: boolean) => images.filter(({ field }) => first.has(field) === side);
  const [a, b] = [part(true), part(false)];
  return [{ train: b, test: a }, { train: a, test: b }];
}

/** The set of fields, as bits, whose images are nearest to half of all; it holds the first field. */
function chooseHalf(fields: readonly { readonly length: number }[]): number {
  const all = fields.reduce((sum, { length }) => sum + length, 0);
  let best = 1;
  let distance = Infinity;
  for (let bits = 1; bits < 2 ** fields.length; bits += 2) {
    const size = fields.reduce((sum, { length }, i) => sum + (bits >> i & 1) * length, 0);
    if (Math.abs(2 * size - all) < distance) [best, distance] = [bits, Math.abs(2 * size - all)];
  }
  return best;
}

/**
 * An image as the benchmark normalizes it: (image - min) / (max - min), peak 1.
 *
 * @throws {InputError} when it cannot be read.
 */
export async function loadFmdImage(path: string): Promise<Volume> {
  const { data, shape } = await readVolume(path);
  const { min, max } = rangeOf(data);
  return createVolume(shape, data.map((value) => (value - min) / (max - min)));
}

/**
 * The benchmark's five PSFs for Gaussian noise, for a convolution: the benchmark correlates, so they
 * are rotated by 180 degrees.
 *
 * @throws {InputError} when they cannot be read.
 */
export async function loadFmdPsfs(data: string): Promise<readonly NamedPsf[]> {
  const paths = [1, 2, 3, 4, 5].map((number) => `${data}/fmd/psf_gaussian/PSF${number}.tif`);
  const psfs = await loadPsfs(paths);
  return psfs.map(({ psf }, i) => ({
    name: `PSF${i + 1}`,
    psf: createVolume(psf.shape, psf.data.toReversed()),
  }));
}

/**
 * The image continued by its mirror image, edges repeated: `[c, z, y + 2 margin, x + 2 margin]`.
 *
 * @example
 * ```ts
 * import { mirrorPlane } from "./fmd.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const { data } = mirrorPlane(createVolume([1, 1, 1, 3], Float32Array.of(1, 2, 3)), [0, 2]);
 * assert.deepEqual([...data], [2, 1, 1, 2, 3, 3, 2]);
 * ```
 */
export function mirrorPlane(
  image: Volume,
  [marginY, marginX]: readonly [y: number, x: number],
): Volume {
  const [, , height, width] = image.shape;
  const result = createVolume([1, 1, height + 2 * marginY, width + 2 * marginX]);
  const mirror = (i: number, n: number) => {
    const place = ((i % (2 * n)) + 2 * n) % (2 * n);
    return place < n ? place : 2 * n - 1 - place;
  };
  let to = 0;
  for (let y = -marginY; y < height + marginY; y++) {
    const row = mirror(y, height) * width;
    for (let x = -marginX; x < width + marginX; x++) {
      result.data[to++] = image.data[row + mirror(x, width)];
    }
  }
  return result;
}

/**
 * The image blurred as in the benchmark: a convolution in double precision, mirrored at its borders.
 *
 * @param psf one plane of odd size, sum 1, as `loadFmdPsfs` returns it.
 */
export function blurFmdImage(image: Volume, psf: Volume): Volume {
  const [, , height, width] = image.shape;
  const [, , rows, columns] = psf.shape;
  const margin = [rows >> 1, columns >> 1] as const;
  const { data: padded } = mirrorPlane(image, margin);
  const stride = width + 2 * margin[1];
  const blurred = createVolume(image.shape);
  const line = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    line.fill(0);
    for (let v = 0; v < rows; v++) {
      for (let u = 0; u < columns; u++) {
        // b(y, x) = sum_vu k(v, u) g(y - v, x - u), k's origin in its middle
        const weight = psf.data[v * columns + u];
        const from = (y + rows - 1 - v) * stride + columns - 1 - u;
        for (let x = 0; x < width; x++) line[x] += weight * padded[from + x];
      }
    }
    blurred.data.set(line, y * width);
  }
  return blurred;
}

/** The benchmark seeds its generator with this, anew for every image. */
const FMD_SEED = 0;

/**
 * Noise of variance 1. Without an own seed it is the benchmark's draw, the same for all images and
 * levels; with one it is of our own generator, by the label.
 */
export function drawFmdNoise(
  length: number,
  own?: { readonly seed: number; readonly label: number },
): Float64Array {
  const normal = own ? createRandom(own.seed, own.label).normal : createMersenneNormal(FMD_SEED);
  return Float64Array.from({ length }, normal);
}

/** The image with noise of standard deviation sigma: blurred + sigma noise. */
export function addFmdNoise(
  blurred: Volume,
  { sigma, noise }: { readonly sigma: number; readonly noise: Float64Array },
): Volume {
  return createVolume(blurred.shape, blurred.data.map((value, i) => value + sigma * noise[i]));
}
