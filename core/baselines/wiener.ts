/**
 * Wiener filters with a quadratic penalty, and the inverse filter.
 *
 * @module
 */
import type { Engine, Spectrum } from "../compute/engine.ts";
import type { Size } from "../volume.ts";
import { createMethod } from "./create_method.ts";
import { FILTER_BOUNDARIES, type LinearFilter, runFilter } from "./linear_filter.ts";
import type { BaselineMethod } from "./method.ts";
import { type Penalty, penaltyLags } from "./penalty.ts";

/**
 * The Wiener filter (N. Wiener, "Extrapolation, interpolation, and smoothing of stationary time
 * series", 1949) as regularized least squares (B. R. Hunt, "The application of constrained least
 * squares estimation to image restoration by digital computer", IEEE Trans. Computers 22, 1973):
 *
 *     x = argmin ||y - K x||^2 + lambda ||L x||^2,   X = conj(K) Y / (|K|^2 + lambda |L|^2)
 *
 * L is the identity, the differences to the next voxel, or the stencil of second differences. One
 * pass; the restored voxels may be negative.
 */
function createWiener(
  penalty: Penalty,
  options: Pick<BaselineMethod, "label" | "parameter">,
): BaselineMethod {
  return createMethod({
    name: `wiener-${penalty}`,
    ...options,
    parameterKind: "positive",
    boundaries: FILTER_BOUNDARIES,
    series: "shared",
    run: (engine, channel, parameters) =>
      runFilter(engine, channel, {
        parameters,
        create: (grid, transfer) => createWienerFilter(engine, { penalty, grid, transfer }),
      }),
  });
}

function createWienerFilter(
  engine: Engine,
  { penalty, grid, transfer }: {
    readonly penalty: Penalty;
    readonly grid: Size;
    readonly transfer: Spectrum;
  },
): LinearFilter {
  const { kernelSize, lags } = penaltyLags(penalty, grid);
  const regularizer = engine.createRegularizer(grid, kernelSize);
  engine.setRegularizer(regularizer, lags);
  return {
    apply(input, output, { parameter, extension }) {
      // X = conj(K) Y / (|K|^2 + lambda |L|^2)
      engine.filter(input, output, {
        kind: "wiener",
        transfer,
        regularizer,
        weight: parameter,
        extension,
      });
    },
    close: () => engine.free(regularizer),
  };
}

/** So many values per decade from `first` to `last`, rounded to two digits. */
export function logarithmicGrid(
  first: number,
  last: number,
  options: { readonly perDecade: number },
): readonly number[] {
  const steps = Math.round(Math.log10(last / first) * options.perDecade);
  return Array.from(
    { length: steps + 1 },
    (_, i) => Number((first * 10 ** (i / options.perDecade)).toPrecision(2)),
  );
}

/** The Wiener filter with lambda ||x||^2. */
export const WIENER_IDENTITY: BaselineMethod = createWiener("identity", {
  label: "Wiener, identity",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-6, 10, { perDecade: 3 }),
    default: 0.022,
  },
});

/** The Wiener filter with lambda ||grad x||^2. */
export const WIENER_GRADIENT: BaselineMethod = createWiener("gradient", {
  label: "Wiener, gradient",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-6, 100, { perDecade: 3 }),
    default: 0.046,
  },
});

/**
 * The Wiener filter with lambda ||Laplacian x||^2.
 *
 * @example
 * ```ts
 * import { WIENER_LAPLACIAN } from "./wiener.ts";
 * import { createEngine } from "../compute/choose_engine.ts";
 * import { createVolume } from "../volume.ts";
 * import assert from "node:assert/strict";
 *
 * const engine = await createEngine({ backend: "cpu", threads: 1 });
 * const psf = createVolume([1, 1, 1, 3], Float32Array.of(0.25, 0.5, 0.25));
 * const observed = createVolume([1, 1, 1, 6], Float32Array.of(0, 0, 1, 2, 1, 0));
 * const { data } = await WIENER_LAPLACIAN.restore(engine, { observed, psf, parameter: 1e-3 });
 * assert.ok(data[3] > 2, "the spot is sharper");
 * engine.close();
 * ```
 */
export const WIENER_LAPLACIAN: BaselineMethod = createWiener("laplacian", {
  label: "Wiener, Laplacian",
  parameter: {
    name: "lambda",
    values: logarithmicGrid(1e-6, 100, { perDecade: 3 }),
    default: 0.046,
  },
});

/**
 * The naive inverse filter X = conj(K) Y / (|K|^2 + floor): what noise does to a deconvolution
 * without a prior. The floor only keeps out 0 / 0 where the optics pass nothing.
 */
export const INVERSE: BaselineMethod = createMethod({
  name: "inverse",
  label: "Naive inverse",
  parameter: { name: "floor", values: [1e-6], default: 1e-6 },
  parameterKind: "positive",
  boundaries: FILTER_BOUNDARIES,
  series: "shared",
  run: (engine, channel, parameters) =>
    runFilter(engine, channel, {
      parameters,
      create: (grid, transfer) =>
        createWienerFilter(engine, { penalty: "identity", grid, transfer }),
    }),
});
