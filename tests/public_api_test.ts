// What scripts rely on: adding a name is a decision, losing one a breaking change.
import assert from "node:assert/strict";
import * as mod from "../mod.ts";

const VALUES = [
  "CancelledError",
  "DeviceLostError",
  "InputError",
  "UsageError",
  "channelOf",
  "checkPsf",
  "countModelParameters",
  "createEngine",
  "createMemoryReader",
  "createPhantom",
  "createPsf",
  "createRandom",
  "createRestorer",
  "createStage",
  "createStages",
  "createTiff",
  "createVolume",
  "decodeCheckpoint",
  "decodeModel",
  "deconvolveFile",
  "deconvolveStack",
  "degradeVolume",
  "encodeCheckpoint",
  "encodeModel",
  "encodeTiff",
  "estimateNoise",
  "evaluateMethods",
  "isNoiseAdaptive",
  "loadModel",
  "loadPsf",
  "loadPsfs",
  "measureRestoration",
  "modelMethod",
  "normalizeToPeak",
  "openDataset",
  "openStack",
  "readVolume",
  "runTraining",
  "splitDataset",
  "syntheticDataset",
  "trainTwb",
  "writeVolume",
];

const TYPES = [
  "Backend",
  "Dataset",
  "DatasetItem",
  "DeconvolveFileOptions",
  "DeconvolveOptions",
  "DeconvolveResult",
  "DegradeOptions",
  "Engine",
  "EngineOptions",
  "EvaluateOptions",
  "EvaluatedMethod",
  "EvaluationRow",
  "Initialization",
  "KernelBank",
  "LaterStageKind",
  "Metrics",
  "Model",
  "NamedPsf",
  "NoiseModel",
  "NoiseRange",
  "NoiseSeed",
  "PhantomOptions",
  "PixelType",
  "PsfModel",
  "PsfNormalization",
  "PsfOptics",
  "PsfSampling",
  "Random",
  "Region",
  "Restoration",
  "ResidualStage",
  "Restorer",
  "RestorerOptions",
  "Shape",
  "ShrinkageStage",
  "Size",
  "Stage",
  "StackInfo",
  "StackMetadata",
  "StackReader",
  "StackWriter",
  "StageOptions",
  "StagesOptions",
  "TrainConfig",
  "TrainOptions",
  "TrainProgress",
  "TrainResult",
  "TrainingHooks",
  "TrainingState",
  "TrainingSummary",
  "Volume",
  "VoxelSizeUm",
  "WienerStage",
];

Deno.test("mod.ts exports these functions and classes, and no others", () => {
  assert.deepEqual(Object.keys(mod).sort(), VALUES);
  for (const [name, value] of Object.entries(mod)) {
    assert.equal(typeof value, "function", `${name} is no function`);
  }
});

Deno.test("mod.ts exports these types, and no others", () => {
  const text = Deno.readTextFileSync(new URL("../mod.ts", import.meta.url));
  const names: string[] = [];
  for (const [, type, list] of text.matchAll(/^export (type )?\{([^}]*)\} from/gm)) {
    for (const item of list.split(",").map((part) => part.trim()).filter(Boolean)) {
      if (type || item.startsWith("type ")) names.push(item.replace(/^type /, ""));
    }
  }
  assert.deepEqual(names.sort(), TYPES.toSorted());
});
