/**
 * The validation of a training: whole stacks, each with one of the PSFs, degraded the same way at
 * every epoch.
 *
 * @module
 */
import type { Engine } from "../compute/engine.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { degradeVolume } from "../degrade/degrade_volume.ts";
import { averageMetrics, modelMethod } from "../evaluate.ts";
import { measureRestoration, type Metrics } from "../loss/metrics.ts";
import type { Model } from "../model/model.ts";
import { noiseLevelAt } from "../degrade/noise_level.ts";
import type { NoiseRange } from "../options.ts";
import type { NamedPsf } from "../psf/load_psf.ts";
import type { ReportExample } from "../report/page.ts";
import { rangeOf, sizeOf } from "../volume.ts";

/** Scenes whose maximum is looked at. */
const PEAK_SCENES = 12;

/** How the validation stacks are degraded. */
export interface ValidationOptions {
  readonly engine: Engine;
  readonly psfs: readonly NamedPsf[];
  readonly noise: NoiseRange;
  readonly photons?: number;
  readonly seed: number;
}

/** Restores the stack `index` with its PSF and noise level; everything a report shows of it. */
export async function validateItem(
  dataset: Dataset,
  index: number,
  options: ValidationOptions & {
    readonly model: Model;
    readonly similarity?: "measured" | "skipped";
  },
): Promise<ReportExample> {
  const { model, engine, psfs, noise, photons, seed, similarity } = options;
  const item = dataset.items[index];
  const target = await item.load();
  const { name, psf } = psfs[index % psfs.length];
  // A range is covered by its ends and its middle in turn.
  const sigma = noiseLevelAt(noise, (index % 3) / 2);
  const degraded = await degradeVolume(target, {
    engine,
    psf,
    noise: { sigma, photons, seed, label: 0, sublabel: index },
  });
  const restored = await modelMethod("", model, engine).restore(degraded, { psf, sigma });
  const psfSize = sizeOf(psf.shape);
  const measure = (volume: typeof target) =>
    measureRestoration({ restored: volume, observed: degraded, target, psfSize, similarity });
  return {
    name: `${item.name}, ${name}`,
    voxelSizeUm: target.voxelSizeUm,
    degraded,
    restored,
    target,
    psfSize,
    metrics: { degraded: measure(degraded), restored: measure(restored) },
  };
}

/** The median over a few scenes of the degraded stack's maximum; the scene's is 1. */
export async function measurePeakRatio(
  dataset: Dataset,
  { engine, psfs, noise, photons, seed }: ValidationOptions,
): Promise<number> {
  const count = Math.min(PEAK_SCENES, dataset.items.length);
  const ratios: number[] = [];
  for (let i = 0; i < count; i++) {
    const target = await dataset.items[Math.floor((i + 0.5) * dataset.items.length / count)].load();
    const degraded = await degradeVolume(target, {
      engine,
      psf: psfs[i % psfs.length].psf,
      noise: { sigma: noise.min, photons, seed, label: 1, sublabel: i },
    });
    ratios.push(rangeOf(degraded.data).max);
  }
  return ratios.toSorted((a, b) => a - b)[count >> 1];
}

/** Mean metrics of the restored stacks and of the degraded ones, SSIM left out. */
export async function validateModel(
  dataset: Dataset,
  options: ValidationOptions & { readonly model: Model },
): Promise<{ readonly restored: Metrics; readonly degraded: Metrics }> {
  const metrics: ReportExample["metrics"][] = [];
  for (let index = 0; index < dataset.items.length; index++) {
    metrics.push(
      (await validateItem(dataset, index, { ...options, similarity: "skipped" })).metrics,
    );
  }
  return {
    restored: averageMetrics(metrics.map(({ restored }) => restored)),
    degraded: averageMetrics(metrics.map(({ degraded }) => degraded)),
  };
}
