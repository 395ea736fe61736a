/**
 * The classical methods by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { ICTM } from "./ictm.ts";
import type { BaselineMethod } from "./method.ts";
import { ACCELERATED_RICHARDSON_LUCY, RICHARDSON_LUCY } from "./richardson_lucy.ts";
import { RICHARDSON_LUCY_TV } from "./richardson_lucy_tv.ts";
import { RIF, TIKHONOV_MILLER } from "./rif.ts";
import { TOTAL_VARIATION } from "./total_variation.ts";
import { FISTA_HAAR, FISTA_SPLINE, ISTA_HAAR } from "./wavelet_thresholding.ts";
import { INVERSE, WIENER_GRADIENT, WIENER_IDENTITY, WIENER_LAPLACIAN } from "./wiener.ts";

/** All of them, from the plain to the elaborate. */
export const BASELINES: readonly BaselineMethod[] = [
  INVERSE,
  WIENER_IDENTITY,
  WIENER_GRADIENT,
  WIENER_LAPLACIAN,
  RIF,
  TIKHONOV_MILLER,
  ICTM,
  TOTAL_VARIATION,
  ISTA_HAAR,
  FISTA_HAAR,
  FISTA_SPLINE,
  RICHARDSON_LUCY,
  ACCELERATED_RICHARDSON_LUCY,
  RICHARDSON_LUCY_TV,
];

/**
 * The method of a name.
 *
 * @example
 * ```ts
 * import { findBaseline } from "./baselines.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(findBaseline("wiener-laplacian").parameter.name, "lambda");
 * assert.throws(() => findBaseline("magic"), /no method "magic"/);
 * ```
 *
 * @throws {InputError} when there is none; the message has all names.
 */
export function findBaseline(name: string): BaselineMethod {
  const method = BASELINES.find((baseline) => baseline.name === name);
  if (method) return method;
  const names = BASELINES.map((baseline) => baseline.name).join(", ");
  throw new InputError(`There is no method "${name}"; there are ${names}`);
}
