/**
 * Measuring methods on identical degraded stacks.
 *
 * @module
 */
import type { BaselineMethod } from "./baselines/method.ts";
import type { Engine } from "./compute/engine.ts";
import type { Dataset } from "./dataset/dataset.ts";
import { meterEngine } from "./engine_meter.ts";
import { CancelledError } from "./errors.ts";
import {
  type CaseOptions,
  type Clipping,
  clipVolume,
  createCases,
  type EvaluationCase,
} from "./evaluation_case.ts";
import { measureRestoration, type Metrics } from "./loss/metrics.ts";
import type { Model } from "./model/model.ts";
import type { NamedPsf } from "./psf/load_psf.ts";
import { assertRestorable, createRestorer } from "./restore.ts";
import { channelOf, createVolume, sizeOf, type Volume } from "./volume.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** What a method is told of a stack. */
export interface RestoreCall {
  /** The stack's name in the table; for methods that know what is on a stack. */
  readonly stack?: string;
  readonly psf: Volume;
  readonly sigma: number;
  /** To compute on instead of the method's own engine. */
  readonly engine?: Engine;
  /** The scene; for methods that choose by it, see `EvaluatedMethod.knows`. */
  readonly target?: Volume;
  readonly signal?: AbortSignal;
  /** Takes the parameter that the method restores with, if it has one. */
  onParameter?(value: number): void;
}

/** A method under test. */
export interface EvaluatedMethod {
  readonly name: string;
  /** "target" for an oracle, which is told the truth. @default "observed" */
  readonly knows?: "observed" | "target";
  /** Restores a stack whose scene has peak 1. */
  restore(observed: Volume, call: RestoreCall): Promise<Volume>;
}

/** One stack, one PSF, one noise level, one method. */
export interface EvaluationRow {
  readonly stack: string;
  readonly psf: string;
  readonly sigma: number;
  /** "input" for the degraded stack itself. */
  readonly method: string;
  readonly metrics: Metrics;
  /** Of one restoration; of an oracle, of its search. */
  readonly seconds: number;
  /**
   * The most that the method held at a time: on the engine (fields, planes, spectra), and the
   * restored stack. Neither the degraded stack nor the program itself count.
   */
  readonly memoryBytes?: number;
  /** The method's parameter. */
  readonly parameter?: number;
  /** "oracle" where the method was told the truth. */
  readonly choice?: "oracle";
}

/** How cases are evaluated. */
export interface EvaluateCasesOptions {
  readonly methods: readonly EvaluatedMethod[];
  /** Rows of an interrupted evaluation, which are not made again. */
  readonly known?: readonly EvaluationRow[];
  /** Before anything is measured, of degraded and restored stacks. @default "none" */
  readonly clipping?: Clipping;
  readonly signal?: AbortSignal;
  /** After every row that is made; `done` counts the rows known before too. */
  onRow?(row: EvaluationRow, done: number, total: number): void;
  /** Every degraded and restored stack, for pictures. */
  onStack?(stack: EvaluatedStack): void;
}

/** A stack as a method left it. */
export interface EvaluatedStack {
  readonly row: EvaluationRow;
  readonly observed: Volume;
  readonly restored: Volume;
  readonly target: Volume;
  readonly psf: NamedPsf;
}

/** What is evaluated. */
export interface EvaluateOptions extends EvaluateCasesOptions, CaseOptions {}

/**
 * Every stack of the dataset with every PSF and noise level through every method. The noise of a
 * stack depends on the seed, the stack and the PSF alone, so all methods get the same input, in this
 * run and in any other.
 *
 * @throws {CancelledError} when the signal aborts.
 */
export function evaluateMethods(
  dataset: Dataset,
  engine: Engine,
  options: EvaluateOptions,
): Promise<readonly EvaluationRow[]> {
  return evaluateCases(createCases(dataset, engine, options), engine, options);
}

/** The degraded stack itself, as the first method of every table. */
const INPUT: EvaluatedMethod = { name: "input", restore: (observed) => Promise.resolve(observed) };

/**
 * Every case through every method, the input itself first. A case is degraded once, and not at all
 * when all of its rows are known.
 *
 * @throws {CancelledError} when the signal aborts.
 */
export async function evaluateCases(
  cases: readonly EvaluationCase[],
  engine: Engine,
  options: EvaluateCasesOptions,
): Promise<readonly EvaluationRow[]> {
  const methods = [INPUT, ...options.methods];
  const known = new Map((options.known ?? []).map((row) => [keyOf(row), row]));
  const rows: EvaluationRow[] = [];
  const total = cases.length * methods.length;
  const meter = meterEngine(engine);
  for (const one of cases) {
    const place = { stack: one.stack, psf: one.psf.name, sigma: one.sigma };
    const finished = methods.map(({ name }) => known.get(keyOf({ ...place, method: name })));
    if (finished.every((row) => row !== undefined)) {
      rows.push(...finished as EvaluationRow[]);
      continue;
    }
    const { target, observed: given } = await one.load();
    const observed = clipVolume(given, options.clipping);
    for (const [index, method] of methods.entries()) {
      await yieldToEvents();
      if (options.signal?.aborted) {
        throw new CancelledError("Stopped before the table was complete");
      }
      const before = finished[index];
      if (before) {
        rows.push(before);
        continue;
      }
      let parameter: number | undefined;
      meter.start();
      const begin = performance.now();
      const result = await method.restore(given, {
        stack: one.stack,
        psf: one.psf.psf,
        sigma: one.sigma,
        engine: meter.engine,
        signal: options.signal,
        onParameter: (value) => parameter = value,
        ...(method.knows === "target" && { target }),
      });
      const seconds = (performance.now() - begin) / 1000;
      const restored = clipVolume(result, options.clipping);
      const psfSize = sizeOf(one.psf.psf.shape);
      const row: EvaluationRow = {
        ...place,
        method: method.name,
        metrics: measureRestoration({ restored, observed, target, psfSize }),
        ...(method === INPUT
          ? { seconds: 0 }
          : { seconds, memoryBytes: meter.peakBytes + result.data.byteLength }),
        ...(parameter !== undefined && { parameter }),
        ...(method.knows === "target" && { choice: "oracle" }),
      };
      rows.push(row);
      options.onRow?.(row, rows.length, total);
      options.onStack?.({ row, observed, restored, target, psf: one.psf });
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
    async restore(observed, { psf, sigma, engine: other = engine }) {
      assertRestorable(observed.shape, { model, psf });
      const restored = createVolume(observed.shape, undefined, observed.voxelSizeUm);
      const restorer = createRestorer(other, { model, psf, size: sizeOf(observed.shape) });
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
    restore(observed, { psf, sigma, signal, engine: other = engine, onParameter }) {
      const parameter = parameterOf(sigma);
      onParameter?.(parameter);
      return method.restore(other, { observed, psf, parameter, signal });
    },
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
