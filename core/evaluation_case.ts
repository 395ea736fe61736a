/**
 * What methods are measured on: sharp stacks and their degraded versions, the same for all of them.
 *
 * @module
 */
import type { Engine } from "./compute/engine.ts";
import type { Dataset } from "./dataset/dataset.ts";
import { createVoxelCache } from "./dataset/voxel_cache.ts";
import { degradeVolume } from "./degrade/degrade_volume.ts";
import type { NamedPsf } from "./psf/load_psf.ts";
import { assertPsfMatches } from "./psf/match.ts";
import { createVolume, type Volume } from "./volume.ts";

/** A stack, a PSF and a noise level. */
export interface EvaluationCase {
  readonly stack: string;
  readonly psf: NamedPsf;
  readonly sigma: number;
  /** The scene, its peak 1, and what the microscope made of it; the same at every call. */
  load(): Promise<{ readonly target: Volume; readonly observed: Volume }>;
}

/** How the stacks of a dataset are degraded. */
export interface CaseOptions {
  readonly psfs: readonly NamedPsf[];
  /** Noise levels, as parts of the peak. */
  readonly sigmas: readonly number[];
  readonly photons?: number;
  readonly seed: number;
}

/**
 * Every stack of the dataset with every PSF and noise level. The noise of a stack depends on the
 * seed and on the places of the stack and the PSF in their lists alone.
 */
export function createCases(
  dataset: Dataset,
  engine: Engine,
  { psfs, sigmas, photons, seed }: CaseOptions,
): readonly EvaluationCase[] {
  return dataset.items.flatMap((item, label) =>
    psfs.flatMap((named, sublabel) =>
      sigmas.map((sigma): EvaluationCase => ({
        stack: item.name,
        psf: named,
        sigma,
        async load() {
          const target = await item.load();
          assertPsfMatches(named.psf, target.shape, `The PSF ${named.name}`);
          const noise = { sigma, photons, seed, label, sublabel };
          const observed = await degradeVolume(target, { engine, psf: named.psf, noise });
          return { target, observed };
        },
      }))
    )
  );
}

/** Labels beyond those of an evaluation: its noise is never met in a search. */
const TUNING_LABEL = 0x74756e65;

/**
 * So many stacks, spread evenly over the dataset, each with one of the PSFs in turn and one noise
 * level: to choose parameters on. What was degraded is kept in memory, as all methods ask for it.
 */
export function createTuningCases(
  dataset: Dataset,
  engine: Engine,
  options: Omit<CaseOptions, "sigmas"> & { readonly sigma: number; readonly stacks: number },
): readonly EvaluationCase[] {
  const { psfs, photons, sigma, seed } = options;
  const count = Math.min(options.stacks, dataset.items.length);
  return keepCases(Array.from({ length: count }, (_, i): EvaluationCase => {
    const index = Math.floor((i + 0.5) * dataset.items.length / count);
    const item = dataset.items[index];
    const named = psfs[i % psfs.length];
    return {
      stack: item.name,
      psf: named,
      sigma,
      async load() {
        const target = await item.load();
        assertPsfMatches(named.psf, target.shape, `The PSF ${named.name}`);
        const noise = { sigma, photons, seed, label: TUNING_LABEL, sublabel: index };
        const observed = await degradeVolume(target, { engine, psf: named.psf, noise });
        return { target, observed };
      },
    };
  }));
}

/** The cases with what they load kept in memory, the degraded stacks up to `cacheBytes`. */
export function keepCases(
  cases: readonly EvaluationCase[],
  { cacheBytes = 5e8 }: { readonly cacheBytes?: number } = {},
): readonly EvaluationCase[] {
  const cache = createVoxelCache(cacheBytes);
  return cases.map((one, index) => ({
    ...one,
    async load() {
      const [target, observed] = ["target", "observed"].map((part) =>
        cache.get(`${index} ${part}`)
      );
      if (target && observed) return { target, observed };
      const loaded = await one.load();
      cache.set(`${index} target`, { volume: loaded.target, type: "float32" });
      cache.set(`${index} observed`, { volume: loaded.observed, type: "float32" });
      return loaded;
    },
  }));
}

/** "unit": voxels below 0 and above 1 are set to 0 and 1, as some benchmarks do. */
export type Clipping = "none" | "unit";

/** The volume as it is measured. */
export function clipVolume(volume: Volume, clipping: Clipping = "none"): Volume {
  if (clipping === "none") return volume;
  const data = volume.data.map((value) => Math.min(1, Math.max(0, value)));
  return createVolume(volume.shape, data, volume.voxelSizeUm);
}
