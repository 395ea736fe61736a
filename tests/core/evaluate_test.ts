import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { CancelledError } from "../../core/errors.ts";
import {
  averageMetrics,
  type EvaluatedMethod,
  evaluateMethods,
  modelMethod,
} from "../../core/evaluate.ts";
import { measureRestoration, type Metrics } from "../../core/loss/metrics.ts";
import { createStage } from "../../core/twb/initialize.ts";
import type { Volume } from "../../core/volume.ts";
import { blobPsf } from "../support/pattern.ts";
import { spotDataset } from "../support/scenes.ts";
import { modelOf } from "../support/stage.ts";
import { inputError } from "./dataset/write_stack.ts";

async function onEngine(test: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createCpuEngine({ threads: 2 });
  try {
    await test(engine);
  } finally {
    engine.close();
  }
}

const dataset = spotDataset([[1, 4, 24, 24], [1, 3, 20, 30]]);
const psfs = [
  { name: "narrow", psf: blobPsf([3, 5, 5], 0.8) },
  { name: "wide", psf: blobPsf([3, 7, 7], 1.4) },
];

/** Keeps what it is given and returns it. */
function recorder(name: string): EvaluatedMethod & { readonly seen: Volume[] } {
  const seen: Volume[] = [];
  return {
    name,
    seen,
    restore(observed) {
      seen.push(observed);
      return Promise.resolve(observed);
    },
  };
}

Deno.test("evaluateMethods() gives every method the same stacks, in this run and the next", () =>
  onEngine(async (engine) => {
    const [a, b, later] = ["a", "b", "later"].map(recorder);
    const options = { psfs, sigmas: [0.01, 0.03], seed: 4 };
    const rows = await evaluateMethods(dataset, engine, { ...options, methods: [a, b] });
    assert.equal(a.seen.length, 8);
    assert.deepEqual(a.seen, b.seen);
    await evaluateMethods(dataset, engine, { ...options, methods: [later] });
    assert.deepEqual(later.seen, a.seen);
    await evaluateMethods(dataset, engine, { ...options, seed: 5, methods: [later] });
    assert.notDeepEqual(later.seen.slice(8), a.seen);
    // The input itself, then the methods, for every stack, PSF and level.
    assert.deepEqual(rows.slice(0, 6).map((row) => [row.stack, row.psf, row.sigma, row.method]), [
      ["spots 1", "narrow", 0.01, "input"],
      ["spots 1", "narrow", 0.01, "a"],
      ["spots 1", "narrow", 0.01, "b"],
      ["spots 1", "narrow", 0.03, "input"],
      ["spots 1", "narrow", 0.03, "a"],
      ["spots 1", "narrow", 0.03, "b"],
    ]);
    assert.equal(rows.length, 24);
    assert.ok(rows.every((row) => row.metrics.isnr === 0));
  }));

Deno.test("evaluateMethods() measures against the sharp stack, by the PSF's own crop", () =>
  onEngine(async (engine) => {
    const model = modelOf(createStage({ alpha: -5 }));
    const methods = [modelMethod("model", model, engine)];
    const stacks: Parameters<
      NonNullable<Parameters<typeof evaluateMethods>[2]["onStack"]>
    >[0][] = [];
    const progress: [number, number][] = [];
    const rows = await evaluateMethods(dataset, engine, {
      psfs,
      sigmas: [0.01],
      seed: 1,
      methods,
      onRow: (_, done, total) => progress.push([done, total]),
      onStack: (stack) => stacks.push(stack),
    });
    assert.deepEqual(progress, [1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]));
    for (const [i, { row, observed, restored, target, psf }] of stacks.entries()) {
      const [, ...psfSize] = psf.psf.shape;
      assert.deepEqual(row.metrics, measureRestoration({ observed, restored, target, psfSize }));
      assert.equal(row, rows[i]);
      assert.equal(target, await dataset.items[i < 4 ? 0 : 1].load());
    }
    for (const { method, metrics, seconds } of rows) {
      assert.equal(metrics.isnr === 0 && seconds === 0, method === "input");
    }
  }));

Deno.test("evaluateMethods() tells methods the noise level", () =>
  onEngine(async (engine) => {
    const sigmas: number[] = [];
    const method: EvaluatedMethod = {
      name: "noting",
      restore: (observed, { sigma }) => {
        sigmas.push(sigma);
        return Promise.resolve(observed);
      },
    };
    await evaluateMethods(dataset, engine, { psfs, sigmas: [0, 0.2], seed: 1, methods: [method] });
    assert.deepEqual(sigmas, [0, 0.2, 0, 0.2, 0, 0.2, 0, 0.2]);
  }));

Deno.test("evaluateMethods() does not measure again what is known", () =>
  onEngine(async (engine) => {
    const method = recorder("a");
    const options = { psfs, sigmas: [0.01], seed: 1, methods: [method] };
    const known = await evaluateMethods(dataset, engine, options);
    assert.equal(method.seen.length, 4);
    assert.deepEqual(await evaluateMethods(dataset, engine, { ...options, known }), known);
    assert.equal(method.seen.length, 4);
    const rows = await evaluateMethods(dataset, engine, { ...options, known: known.slice(0, 5) });
    assert.equal(method.seen.length, 4 + 2);
    assert.deepEqual(rows.map((row) => row.metrics), known.map((row) => row.metrics));
  }));

Deno.test("evaluateMethods() ends when it is told to", () =>
  onEngine(async (engine) => {
    const controller = new AbortController();
    const rows: string[] = [];
    await assert.rejects(
      evaluateMethods(dataset, engine, {
        psfs,
        sigmas: [0.01],
        seed: 1,
        methods: [recorder("a")],
        signal: controller.signal,
        onRow: ({ method }) => {
          rows.push(method);
          if (rows.length === 3) controller.abort();
        },
      }),
      CancelledError,
    );
    assert.deepEqual(rows, ["input", "a", "input"]);
  }));

Deno.test("modelMethod() refuses channels that do not go together", () =>
  onEngine(async (engine) => {
    const model = modelOf(createStage({ kernelChannels: 2 }));
    await assert.rejects(
      evaluateMethods(dataset, engine, {
        psfs,
        sigmas: [0.01],
        seed: 1,
        methods: [modelMethod("two", model, engine)],
      }),
      inputError("2 channels", "stack has 1"),
    );
  }));

Deno.test("evaluateMethods() refuses a PSF of planes for an image of one", () =>
  onEngine(async (engine) => {
    const flat = spotDataset([[1, 1, 24, 24]]);
    const options = { psfs, sigmas: [0.01], seed: 1, methods: [recorder("a")] };
    await assert.rejects(
      evaluateMethods(flat, engine, options),
      inputError("narrow", "3 planes", "psf --size 5x5"),
    );
  }));

Deno.test("averageMetrics() leaves out what a stack is too small for", () => {
  const metrics = (psnr: number, cpsnr: number): Metrics => (
    { psnr, cpsnr, isnr: 1, cisnr: NaN, snr: 2, nrmse: 0.5, ssim: 0.9 }
  );
  assert.deepEqual(averageMetrics([metrics(30, NaN), metrics(34, 28)]), metrics(32, 28));
});
