/**
 * The gradients of what stages learn, summed up over channels and images.
 *
 * @module
 */
import type { ShrinkageGradients } from "../compute/engine.ts";
import { GAIN_COUNT } from "../compute/gain.ts";
import { correlateWithLags, countLags, denormalizeGradients, normalizeKernels } from "./kernels.ts";
import { regularizersOf, zeroLagOf } from "./regularizer.ts";
import { shareAt } from "./shrinkage.ts";
import {
  flattenByName,
  isShrinking,
  joinVectors,
  logNoise,
  noiseBalance,
  type ShrinkageStage,
  type Stage,
} from "./stage.ts";
import { voxelsOf } from "../volume.ts";

/** Sums over the images of a batch, for one stage. */
export interface StageGradients {
  readonly stage: Stage;
  /** R per channel of the kernels at its lags, of the stage's own numbers. */
  readonly regularizers: readonly Float64Array[];
  /** Q(lag) = dL/dR at the lags, per channel of the kernels. */
  readonly lags: readonly Float64Array[];
  /** dL/dg beside that through R, `[d, c, z, y, x]`. */
  readonly kernels: Float64Array;
  /** dL/dm and dL/dn, `[d, c, 4]`. */
  readonly gains: Float64Array;
  readonly gainSlopes: Float64Array;
  /** dL/dc and dL/dh, `[d, c]`. */
  readonly thresholdLogs: Float64Array;
  readonly thresholdExponents: Float64Array;
  /** dL/dalpha beside that through the lags. */
  alpha: number;
  noiseExponent: number;
  stepSize: number;
  /** dL/da beside that through the lags. */
  anchor: number;
  relaxation: number;
  memory: number;
}

/** Zeros to add to. */
export function createStageGradients(stage: Stage): StageGradients {
  const { kernels, kernelSize, scales } = stage;
  const regularizers = stage.kind === "coarse" ? [] : regularizersOf(stage);
  return {
    stage,
    regularizers,
    lags: regularizers.map(() => new Float64Array(countLags(kernelSize))),
    kernels: new Float64Array(kernels.length),
    gains: new Float64Array(scales.length * GAIN_COUNT),
    gainSlopes: new Float64Array(scales.length * GAIN_COUNT),
    thresholdLogs: new Float64Array(scales.length),
    thresholdExponents: new Float64Array(scales.length),
    alpha: 0,
    noiseExponent: 0,
    stepSize: 0,
    anchor: 0,
    relaxation: 0,
    memory: 0,
  };
}

/** What one channel of one image adds. */
export interface GradientShare {
  readonly channel: number;
  readonly sigma: number;
  /** `weightOf(stage, sigma)` */
  readonly weight: number;
  /** @default 1 */
  readonly factor?: number;
}

/** Adds the sums T of `Engine.regularizerGradient`: Q += -w factor T. */
export function addLagGradients(
  gradients: StageGradients,
  sums: Float64Array,
  { channel, sigma, weight, factor = 1 }: GradientShare,
): void {
  const { lags, regularizers, stage } = gradients;
  const target = lags[channel % lags.length];
  const values = regularizers[channel % lags.length];
  // The lags along z with l > 0 stand for their opposites too.
  const plane = values.length / stage.kernelSize[0];
  let inner = 0;
  for (let i = 0; i < sums.length; i++) {
    const q = -weight * factor * sums[i];
    target[i] += q;
    inner += (i < plane ? 1 : 2) * values[i] * q;
  }
  gradients.noiseExponent += 2 * logNoise(sigma) * inner;
}

/** Adds what was found of one channel's changed responses. */
export function addShrinkageGradients(
  gradients: StageGradients,
  { kernels, gains, thresholds }: ShrinkageGradients,
  { channel, sigma }: Pick<GradientShare, "channel" | "sigma">,
): void {
  const { stage } = gradients;
  if (!isShrinking(stage)) throw new TypeError(`A ${stage.kind} stage shrinks nothing`);
  const { kernelChannels } = stage;
  const own = channel % kernelChannels;
  const n = voxelsOf(stage.kernelSize);
  const level = logNoise(sigma);
  const balance = noiseBalance(sigma);
  const share = shareAt(stage, sigma);
  for (let d = 0; d < stage.kernelCount; d++) {
    const index = d * kernelChannels + own;
    for (let u = 0; u < n; u++) gradients.kernels[index * n + u] += kernels[d * n + u];
    for (let k = 0; k < GAIN_COUNT; k++) {
      const value = share * gains[d * GAIN_COUNT + k];
      gradients.gains[index * GAIN_COUNT + k] += value;
      gradients.gainSlopes[index * GAIN_COUNT + k] += balance * value;
    }
    // tau = exp(c + h level)
    const threshold = Math.exp(
      stage.thresholdLogs[index] + stage.thresholdExponents[index] * level,
    );
    gradients.thresholdLogs[index] += threshold * thresholds[d];
    gradients.thresholdExponents[index] += level * threshold * thresholds[d];
  }
}

/**
 * Adds what was found of the target that a solution is drawn to with the weight w, q + a^2 (x - o);
 * dL/dq is w F^-1[ P / L ].
 */
export function addTargetGradients(
  gradients: StageGradients,
  { product, pull }: Pick<ShrinkageGradients, "product"> & {
    /** < x - o, dL/dq > */
    readonly pull: number;
  },
  { sigma }: Pick<GradientShare, "sigma">,
): void {
  const { anchor } = gradients.stage as ShrinkageStage;
  const total = product + anchor ** 2 * pull;
  gradients.anchor += 2 * anchor * pull;
  gradients.alpha += total;
  gradients.noiseExponent += 2 * logNoise(sigma) * total;
}

/** Adds `factor` times the sums of another image to those of a batch. */
export function addGradients(
  target: StageGradients,
  source: StageGradients,
  factor: number,
): void {
  const add = (to: Float64Array, from: Float64Array) => {
    for (let i = 0; i < to.length; i++) to[i] += factor * from[i];
  };
  target.lags.forEach((lags, channel) => add(lags, source.lags[channel]));
  add(target.kernels, source.kernels);
  add(target.gains, source.gains);
  add(target.gainSlopes, source.gainSlopes);
  add(target.thresholdLogs, source.thresholdLogs);
  add(target.thresholdExponents, source.thresholdExponents);
  target.alpha += factor * source.alpha;
  target.noiseExponent += factor * source.noiseExponent;
  target.stepSize += factor * source.stepSize;
  target.anchor += factor * source.anchor;
  target.relaxation += factor * source.relaxation;
  target.memory += factor * source.memory;
}

/**
 * The gradients of everything that stages learn, in the order of `flattenStages`.
 *
 *     dL/dalpha = sum_lag R(lag) Q(lag),   dL/dg_d(u) = 2 sum_lag Q(lag) g_d(u + lag),
 *     dL/da = 2 a Q(0)
 */
export function gradStages(gradients: readonly StageGradients[]): Float64Array {
  return joinVectors(gradients.map(gradStage));
}

function gradStage(gradients: StageGradients): Float64Array {
  const { stage, lags } = gradients;
  if (stage.kind === "coarse") {
    return flattenByName(stage, {
      ...gradients,
      ...denormalizeGradients(stage, gradients.kernels),
    });
  }
  const { kernels } = normalizeKernels(stage);
  const gradKernels = new Float64Array(kernels.length);
  lags.forEach((values, channel) =>
    correlateWithLags(kernels, gradKernels, { ...stage, channel, lags: values })
  );
  const { anchor: own } = stage.kind === "shrinkage" ? stage : { anchor: 0 };
  const atZero = lags.reduce((sum, values) => sum + values[zeroLagOf(stage.kernelSize)], 0);
  const anchor = gradients.anchor + 2 * own * atZero;
  // sum_lag R Q = sum_d < g_d, dL/dg_d > / 2 + a^2 Q(0), for R is quadratic in the kernels.
  let alpha = gradients.alpha + own ** 2 * atZero;
  for (let i = 0; i < kernels.length; i++) alpha += kernels[i] * gradKernels[i] / 2;
  for (let i = 0; i < kernels.length; i++) gradKernels[i] += gradients.kernels[i];
  const denormalized = denormalizeGradients(stage, gradKernels);
  return flattenByName(stage, { ...gradients, ...denormalized, alpha, anchor });
}
