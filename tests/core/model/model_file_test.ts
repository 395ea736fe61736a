import assert from "node:assert/strict";
import { loadModel } from "../../../core/model/load_model.ts";
import { decodeModel, encodeModel, MODEL_FORMAT } from "../../../core/model/model_file.ts";
import { countModelParameters, isNoiseAdaptive, type Model } from "../../../core/model/model.ts";
import { createStages } from "../../../core/twb/initialize.ts";
import { learnedStage, modelOf } from "../../support/stage.ts";
import { inFolder, inputError } from "../dataset/write_stack.ts";

const stage = learnedStage({
  kernelSize: [2, 3, 3],
  kernelCount: 3,
  kernelChannels: 2,
  noiseExponent: 1,
  positivity: "rectify",
});
const model: Model = {
  ...modelOf(stage),
  voxelSizeUm: { x: 0.098, y: 0.098, z: 0.203 },
  training: {
    data: "cells/",
    dataNotice: "for research only",
    psfs: ["hela3d/psf1"],
    noise: { min: 0.01, max: 0.03 },
    epochs: 7,
    seed: 5,
    validation: { psnr: 31.25, cpsnr: 30.5, isnr: 4.125, cisnr: 5.0625 },
  },
};

Deno.test("a model reads back as it was written, bit for bit", () => {
  const odd = Float64Array.from(stage.kernels);
  odd.set([Number.MIN_VALUE, -Number.MAX_VALUE, 1 / 3, -0.1, 5e-324]);
  const written = { ...model, stages: [{ ...stage, kernels: odd, alpha: Math.PI }] };
  assert.deepEqual(decodeModel(encodeModel(written), "model.json"), written);
});

Deno.test("a model without validation or voxel size reads back", () => {
  const plain = modelOf(learnedStage({ kernelSize: [1, 3, 3], kernelCount: 2 }));
  assert.deepEqual(decodeModel(encodeModel(plain), "model.json"), plain);
});

const cascade: Model = {
  ...model,
  stages: [
    ...createStages({ ...stage, stageCount: 2, stageKind: "shrinkage", positivity: "rectify" }),
    createStages({ ...stage, stageCount: 2, stageKind: "residual" })[1],
    createStages({ ...stage, coarseFactors: [[1, 4, 5]], coarseKernelCount: 2 })[1],
  ],
};

Deno.test("a model of every kind of stage reads back as it was written", () => {
  const decoded = decodeModel(encodeModel(cascade), "model.json");
  assert.deepEqual(decoded, cascade);
  assert.deepEqual(
    decoded.stages.map(({ kind }) => kind),
    ["wiener", "shrinkage", "residual", "coarse"],
  );
});

/** The cascade's JSON with a stage changed. */
function changedLater(index: number, change: Record<string, unknown>): string {
  const json = JSON.parse(encodeModel(cascade));
  Object.assign(json.stages[index], change);
  return JSON.stringify(json);
}

for (
  const [what, text, ...parts] of [
    ["a Wiener block behind the first", changedLater(1, { kind: "wiener" }), "stage 2", "wiener"],
    ["no step size", changedLater(2, { stepSize: null }), "stage 3", "step size"],
    ["too few gains", changedLater(1, { gains: [1] }), "stage 2", "the gains are not"],
    [
      "no slopes",
      changedLater(1, { gainSlopes: undefined }),
      "stage 2",
      "the gains' slopes are not",
    ],
    ["thresholds as texts", changedLater(1, { thresholdLogs: ["a"] }), "stage 2", "thresholds"],
    ["one threshold exponent", changedLater(1, { thresholdExponents: 0.7 }), "threshold exponents"],
    ["an anchor as a text", changedLater(1, { anchor: "1" }), "stage 2", "the anchor is 1"],
    ["no relaxation", changedLater(1, { relaxation: undefined }), "stage 2", "the relaxation is"],
    [
      "nodes at no distance",
      changedLater(3, { factor: [1, 0, 4] }),
      "stage 4",
      "distance of nodes",
    ],
    ["nodes along two axes", changedLater(3, { factor: [4, 4] }), "stage 4", "distance of nodes"],
    [
      "a coarse stage without gains",
      changedLater(3, { gains: [] }),
      "stage 4",
      "the gains are not",
    ],
    ["kernels for other channels", changedLater(1, { kernelChannels: 5 }), "stage 2"],
  ]
) {
  Deno.test(`decodeModel() refuses a cascade with ${what} in one line`, () => {
    assert.throws(() => decodeModel(text, "m.json"), inputError("m.json", "damaged", ...parts));
  });
}

Deno.test("a metric that a stack is too small for stays not-a-number", () => {
  const training = {
    ...model.training,
    validation: { psnr: 30, cpsnr: NaN, isnr: 4, cisnr: NaN },
  };
  const written = { ...model, training };
  assert.deepEqual(decodeModel(encodeModel(written), "model.json"), written);
});

Deno.test("countModelParameters() and isNoiseAdaptive() look at all stages", () => {
  assert.equal(countModelParameters(model), 3 * 2 * (18 + 1) + 1);
  assert.ok(isNoiseAdaptive(model));
  assert.ok(!isNoiseAdaptive(modelOf(learnedStage({ kernelCount: 2 }))));
});

/** The model's JSON with something changed. */
function changed(change: (json: Record<string, unknown>) => void): string {
  const json = JSON.parse(encodeModel(model));
  change(json);
  return JSON.stringify(json);
}

function changedStage(change: Record<string, unknown>): string {
  return changed((json) => Object.assign((json.stages as Record<string, unknown>[])[0], change));
}

for (
  const [what, text, ...parts] of [
    ["a model of another version", changed((json) => json.version = MODEL_FORMAT + 1), "format 2"],
    ["a model without a version", changed((json) => delete json.version), "format undefined"],
    [
      "a file of another program",
      `{"format":"weights","version":1}`,
      "not a model of this program",
    ],
    ["JSON that is no object", "[1, 2]", "not a model of this program"],
    ["JSON null", "null", "not a model of this program"],
    ["an empty file", "", "cut off"],
    ["a truncated file", encodeModel(model).slice(0, 500), "cut off"],
    ["a text", "II*\0", "not JSON"],
    ["no stages", changed((json) => json.stages = []), "damaged", "no stages"],
    ["stages that are no list", changed((json) => json.stages = 3), "damaged", "no stages"],
    ["a stage that is null", changed((json) => json.stages = [null]), "damaged", "stage 1"],
    ["no channels", changed((json) => delete json.channels), "damaged", "channels"],
    ["channels its kernels have not", changed((json) => json.channels = 3), "damaged", "channels"],
    ["another normalization", changed((json) => json.normalization = "mean"), "damaged", `"mean"`],
    ["no summary", changed((json) => json.training = null), "damaged", "training summary"],
    ["an unknown kind", changedStage({ kind: "unrolled" }), "stage 1", `"unrolled"`],
    [
      "another first stage",
      changedStage({ kind: "residual", stepSize: 1 }),
      "only the first stage",
    ],
    ["too few kernels", changedStage({ kernels: [1, 2] }), "damaged", "kernels"],
    ["kernels with null", changedStage({ kernels: Array(108).fill(null) }), "damaged", "kernels"],
    ["too many scales", changedStage({ scales: Array(7).fill(1) }), "damaged", "scales"],
    ["a kernel size of two", changedStage({ kernelSize: [3, 3] }), "damaged", "size"],
    ["a kernel size of 0", changedStage({ kernelSize: [0, 3, 3] }), "damaged", "size"],
    ["no count", changedStage({ kernelCount: -1 }), "damaged", "count"],
    ["alpha as a text", changedStage({ alpha: "-5" }), "damaged", "alpha"],
    ["no noise exponent", changedStage({ noiseExponent: null }), "damaged", "noise exponent"],
    ["another positivity", changedStage({ positivity: "clip" }), "damaged", "positivity"],
  ]
) {
  Deno.test(`decodeModel() refuses ${what} in one line`, () => {
    assert.throws(() => decodeModel(text, "m.json"), inputError("m.json", ...parts));
  });
}

Deno.test("loadModel() takes a run folder or the file in it", () =>
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/model.json`, encodeModel(model));
    assert.deepEqual(loadModel(folder), model);
    assert.deepEqual(loadModel(`${folder}/`), model);
    assert.deepEqual(loadModel(`${folder}/model.json`), model);
  }));

Deno.test("loadModel() says what is missing", () =>
  inFolder((folder) => {
    assert.throws(() => loadModel(`${folder}/none`), inputError("none", "no such file"));
    assert.throws(() => loadModel(folder), inputError(folder, "without a model.json"));
    Deno.mkdirSync(`${folder}/model.json`);
    assert.throws(() => loadModel(folder), inputError(folder, "without a model.json"));
  }));
