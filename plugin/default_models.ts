/**
 * The models that come with the plugins; models/README.md says how they were trained.
 *
 * @module
 */
import { decodeModel } from "../core/model/model_file.ts";
import type { Model } from "../core/model/model.ts";
import default2d from "./models/default_2d.json" with { type: "text" };
import default3d from "./models/default.json" with { type: "text" };

/** The name under which the user finds them. */
export const DEFAULT_MODEL = "default";

/**
 * The model for stacks of `depth` planes: one plane has a model of its own.
 *
 * @example
 * ```ts
 * import { defaultModel } from "./default_models.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(defaultModel(1).stages[0].kernelSize[0], 1);
 * assert.equal(defaultModel(16).channels, 1);
 * ```
 */
export function defaultModel(depth: number): Model {
  return depth === 1
    ? decodeModel(default2d, "the default model for planes")
    : decodeModel(default3d, "the default model");
}
