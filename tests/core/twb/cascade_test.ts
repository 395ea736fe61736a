// Cascades of residual and shrinkage stages: gradients against finite differences in float64, and
// the equations themselves on small grids.
import assert from "node:assert/strict";
import { gridFor } from "../../../core/compute/grid.ts";
import {
  createReferenceEngine,
  type ReferenceEngine,
} from "../../../core/compute/reference/reference_engine.ts";
import { createTransfer } from "../../../core/psf/transfer.ts";
import {
  createCascade,
  forwardStages,
  freeCascade,
  withStages,
} from "../../../core/twb/cascade.ts";
import {
  backwardStages,
  createGradientWorkspace,
  freeGradientWorkspace,
} from "../../../core/twb/cascade_gradient.ts";
import { createStages } from "../../../core/twb/initialize.ts";
import { normalizeKernels } from "../../../core/twb/kernels.ts";
import { flattenStages, type Stage, withParameters } from "../../../core/twb/stage.ts";
import { createStageGradients, gradStages } from "../../../core/twb/stage_gradients.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { blob, normals } from "../../support/pattern.ts";

interface Problem {
  readonly size: Size;
  readonly psfSize: Size;
  readonly sigma: number;
  readonly channels: number;
  readonly stages: readonly Stage[];
}

/** Stages as if learned: every number moved from where it starts. */
function learnedStages(options: Parameters<typeof createStages>[0]): readonly Stage[] {
  const stages = createStages({ alpha: -1, ...options });
  const parameters = flattenStages(stages);
  const moves = normals(parameters.length, 5);
  return withParameters(stages, parameters.map((value, i) => value + 0.2 * moves[i]));
}

const problems: Readonly<Record<string, Problem>> = {
  "residual, 3D, rectified, two channels": {
    size: [2, 4, 5],
    psfSize: [3, 3, 3],
    sigma: 0.03,
    channels: 2,
    stages: learnedStages({
      kernelSize: [2, 3, 3],
      kernelCount: 2,
      kernelChannels: 2,
      stageCount: 3,
      stageKind: "residual",
      positivity: "rectify",
    }),
  },
  "shrinkage, 2D, rectified": {
    size: [1, 6, 5],
    psfSize: [1, 3, 4],
    sigma: 0.02,
    channels: 1,
    stages: learnedStages({
      kernelSize: [1, 3, 3],
      kernelCount: 3,
      stageCount: 3,
      positivity: "rectify",
    }),
  },
  "shrinkage, 3D, two channels, even kernels that wrap around the grid": {
    size: [2, 4, 3],
    psfSize: [1, 3, 1],
    sigma: 0.004,
    channels: 2,
    stages: learnedStages({
      kernelSize: [3, 2, 3],
      kernelCount: 2,
      kernelChannels: 2,
      stageCount: 3,
    }),
  },
  "shrinkage and coarse, 2D, rectified": {
    size: [1, 6, 7],
    psfSize: [1, 3, 3],
    sigma: 0.02,
    channels: 1,
    stages: learnedStages({
      kernelSize: [1, 3, 3],
      kernelCount: 2,
      stageCount: 2,
      coarseFactors: [[1, 2, 3], [1, 4, 4]],
      coarseKernelCount: 3,
      positivity: "rectify",
    }),
  },
  "coarse behind one block, 3D, two channels, even kernels": {
    size: [3, 4, 5],
    psfSize: [1, 3, 1],
    sigma: 0.05,
    channels: 2,
    stages: learnedStages({
      kernelSize: [2, 3, 2],
      kernelCount: 2,
      kernelChannels: 2,
      coarseFactors: [[2, 2, 1]],
      coarseKernelCount: 2,
    }),
  },
  "shrinkage, channels that share kernels": {
    size: [1, 4, 5],
    psfSize: [1, 3, 3],
    sigma: 0.01,
    channels: 2,
    stages: learnedStages({ kernelSize: [1, 2, 3], kernelCount: 2, stageCount: 2 }),
  },
};

/** Loss sum (x - t)^2 over all channels, its gradient, and the estimates. */
async function evaluate(
  engine: ReferenceEngine,
  { size, psfSize, channels, sigma, stages }: Problem,
  firstTrained = 0,
) {
  const n = voxelsOf(size);
  const grid = gridFor(size, psfSize);
  const transfer = createTransfer(engine, { psf: blob(psfSize), psfSize, grid });
  const cascade = createCascade(engine, { stages, size, grid });
  const workspace = createGradientWorkspace(cascade);
  const [field, goal] = [engine.createField(size), engine.createField(size)];
  const observed = normals(n * channels, 11).map((value) => 1 + value);
  const target = normals(n * channels, 12).map((value) => 1 + value);
  const gradients = stages.map(createStageGradients);
  const estimates: Float64Array[] = [];
  let loss = 0;
  for (let channel = 0; channel < channels; channel++) {
    const passage = { transfer, channel, sigma };
    engine.write(field, observed.subarray(channel * n, (channel + 1) * n));
    engine.write(goal, target.subarray(channel * n, (channel + 1) * n));
    const estimate = forwardStages(cascade, field, passage);
    estimates.push(engine.readExactly(estimate));
    loss += await engine.residual(estimate, goal, stages.at(-1)!.positivity);
    await backwardStages(cascade, estimate, { workspace, gradients, firstTrained, passage });
  }
  freeGradientWorkspace(workspace);
  freeCascade(cascade);
  engine.free(transfer, field, goal);
  return { loss, estimates, gradient: gradStages(gradients).map((value) => 2 * value) };
}

for (const [name, problem] of Object.entries(problems)) {
  Deno.test(`backwardStages() agrees with central differences within 1e-6: ${name}`, async () => {
    const engine = createReferenceEngine();
    const { gradient } = await evaluate(engine, problem);
    const parameters = flattenStages(problem.stages);
    const h = 1e-5;
    const expected = new Float64Array(parameters.length);
    for (let i = 0; i < parameters.length; i++) {
      const lossAt = async (move: number) => {
        const moved = parameters.map((value, k) => k === i ? value + move : value);
        return (await evaluate(engine, {
          ...problem,
          stages: withParameters(problem.stages, moved),
        })).loss;
      };
      expected[i] = (await lossAt(h) - await lossAt(-h)) / (2 * h);
    }
    assertClose(gradient, expected, 1e-6, "dL/dparameters");
    // Numbers of every size have to agree, not only the largest ones.
    expected.forEach((value, i) =>
      assert.ok(Math.abs(gradient[i] - value) < 1e-5 * Math.max(1, Math.abs(value)), `number ${i}`)
    );
    assert.equal(engine.memory.bytes, 0, "memory left behind");
    engine.close();
  });
}

Deno.test("backwardStages() from a later stage on leaves the earlier ones' gradients at zero", async () => {
  const engine = createReferenceEngine();
  const problem = problems["shrinkage, 2D, rectified"];
  const all = await evaluate(engine, problem);
  const last = await evaluate(engine, problem, 2);
  const own = flattenStages(problem.stages.slice(2)).length;
  const split = all.gradient.length - own;
  assert.deepEqual(last.gradient.subarray(split), all.gradient.subarray(split));
  assert.ok(last.gradient.subarray(0, split).every((value) => value === 0));
  engine.close();
});

Deno.test("a shrinkage stage without gains is the Wiener filter of the completed stack", async () => {
  const engine = createReferenceEngine();
  const base = problems["shrinkage, 2D, rectified"];
  const closed = base.stages.slice(0, 2).map((stage) =>
    stage.kind === "shrinkage"
      ? {
        ...stage,
        gains: stage.gains.map(() => 0),
        gainSlopes: stage.gains.map(() => 0),
        anchor: 0,
        relaxation: 1,
        memory: 0,
      }
      : stage
  );
  // Where nothing is shrunk and the stack fills the grid, the prediction beyond it plays no part.
  const problem = { ...base, psfSize: [1, 1, 1] as const, stages: closed };
  const { estimates } = await evaluate(engine, problem);
  const [, second] = closed;
  const alone = { ...second, kind: "wiener" } as unknown as Stage;
  const single = await evaluate(engine, { ...problem, stages: [alone] });
  assertClose(estimates[0], single.estimates[0], 1e-9);
  engine.close();
});

Deno.test("stages without gains are steps of ADMM: they come to the minimum over x >= 0", () => {
  const engine = createReferenceEngine();
  const [height, width] = [6, 8];
  const size: Size = [1, height, width];
  const psfSize: Size = [1, 3, 3];
  const psf = blob(psfSize);
  const [first, step] = createStages({
    kernelSize: [1, 3, 3],
    kernelCount: 2,
    stageCount: 2,
    positivity: "rectify",
  });
  assert.ok(step.kind === "shrinkage");
  const sigma = 0.01;
  const alpha = Math.log(0.05);
  const held = { ...step, alpha, gains: step.gains.map(() => 0), relaxation: 1.5, memory: 1 };
  const stages = [first, ...Array.from({ length: 400 }, () => held)];
  // On a grid of the stack's own size everything is periodic, and all of it is seen.
  const options = { stages, size, grid: size, extension: "zero", purpose: "restore" } as const;
  const cascade = createCascade(engine, options);
  const transfer = createTransfer(engine, { psf, psfSize, grid: size });
  const field = engine.createField(size);
  const observed = Float64Array.from(normals(height * width, 21), (value) => 0.3 + value);
  engine.write(field, observed);
  const estimate = forwardStages(cascade, field, { transfer, channel: 0, sigma });
  engine.rectify(estimate);
  const x = engine.readExactly(estimate);

  // The gradient of 1/2 |K x - y|^2 + w/2 sum_d |g_d * x|^2, sum by sum; 1 is the kernels' middle.
  const correlate = (input: Float64Array, kernel: ArrayLike<number>, sign: 1 | -1) =>
    input.map((_, i) => {
      const [row, column] = [Math.floor(i / width), i % width];
      let sum = 0;
      for (let v = 0; v < 3; v++) {
        for (let u = 0; u < 3; u++) {
          const y = (row + sign * (v - 1) + height) % height;
          const z = (column + sign * (u - 1) + width) % width;
          sum += kernel[v * 3 + u] * input[y * width + z];
        }
      }
      return sum;
    });
  const blurred = correlate(x, psf, -1).map((value, i) => value - observed[i]);
  const gradient = correlate(blurred, psf, 1);
  const { kernels } = normalizeKernels(held);
  for (let d = 0; d < held.kernelCount; d++) {
    const kernel = kernels.subarray(d * 9, (d + 1) * 9);
    const penalty = correlate(correlate(x, kernel, 1), kernel, -1);
    penalty.forEach((value, i) => gradient[i] += Math.exp(alpha) * value);
  }
  const positive = x.filter((value) => value > 0).length;
  assert.ok(positive > 5 && positive < x.length - 5, `${positive} voxels are above 0`);
  x.forEach((value, i) => {
    if (value > 0) assert.ok(Math.abs(gradient[i]) < 1e-6, `a slope of ${gradient[i]} is left`);
    else assert.ok(gradient[i] > -1e-6, `a voxel at 0 has the slope ${gradient[i]}`);
  });
  engine.close();
});

Deno.test("withStages() gives what a new cascade of those stages gives", () => {
  const engine = createReferenceEngine();
  const { size, psfSize, stages } = problems["shrinkage, 2D, rectified"];
  const grid = gridFor(size, psfSize);
  const transfer = createTransfer(engine, { psf: blob(psfSize), psfSize, grid });
  const field = engine.createField(size);
  const passage = { transfer, channel: 0, sigma: 0.01 };
  const restore = (cascade: ReturnType<typeof createCascade>) => {
    engine.write(field, normals(voxelsOf(size), 3));
    return engine.readExactly(forwardStages(cascade, field, passage));
  };
  const fresh = restore(createCascade(engine, { stages, size, grid, purpose: "restore" }));
  const other = createCascade(engine, {
    stages: createStages({ ...stages[0], stageCount: 3 }),
    size,
    grid,
  });
  const before = restore(other);
  const after = restore(withStages(other, stages));
  assertClose(after, fresh, 1e-12);
  assert.notDeepEqual(before, after);
  engine.close();
});

Deno.test("createCascade() refuses a Wiener block that is not the first stage", () => {
  const engine = createReferenceEngine();
  const [stage] = createStages({ kernelSize: [1, 3, 3], kernelCount: 2 });
  const options = { stages: [stage, stage], size: [1, 4, 4], grid: [1, 4, 4] } as const;
  assert.throws(() => createCascade(engine, options), /A wiener stage cannot be stage 2/);
  engine.close();
});
