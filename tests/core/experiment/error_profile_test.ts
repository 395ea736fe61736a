import assert from "node:assert/strict";
import {
  createProfiler,
  type ErrorPart,
  type ErrorProfile,
  SPECTRUM_BIN,
} from "../../../core/experiment/error_profile.ts";
import { createRandom } from "../../../core/random.ts";
import { createVolume, type Shape, type Size, type Volume } from "../../../core/volume.ts";

const SHAPE: Shape = [1, 8, 24, 32];
const PSF_SIZE: Size = [5, 7, 9];
const VOXEL_SIZE_UM = { x: 0.1, y: 0.1 };
/** Nyquist's lateral frequency is 5 per um. */
const OPTIONS = { psfSize: PSF_SIZE, voxelSizeUm: VOXEL_SIZE_UM, cutoffPerUm: 4 };

type Pattern = (z: number, y: number, x: number) => number;

function paint(pattern: Pattern, [, depth, height, width] = SHAPE): Volume {
  const volume = createVolume([1, depth, height, width]);
  for (let i = 0; i < volume.data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    volume.data[i] = pattern(Math.floor(i / (width * height)), y, x);
  }
  return volume;
}

/** The profile of an error on a truth. */
function profile(error: Pattern, truth: Pattern = () => 0, psfSize = PSF_SIZE): ErrorProfile {
  const restored = paint((z, y, x) => truth(z, y, x) + error(z, y, x));
  return createProfiler(paint(truth), { ...OPTIONS, psfSize })(restored);
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found - expected) < 1e-5 * Math.max(1, Math.abs(expected)), `${found}`);

Deno.test("an error at the lateral border lies in the border, at the first plane in the ends", () => {
  // Half the PSF's 9 x 7 pixels: 4 columns and 3 rows on every side.
  const { border, centre } = profile((_, y, x) => x === 3 || y === 21 ? 0.5 : 0).regions;
  assert.equal(centre.squares, 0);
  assert.equal(centre.voxels, 8 * 18 * 24);
  assert.deepEqual(border, {
    voxels: 8 * (24 * 32 - 18 * 24),
    sum: 8 * 55 * 0.5,
    squares: 8 * 55 * 0.25,
  });
  const inside = profile((_, y, x) => x === 4 || y === 20 ? 0.5 : 0).regions;
  assert.ok(inside.centre.squares > 0);

  const { ends, middle } = profile((z) => z === 1 || z === 6 ? 0.5 : 0).regions;
  assert.equal(middle.squares, 0);
  assert.equal(middle.voxels, 4 * 24 * 32);
  assert.equal(ends.squares, 2 * 24 * 32 * 0.25);
});

Deno.test("a stack within the PSF's depth has one plane at each end; a plane's PSF has none", () => {
  const thin = profile(() => 0.5, undefined, [9, 7, 9]).regions;
  assert.equal(thin.ends.voxels, 2 * 24 * 32);
  assert.equal(thin.middle.voxels, 6 * 24 * 32);
  assert.equal(profile(() => 0.5, undefined, [1, 7, 9]).regions.ends.voxels, 0);
  assert.equal(profile(() => 0.5, undefined, [5, 7, 99]).regions.centre.voxels, 0);
});

Deno.test("an error of one frequency lies in its bin, and the truth in its own", () => {
  // Coefficients 8 along x and 9 along y: hypot(8 / 6.4, 9 / 4.8) per um; 3 of 8 along z.
  const wave = (n: number, k: number, length: number) => Math.cos(Math.PI * (n + 0.5) * k / length);
  const { lateral, axial } = profile(
    (z, y, x) => 0.1 * wave(z, 3, 8) * wave(y, 9, 24) * wave(x, 8, 32),
    (z, _, x) => 1 + wave(z, 4, 8) * wave(x, 16, 32),
  );
  const fraction = Math.hypot(8 / 6.4, 9 / 4.8) / 4;
  const squares = 0.01 * SHAPE[1] * SHAPE[2] * SHAPE[3] / 8;
  near(lateral.error[Math.floor(fraction / SPECTRUM_BIN)], squares);
  near(sum(lateral.error), squares);
  near(axial.error[7], squares); // 3 / 8 of Nyquist's frequency
  near(sum(axial.error), squares);
  near(lateral.truth[0], 8 * 24 * 32);
  near(lateral.truth[12], 8 * 24 * 32 / 4); // 2.5 of 4 per um
  near(axial.truth[10], 8 * 24 * 32 / 4); // on the edge: half of Nyquist's
});

Deno.test("spectra hold all of the error and of the truth, whatever they are", () => {
  const random = createRandom(3);
  const { lateral, axial, regions } = profile(
    () => 0.1 * random.normal(),
    (_, y, x) => x * y / 800,
  );
  const squares = regions.border.squares + regions.centre.squares;
  near(sum(lateral.error), squares);
  near(sum(axial.error), squares);
  near(sum(lateral.truth), sum(axial.truth));
});

Deno.test("intensities are parted at the truth's 90 % and 99 % quantiles, ties below", () => {
  // Of 100 columns of equal truth, 90 are dark, 9 grey, 1 bright.
  const shape: Shape = [1, 1, 2, 100];
  const truth = paint((_, __, x) => x / 100, shape);
  const restored = paint((_, __, x) => x / 100 + (x < 90 ? 0.25 : x < 99 ? -0.5 : 1), shape);
  const { dark, middle, bright } = createProfiler(truth, OPTIONS)(restored).intensities;
  const close = (part: ErrorPart, voxels: number, error: number) => {
    assert.equal(part.voxels, voxels);
    near(part.sum, voxels * error);
    near(part.squares, voxels * error ** 2);
  };
  close(dark, 180, 0.25);
  close(middle, 18, -0.5);
  close(bright, 2, 1);
  const flat = createProfiler(paint(() => 0, shape), OPTIONS)(restored).intensities;
  assert.deepEqual([flat.dark, flat.middle, flat.bright].map(({ voxels }) => voxels), [200, 0, 0]);
});

Deno.test("createProfiler()'s function refuses a restoration of another shape", () => {
  const profiler = createProfiler(paint(() => 0), OPTIONS);
  assert.throws(() => profiler(paint(() => 0, [1, 8, 24, 30])), /30 x 24 x 8/);
});
