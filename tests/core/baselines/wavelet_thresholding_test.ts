import assert from "node:assert/strict";
import type { Boundary } from "../../../core/baselines/method.ts";
import { CUBIC_SPLINE, HAAR, type WaveletFamily } from "../../../core/baselines/wavelet_family.ts";
import { FISTA_HAAR, restoreByThresholding } from "../../../core/baselines/wavelet_thresholding.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { transformWavelet } from "../../../core/compute/reference/wavelet.ts";
import type { Size } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { createPlainModel, misfit, observe, oddPsf, type PlainModel, smallScene } from "./plain.ts";

const LAMBDA = 0.004;
const PSF_SIZE: Size = [3, 3, 3];

/** Sizes whose grids can be halved three times. */
const SIZES: Readonly<Record<Boundary, Size>> = {
  "periodic": [8, 8, 16],
  "replicate-taper": [6, 6, 14],
  "field-of-view": [6, 6, 14],
};

function prepare(boundary: Boundary) {
  const psf = oddPsf(PSF_SIZE);
  const size = SIZES[boundary];
  const observed = observe(smallScene(size), psf, 0.02);
  const model = createPlainModel(observed, { psf, boundary });
  const channel = {
    observed: observed.data,
    size,
    psf: psf.data,
    psfSize: PSF_SIZE,
    boundary,
    iterations: 1,
  };
  return { psf, observed, model, channel };
}

/** W x, or W^T x, of three levels. */
function wavelets(
  x: Float64Array,
  options: {
    readonly family: WaveletFamily;
    readonly grid: Size;
    readonly direction: "analysis" | "synthesis";
  },
): Float64Array {
  const { family, grid, direction } = options;
  const out = x.slice();
  transformWavelet(out, { ...family, levels: [3, 3, 3], size: grid, direction });
  return out;
}

/** Whether coefficient i is one of the coarsest averages. */
function isAverage(i: number, [depth, height, width]: Size): boolean {
  const z = Math.floor(i / (height * width));
  const y = Math.floor(i / width) % height;
  return z < depth / 8 && y < height / 8 && i % width < width / 8;
}

/** 1/2 ||M K x - y||^2 + lambda ||W x||_1 without the averages. */
function objective(model: PlainModel, x: Float64Array, family: WaveletFamily): number {
  const { grid } = model;
  const c = wavelets(x, { family, grid, direction: "analysis" });
  return misfit(model, x) +
    LAMBDA * c.reduce((sum, v, i) => sum + (isAverage(i, grid) ? 0 : Math.abs(v)), 0);
}

/** As many iterations from K^T y, without shifts. */
function plainThresholding(
  model: PlainModel,
  options: {
    readonly family: WaveletFamily;
    readonly momentum: "ista" | "fista";
    readonly iterations: number;
  },
): Float64Array {
  const { grid } = model;
  const { family, momentum, iterations } = options;
  const back = model.adjoint(model.y);
  let [x, s, t] = [back, back, 1];
  for (let i = 0; i < iterations; i++) {
    const normal = model.adjoint(model.blur(s));
    const c = wavelets(s.map((value, k) => value + back[k] - normal[k]), {
      family,
      grid,
      direction: "analysis",
    });
    const shrunk = c.map((value, k) =>
      isAverage(k, grid) ? value : Math.sign(value) * Math.max(Math.abs(value) - LAMBDA, 0)
    );
    const next = wavelets(shrunk, { family, grid, direction: "synthesis" });
    const ahead = (1 + Math.sqrt(1 + 4 * t * t)) / 2;
    const share = momentum === "fista" ? (t - 1) / ahead : 0;
    s = next.map((value, k) => value + share * (value - x[k]));
    [x, t] = [next, ahead];
  }
  return x;
}

for (const boundary of ["periodic", "replicate-taper", "field-of-view"] as const) {
  for (const [family, momentum] of [[HAAR, "ista"], [CUBIC_SPLINE, "fista"]] as const) {
    Deno.test(`${momentum}-${family.name} agrees with plain sums, ${boundary}`, async () => {
      const { model, channel } = prepare(boundary);
      const engine = await createCpuEngine({ threads: 1 });
      const iterations = 6;
      const restored = await restoreByThresholding(engine, { ...channel, iterations }, {
        family,
        momentum,
        shift: "fixed",
        lambda: LAMBDA,
      });
      engine.close();
      const expected = plainThresholding(model, { family, momentum, iterations });
      // The PSF's largest |K|^2 is 1 but for rounding, and so is the step.
      assertClose(restored, model.crop(expected), 2e-5);
    });
  }
}

Deno.test("the objective of ISTA decreases with every iteration, and FISTA's faster", async () => {
  const { model, channel } = prepare("periodic");
  const engine = await createCpuEngine({ threads: 1 });
  const after = async (momentum: "ista" | "fista", iterations: number) => {
    const data = await restoreByThresholding(engine, { ...channel, iterations }, {
      family: HAAR,
      momentum,
      shift: "fixed",
      lambda: LAMBDA,
    });
    return objective(model, Float64Array.from(data), HAAR);
  };
  let last = Infinity;
  for (const iterations of [1, 2, 3, 4, 6, 9, 14, 20]) {
    const value = await after("ista", iterations);
    assert.ok(value < last, `from ${last} to ${value} after ${iterations} iterations`);
    last = value;
  }
  const fista = await after("fista", 20);
  engine.close();
  assert.ok(fista < last, `${fista} with momentum, ${last} without`);
});

Deno.test("cycle spinning restores better than a fixed place", async () => {
  const psf = oddPsf([1, 5, 5]);
  const size: Size = [1, 38, 38];
  const scene = smallScene(size);
  const observed = observe(scene, psf, 0.03);
  const engine = await createCpuEngine({ threads: 1 });
  const error = async (shift: "spin" | "fixed") => {
    const data = await restoreByThresholding(engine, {
      observed: observed.data,
      size,
      psf: psf.data,
      psfSize: [1, 5, 5],
      boundary: "replicate-taper",
      iterations: 30,
    }, { family: HAAR, momentum: "fista", shift, lambda: 0.02 });
    return data.reduce((sum, value, i) => sum + (value - scene.data[i]) ** 2, 0);
  };
  const [spun, fixed] = [await error("spin"), await error("fixed")];
  engine.close();
  assert.ok(spun < 0.9 * fixed, `${spun} spun, ${fixed} fixed`);
});

Deno.test("the same stack is restored the same way twice, spun or not", async () => {
  const { psf, observed } = prepare("field-of-view");
  const engine = await createCpuEngine({ threads: 1 });
  const input = { observed, psf, parameter: LAMBDA, iterations: 5 };
  const [first, second] = [
    await FISTA_HAAR.restore(engine, input),
    await FISTA_HAAR.restore(engine, input),
  ];
  engine.close();
  assert.deepEqual(first.data, second.data);
});

for (const family of [HAAR, CUBIC_SPLINE]) {
  Deno.test(`the ${family.name} wavelets are orthonormal and average to a constant`, () => {
    const { lowpass } = family;
    for (let shift = 0; shift < lowpass.length; shift += 2) {
      let product = 0;
      for (let t = 0; t + shift < lowpass.length; t++) product += lowpass[t] * lowpass[t + shift];
      assert.ok(Math.abs(product - (shift === 0 ? 1 : 0)) < 1e-5, `shift ${shift}: ${product}`);
    }
    const sum = lowpass.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum - Math.SQRT2) < 1e-5, `sum ${sum}`);
  });
}

Deno.test("the cubic spline's taps are those of Battle and Lemarié", () => {
  // Mallat, IEEE Trans. PAMI 11, 1989, table 1 (there with the sum 1): h(0) to h(4).
  const published = [0.542, 0.307, -0.035, -0.078, 0.023];
  const { lowpass, origin } = CUBIC_SPLINE;
  published.forEach((value, i) => {
    assert.ok(Math.abs(lowpass[origin + i] / Math.SQRT2 - value) < 6e-4, `tap ${i}`);
    assert.equal(lowpass[origin + i], lowpass[origin - i]);
  });
});
