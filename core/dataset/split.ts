/**
 * Scenes set aside to validate on.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { createRandom } from "../random.ts";
import type { Dataset } from "./dataset.ts";

/** How a dataset is split. */
export interface SplitOptions {
  /** The part to set aside, above 0 and below 1; or a dataset of its own. */
  readonly validation: number | Dataset;
  /** Any integer; the same seed sets the same scenes aside. Not used with a dataset of its own. */
  readonly seed: number;
}

/** Two datasets without a scene in common. */
export interface DatasetSplit {
  readonly train: Dataset;
  readonly validation: Dataset;
}

/**
 * Sets scenes aside at random: the part asked for, rounded, and at least one on each side. Frames
 * of one file stay on one side, as they show the same field, unless there is but one file. The
 * order of the scenes is kept.
 *
 * @example
 * ```ts
 * import { splitDataset } from "./split.ts";
 * import { syntheticDataset } from "./synthetic_dataset.ts";
 * import assert from "node:assert/strict";
 *
 * const dataset = syntheticDataset({ count: 8, shape: [1, 1, 16, 16], seed: 1 });
 * const { train, validation } = splitDataset(dataset, { validation: 0.25, seed: 1 });
 * assert.equal(train.items.length, 6);
 * assert.equal(validation.items.length, 2);
 * ```
 *
 * @throws {InputError} when the part is not above 0 and below 1, the dataset has less than two
 * scenes, a validation dataset is empty, or its channels differ.
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): DatasetSplit {
  const { validation, seed } = options;
  if (typeof validation !== "number") return assertAlike(dataset, validation);
  if (!(validation > 0 && validation < 1)) {
    throw new InputError(
      `The validation part is ${validation}; it has to be above 0 and below 1, such as 0.1`,
    );
  }
  const { items, channels } = dataset;
  if (items.length < 2) {
    throw new InputError(
      `The dataset has ${items.length} scene${items.length === 1 ? "" : "s"}; setting some aside ` +
        `for validation takes two: add files or give a validation folder`,
    );
  }
  // One group per file; per frame where all frames are of one file.
  let groupOf = items.map((item, i) => item.path ?? `item ${i}`);
  if (new Set(groupOf).size === 1) groupOf = items.map((_, i) => `item ${i}`);
  const groups = [...new Set(groupOf)];
  const count = Math.min(groups.length - 1, Math.max(1, Math.round(validation * groups.length)));
  const chosen = new Set(shuffled(groups, seed).slice(0, count));
  return {
    train: { items: items.filter((_, i) => !chosen.has(groupOf[i])), channels },
    validation: { items: items.filter((_, i) => chosen.has(groupOf[i])), channels },
  };
}

function assertAlike(train: Dataset, validation: Dataset): DatasetSplit {
  if (train.items.length === 0 || validation.items.length === 0) {
    const side = train.items.length === 0 ? "training" : "validation";
    throw new InputError(`The ${side} dataset has no scenes; it takes one at least`);
  }
  if (train.channels !== validation.channels) {
    throw new InputError(
      `The training scenes have ${train.channels} channels (${train.items[0].name}), the ` +
        `validation scenes ${validation.channels} (${validation.items[0].name}); use the same`,
    );
  }
  return { train, validation };
}

/** A copy in random order (Fisher & Yates). */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
