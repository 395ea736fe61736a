/**
 * The models that come with the plugins; models/README.md says how they were trained.
 *
 * @module
 */
import { decodeModel } from "../core/model/model_file.ts";
import type { Model } from "../core/model/model.ts";
import default2d from "./models/default_2d.json" with { type: "text" };
import type { BuiltInModel } from "./model_names.ts";
import default2dFast from "./models/default_2d_fast.json" with { type: "text" };
import default3d from "./models/default.json" with { type: "text" };
import default3dFast from "./models/default_fast.json" with { type: "text" };

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
 * assert.equal(defaultModel(16, "fast").stages.length, 1);
 * ```
 */
export function defaultModel(depth: number, name: BuiltInModel = "default"): Model {
  const [plane, stack] = {
    default: [default2d, default3d],
    fast: [default2dFast, default3dFast],
  }[name];
  return depth === 1
    ? decodeModel(plane, `the built-in model "${name}" for planes`)
    : decodeModel(stack, `the built-in model "${name}"`);
}
