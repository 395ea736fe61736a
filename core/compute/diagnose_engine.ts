/**
 * Whether an engine computes right on this machine, and how fast.
 *
 * @module
 */
import { createRandom } from "../random.ts";
import { type Size, voxelsOf } from "../volume.ts";
import type { Engine } from "./engine.ts";
import { createReferenceEngine } from "./reference/reference_engine.ts";

/** Largest error that rounding to 32 bits explains, relative to the largest value. */
const TOLERANCE = 2e-5;
const SIZE: Size = [5, 11, 18];
const GRID: Size = [7, 15, 24];
const PSF: Size = [3, 5, 5];
const KERNEL: Size = [3, 3, 3];

/** How far an engine is from the reference. */
export interface EngineCheck {
  /** Largest difference relative to the largest value, over everything that was compared. */
  readonly error: number;
  readonly verdict: "right" | "wrong";
}

/**
 * Compares a small restoration, shrunk responses, the gradients of both and noise with the readable
 * reference.
 *
 * @example
 * ```ts
 * import { checkEngine } from "./diagnose_engine.ts";
 * import { createCpuEngine } from "./cpu/cpu_engine.ts";
 * import assert from "node:assert/strict";
 *
 * const engine = await createCpuEngine({ threads: 1 });
 * assert.equal((await checkEngine(engine)).verdict, "right");
 * engine.close();
 * ```
 */
export async function checkEngine(engine: Engine): Promise<EngineCheck> {
  const reference = createReferenceEngine();
  const expected = await runCase(reference);
  reference.close();
  const actual = await runCase(engine);
  const error = Math.max(...actual.map((values, i) => relativeError(values, expected[i])));
  return { error, verdict: error <= TOLERANCE ? "right" : "wrong" };
}

/** Restored voxels, loss, gradients at the lags, gradient of the input, noise; of responses too. */
async function runCase(engine: Engine): Promise<ArrayLike<number>[]> {
  const field = engine.createField(SIZE);
  const target = engine.createField(SIZE);
  const psf = engine.createField(PSF);
  const psfPlanes = engine.createPlanes(GRID, PSF[0]);
  const observed = engine.createPlanes(GRID, SIZE[0]);
  const planes = engine.createPlanes(GRID, SIZE[0]);
  const transfer = engine.createSpectrum(GRID);
  const regularizer = engine.createRegularizer(GRID, KERNEL);
  const wiener = { transfer, regularizer, weight: 0.2, extension: "taper" } as const;

  engine.write(psf, blob(PSF));
  engine.forwardLateral(psf, psfPlanes, "centred");
  engine.forwardAxial(psfPlanes, transfer, "centred");
  engine.setRegularizer(regularizer, kernelLags());
  engine.write(field, uniforms(voxelsOf(SIZE), 1));
  engine.write(target, uniforms(voxelsOf(SIZE), 2));
  engine.forwardLateral(field, observed, "taper");
  engine.filter(observed, planes, { kind: "wiener", ...wiener });
  engine.inverseLateral(planes, field);
  const restored = await engine.read(field);
  const loss = await engine.residual(field, target, "none");
  engine.forwardLateral(field, planes, "zero");
  const lags = await engine.regularizerGradient(planes, { planes: observed, ...wiener });
  engine.filter(planes, planes, {
    ...wiener,
    kind: "wiener-adjoint",
    extension: "zero",
    restriction: { kind: "fold" },
  });
  engine.inverseLateral(planes, field, { kind: "fold" });
  const gradient = await engine.read(field);
  engine.forwardLateral(field, planes, "zero");
  engine.filter(observed, observed, { kind: "wiener", prior: planes, ...wiener });
  engine.inverseLateral(observed, field);
  const expected = await engine.read(field);
  engine.addNoise(field, { sigma: 1, seed: 3 });
  const noisy = await engine.read(field);
  engine.free(field, target, psf, psfPlanes, observed, planes, transfer, regularizer);
  return [
    ...[restored, [loss], lags, gradient, expected, noisy],
    ...await runResponses(engine),
  ];
}

/** Shrunk responses of the voxels inside the grid, and their gradients. */
async function runResponses(engine: Engine): Promise<ArrayLike<number>[]> {
  const estimate = engine.createField(GRID);
  const gradient = engine.createField(GRID);
  const output = engine.createField(SIZE);
  engine.write(estimate, uniforms(voxelsOf(GRID), 4));
  engine.write(gradient, uniforms(voxelsOf(GRID), 5));
  const kernels = {
    kernelSize: KERNEL,
    kernels: Float64Array.from(uniforms(2 * voxelsOf(KERNEL), 6), (value) => value - 0.5),
    gains: Float64Array.of(0.2, 0.5, -0.3, 0.6, 0.9, -0.7, 0.4, 0.1),
    thresholds: Float64Array.of(0.5, 1),
  };
  engine.shrinkResponses(estimate, output, kernels);
  const shrunk = await engine.read(output);
  const sums = await engine.shrinkResponsesGradient(estimate, gradient, {
    gradient: estimate,
    size: SIZE,
    kernels,
  });
  const total = await engine.read(gradient);
  engine.free(estimate, gradient, output);
  return [shrunk, total, sums.kernels, sums.gains, sums.thresholds];
}

/** A Gaussian, sum 1. */
function blob([depth, height, width]: Size): Float32Array {
  const values = new Float32Array(depth * height * width);
  let i = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [dz, dy, dx] = [z - (depth >> 1), y - (height >> 1), x - (width >> 1)];
        values[i++] = Math.exp(-(dz * dz + dy * dy + dx * dx) / 2);
      }
    }
  }
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

/**
 * The summed autocorrelation of a difference (1 at its first voxel, -1 at its last) and of a point,
 * which keeps R from 0: there rounding would tell more of the case than of the engine.
 */
function kernelLags(): Float64Array {
  const [depth, height, width] = KERNEL;
  const [lagsY, lagsX] = [2 * height - 1, 2 * width - 1];
  const lags = new Float64Array(depth * lagsY * lagsX);
  lags[(height - 1) * lagsX + width - 1] = 3;
  lags[lags.length - 1] = -1;
  return lags;
}

function uniforms(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.uniform());
}

/** Largest difference relative to the largest expected value; infinite where one is no number. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i]);
    difference = Number.isNaN(d) ? Infinity : Math.max(difference, d);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return difference / scale;
}

/**
 * Milliseconds of a real transform of `grid`, forward and back: the least of some rounds, about a
 * second of them.
 */
export async function timeTransforms(engine: Engine, grid: Size): Promise<number> {
  const field = engine.createField(grid);
  const token = engine.createField([1, 1, 1]);
  const planes = engine.createPlanes(grid, grid[0]);
  const spectrum = engine.createSpectrum(grid);
  engine.write(field, uniforms(voxelsOf(grid), 1));
  // Several at a time: what a device needs to begin and to answer is no part of a transform.
  const run = async (repeats: number) => {
    const begin = performance.now();
    for (let i = 0; i < repeats; i++) {
      engine.forwardLateral(field, planes, "zero");
      engine.forwardAxial(planes, spectrum, "zero");
      engine.inverseAxial(spectrum, planes);
      engine.inverseLateral(planes, field);
    }
    await engine.read(token);
    return (performance.now() - begin) / repeats;
  };
  await run(1);
  let best = await run(1);
  const repeats = Math.max(1, Math.min(50, Math.floor(200 / best)));
  for (let spent = 0; spent < 800;) {
    const ms = await run(repeats);
    spent += ms * repeats;
    best = Math.min(best, ms);
  }
  engine.free(field, token, planes, spectrum);
  return best;
}
