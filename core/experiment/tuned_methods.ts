/**
 * The classical methods of an experiment, their parameters chosen on training stacks.
 *
 * @module
 */
import type { BaselineMethod } from "../baselines/method.ts";
import { classicalMethod, type EvaluatedMethod } from "../evaluate.ts";
import type { Clipping, EvaluationCase } from "../evaluation_case.ts";
import { formatLevel, type SearchReport } from "../evaluation_table.ts";
import { oracleMethod, tuneBaseline } from "../tune.ts";
import type { ExperimentHooks } from "./compared_model.ts";
import type { ExperimentFolder } from "./experiment_folder.ts";

/** What is tuned on what. */
export interface TuneMethodsOptions {
  readonly sigmas: readonly number[];
  /** Training stacks of a noise level. */
  casesOf(sigma: number): readonly EvaluationCase[];
  /** Tells the searches of an experiment apart: "fold 1". @default "" */
  readonly part?: string;
  readonly clipping?: Clipping;
  /** Also every method with the best parameter of every stack. @default "none" */
  readonly oracles?: "none" | "measured";
}

/** Methods to evaluate, and what their searches found. */
export interface TunedMethods {
  readonly methods: readonly EvaluatedMethod[];
  readonly searches: readonly SearchReport[];
}

/** Searches every method's parameter for every level; a search that the folder has is not repeated. */
export async function tuneMethods(
  methods: readonly BaselineMethod[],
  options: TuneMethodsOptions,
  { folder, hooks }: { readonly folder: ExperimentFolder; readonly hooks: ExperimentHooks },
): Promise<TunedMethods> {
  const { sigmas, part = "", clipping, oracles = "none" } = options;
  const { engine, signal, onMessage, onProgress } = hooks;
  const searches: SearchReport[] = [];
  const found = methods.map(() => new Map<number, number>());
  for (const [level, sigma] of sigmas.entries()) {
    const cases = options.casesOf(sigma);
    for (const [index, method] of methods.entries()) {
      const where = [part, sigmas.length > 1 ? formatLevel(sigma) : ""].filter(Boolean).join(", ");
      const name = ["tuned", method.name, part, sigma].filter((word) => word !== "").join(" ");
      const tuned = await folder.keep(`${name}.json`, () => {
        const share = (level * methods.length + index) / (sigmas.length * methods.length);
        onProgress?.(share, ["tuning", method.label, where].filter(Boolean).join(", "));
        return tuneBaseline(method, cases, { engine, clipping, signal });
      });
      onMessage?.(
        [`${method.label}: ${method.parameter.name} ${tuned.value}`, where].filter(Boolean)
          .join(", "),
      );
      found[index].set(sigma, tuned.value);
      searches.push({
        ...tuned,
        method: part === "" ? method.label : `${method.label}, ${part}`,
        parameter: method.parameter.name,
        sigma,
      });
    }
  }
  const valueOf = (index: number) => (sigma: number) => found[index].get(sigma)!;
  const tested = methods.map((method, i) => classicalMethod(method, engine, valueOf(i)));
  const bounds = oracles === "none"
    ? []
    : methods.map((method, i) => oracleMethod(method, engine, { start: valueOf(i), clipping }));
  return { methods: [...tested, ...bounds], searches };
}
