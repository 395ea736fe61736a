import assert from "node:assert/strict";
import { createStage, createStages } from "../../../core/twb/initialize.ts";
import {
  countParameters,
  flattenStages,
  LEAST_SIGMA,
  weightOf,
  withParameters,
} from "../../../core/twb/stage.ts";
import { learnedStage } from "../../support/stage.ts";

Deno.test("countParameters() is 3421 for 15 kernels 5x5x3 on three channels", () => {
  // A. Moskalev's slides, 2019: 15 * 3 * (75 + 1) + 1.
  const stage = createStage({ kernelSize: [3, 5, 5], kernelCount: 15, kernelChannels: 3 });
  assert.equal(countParameters(stage), 3421);
  assert.equal(flattenStages([stage]).length, 3421);
});

Deno.test("countParameters() counts shared kernels once", () => {
  const stage = createStage({ kernelSize: [3, 5, 5], kernelCount: 15, kernelChannels: 1 });
  assert.equal(countParameters(stage), 15 * 76 + 1);
});

Deno.test("withParameters() puts back what flattenStages() took out", () => {
  const stage = learnedStage({ kernelSize: [2, 3, 3], kernelCount: 4, kernelChannels: 2 });
  const blank = createStage({ kernelSize: [2, 3, 3], kernelCount: 4, kernelChannels: 2 });
  assert.deepEqual(withParameters([blank], flattenStages([stage])), [stage]);
});

Deno.test("weightOf() is e^alpha for a fixed weight, whatever the noise", () => {
  const stage = createStage({ alpha: -2 });
  assert.equal(weightOf(stage, 0), Math.exp(-2));
  assert.equal(weightOf(stage, 0.5), Math.exp(-2));
});

Deno.test("weightOf() grows with the noise variance in a noise-adaptive stage", () => {
  const stage = createStage({ alpha: -2, noiseExponent: 1 });
  assert.ok(Math.abs(weightOf(stage, 0.01) / Math.exp(-2) - 1) < 1e-12);
  assert.ok(Math.abs(weightOf(stage, 0.03) / weightOf(stage, 0.01) - 9) < 1e-12);
  // A stack without visible noise still has a weight.
  assert.equal(weightOf(stage, 0), weightOf(stage, LEAST_SIGMA));
  assert.ok(weightOf(stage, 0) > 0);
});

for (
  const [name, kind] of [
    ["residual", { stageKind: "residual" }],
    ["shrinkage", { stageKind: "shrinkage" }],
    ["coarse", { coarseFactors: [[1, 4, 4], [1, 2, 2]] }],
  ] as const
) {
  Deno.test(`withParameters() puts back what flattenStages() took out of a ${name} cascade`, () => {
    const options = { kernelSize: [1, 3, 3], kernelCount: 3, stageCount: 3 } as const;
    const stages = createStages({ ...options, ...kind });
    const learned = flattenStages(stages).map((value, i) => value + Math.sin(i));
    const moved = withParameters(stages, learned);
    assert.deepEqual(flattenStages(moved), learned);
    assert.deepEqual(withParameters(moved, flattenStages(stages)), stages);
  });
}

Deno.test("countParameters() of cascades is as the equations have it", () => {
  // T (D C (n + 1) + 3), without a step size in the first stage; D C (n + 11) + 5 with shrinkage.
  const of = (options: Parameters<typeof createStages>[0]) =>
    createStages(options).map(countParameters);
  const bank = { kernelSize: [3, 5, 5], kernelCount: 15, kernelChannels: 2 } as const;
  assert.deepEqual(of({ ...bank, stageCount: 3, stageKind: "residual" }), [2282, 2283, 2283]);
  assert.deepEqual(of({ ...bank, stageCount: 2, stageKind: "shrinkage" }), [2282, 30 * 86 + 5]);
  // D C (n + 11) on a coarser scale, with 16 kernels if nothing is said.
  assert.deepEqual(of({ ...bank, coarseFactors: [[1, 4, 4]] }), [2282, 32 * 86]);
  const few = { kernelSize: [1, 3, 3], kernelCount: 3, coarseFactors: [[1, 4, 4]] } as const;
  assert.deepEqual(of(few), [32, 8 * 20]);
});
