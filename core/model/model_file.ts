/**
 * Models as JSON text. Numbers are written so that they read back as the same float64.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { decodeStages } from "./decode_stage.ts";
import type { Model, TrainingSummary } from "./model.ts";

/** Version of the format; a reader refuses any other. */
export const MODEL_FORMAT = 1;

const FORMAT_NAME = "trainable-wiener-model";

/**
 * The model's text.
 *
 * @example
 * ```ts
 * import { decodeModel, encodeModel } from "./model_file.ts";
 * import { createStage } from "../twb/initialize.ts";
 * import assert from "node:assert/strict";
 *
 * const training = {
 *   data: "synthetic cells",
 *   dataNotice: "",
 *   psfs: [],
 *   noise: { min: 0.01, max: 0.01 },
 *   epochs: 1,
 *   seed: 0,
 * };
 * const stages = [createStage()];
 * const model = { stages, channels: 1, normalization: "peak", training } as const;
 * assert.deepEqual(decodeModel(encodeModel(model), "model.json"), model);
 * ```
 */
export function encodeModel(model: Model): string {
  const listed = (_: string, value: unknown) =>
    value instanceof Float64Array ? Array.from(value) : value;
  return JSON.stringify({ format: FORMAT_NAME, version: MODEL_FORMAT, ...model }, listed) + "\n";
}

/**
 * The model of a text; `name` is what messages call it.
 *
 * @throws {InputError} when the text is not a model of this version, or is damaged.
 */
export function decodeModel(text: string, name: string): Model {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${name} is not a model: it is not JSON or was cut off; train it again`, {
      cause,
    });
  }
  if (typeof json !== "object" || json === null || json.format !== FORMAT_NAME) {
    throw new InputError(`${name} is not a model of this program; give a run folder or model.json`);
  }
  if (json.version !== MODEL_FORMAT) {
    throw new InputError(
      `${name} has model format ${json.version}; this program reads format ${MODEL_FORMAT}: ` +
        `use the version of the program that wrote it`,
    );
  }
  const check = (valid: boolean, what: string) => {
    if (!valid) throw new InputError(`${name} is damaged: ${what}; train or export it again`);
  };
  const { stages, channels, normalization, peakRatio, voxelSizeUm, training } = json;
  check(Array.isArray(stages) && stages.length > 0, "it has no stages");
  check(Number.isInteger(channels) && Number(channels) > 0, `its channels are ${channels}`);
  check(normalization === "peak", `its normalization is ${JSON.stringify(normalization)}`);
  check(
    peakRatio === undefined || (Number.isFinite(peakRatio) && Number(peakRatio) > 0),
    `its peak ratio is ${peakRatio}`,
  );
  check(typeof training === "object" && training !== null, "its training summary is missing");
  const decoded = decodeStages(stages as unknown[], check);
  for (const { kernelChannels } of decoded) {
    check(
      kernelChannels === 1 || kernelChannels === channels,
      `it is for ${channels} channels and has kernels for ${kernelChannels}`,
    );
  }
  return {
    stages: decoded,
    channels: channels as number,
    normalization: "peak",
    ...(peakRatio === undefined ? {} : { peakRatio: peakRatio as number }),
    ...(voxelSizeUm ? { voxelSizeUm: voxelSizeUm as Model["voxelSizeUm"] } : {}),
    training: decodeTraining(training as TrainingSummary),
  };
}

/** JSON writes a metric that is NaN, for want of a central crop, as null. */
function decodeTraining(training: TrainingSummary): TrainingSummary {
  if (!training.validation) return training;
  const { psnr, cpsnr, isnr, cisnr } = training.validation;
  const number = (value: number | null) => value ?? NaN;
  const validation = {
    psnr: number(psnr),
    cpsnr: number(cpsnr),
    isnr: number(isnr),
    cisnr: number(cisnr),
  };
  return { ...training, validation };
}
