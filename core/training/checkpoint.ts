/**
 * The state of a training between two steps: what it takes to go on bit for bit.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { AdamState } from "../optimizer/adam.ts";
import type { HistoryRow } from "../report/page.ts";

/** A training between two steps. */
export interface TrainingState {
  /** Epochs that are finished. */
  readonly epoch: number;
  /** Samples of the current epoch that were used. */
  readonly position: number;
  /** Sum of their losses. */
  readonly lossSum: number;
  readonly adam: AdamState;
  readonly history: readonly HistoryRow[];
  /** The parameters with the best validation so far. */
  readonly best?: {
    readonly epoch: number;
    readonly score: number;
    readonly parameters: Float64Array;
  };
}

const FORMAT = "trainable-wiener-checkpoint";
const VERSION = 1;

/** The state as text; every float64 reads back as it was, NaN included. */
export function encodeCheckpoint(state: TrainingState): string {
  const replacer = (_: string, value: unknown) => {
    if (value instanceof Float64Array) return { float64: Array.from(value) };
    return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
  };
  return JSON.stringify({ format: FORMAT, version: VERSION, ...state }, replacer);
}

/**
 * The state of a text; `name` is what messages call it.
 *
 * @throws {InputError} when it is not a checkpoint of this version, or is damaged.
 */
export function decodeCheckpoint(text: string, name: string): TrainingState {
  const reviver = (_: string, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    if ("float64" in value) return Float64Array.from(value.float64 as number[]);
    return "number" in value ? Number(value.number) : value;
  };
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(text, reviver);
  } catch (cause) {
    throw new InputError(`${name} is damaged; start again without --resume`, { cause });
  }
  const { format, version, ...state } = json ?? {};
  if (format !== FORMAT || version !== VERSION) {
    throw new InputError(`${name} is not a checkpoint of this version; start without --resume`);
  }
  if (!isState(state)) {
    throw new InputError(`${name} is damaged; start again without --resume`);
  }
  return state;
}

function isState(json: Record<string, unknown>): json is Record<string, unknown> & TrainingState {
  const { epoch, position, lossSum, adam, history, best } = json as Partial<TrainingState>;
  const isVector = (values: unknown) => values instanceof Float64Array;
  return [epoch, position, lossSum].every((value) => typeof value === "number") &&
    isVector(adam?.parameters) && isVector(adam?.firstMoment) && isVector(adam?.secondMoment) &&
    typeof adam?.step === "number" && Array.isArray(history) &&
    (best === undefined || isVector(best.parameters));
}
