/**
 * The stages of a model file, checked number by number.
 *
 * @module
 */
import type { KernelBank, Stage } from "../twb/stage.ts";
import { GAIN_COUNT } from "../compute/gain.ts";
import { type Size, voxelsOf } from "../volume.ts";

/** Throws unless something is valid; `what` is wrong otherwise. */
type Check = (valid: boolean, what: string) => void;

/** The stages of parsed JSON; `check` throws what a message says of a damaged one. */
export function decodeStages(stages: readonly unknown[], check: Check): readonly Stage[] {
  return stages.map((stage, index) => {
    const own: Check = (valid, what) => check(valid, `in stage ${index + 1}, ${what}`);
    own(typeof stage === "object" && stage !== null, `there is ${JSON.stringify(stage)}`);
    const decoded = decodeStage(stage as Record<string, unknown>, own);
    own(
      (decoded.kind === "wiener") === (index === 0),
      `the kind is "${decoded.kind}", and only the first stage is a Wiener block`,
    );
    return decoded;
  });
}

function decodeStage(json: Record<string, unknown>, check: Check): Stage {
  const { kind, positivity, noiseWeight } = json;
  const number = (name: string, what: string): number => {
    check(Number.isFinite(json[name]), `${what} is ${json[name]}`);
    return json[name] as number;
  };
  check(
    kind === "wiener" || kind === "residual" || kind === "shrinkage" || kind === "coarse",
    `the kind is ${JSON.stringify(kind)}, which this version of the program does not know`,
  );
  const bank = decodeBank(json, check);
  check(positivity === "none" || positivity === "rectify", `positivity is ${positivity}`);
  const count = bank.scales.length;
  const numbers = (name: string, what: string, count: number) =>
    decodeNumbers(json[name], { count, what, check });
  const shrinking = () => ({
    gains: numbers("gains", "gains", GAIN_COUNT * count),
    gainSlopes: numbers("gainSlopes", "gains' slopes", GAIN_COUNT * count),
    thresholdLogs: numbers("thresholdLogs", "thresholds", count),
    thresholdExponents: numbers("thresholdExponents", "threshold exponents", count),
  });
  if (kind === "coarse") {
    return {
      kind,
      ...bank,
      ...shrinking(),
      factor: decodeSize(json.factor, "the distance of nodes", check),
      positivity: positivity as "none" | "rectify",
    };
  }
  const shared = {
    ...bank,
    alpha: number("alpha", "alpha"),
    noiseExponent: number("noiseExponent", "the noise exponent"),
    positivity: positivity as "none" | "rectify",
  };
  if (kind === "residual") {
    return { kind, ...shared, stepSize: number("stepSize", "the step size") };
  }
  if (kind === "shrinkage") {
    return {
      kind,
      ...shared,
      ...shrinking(),
      anchor: number("anchor", "the anchor"),
      relaxation: number("relaxation", "the relaxation"),
      memory: number("memory", "the memory"),
    };
  }
  check(
    noiseWeight === undefined || noiseWeight === "fixed" || noiseWeight === "learned",
    `the noise weight is ${noiseWeight}`,
  );
  return {
    kind: "wiener",
    ...shared,
    ...(noiseWeight === undefined ? {} : { noiseWeight: noiseWeight as "fixed" | "learned" }),
  };
}

function decodeBank(json: Record<string, unknown>, check: Check): KernelBank {
  const { kernelCount, kernelChannels } = json;
  const size = decodeSize(json.kernelSize, "the kernels' size", check);
  check(isCount(kernelCount) && isCount(kernelChannels), "the kernels' count is not positive");
  const count = Number(kernelCount) * Number(kernelChannels);
  return {
    kernelSize: size,
    kernelCount: kernelCount as number,
    kernelChannels: kernelChannels as number,
    kernels: decodeNumbers(json.kernels, { count: count * voxelsOf(size), what: "kernels", check }),
    scales: decodeNumbers(json.scales, { count, what: "scales", check }),
  };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

function decodeSize(value: unknown, what: string, check: Check): Size {
  check(
    Array.isArray(value) && value.length === 3 && value.every(isCount),
    `${what} is not three positive integers`,
  );
  return value as unknown as Size;
}

function decodeNumbers(
  values: unknown,
  { count, what, check }: { count: number; what: string; check: Check },
): Float64Array {
  check(
    Array.isArray(values) && values.length === count && values.every(Number.isFinite),
    `the ${what} are not the numbers they should be`,
  );
  return Float64Array.from(values as number[]);
}
