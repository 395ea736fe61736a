/**
 * The classical methods by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { ICTM } from "./ictm.ts";
import type { BaselineMethod, Boundary } from "./method.ts";
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

/** Those of the experiments: all but ISTA, which minimizes what FISTA does in more steps. */
export const EXPERIMENT_METHODS: readonly BaselineMethod[] = BASELINES.filter((method) =>
  method !== ISTA_HAAR
);

/** How the boundaries are called in a label. */
const BOUNDARY_LABELS: Readonly<Record<Boundary, string>> = {
  "replicate-taper": "taper",
  "field-of-view": "field of view",
  "periodic": "periodic",
};

/**
 * The method of a name, with its own boundary, or with the one behind an "@".
 *
 * @example
 * ```ts
 * import { findBaseline } from "./baselines.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(findBaseline("wiener-laplacian").parameter.name, "lambda");
 * assert.equal(findBaseline("ictm@periodic").label, "Constrained Tikhonov-Miller (periodic)");
 * assert.throws(() => findBaseline("magic"), /no method "magic"/);
 * ```
 *
 * @throws {InputError} when there is no such method, or it does not know the boundary; the message
 * has all names.
 */
export function findBaseline(name: string): BaselineMethod {
  const [stem, ...rest] = name.split("@");
  const method = BASELINES.find((baseline) => baseline.name === stem);
  if (!method) {
    const names = BASELINES.map((baseline) => baseline.name).join(", ");
    throw new InputError(`There is no method "${name}"; there are ${names}`);
  }
  if (rest.length === 0) return method;
  const boundary = method.boundaries.find((known) => known === rest.join("@"));
  if (boundary === undefined) {
    throw new InputError(
      `${stem} has no boundary "${rest.join("@")}"; write ` +
        method.boundaries.map((known) => `${stem}@${known}`).join(" or "),
    );
  }
  return {
    ...method,
    name,
    label: `${method.label} (${BOUNDARY_LABELS[boundary]})`,
    boundaries: [boundary],
    restore: (engine, input) =>
      method.restore(engine, { ...input, boundary: input.boundary ?? boundary }),
    restoreSeries: (engine, input) =>
      method.restoreSeries(engine, { ...input, boundary: input.boundary ?? boundary }),
  };
}
