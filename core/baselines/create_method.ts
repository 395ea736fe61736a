/**
 * From what restores one channel to a method: checks, channels one after the other, progress.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import { InputError } from "../errors.ts";
import {
  assertFinite,
  channelOf,
  createVolume,
  type Size,
  sizeOf,
  type Volume,
} from "../volume.ts";
import type { BaselineInput, BaselineMethod, Boundary } from "./method.ts";

/** One channel to restore, checked. */
export interface ChannelInput {
  readonly observed: Float32Array;
  /** Of the stack, `[z, y, x]`. */
  readonly size: Size;
  readonly psf: Float32Array;
  /** `[z, y, x]` */
  readonly psfSize: Size;
  readonly boundary: Boundary;
  readonly iterations: number;
  readonly signal?: AbortSignal;
  onIteration?(iteration: number, iterations: number): void;
}

/** A method as its file describes it. */
export interface MethodSpec
  extends
    Pick<BaselineMethod, "name" | "label" | "parameter" | "boundaries" | "series" | "iterations"> {
  /** "count": a whole number of at least 1; "weight": 0 or more; "positive": above 0. */
  readonly parameterKind: "count" | "weight" | "positive";
  /** The restored channel for every parameter, in their order. */
  run(
    engine: Engine,
    channel: ChannelInput,
    parameters: readonly number[],
  ): Promise<readonly Float32Array[]>;
}

/** The method of a description. */
export function createMethod(spec: MethodSpec): BaselineMethod {
  const { name, label, parameter, boundaries, series, iterations } = spec;
  const restoreSeries: BaselineMethod["restoreSeries"] = (engine, input) =>
    restoreChannels(engine, { spec, input, parameters: input.parameters });
  return {
    name,
    label,
    parameter,
    boundaries,
    series,
    iterations,
    restoreSeries,
    async restore(engine, input) {
      const [restored] = await restoreSeries(engine, { ...input, parameters: [input.parameter] });
      return restored;
    },
  };
}

async function restoreChannels(
  engine: Engine,
  options: {
    readonly spec: MethodSpec;
    readonly input: BaselineInput;
    readonly parameters: readonly number[];
  },
): Promise<readonly Volume[]> {
  const { spec, input, parameters } = options;
  const { observed, psf, boundary = spec.boundaries[0], iterations = spec.iterations ?? 1 } = input;
  assertInput(spec, { ...input, boundary, iterations, parameters });
  const channels = observed.shape[0];
  const results = parameters.map(() =>
    createVolume(observed.shape, undefined, observed.voxelSizeUm)
  );
  for (let channel = 0; channel < channels; channel++) {
    const restored = await spec.run(engine, {
      observed: channelOf(observed, channel),
      size: sizeOf(observed.shape),
      psf: channelOf(psf, channel % psf.shape[0]),
      psfSize: sizeOf(psf.shape),
      boundary,
      iterations,
      signal: input.signal,
      onIteration: (i, n) => input.onIteration?.(channel * n + i, channels * n),
    }, parameters);
    restored.forEach((data, index) => channelOf(results[index], channel).set(data));
  }
  return results;
}

function assertInput(
  spec: MethodSpec,
  input: BaselineInput & {
    readonly boundary: Boundary;
    readonly iterations: number;
    readonly parameters: readonly number[];
  },
): void {
  const { observed, psf, boundary, iterations, parameters } = input;
  assertFinite(observed, "The stack");
  assertFinite(psf, "The PSF");
  if (psf.shape[0] !== 1 && psf.shape[0] !== observed.shape[0]) {
    throw new InputError(
      `The PSF has ${psf.shape[0]} channels and the stack has ${observed.shape[0]}; ` +
        `give a PSF of one channel, or of one per channel`,
    );
  }
  for (let channel = 0; channel < psf.shape[0]; channel++) {
    const sum = channelOf(psf, channel).reduce((total, value) => total + value, 0);
    if (Math.abs(sum - 1) > 1e-3) {
      throw new InputError(
        `The PSF's channel ${channel + 1} sums to ${sum.toPrecision(4)}, not to 1; normalize it`,
      );
    }
  }
  if (!spec.boundaries.includes(boundary)) {
    throw new InputError(
      `${spec.name} has no boundary "${boundary}"; use ${spec.boundaries.join(" or ")}`,
    );
  }
  if (!Number.isInteger(iterations) || iterations < 1) {
    throw new InputError(`The number of iterations is ${iterations}; give a whole number above 0`);
  }
  for (const value of parameters) {
    const allowed = spec.parameterKind === "count"
      ? Number.isInteger(value) && value >= 1
      : spec.parameterKind === "weight"
      ? value >= 0 && value < Infinity
      : value > 0 && value < Infinity;
    if (allowed) continue;
    const range = { count: "a whole number above 0", weight: "0 or more", positive: "above 0" };
    throw new InputError(
      `The ${spec.parameter.name} of ${spec.name} is ${value}; it has to be ` +
        range[spec.parameterKind],
    );
  }
}
