/**
 * Iterative wavelet thresholding.
 *
 * @module
 */
import type { Engine, Field, Spectrum, WaveletOptions } from "../compute/engine.ts";
import { createRandom } from "../random.ts";
import type { Size } from "../volume.ts";
import { type BlurModel, createBlurModel } from "./blur_model.ts";
import { type ChannelInput, createMethod } from "./create_method.ts";
import { iterate, relativeChange } from "./iterate.ts";
import type { BaselineMethod } from "./method.ts";
import { squaredFrequencies } from "./penalty.ts";
import { largestPower, mapSpectrum } from "./spectrum_map.ts";
import { CUBIC_SPLINE, HAAR, type WaveletFamily } from "./wavelet_family.ts";
import { logarithmicGrid } from "./wiener.ts";

/** Halvings of an axis, as far as its length allows. */
const LEVELS = 3;
/** Stops when an iteration changes the estimate by less than this part of its norm. */
const TOLERANCE = 1e-3;

/** How a method of this kind goes. */
export interface ThresholdingOptions {
  readonly family: WaveletFamily;
  /** "fista" with the momentum of Beck & Teboulle. */
  readonly momentum: "ista" | "fista";
  /** Where the wavelets begin: "spin" draws another place for every iteration. */
  readonly shift: "spin" | "fixed";
  readonly lambda: number;
}

/** For the draw of the shifts. */
const SEED = 1;

/** The gradient step z - gamma K^T M^T ( M K z - y ). */
interface GradientStep {
  readonly gamma: number;
  step(from: Field, to: Field): void;
  close(): void;
}

/** Runs one parameter; returns the restored scene's part that is the stack. */
export async function restoreByThresholding(
  engine: Engine,
  channel: ChannelInput,
  options: ThresholdingOptions,
): Promise<Float32Array> {
  const model = createBlurModel(engine, { channel, multipleOf: 2 ** LEVELS });
  const gradient = await createGradientStep(model);
  try {
    return await runThresholding(model, { ...options, gradient, channel });
  } finally {
    gradient.close();
    model.close();
  }
}

async function runThresholding(
  model: BlurModel,
  options: ThresholdingOptions & {
    readonly gradient: GradientStep;
    readonly channel: ChannelInput;
  },
): Promise<Float32Array> {
  const { engine, grid } = model;
  const { family, momentum, shift, lambda, gradient, channel } = options;
  const wavelet: Omit<WaveletOptions, "shift"> = {
    lowpass: family.lowpass,
    origin: family.origin,
    levels: levelsOf(grid),
    threshold: lambda * gradient.gamma,
  };
  const random = createRandom(SEED);
  const period = 2 ** LEVELS;
  let [next, estimate, ahead] = [model.createScene(), model.createScene(), model.createScene()];
  let t = 1;
  // x_0 = K^T y
  engine.combine(ahead, []);
  gradient.step(ahead, estimate);
  engine.combine(ahead, [[1, estimate]]);
  await iterate(channel, async () => {
    // x' = W^T soft( W( s - gamma K^T (K s - y) ), gamma lambda )
    gradient.step(ahead, next);
    const draw = () => shift === "spin" ? random.integer(period) : 0;
    engine.shrinkWavelet(next, { ...wavelet, shift: [draw(), draw(), draw()] });
    // t' = (1 + sqrt(1 + 4 t^2)) / 2, s = x' + (t - 1) / t' (x' - x)
    const last = t;
    if (momentum === "fista") t = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    const share = momentum === "fista" ? (last - 1) / t : 0;
    engine.combine(ahead, [[1 + share, next], [-share, estimate]]);
    const change = await relativeChange(engine, next, estimate);
    [estimate, next] = [next, estimate];
    return change <= TOLERANCE ? "converged" : "continue";
  });
  return await model.read(estimate);
}

function levelsOf(grid: Size): Size {
  const levelsOfAxis = (n: number) => {
    let levels = 0;
    while (levels < LEVELS && n % 2 ** (levels + 1) === 0) levels++;
    return levels;
  };
  return [levelsOfAxis(grid[0]), levelsOfAxis(grid[1]), levelsOfAxis(grid[2])];
}

/** gamma = 1 / max |K|^2 */
async function createGradientStep(model: BlurModel): Promise<GradientStep> {
  const { engine, grid, observed, imageSize, view } = model;
  const values = await engine.readSpectrum(model.transfer);
  const gamma = 1 / largestPower(values);
  if (view === "part") {
    const image = engine.createField(imageSize);
    return {
      gamma,
      step(from, to) {
        model.blur(from, image);
        engine.combine(image, [[1, observed], [-1, image]]);
        model.adjoint(image, to);
        engine.combine(to, [[1, from], [gamma, to]]);
      },
      close: () => engine.free(image),
    };
  }
  // z - gamma K^T (K z - y) = (1 - gamma K^T K) z + gamma K^T y: one filter
  const back = model.createScene();
  model.adjoint(observed, back);
  const filter: Spectrum = mapSpectrum(
    engine,
    { values, grid, tables: squaredFrequencies(grid) },
    { kind: "power", f: (power) => 1 - gamma * power },
  );
  return {
    gamma,
    step(from, to) {
      model.apply(filter, { from, to });
      engine.combine(to, [[1, to], [gamma, back]]);
    },
    close: () => engine.free(filter),
  };
}

/**
 * Deconvolution with a sparse wavelet transform:
 *
 *     min over x of  1/2 ||M K x - y||^2 + lambda ||W x||_1
 *
 * by iterative shrinkage (ISTA: M. A. T. Figueiredo & R. D. Nowak, "An EM algorithm for wavelet-based
 * image restoration", IEEE TIP 12, 2003; I. Daubechies, M. Defrise & C. De Mol, Comm. Pure Appl. Math.
 * 57, 2004) or with momentum (FISTA: A. Beck & M. Teboulle, "A fast iterative shrinkage-thresholding
 * algorithm for linear inverse problems", SIAM J. Imaging Sciences 2, 2009).
 *
 * W is orthonormal, separable, of three levels, periodic; the coarsest averages are not thresholded.
 * It is decimated, with cycle spinning: every iteration begins its wavelets at another place, drawn
 * from a fixed seed, so that no grid of blocks stays in the image (with a fixed place the objective
 * is this one exactly). Stops when an iteration changes the estimate by less than 1e-3 of its norm,
 * or after the given number of iterations. Negative voxels stay as they are, restored ones may be
 * negative.
 */
function createThresholding(
  options: Pick<ThresholdingOptions, "family" | "momentum"> & { readonly label: string },
): BaselineMethod {
  const { family, momentum, label } = options;
  return createMethod({
    name: `${momentum}-${family.name}`,
    label,
    parameter: {
      name: "lambda",
      values: logarithmicGrid(1e-5, 1, { perDecade: 3 }),
      default: 1e-3,
    },
    parameterKind: "weight",
    boundaries: ["replicate-taper", "field-of-view", "periodic"],
    series: "separate",
    iterations: momentum === "ista" ? 200 : 60,
    async run(engine, channel, lambdas) {
      const results: Float32Array[] = [];
      for (const lambda of lambdas) {
        results.push(
          await restoreByThresholding(engine, channel, { family, momentum, shift: "spin", lambda }),
        );
      }
      return results;
    },
  });
}

/** ISTA with Haar wavelets. */
export const ISTA_HAAR: BaselineMethod = createThresholding({
  family: HAAR,
  momentum: "ista",
  label: "ISTA, Haar",
});

/** FISTA with Haar wavelets. */
export const FISTA_HAAR: BaselineMethod = createThresholding({
  family: HAAR,
  momentum: "fista",
  label: "FISTA, Haar",
});

/** FISTA with cubic spline wavelets. */
export const FISTA_SPLINE: BaselineMethod = createThresholding({
  family: CUBIC_SPLINE,
  momentum: "fista",
  label: "FISTA, cubic spline",
});
