/**
 * Choosing the one parameter of a classical method: on training stacks, as a user without the truth
 * would have to, or on the very stack (the oracle).
 *
 * @module
 */
import type { BaselineMethod } from "./baselines/method.ts";
import type { Engine } from "./compute/engine.ts";
import type { Dataset } from "./dataset/dataset.ts";
import { degradeVolume } from "./degrade/degrade_volume.ts";
import { CancelledError } from "./errors.ts";
import { psnr } from "./loss/metrics.ts";
import type { NamedPsf } from "./psf/load_psf.ts";
import { assertPsfMatches } from "./psf/match.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** On what a parameter is chosen. */
export interface TuneOptions {
  readonly engine: Engine;
  readonly psfs: readonly NamedPsf[];
  readonly sigma: number;
  readonly photons?: number;
  readonly seed: number;
  /** Training stacks, spread evenly over the dataset; each with one of the PSFs in turn. */
  readonly stacks: number;
  readonly signal?: AbortSignal;
  onStack?(done: number, total: number): void;
}

/** What a search found. */
export interface TunedParameter {
  readonly value: number;
  /** Mean PSNR in dB of every value of the method's grid, in its order. */
  readonly scores: readonly number[];
  readonly values: readonly number[];
  /** How long the search took, degrading not counted. */
  readonly seconds: number;
}

/** The value of the method's grid with the best mean PSNR over the training stacks. */
export async function tuneBaseline(
  method: BaselineMethod,
  dataset: Dataset,
  options: TuneOptions,
): Promise<TunedParameter> {
  const { engine, psfs, sigma, photons, seed, signal } = options;
  const { values } = method.parameter;
  const count = Math.min(options.stacks, dataset.items.length);
  const scores = new Array<number>(values.length).fill(0);
  let seconds = 0;
  for (let i = 0; i < count; i++) {
    await yieldToEvents();
    if (signal?.aborted) throw new CancelledError("Stopped while tuning");
    const index = Math.floor((i + 0.5) * dataset.items.length / count);
    const target = await dataset.items[index].load();
    const { name, psf } = psfs[i % psfs.length];
    assertPsfMatches(psf, target.shape, `The PSF ${name}`);
    // Labels beyond those of an evaluation: the same noise is never met again.
    const noise = { sigma, photons, seed, label: 0x74756e65, sublabel: index };
    const observed = await degradeVolume(target, { engine, psf, noise });
    const begin = performance.now();
    const series = await method.restoreSeries(engine, {
      observed,
      psf,
      parameters: values,
      signal,
    });
    seconds += (performance.now() - begin) / 1000;
    series.forEach((restored, k) => scores[k] += psnr(restored, target) / count);
    options.onStack?.(i + 1, count);
  }
  return { value: values[scores.indexOf(Math.max(...scores))], scores, values, seconds };
}
