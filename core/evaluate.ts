/**
 * Measuring methods on identical degraded stacks.
 *
 * @module
 */
import type { BaselineMethod } from "./baselines/method.ts";
import type { Engine } from "./compute/engine.ts";
import type { Dataset } from "./dataset/dataset.ts";
import { type DegradeOptions, degradeVolume } from "./degrade/degrade_volume.ts";
import { CancelledError } from "./errors.ts";
import { measureRestoration, type Metrics } from "./loss/metrics.ts";
import type { Model } from "./model/model.ts";
import type { NamedPsf } from "./psf/load_psf.ts";
import { assertPsfMatches } from "./psf/match.ts";
import { assertRestorable, createRestorer } from "./restore.ts";
import { channelOf, createVolume, sizeOf, type Volume } from "./volume.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** A method under test. */
export interface EvaluatedMethod {
  readonly name: string;
  /** Restores a stack whose scene has peak 1. */
  restore(
    observed: Volume,
    options: { readonly psf: Volume; readonly sigma: number },
  ): Promise<Volume>;
}

/** One stack, one PSF, one noise level, one method. */
export interface EvaluationRow {
  readonly stack: string;
  readonly psf: string;
  readonly sigma: number;
  /** "input" for the degraded stack itself. */
  readonly method: string;
  readonly metrics: Metrics;
  readonly seconds: number;
}

/** What is evaluated. */
export interface EvaluateOptions {
  readonly methods: readonly EvaluatedMethod[];
  readonly psfs: readonly NamedPsf[];
  /** Noise levels, as parts of the peak. */
  readonly sigmas: readonly number[];
  readonly photons?: number;
  readonly seed: number;
  /** Rows of an interrupted evaluation, which are not made again. */
  readonly known?: readonly EvaluationRow[];
  readonly signal?: AbortSignal;
  /** After every row that is made. */
  onRow?(row: EvaluationRow, done: number, total: number): void;
  /** Every degraded and restored stack, for pictures. */
  onStack?(stack: {
    readonly row: EvaluationRow;
    readonly observed: Volume;
    readonly restored: Volume;
    readonly target: Volume;
    readonly psf: NamedPsf;
  }): void;
}

/**
 * Every stack of the dataset with every PSF and noise level through every method. The noise of a
 * stack depends on the seed, the stack and the PSF alone, so all methods get the same input, in this
 * run and in any other.
 *
 * @throws {CancelledError} when the signal aborts.
 */
export async function evaluateMethods(
  dataset: Dataset,
  engine: Engine,
  options: EvaluateOptions,
): Promise<readonly EvaluationRow[]> {
  const { psfs, sigmas, photons, seed } = options;
  const input: EvaluatedMethod = {
    name: "input",
    restore: (observed) => Promise.resolve(observed),
  };
  const methods = [input, ...options.methods];
  const known = new Map((options.known ?? []).map((row) => [keyOf(row), row]));
  const rows: EvaluationRow[] = [];
  const total = dataset.items.length * psfs.length * sigmas.length * methods.length;
  for (const [index, item] of dataset.items.entries()) {
    for (const [psfIndex, named] of psfs.entries()) {
      for (const sigma of sigmas) {
        const place = { stack: item.name, psf: named.name, sigma };
        const finished = methods.map(({ name }) => known.get(keyOf({ ...place, method: name })));
        if (finished.every((row) => row !== undefined)) {
          rows.push(...finished as EvaluationRow[]);
          continue;
        }
        const target = await item.load();
        const { psf } = named;
        assertPsfMatches(psf, target.shape, `The PSF ${named.name}`);
        const noise = { sigma, photons, seed, label: index, sublabel: psfIndex };
        const degrade: DegradeOptions = { engine, psf, noise };
        const observed = await degradeVolume(target, degrade);
        for (const method of methods) {
          await yieldToEvents();
          if (options.signal?.aborted) {
            throw new CancelledError("Stopped before the table was complete");
          }
          const before = known.get(keyOf({ ...place, method: method.name }));
          if (before) {
            rows.push(before);
            continue;
          }
          const begin = performance.now();
          const restored = await method.restore(observed, { psf, sigma });
          const seconds = method === input ? 0 : (performance.now() - begin) / 1000;
          const psfSize = sizeOf(psf.shape);
          const metrics = measureRestoration({ restored, observed, target, psfSize });
          const row = { ...place, method: method.name, metrics, seconds };
          rows.push(row);
          options.onRow?.(row, rows.length, total);
          options.onStack?.({ row, observed, restored, target, psf: named });
        }
      }
    }
  }
  return rows;
}

function keyOf({ stack, psf, sigma, method }: Omit<EvaluationRow, "metrics" | "seconds">): string {
  return JSON.stringify([stack, psf, sigma, method]);
}

/** A model as a method: whole stacks on the engine. */
export function modelMethod(name: string, model: Model, engine: Engine): EvaluatedMethod {
  return {
    name,
    async restore(observed, { psf, sigma }) {
      assertRestorable(observed.shape, { model, psf });
      const restored = createVolume(observed.shape, undefined, observed.voxelSizeUm);
      const restorer = createRestorer(engine, { model, psf, size: sizeOf(observed.shape) });
      try {
        for (let channel = 0; channel < observed.shape[0]; channel++) {
          const data = await restorer.restore(channelOf(observed, channel), { channel, sigma });
          channelOf(restored, channel).set(data);
        }
      } finally {
        restorer.close();
      }
      return restored;
    },
  };
}

/** A classical method, with the parameter that belongs to a noise level. */
export function classicalMethod(
  method: BaselineMethod,
  engine: Engine,
  parameterOf: (sigma: number) => number,
): EvaluatedMethod {
  return {
    name: method.label,
    restore: (observed, { psf, sigma }) =>
      method.restore(engine, { observed, psf, parameter: parameterOf(sigma) }),
  };
}

/** Means over stacks; what a stack is too small for (NaN) does not count. */
export function averageMetrics(metrics: readonly Metrics[]): Metrics {
  const mean = (value: (metrics: Metrics) => number) => {
    const values = metrics.map(value).filter((v) => !Number.isNaN(v));
    return values.length === 0 ? NaN : values.reduce((a, b) => a + b) / values.length;
  };
  return {
    psnr: mean((m) => m.psnr),
    cpsnr: mean((m) => m.cpsnr),
    isnr: mean((m) => m.isnr),
    cisnr: mean((m) => m.cisnr),
    snr: mean((m) => m.snr),
    nrmse: mean((m) => m.nrmse),
    ssim: mean((m) => m.ssim),
  };
}
