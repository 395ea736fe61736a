// The block with its boundary handling: gradients against finite differences in float64, adjoints,
// and the equation itself where the grid is periodic.
import assert from "node:assert/strict";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import type { Engine, Field } from "../../../core/compute/engine.ts";
import { type Extension, gridFor } from "../../../core/compute/grid.ts";
import {
  createReferenceEngine,
  type ReferenceEngine,
} from "../../../core/compute/reference/reference_engine.ts";
import { createTransfer } from "../../../core/psf/transfer.ts";
import {
  backwardTwb,
  backwardTwbInput,
  createWorkspace,
  forwardTwb,
  freeWorkspace,
  loadStage,
} from "../../../core/twb/block.ts";
import { normalizeKernels } from "../../../core/twb/kernels.ts";
import {
  flattenStages,
  weightOf,
  type WienerStage,
  withParameters,
} from "../../../core/twb/stage.ts";
import {
  addLagGradients,
  createStageGradients,
  gradStages,
} from "../../../core/twb/stage_gradients.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose, relativeError } from "../../support/assert_close.ts";
import { blob, normals } from "../../support/pattern.ts";
import { learnedStage } from "../../support/stage.ts";

interface Problem {
  readonly size: Size;
  readonly psfSize: Size;
  /** The padded grid; the size itself is periodic. */
  readonly grid: Size;
  readonly extension: Extension;
  readonly channels: number;
  readonly sigma: number;
}

const problems: Readonly<Record<string, Problem & { readonly stage: WienerStage }>> = {
  "3D, two channels": {
    size: [3, 4, 5],
    psfSize: [3, 3, 5],
    grid: gridFor([3, 4, 5], [3, 3, 5]),
    extension: "taper",
    channels: 2,
    sigma: 0,
    stage: learnedStage({ kernelSize: [2, 3, 3], kernelCount: 2, kernelChannels: 2 }),
  },
  "2D, three channels, shared kernels, even sizes": {
    size: [1, 8, 6],
    psfSize: [1, 4, 6],
    grid: gridFor([1, 8, 6], [1, 4, 6]),
    extension: "taper",
    channels: 3,
    sigma: 0,
    stage: learnedStage({ kernelSize: [1, 3, 4], kernelCount: 3, kernelChannels: 1 }),
  },
  "rectified and noise-adaptive": {
    size: [3, 6, 5],
    psfSize: [3, 5, 3],
    grid: gridFor([3, 6, 5], [3, 5, 3]),
    extension: "taper",
    channels: 1,
    sigma: 0.02,
    stage: learnedStage({
      kernelSize: [3, 3, 2],
      kernelCount: 2,
      noiseExponent: 1,
      positivity: "rectify",
    }),
  },
  "smaller than the PSF": {
    size: [2, 3, 2],
    psfSize: [5, 7, 5],
    grid: gridFor([2, 3, 2], [5, 7, 5]),
    extension: "taper",
    channels: 1,
    sigma: 0,
    stage: learnedStage({ kernelSize: [2, 2, 2], kernelCount: 2 }),
  },
};

/** Loss sum (x^ - t)^2 over all channels and, on request, its gradients. */
async function evaluate(
  engine: ReferenceEngine,
  { size, psfSize, grid, extension, channels, sigma }: Problem,
  { stage, observed, target }: {
    stage: WienerStage;
    observed: Float64Array;
    target: Float64Array;
  },
) {
  const n = voxelsOf(size);
  const { kernelSize, kernelChannels } = stage;
  const workspace = createWorkspace(engine, {
    size,
    grid,
    kernelSize,
    kernelChannels,
    extension,
  });
  const transfer = createTransfer(engine, { psf: blob(psfSize), psfSize, grid });
  const [field, goal] = [engine.createField(size), engine.createField(size)];
  loadStage(workspace, stage);
  const weight = weightOf(stage, sigma);
  const gradients = createStageGradients(stage);
  const gradObserved = new Float64Array(observed.length);
  let loss = 0;
  for (let channel = 0; channel < channels; channel++) {
    const regularizer = workspace.regularizers[channel % kernelChannels];
    const options = { transfer, regularizer, weight };
    engine.write(field, observed.subarray(channel * n, (channel + 1) * n));
    engine.write(goal, target.subarray(channel * n, (channel + 1) * n));
    forwardTwb(workspace, field, { ...options, estimate: field });
    loss += await engine.residual(field, goal, stage.positivity);
    const sums = await backwardTwb(workspace, field, options);
    addLagGradients(gradients, sums, { channel, sigma, weight, factor: 2 });
    backwardTwbInput(workspace, field, options);
    gradObserved.set(engine.readExactly(field).map((value) => 2 * value), channel * n);
  }
  engine.free(transfer, field, goal);
  freeWorkspace(workspace);
  return { loss, grad: gradStages([gradients]), gradObserved };
}

for (const [name, { stage, ...problem }] of Object.entries(problems)) {
  Deno.test(`gradients agree with central differences within 1e-6: ${name}`, async () => {
    const engine = createReferenceEngine();
    const count = problem.channels * voxelsOf(problem.size);
    const observed = normals(count, 11).map((value) => 1 + value);
    const target = normals(count, 12).map((value) => 1 + value);
    const { grad, gradObserved } = await evaluate(engine, problem, { stage, observed, target });
    const h = 1e-5;
    /** (L(p + h) - L(p - h)) / 2 h for every entry of `values`. */
    const difference = async (
      values: Float64Array,
      lossAt: (moved: Float64Array) => Promise<{ loss: number }>,
    ) => {
      const result = new Float64Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const [up, down] = [values.slice(), values.slice()];
        up[i] += h;
        down[i] -= h;
        result[i] = ((await lossAt(up)).loss - (await lossAt(down)).loss) / (2 * h);
      }
      return result;
    };
    const parameters = flattenStages([stage]);
    const expected = await difference(
      parameters,
      (moved) =>
        evaluate(engine, problem, { stage: withParameters([stage], moved)[0], observed, target }),
    );
    const nv = stage.kernels.length;
    const ns = stage.scales.length;
    assertClose(grad.subarray(0, nv), expected.subarray(0, nv), 1e-6, "dL/dv");
    assertClose(grad.subarray(nv, nv + ns), expected.subarray(nv, nv + ns), 1e-6, "dL/ds");
    assertClose(grad.subarray(nv + ns), expected.subarray(nv + ns), 1e-6, "dL/dalpha");
    const expectedInput = await difference(
      observed,
      (moved) => evaluate(engine, problem, { stage, observed: moved, target }),
    );
    assertClose(gradObserved, expectedInput, 1e-6, "dL/dy");
    engine.close();
  });
}

/** <W a, b> and <a, W^T b> of one channel of the problem on an engine. */
async function products(engine: Engine, { stage, ...problem }: typeof problems[string]) {
  const { size, psfSize, grid, extension } = problem;
  const workspace = createWorkspace(engine, { ...stage, size, grid, extension });
  const transfer = createTransfer(engine, { psf: blob(psfSize), psfSize, grid });
  loadStage(workspace, stage);
  const options = {
    transfer,
    regularizer: workspace.regularizers[0],
    weight: weightOf(stage, problem.sigma),
  };
  const [a, b] = [normals(voxelsOf(size), 21), normals(voxelsOf(size), 22)];
  const field = engine.createField(size);
  engine.write(field, a);
  forwardTwb(workspace, field, { ...options, estimate: field });
  const forward = await read(engine, field);
  engine.write(field, b);
  backwardTwbInput(workspace, field, options);
  const backward = await read(engine, field);
  const dot = (p: ArrayLike<number>, q: ArrayLike<number>) =>
    Array.from(p).reduce((sum, value, i) => sum + value * q[i], 0);
  return { left: dot(forward, b), right: dot(a, backward), scale: dot(forward, forward) };
}

async function read(engine: Engine, field: Field): Promise<ArrayLike<number>> {
  return "readExactly" in engine
    ? (engine as ReferenceEngine).readExactly(field)
    : await engine.read(field);
}

for (
  const [engineName, start, tolerance] of [
    ["reference", () => Promise.resolve(createReferenceEngine()), 1e-12],
    ["cpu", () => createCpuEngine({ threads: 2 }), 1e-5],
  ] as const
) {
  Deno.test(`${engineName}: backwardTwbInput() is the adjoint of forwardTwb(), in 2D and 3D`, async () => {
    const engine = await start();
    try {
      for (const [name, problem] of Object.entries(problems)) {
        const { left, right, scale } = await products(engine, problem);
        assert.ok(
          Math.abs(left - right) < tolerance * Math.sqrt(scale),
          `${name}: <Wa, b> ${left}, <a, W'b> ${right}`,
        );
      }
    } finally {
      engine.close();
    }
  });

  for (const size of [[4, 6, 5], [1, 7, 10]] as const) {
    Deno.test(`${engineName}: on a periodic grid of ${size.toReversed().join("x")} the block is the Wiener formula`, async () => {
      const engine = await start();
      try {
        const kernelSize: Size = [size[0] > 1 ? 2 : 1, 3, 3];
        const stage = learnedStage({ kernelSize, kernelCount: 3 });
        const psfSize: Size = [size[0] > 1 ? 3 : 1, 3, 5];
        const workspace = createWorkspace(engine, {
          ...stage,
          size,
          grid: size,
          extension: "zero",
        });
        const psf = blob(psfSize);
        const transfer = createTransfer(engine, { psf, psfSize, grid: size });
        const observed = normals(voxelsOf(size), 31);
        const field = engine.createField(size);
        loadStage(workspace, stage);
        engine.write(field, observed);
        const weight = Math.exp(stage.alpha);
        const regularizer = workspace.regularizers[0];
        forwardTwb(workspace, field, { transfer, regularizer, weight, estimate: field });
        const expected = wiener(observed, { size, psf, psfSize, stage });
        const error = relativeError(await read(engine, field), expected);
        assert.ok(error < (engineName === "cpu" ? 2e-6 : 1e-11), `relative error ${error}`);
      } finally {
        engine.close();
      }
    });
  }
}

/**
 * x = F^-1[ conj(K) Y / (|K|^2 + e^alpha sum_d |G_d|^2) ] by plain sums over all voxels, every
 * transfer function from its own definition.
 */
function wiener(
  observed: Float64Array,
  { size, psf, psfSize, stage }: {
    size: Size;
    psf: Float64Array;
    psfSize: Size;
    stage: WienerStage;
  },
): Float64Array {
  const n = voxelsOf(size);
  const n3 = voxelsOf(stage.kernelSize);
  const { kernels } = normalizeKernels(stage);
  const half = psfSize.map((length) => Math.floor(length / 2)) as unknown as Size;
  const result = new Float64Array(n);
  for (let w = 0; w < n; w++) {
    const frequency = coordinates(w, size);
    const [kr, ki] = transform(psf, psfSize, { frequency, size, origin: half });
    const [yr, yi] = transform(observed, size, { frequency, size, origin: [0, 0, 0] });
    let power = 0;
    for (let d = 0; d < stage.kernelCount; d++) {
      const kernel = kernels.subarray(d * n3, (d + 1) * n3);
      const at = { frequency, size, origin: [0, 0, 0] } as const;
      power += transform(kernel, stage.kernelSize, at).reduce((sum, part) => sum + part * part, 0);
    }
    const quotient = kr * kr + ki * ki + Math.exp(stage.alpha) * power;
    const [xr, xi] = [(kr * yr + ki * yi) / quotient, (kr * yi - ki * yr) / quotient];
    for (let i = 0; i < n; i++) {
      const at = coordinates(i, size);
      const phase = angle(frequency, at, size);
      result[i] += (xr * Math.cos(phase) - xi * Math.sin(phase)) / n;
    }
  }
  return result;
}

function coordinates(i: number, [, height, width]: Size): Size {
  return [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
}

function angle(frequency: Size, at: Size, size: Size): number {
  return 2 * Math.PI *
    frequency.reduce((sum, value, axis) => sum + value * at[axis] / size[axis], 0);
}

/** sum_u values(u) exp(-i w (u - origin)) */
function transform(
  values: Float64Array,
  box: Size,
  { frequency, size, origin }: { frequency: Size; size: Size; origin: Size },
): [number, number] {
  let [re, im] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const at = coordinates(i, box).map((value, axis) => value - origin[axis]) as unknown as Size;
    const phase = angle(frequency, at, size);
    re += values[i] * Math.cos(phase);
    im -= values[i] * Math.sin(phase);
  }
  return [re, im];
}
