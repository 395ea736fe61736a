/**
 * The page that a training leaves behind.
 *
 * @module
 */
import { GAIN_COUNT } from "../compute/gain.ts";
import type { Dataset } from "../dataset/dataset.ts";
import type { Metrics } from "../loss/metrics.ts";
import { countModelParameters, type Model } from "../model/model.ts";
import { writeRunFile } from "../model/run_folder.ts";
import type { Column } from "../report/cell.ts";
import { describeStages } from "../report/model_stages.ts";
import { renderReport, type ReportExample } from "../report/page.ts";
import type { TrainConfig } from "../run_training.ts";
import {
  type CoarseStage,
  isNoiseAdaptive,
  isShrinking,
  type ShrinkageStage,
  type Stage,
} from "../twb/stage.ts";
import { VERSION } from "../version.ts";
import { formatSize } from "../volume.ts";
import type { TrainingState } from "./checkpoint.ts";
import { validateItem, type ValidationOptions } from "./validation.ts";

/** Stacks shown as pictures. */
const EXAMPLES = 3;

/** Restores a few validation stacks and writes report.html into the run folder. */
export async function writeTrainingReport(
  folder: string,
  { config, model, state, validation, checking }: {
    readonly config: TrainConfig;
    readonly model: Model;
    readonly state: TrainingState;
    readonly validation: Dataset;
    readonly checking: ValidationOptions;
  },
): Promise<void> {
  const examples: ReportExample[] = [];
  const rows: (readonly [name: string, metrics: ReportExample["metrics"]])[] = [];
  for (let index = 0; index < validation.items.length; index++) {
    const example = await validateItem(validation, index, { ...checking, model });
    rows.push([example.name, example.metrics]);
    if (index < EXAMPLES) examples.push(example);
  }
  const html = await renderReport({
    title: `Trainable Wiener deconvolution: ${folder}`,
    created: new Date().toISOString(),
    summary: summarize(config, model, state),
    history: state.history,
    stages: describeStages(model),
    examples,
    tables: [{
      title: "Validation stacks",
      columns: [
        { key: "stack", title: "Stack" },
        decibels("psnr_in_db", "PSNR in"),
        decibels("psnr_db", "PSNR"),
        decibels("cpsnr_db", "CPSNR"),
        decibels("isnr_db", "ISNR"),
        decibels("cisnr_db", "CISNR"),
        { key: "ssim", title: "SSIM", kind: "number", digits: 4 },
      ],
      rows: rows.map(([name, { degraded, restored }]) => [name, ...numbersOf(degraded, restored)]),
    }],
  });
  writeRunFile(folder, "report", html);
}

/** What a stage has learned beside its kernels. */
function describeStage(stage: Stage): string {
  const number = (value: number) => value.toFixed(3).replace("-", "−");
  const range = (values: ArrayLike<number>) => {
    const sorted = Array.from(values).sort((a, b) => a - b);
    const [least, most] = [sorted[0], sorted.at(-1)!].map((value) => value.toPrecision(3));
    return least === most ? least : `${least} to ${most}`;
  };
  const parts: string[] = [];
  if (stage.kind === "coarse") {
    parts.push(
      `${stage.kernelCount} kernels of ${formatSize(stage.kernelSize)} on means around every ` +
        `${formatSize(stage.factor)} voxels`,
    );
  } else {
    parts.push(`α = ${number(stage.alpha)}`);
    if (isNoiseAdaptive(stage)) parts.push(`b = ${number(stage.noiseExponent)}`);
  }
  if (stage.kind === "residual") parts.push(`μ = ${number(stage.stepSize)}`);
  if (isShrinking(stage)) {
    parts.push(
      `thresholds at 1 % noise ${range(stage.thresholdLogs.map(Math.exp))}`,
      `h ${range(stage.thresholdExponents)}`,
      `gains of the strongest ${range(strongestGains(stage))}`,
    );
  }
  if (stage.kind === "shrinkage") {
    parts.push(
      `a = ${number(stage.anchor)}, p = ${number(stage.relaxation)}, k = ${number(stage.memory)}`,
    );
  }
  return parts.join(", ");
}

/** Of the responses far above their threshold, at 1 % noise. */
function strongestGains({ gains }: ShrinkageStage | CoarseStage): readonly number[] {
  return Array.from(
    { length: gains.length / GAIN_COUNT },
    (_, i) =>
      gains.subarray(i * GAIN_COUNT, (i + 1) * GAIN_COUNT).reduce((sum, gain) => sum + gain, 0),
  );
}

function decibels(key: string, title: string): Column {
  return { key, title, unit: "dB", kind: "number", digits: 2 };
}

function numbersOf(degraded: Metrics, restored: Metrics): number[] {
  const { psnr, cpsnr, isnr, cisnr, ssim } = restored;
  return [degraded.psnr, psnr, cpsnr, isnr, cisnr, ssim];
}

function summarize(
  config: TrainConfig,
  model: Model,
  state: TrainingState,
): (readonly [label: string, value: string])[] {
  const [stage] = model.stages;
  const percent = ({ min, max }: TrainConfig["noise"]) =>
    min === max ? `${+(min * 100).toPrecision(3)} %` : `${min * 100} to ${max * 100} %`;
  return [
    ["Data", model.training.data],
    ["PSFs", model.training.psfs.join(", ")],
    ["Noise", percent(config.noise)],
    [
      "Kernels",
      `${stage.kernelCount} of ${stage.kernelSize.toReversed().join("x")}, ${config.init}`,
    ],
    ["Parameters", String(countModelParameters(model))],
    ...model.stages.map((stage, index) =>
      [
        model.stages.length > 1 ? `Stage ${index + 1} (${stage.kind})` : "Stage",
        describeStage(stage),
      ] as const
    ),
    ["Best epoch", state.best ? `${state.best.epoch} of ${state.epoch}` : String(state.epoch)],
    ["Seed", String(config.seed)],
    ["Program", `${VERSION}, Deno ${Deno.version.deno}`],
  ];
}
