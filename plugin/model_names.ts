/**
 * The names of the models that come with the plugins.
 *
 * @module
 */

/** The best, and one that takes below a second. */
export const BUILT_IN_MODELS = ["default", "fast"] as const;

/** A name of {@link BUILT_IN_MODELS}. */
export type BuiltInModel = typeof BUILT_IN_MODELS[number];

/**
 * Whether a name is one of {@link BUILT_IN_MODELS} and no file's.
 *
 * @example
 * ```ts
 * import { isBuiltIn } from "./model_names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isBuiltIn("fast") && !isBuiltIn("fast.json"));
 * ```
 */
export function isBuiltIn(name: string): name is BuiltInModel {
  return BUILT_IN_MODELS.some((known) => known === name);
}
