/**
 * Which stages learn in which epoch.
 *
 * @module
 */

/** A part of a training. */
export interface Phase {
  /** Stages that are there. */
  readonly stageCount: number;
  /** Stages before this one stay as they are. */
  readonly firstTrained: number;
  /** Whether all stages learn. */
  readonly together: boolean;
  /** The phase's first epoch, and how many it has. */
  readonly firstEpoch: number;
  readonly epochs: number;
  /** Of the phase, at the end of the epoch: 0 to 1. */
  readonly progress: number;
  /** Epochs of all phases. */
  readonly total: number;
}

/**
 * The phase of an epoch, from 0 on: `stageEpochs` for every stage of several alone, then `epochs` for
 * all of them. Behind the last epoch it is the last phase.
 *
 * @example
 * ```ts
 * import { phaseOf } from "./phase.ts";
 * import assert from "node:assert/strict";
 *
 * const options = { stages: ["a", "b", "c"], epochs: 10, stageEpochs: 2 };
 * assert.equal(phaseOf(0, options).total, 16);
 * assert.equal(phaseOf(3, options).stageCount, 2);
 * assert.ok(phaseOf(6, options).together);
 * ```
 */
export function phaseOf(
  epoch: number,
  { stages, epochs, stageEpochs = 0 }: {
    readonly stages: readonly unknown[];
    readonly epochs: number;
    readonly stageEpochs?: number;
  },
): Phase {
  const turns = stages.length > 1 ? stageEpochs : 0;
  const before = stages.length * turns;
  const total = before + epochs;
  const together = epoch >= before;
  const turn = together ? stages.length - 1 : Math.floor(epoch / turns);
  const firstEpoch = together ? before : turn * turns;
  const length = together ? epochs : turns;
  return {
    stageCount: turn + 1,
    firstTrained: together ? 0 : turn,
    together,
    firstEpoch,
    epochs: length,
    progress: (epoch + 1 - firstEpoch) / length,
    total,
  };
}
