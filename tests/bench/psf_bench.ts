/**
 * How fast a large Gibson & Lanni PSF is computed, against full radial integration as the EPFL PSF
 * Generator does it (Kirshner, Aguet, Sage & Unser 2013): for every plane and radius a Simpson rule
 * that is refined until it settles, then linear interpolation between the radii. Both run here, on one
 * core, in one run; each is first compared with the integral itself.
 *
 *     deno run -A tests/bench/psf_bench.ts
 *
 * @module
 */
import { besselJ0 } from "../../core/psf/bessel.ts";
import { createPsf } from "../../core/psf/create_psf.ts";
import type { PsfOptics } from "../../core/psf/optics.ts";
import { createRandom } from "../../core/random.ts";
import { formatSize, type Size } from "../../core/volume.ts";
import { bruteForceIntensity } from "../core/psf/brute_force.ts";
import { formatMs, printBench } from "./support/bench_table.ts";

/** One way to compute the PSF. */
interface Contestant {
  readonly name: string;
  readonly seconds: number;
  /** Largest of the compared voxels, relative to the peak. */
  readonly error: number;
}

const SIZE: Size = [128, 256, 256];
const VOXEL_NM = { x: 98, y: 98, z: 203 };
const NA = 1.4;
const WAVELENGTH_NM = 450;
const OPTICS: PsfOptics = {
  model: "gibson-lanni",
  wavelengthsNm: [WAVELENGTH_NM],
  numericalAperture: NA,
  depthNm: 2000,
};
const SAMPLE_INDEX = 1.33;
const IMMERSION_INDEX = 1.5;
const COMPARED_VOXELS = 200;

/** How the slow way integrates: the tool's "Good", or what it takes to come below 1e-4. */
interface RadialIntegration {
  /** Radii per pixel. */
  readonly radiiPerPixel: number;
  /** Relative change below which a refinement counts as settled, and how often in a row. */
  readonly tolerance: number;
  readonly settled: number;
}

const TOOL_GOOD: RadialIntegration = { radiiPerPixel: 2, tolerance: 0.1, settled: 4 };
const TOOL_EXACT: RadialIntegration = { radiiPerPixel: 32, tolerance: 0.1, settled: 4 };

/** What a PSF of this size may take at most. */
const ALLOWED_SECONDS = 2;

/** Validates, then times: `createPsf` first. Throws when that is not exact to 1e-4. */
function comparePsfs(): Contestant[] {
  const compute = () =>
    createPsf(OPTICS, { size: SIZE, voxelSizeNm: VOXEL_NM, normalization: "peak" }).data;
  const psf = compute();
  const [depth, height, width] = SIZE;
  const peakVoxel = psf.indexOf(1);
  const peakPlane = Math.floor(peakVoxel / (height * width));
  const peak = exactVoxel(peakVoxel);
  const random = createRandom(1);
  const voxels = Array.from({ length: COMPARED_VOXELS }, (_, i) =>
    // Half of them about the peak, where the light is.
    i % 2 === 0 ? random.integer(depth * height * width) : indexOf(
      peakPlane - 3 + random.integer(7),
      118 + random.integer(20),
      118 + random.integer(20),
    ));
  const exact = voxels.map((voxel) => exactVoxel(voxel) / peak);
  const error = Math.max(...voxels.map((voxel, i) => Math.abs(psf[voxel] - exact[i])));
  if (!(error < 1e-4)) throw new Error(`createPsf() is off by ${error} of the peak`);
  const times = Array.from({ length: 3 }, () => secondsOf(compute)).sort((a, b) => a - b);
  const rows = [{ name: "createPsf()", seconds: times[1], error }];
  for (
    const [name, method] of [
      ["full radial integration, the tool's settings", TOOL_GOOD],
      ["full radial integration, 32 radii a pixel", TOOL_EXACT],
    ] as const
  ) {
    let plane = new Float64Array(0);
    let seconds = 0;
    let worst = 0;
    // Two planes of all, the brightest and a dim one; the time is scaled to the rest.
    const planes = [peakPlane, Math.floor(depth / 5)];
    for (const z of planes) {
      seconds += secondsOf(() => plane = integratePlane(z, method));
      for (let y = 118; y < 138; y += 3) {
        for (let x = 118; x < 138; x += 4) {
          const expected = exactVoxel(indexOf(z, y, x)) / peak;
          worst = Math.max(worst, Math.abs(plane[y * width + x] / peak - expected));
        }
      }
    }
    seconds *= depth / planes.length;
    rows.push({ name, seconds, error: worst });
  }
  return rows;
}

function indexOf(z: number, y: number, x: number): number {
  return (z * SIZE[1] + y) * SIZE[2] + x;
}

/** The integral itself at a voxel, with s = NA p as variable. */
function exactVoxel(voxel: number): number {
  const [depth, height, width] = SIZE;
  const x = voxel % width - width / 2;
  const y = Math.floor(voxel / width) % height - height / 2;
  const z = Math.floor(voxel / (width * height)) - depth / 2;
  return bruteForceIntensity(OPTICS, Math.hypot(x * VOXEL_NM.x, y * VOXEL_NM.y), z * VOXEL_NM.z);
}

function integratePlane(z: number, method: RadialIntegration): Float64Array<ArrayBuffer> {
  const [depth, height, width] = SIZE;
  const stageNm = (z - depth / 2) * VOXEL_NM.z;
  const step = VOXEL_NM.x / method.radiiPerPixel;
  const count = Math.ceil(Math.hypot(width / 2, height / 2) * method.radiiPerPixel) + 2;
  const profile = Float64Array.from(
    { length: count },
    (_, i) => integrateRadius(i * step, stageNm, method),
  );
  const plane = new Float64Array(height * width);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const radius = Math.hypot(x - width / 2, y - height / 2) * method.radiiPerPixel;
      const left = Math.floor(radius);
      plane[i] = profile[left] + (radius - left) * (profile[left + 1] - profile[left]);
    }
  }
  return plane;
}

/** Simpson's rule, refined by halving its step until its square has settled. */
function integrateRadius(
  radiusNm: number,
  stageNm: number,
  { tolerance, settled }: RadialIntegration,
): number {
  const limit = Math.min(1, SAMPLE_INDEX / NA);
  const k = 2 * Math.PI / WAVELENGTH_NM;
  // Sums of the end points, and of those that the next halving makes even.
  const ends = [0, 0];
  const inner = [0, 0];
  const newest = [0, 0];
  const add = (target: number[], p: number) => {
    const s = NA * p;
    const amplitude = p * besselJ0(k * s * radiusNm);
    const phase = k * (2000 * Math.sqrt(Math.max(0, SAMPLE_INDEX ** 2 - s * s)) +
      stageNm * Math.sqrt(IMMERSION_INDEX ** 2 - s * s));
    target[0] += amplitude * Math.cos(phase);
    target[1] += amplitude * Math.sin(phase);
  };
  add(ends, 0);
  add(ends, limit);
  let previous = Infinity;
  let calm = 0;
  for (let n = 2; n <= 1 << 16; n *= 2) {
    newest.fill(0);
    for (let i = 1; i < n; i += 2) add(newest, limit * i / n);
    const weight = limit / (3 * n);
    const real = weight * (ends[0] + 2 * inner[0] + 4 * newest[0]);
    const imaginary = weight * (ends[1] + 2 * inner[1] + 4 * newest[1]);
    const value = real * real + imaginary * imaginary;
    inner[0] += newest[0];
    inner[1] += newest[1];
    calm = Math.abs(value - previous) <= tolerance * value ? calm + 1 : 0;
    // Far out the intensity is all but 0; its own size is no measure of what is needed there.
    if (calm >= settled || (n > 4096 && Math.abs(value - previous) < 1e-8)) return value;
    previous = value;
  }
  return previous;
}

function secondsOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** The table of the comparison. */
function run(): void {
  const [ours, ...others] = comparePsfs();
  const time = ({ seconds }: Contestant) => formatMs(1000 * seconds)!;
  printBench({
    title: `Gibson & Lanni, ${formatSize(SIZE)}, 2 um deep, one core`,
    rows: [
      {
        what: `part of the ${ALLOWED_SECONDS} s allowed`,
        ours: time(ours),
        peer: `${ALLOWED_SECONDS} s`,
        ratio: ours.seconds / ALLOWED_SECONDS,
        atMost: 1,
      },
      ...others.map((other) => ({
        what: `times faster than ${other.name}`,
        ours: time(ours),
        peer: time(other),
        ratio: other.seconds / ours.seconds,
      })),
    ],
    notes: [ours, ...others].map(({ name, error }) =>
      `${name}: within ${error.toExponential(1)} of the peak`
    ),
  });
}

if (import.meta.main) run();
