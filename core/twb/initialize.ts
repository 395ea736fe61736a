/**
 * Kernels to start from: dictionaries, or random ones.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { createRandom } from "../random.ts";
import { type Size, voxelsOf } from "../volume.ts";
import type { CoarseStage, KernelBank, LaterStageKind, Stage, WienerStage } from "./stage.ts";

/** Where the kernels come from. */
export type Initialization = "dct" | "gabor" | "xavier";

/** What a new stage is made from. */
export interface StageOptions {
  /** `[z, y, x]` @default [3, 5, 5] */
  readonly kernelSize?: Size;
  /** D, or "full": as many as the size has without the constant one. @default 15 */
  readonly kernelCount?: number | "full";
  /** C, or 1 for kernels that all channels share. @default 1 */
  readonly kernelChannels?: number;
  /** @default "dct" */
  readonly initialization?: Initialization;
  /** @default -5.5 */
  readonly alpha?: number;
  /** @default 0 */
  readonly noiseExponent?: number;
  /** @default "none" */
  readonly positivity?: "none" | "rectify";
  /** For "xavier". @default 0 */
  readonly seed?: number;
}

const DEFAULT_KERNEL_SIZE: Size = [3, 5, 5];

/**
 * An untrained block: kernels of the chosen initialization, scales 1.
 *
 * @throws {InputError} when the size has fewer kernels of this kind than asked for.
 *
 * @example
 * ```ts
 * import { createStage } from "./initialize.ts";
 * import assert from "node:assert/strict";
 *
 * const stage = createStage({ kernelSize: [1, 5, 5], kernelCount: "full" });
 * assert.equal(stage.kernelCount, 24);
 * ```
 */
export function createStage(options: StageOptions = {}): WienerStage {
  const { alpha = -5.5, noiseExponent = 0, positivity = "none" } = options;
  return { kind: "wiener", ...createBank(options), alpha, noiseExponent, positivity };
}

/** Kernels of the chosen initialization, scales 1. */
function createBank(options: StageOptions): KernelBank {
  const kernelSize = options.kernelSize ?? DEFAULT_KERNEL_SIZE;
  const kernelChannels = options.kernelChannels ?? 1;
  const initialization = options.initialization ?? "dct";
  const n = voxelsOf(kernelSize);
  if (n < 2) {
    throw new InputError("A kernel of one voxel has no zero-mean form; use at least 3x1");
  }
  const kernelCount = options.kernelCount === "full" ? n - 1 : options.kernelCount ?? 15;
  if (initialization === "dct" && kernelCount > n - 1) {
    throw new InputError(
      `A ${kernelSize.toReversed().join("x")} DCT dictionary has ${n - 1} kernels without its ` +
        `constant one, not ${kernelCount}; ask for fewer (--kernels) or larger ones (--kernel-size)`,
    );
  }
  const kernels = new Float64Array(kernelCount * kernelChannels * n);
  const dictionary = initialization === "dct"
    ? dctAtoms(kernelSize)
    : initialization === "gabor"
    ? gaborAtoms(kernelSize, kernelCount)
    : undefined;
  const random = createRandom(options.seed ?? 0, 0x1a17);
  // Glorot & Bengio 2010 for a layer from one image to D responses.
  const deviation = Math.sqrt(2 / (n + kernelCount * n));
  for (let d = 0; d < kernelCount; d++) {
    for (let c = 0; c < kernelChannels; c++) {
      const start = (d * kernelChannels + c) * n;
      for (let k = 0; k < n; k++) {
        kernels[start + k] = dictionary ? dictionary[d][k] : deviation * random.normal();
      }
    }
  }
  const scales = new Float64Array(kernelCount * kernelChannels).fill(1);
  return { kernelSize, kernelCount, kernelChannels, kernels, scales };
}

/** What the stages of a model are made from. */
export interface StagesOptions extends StageOptions {
  /** T, the first block included. @default 1 */
  readonly stageCount?: number;
  /** Of the stages behind the first. @default "shrinkage" */
  readonly stageKind?: LaterStageKind;
  /** Of coarse stages at the end, one for each: voxels from node to node, `[z, y, x]`. */
  readonly coarseFactors?: readonly Size[];
  /** Of every coarse stage. @default 16, or as many as their size has */
  readonly coarseKernelCount?: number;
}

/** Starting values of later stages, as measured on microscopy images (see `mathematics.md`). */
const LATER = {
  alpha: -4,
  noiseExponent: 0.7,
  thresholdLog: -2.5,
  thresholdExponent: 0.7,
  /** Only what is about as strong as the threshold is kept, and made stronger. */
  gains: [0, 0, 1.35, 0],
  anchor: 1.3,
  relaxation: 1.4,
  memory: 0.9,
};

/** Starting values of coarse stages: a small part is taken away of what is weak. */
const COARSE = {
  scale: 0.25,
  thresholdLog: -6.4,
  thresholdExponent: 1,
  gains: [1, -1 / 3, -1 / 3, -1 / 3],
};

/**
 * An untrained model's stages: the block of `createStage`, and T - 1 stages that follow it, all with
 * the same kernels to begin with, then the coarse ones. In a cascade the noise exponents are learned.
 *
 * @example
 * ```ts
 * import { createStages } from "./initialize.ts";
 * import { countParameters } from "./stage.ts";
 * import assert from "node:assert/strict";
 *
 * const stages = createStages({ kernelSize: [1, 5, 5], kernelCount: 24, stageCount: 4 });
 * assert.equal(stages.reduce((sum, stage) => sum + countParameters(stage), 0), 3233);
 * ```
 */
export function createStages(options: StagesOptions = {}): readonly Stage[] {
  const { stageCount = 1, stageKind = "shrinkage", coarseFactors = [] } = options;
  const first = createStage(options);
  if (stageCount === 1 && coarseFactors.length === 0) return [first];
  const { alpha, noiseExponent, anchor, relaxation, memory } = LATER;
  const { kernels, scales } = first;
  const later = Array.from({ length: stageCount - 1 }, (): Stage => {
    const shared = {
      ...first,
      kernels: kernels.slice(),
      scales: scales.slice(),
      alpha,
      noiseExponent,
    };
    if (stageKind === "residual") return { ...shared, kind: "residual", stepSize: 1 };
    return {
      ...shared,
      ...createGains(scales.length, LATER),
      kind: "shrinkage",
      anchor,
      relaxation,
      memory,
    };
  });
  const coarse = coarseFactors.map((factor) => createCoarseStage(options, factor));
  return [{ ...first, noiseExponent, noiseWeight: "learned" }, ...later, ...coarse];
}

/** An untrained stage on a coarser scale. */
function createCoarseStage(
  options: StagesOptions,
  factor: Size,
): CoarseStage {
  const most = voxelsOf(options.kernelSize ?? DEFAULT_KERNEL_SIZE) - 1;
  const bank = createBank({
    ...options,
    kernelCount: options.coarseKernelCount ?? Math.min(16, most),
  });
  return {
    kind: "coarse",
    ...bank,
    scales: bank.scales.fill(COARSE.scale),
    ...createGains(bank.scales.length, COARSE),
    factor,
    positivity: options.positivity ?? "none",
  };
}

/** The same gains and thresholds for so many kernels. */
function createGains(
  count: number,
  { gains, thresholdLog, thresholdExponent }: Omit<typeof COARSE, "scale">,
) {
  return {
    gains: Float64Array.from(Array.from({ length: count }, () => gains).flat()),
    gainSlopes: new Float64Array(count * gains.length),
    thresholdLogs: new Float64Array(count).fill(thresholdLog),
    thresholdExponents: new Float64Array(count).fill(thresholdExponent),
  };
}

/** The separable DCT-II without its mean, by total frequency (fractions of each axis' highest). */
function dctAtoms([depth, height, width]: Size): readonly Float64Array[] {
  const atoms: { frequency: number; values: Float64Array }[] = [];
  for (let fz = 0; fz < depth; fz++) {
    for (let fy = 0; fy < height; fy++) {
      for (let fx = 0; fx < width; fx++) {
        if (fz + fy + fx === 0) continue;
        const values = new Float64Array(depth * height * width);
        let i = 0;
        for (let z = 0; z < depth; z++) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              values[i++] = cosine(z, fz, depth) * cosine(y, fy, height) * cosine(x, fx, width);
            }
          }
        }
        atoms.push({ frequency: fz + fy + fx, values: unit(values) });
      }
    }
  }
  return atoms.sort((a, b) => a.frequency - b.frequency).map(({ values }) => values);
}

function cosine(position: number, frequency: number, length: number): number {
  return Math.cos(Math.PI * frequency * (2 * position + 1) / (2 * length));
}

/**
 * Real Gabor (Morlet) filters: a wave under a Gaussian whose width follows the wavelength, minus what
 * makes its mean vanish. Orientations spread evenly over a half sphere (or half circle in 2D); three
 * frequencies, cosine and sine phase in turn.
 */
function gaborAtoms([depth, height, width]: Size, count: number): readonly Float64Array[] {
  const frequencies = [0.25, 0.4, 0.15];
  const directions = Math.ceil(count / (frequencies.length * 2));
  const atoms: Float64Array[] = [];
  for (let index = 0; index < count; index++) {
    const frequency = frequencies[index % frequencies.length];
    const sinePhase = Math.floor(index / frequencies.length) % 2 === 1;
    const [dx, dy, dz] = direction(
      Math.floor(index / (frequencies.length * 2)),
      directions,
      depth > 1,
    );
    const spread = 0.5 / frequency;
    const envelope = new Float64Array(depth * height * width);
    const wave = new Float64Array(envelope.length);
    let i = 0;
    for (let z = 0; z < depth; z++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++, i++) {
          const [px, py, pz] = [x - (width - 1) / 2, y - (height - 1) / 2, z - (depth - 1) / 2];
          const phase = 2 * Math.PI * frequency * (dx * px + dy * py + dz * pz);
          envelope[i] = Math.exp(-(px * px + py * py + pz * pz) / (2 * spread * spread));
          wave[i] = sinePhase ? Math.sin(phase) : Math.cos(phase);
        }
      }
    }
    const total = envelope.reduce((sum, value) => sum + value, 0);
    const mean = envelope.reduce((sum, value, k) => sum + value * wave[k], 0) / total;
    atoms.push(unit(envelope.map((value, k) => value * (wave[k] - mean))));
  }
  return atoms;
}

/** Direction `index` of `count`: evenly on a half circle, or on a half sphere by a golden spiral. */
function direction(index: number, count: number, spatial: boolean): [number, number, number] {
  if (!spatial) {
    const angle = Math.PI * index / count;
    return [Math.cos(angle), Math.sin(angle), 0];
  }
  const z = index / count;
  const angle = index * Math.PI * (3 - Math.sqrt(5));
  const radius = Math.sqrt(1 - z * z);
  return [radius * Math.cos(angle), radius * Math.sin(angle), z];
}

function unit(values: Float64Array): Float64Array {
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  if (norm < 1e-9) {
    throw new InputError(
      "Gabor filters need kernels of two voxels or more along x and y; use --init dct",
    );
  }
  return values.map((value) => value / norm);
}
