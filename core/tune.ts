/**
 * Choosing the one parameter of a classical method: on training stacks, as a user without the truth
 * would have to, or on the very stack (the oracle).
 *
 * @module
 */
import type { BaselineMethod } from "./baselines/method.ts";
import { searchGrid } from "./baselines/search.ts";
import type { Engine } from "./compute/engine.ts";
import { CancelledError } from "./errors.ts";
import type { EvaluatedMethod } from "./evaluate.ts";
import { type Clipping, clipVolume, type EvaluationCase } from "./evaluation_case.ts";
import { psnr } from "./loss/metrics.ts";
import type { Volume } from "./volume.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** How a parameter is searched. */
export interface TuneOptions {
  readonly engine: Engine;
  /** As the table measures, see `EvaluateCasesOptions`. @default "none" */
  readonly clipping?: Clipping;
  readonly signal?: AbortSignal;
  /** After every restoration; how many there will be is known for a shared series alone. */
  onRun?(done: number, total: number | undefined): void;
}

/** A value that a search tried. */
export interface TriedValue {
  readonly value: number;
  /** Mean PSNR in dB. */
  readonly score: number;
  /** Over so many stacks. */
  readonly stacks: number;
}

/** What a search found. */
export interface TunedParameter {
  readonly value: number;
  /** In the grid's order. */
  readonly tried: readonly TriedValue[];
  /** Restorations that it took; a shared series counts as one. */
  readonly runs: number;
  /** Stacks that it was chosen on. */
  readonly stacks: number;
  /** How long the restorations took, degrading and measuring not counted. */
  readonly seconds: number;
}

/** One scout for so many stacks: the search begins on them alone. */
const STACKS_PER_SCOUT = 3;

/**
 * The value of the method's grid with the best mean PSNR over the stacks.
 *
 * Where a series is shared (see `BaselineMethod.series`), all values are tried on all stacks. Else
 * the grid is climbed from the method's default on a third of the stacks (the scouts), until two
 * values in a row are worse; then from the best of them on all stacks, until one is worse. Every
 * restoration runs to the method's own end.
 *
 * @throws {CancelledError} when the signal aborts.
 */
export async function tuneBaseline(
  method: BaselineMethod,
  cases: readonly EvaluationCase[],
  options: TuneOptions,
): Promise<TunedParameter> {
  const search = createSearch(method, options);
  if (method.series === "shared") {
    for (const [i, one] of cases.entries()) {
      await search.tryAll(one);
      options.onRun?.(i + 1, cases.length);
    }
  } else {
    const scouts = cases.filter((_, i) => i % STACKS_PER_SCOUT === 0);
    const { value } = await searchGrid(method.parameter, (v) => search.scoreOf(v, scouts));
    if (cases.length > scouts.length) {
      const from = { ...method.parameter, default: value };
      await searchGrid(from, (v) => search.scoreOf(v, cases), { patience: 1 });
    }
  }
  const tried = search.tried();
  const whole = tried.filter(({ stacks }) => stacks === cases.length);
  const best = whole.reduce((a, b) => b.score > a.score ? b : a);
  const { runs, seconds } = search.cost();
  return { value: best.value, tried, runs, stacks: cases.length, seconds };
}

/**
 * The method with the best value of its grid for every single stack, chosen with the truth at hand:
 * what no user can do, as a bound. A shared series is tried whole; else the grid is climbed from
 * `start`, until one value is worse.
 */
export function oracleMethod(
  method: BaselineMethod,
  engine: Engine,
  options: {
    readonly start: (sigma: number) => number;
    readonly clipping?: Clipping;
  },
): EvaluatedMethod {
  return {
    name: `${method.label}, oracle`,
    knows: "target",
    async restore(observed, { psf, sigma, target, signal, engine: other = engine, onParameter }) {
      if (!target) throw new RangeError("An oracle needs the target");
      const { clipping } = options;
      const search = createSearch(method, { engine: other, signal, clipping });
      const one: EvaluationCase = {
        stack: "",
        psf: { name: "", psf },
        sigma,
        load: () => Promise.resolve({ target, observed }),
      };
      if (method.series === "shared") {
        await search.tryAll(one);
      } else {
        const from = { ...method.parameter, default: options.start(sigma) };
        await searchGrid(from, (value) => search.scoreOf(value, [one]), { patience: 1 });
      }
      const { value } = search.tried().reduce((a, b) => b.score > a.score ? b : a);
      onParameter?.(value);
      return search.best()!;
    },
  };
}

interface Search {
  /** Mean PSNR of a value; what was restored before is not restored again. */
  scoreOf(value: number, cases: readonly EvaluationCase[]): Promise<number>;
  /** Every value of the grid in one series. */
  tryAll(one: EvaluationCase): Promise<void>;
  tried(): readonly TriedValue[];
  cost(): { readonly runs: number; readonly seconds: number };
  /** The restored stack with the highest PSNR. */
  best(): Volume | undefined;
}

function createSearch(
  method: BaselineMethod,
  { engine, clipping = "none", signal, onRun }: TuneOptions,
): Search {
  const { values } = method.parameter;
  const scores = new Map<number, Map<EvaluationCase, number>>();
  let runs = 0;
  let milliseconds = 0;
  let best: { readonly volume: Volume; readonly score: number } | undefined;
  const run = async (one: EvaluationCase, parameters: readonly number[]) => {
    await yieldToEvents();
    if (signal?.aborted) throw new CancelledError("Stopped while tuning");
    const { target, observed } = await one.load();
    const begin = performance.now();
    const call = { observed, psf: one.psf.psf, parameters, signal };
    const restored = await method.restoreSeries(engine, call);
    milliseconds += performance.now() - begin;
    runs++;
    restored.forEach((volume, i) => {
      const found = psnr(clipVolume(volume, clipping), target);
      const score = Number.isNaN(found) ? -Infinity : found;
      if (score > (best?.score ?? -Infinity)) best = { volume, score };
      scores.getOrInsertComputed(parameters[i], () => new Map()).set(one, score);
    });
  };
  const meanOf = (known: Iterable<number>) => {
    const list = [...known];
    return list.reduce((a, b) => a + b, 0) / list.length;
  };
  return {
    async scoreOf(value, cases) {
      for (const one of cases) {
        if (scores.get(value)?.has(one)) continue;
        await run(one, [value]);
        onRun?.(runs, undefined);
      }
      return meanOf(cases.map((one) => scores.get(value)!.get(one)!));
    },
    tryAll: (one) => run(one, values),
    tried: () =>
      [...scores].toSorted(([a], [b]) => a - b).map(([value, known]) => ({
        value,
        score: meanOf(known.values()),
        stacks: known.size,
      })),
    cost: () => ({ runs, seconds: milliseconds / 1000 }),
    best: () => best?.volume,
  };
}
