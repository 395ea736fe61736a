/**
 * The experiment `robustness`: how much is lost when what a method is told of the PSF and the noise is
 * wrong, or the noise is not what all of them assume.
 *
 * @module
 */
import { estimateNoise } from "../degrade/estimate_noise.ts";
import {
  averageMetrics,
  evaluateCases,
  type EvaluatedMethod,
  type EvaluationRow,
} from "../evaluate.ts";
import { createCases } from "../evaluation_case.ts";
import { formatLevel } from "../evaluation_table.ts";
import { isNoiseAdaptive } from "../model/model.ts";
import { createPsf } from "../psf/create_psf.ts";
import { describeStages } from "../report/model_stages.ts";
import type { Column } from "../report/cell.ts";
import type { Table } from "../report/table.ts";
import type { Volume } from "../volume.ts";
import type { ExperimentHooks, PreparedModel } from "./compared_model.ts";
import { createExamples, writeResults } from "./results.ts";
import {
  type Condition,
  describeApertures,
  listConditions,
  nameTold,
  TRUTH,
} from "./told_condition.ts";
import { prepareTrial, type Trial } from "./trial.ts";

/**
 * Chooses the methods' parameters for the true level, half and twice of it, restores every stack with
 * every PSF under every condition, and writes the tables and the page. What the folder has already is
 * not done again.
 *
 * @throws {InputError} without a model, for two of one name, or for one that has seen a test stack.
 * @throws {CancelledError} when the signal aborts; `resume: "go on"` then continues.
 */
export async function runRobustness(spec: Trial, hooks: ExperimentHooks): Promise<Table> {
  const { sigma, seed } = spec;
  const { engine, signal } = hooks;
  const levels = [sigma / 2, sigma, 2 * sigma];
  const options = { experiment: "robustness", levels };
  const { folder, models, tuned, psfs, test } = await prepareTrial(spec, options, hooks);
  const conditions = listConditions(sigma);
  const lights = [...Map.groupBy(conditions, ({ photons }) => photons)];
  const jobs = psfs.flatMap((preset, place) =>
    lights.flatMap(([photons, group]) => {
      const methods = group.flatMap((condition) => {
        const psf = condition.optics && createPsf(condition.optics(preset.optics), preset);
        return [
          ...models.map(({ method }) => tellMethod(method, condition, { psf })),
          ...tuned.methods.map((method) => tellMethod(method, condition, { psf, levels })),
        ];
      });
      const name = photons === undefined ? preset.name : `${preset.name}, ${photons} photons`;
      return createCases(test, engine, { psfs, sigmas: [sigma], photons, seed })
        .filter(({ psf }) => psf === psfs[place])
        .map((one) => ({ one: { ...one, psf: { name, psf: preset.psf } }, methods }));
    })
  );
  const rows: EvaluationRow[] = [];
  for (const [i, { one, methods }] of jobs.entries()) {
    const found = await evaluateCases([one], engine, {
      methods,
      known: folder.rows,
      signal,
      onRow(row, done, total) {
        folder.addRow(row);
        const text = `${row.stack}, ${row.psf}, ${row.method}`;
        hooks.onProgress?.((i + done / total) / jobs.length, text);
      },
    });
    rows.push(...found);
  }
  const shown = jobs[0].methods.slice(0, models.length + tuned.methods.length);
  const table = tabulateConditions(rows, conditions, {
    title: `Told the truth and told wrong, ${formatLevel(sigma)} noise`,
    methods: shown.map(({ name }) => name),
    notes: [
      `stacks: ${test.items.length}, PSFs: ${psfs.length}, Gaussian noise: ${
        formatLevel(sigma)
      }, ` +
      `seed: ${seed}, ${engine.description}`,
      ...describeConditions(spec, rows, { models, levels }),
      ...spec.notes,
    ],
  });
  await writeResults(folder, {
    title: table.title,
    summary: [["Seed", String(seed)], ["Curves, kernels and examples", `of ${models[0].name}`]],
    tables: [table],
    rows,
    searches: tuned.searches,
    page: {
      history: models[0].history,
      stages: describeStages(models[0].model),
      examples: await createExamples([jobs[0].one], jobs[0].methods[0]),
    },
  });
  return table;
}

/**
 * The method under a condition. With `levels`, it is told the nearest of them; else what it is told of
 * the noise is its parameter in the table.
 */
function tellMethod(
  method: EvaluatedMethod,
  condition: Condition,
  { psf, levels }: { readonly psf?: Volume; readonly levels?: readonly number[] },
): EvaluatedMethod {
  return {
    name: nameTold(method.name, condition),
    restore(observed, call) {
      const { noise = 1 } = condition;
      const level = noise === "estimated" ? estimateNoise(observed)[0] : call.sigma * noise;
      const distance = (other: number) => Math.abs(Math.log(other / level));
      const sigma = levels?.toSorted((a, b) => distance(a) - distance(b))[0] ?? level;
      if (!levels) call.onParameter?.(sigma);
      return method.restore(observed, { ...call, psf: psf ?? call.psf, sigma });
    },
  };
}

/** A row for every condition; of every method the gain, and what is lost against the first row. */
function tabulateConditions(
  rows: readonly EvaluationRow[],
  conditions: readonly Condition[],
  { methods, ...rest }: Pick<Table, "title" | "notes"> & { readonly methods: readonly string[] },
): Table {
  const groups = Map.groupBy(rows, ({ method }) => method);
  const meansOf = (method: string, condition: Condition) =>
    averageMetrics(groups.get(nameTold(method, condition))!.map(({ metrics }) => metrics));
  const decibels = { unit: "dB", kind: "number", digits: 2 } as const;
  return {
    ...rest,
    columns: [
      { key: "told", title: "Told" },
      { key: "input_psnr_db", title: "PSNR of the input", ...decibels },
      ...methods.flatMap((method): Column[] => [
        { key: `${method} isnr_db`, title: `${method}: ISNR`, ...decibels },
        { key: `${method} loss_db`, title: "loss", ...decibels },
      ]),
    ],
    rows: conditions.map((condition) => {
      const { psnr, isnr } = meansOf(methods[0], condition);
      return [
        condition.label,
        psnr - isnr,
        ...methods.flatMap((method) => {
          const means = meansOf(method, condition);
          const loss = meansOf(method, TRUTH).psnr - means.psnr;
          return [means.isnr, condition === conditions[0] ? undefined : loss];
        }),
      ];
    }),
  };
}

/** What a reader of the table has to know of its rows. */
function describeConditions(
  { sigma, psfs }: Trial,
  rows: readonly EvaluationRow[],
  { models, levels }: {
    readonly models: readonly PreparedModel[];
    readonly levels: readonly number[];
  },
): readonly string[] {
  const estimates = listConditions(sigma).filter(({ noise }) => noise === "estimated");
  const found = estimates.map((condition) => {
    const method = nameTold(models[0].name, condition);
    const values = rows.filter((row) => row.method === method).map((row) => row.parameter!);
    const mean = formatLevel(values.reduce((a, b) => a + b) / values.length);
    return condition.photons === undefined ? mean : `${mean} with ${condition.photons} photons`;
  });
  const deaf = models.filter(({ model }) => !isNoiseAdaptive(model)).map(({ name }) => name);
  return [
    "the degraded stacks are the same in all rows without photons; with photons (at the peak) they " +
    "have Poisson noise beside the Gaussian, and the loss is also what that noise costs",
    "loss: mean PSNR below that of the first row; where the input is the same, also of the ISNR",
    `noise as estimated on the stack, mean: ${found.join(", ")}`,
    `classical methods take the parameter chosen for the nearest of ` +
    levels.map(formatLevel).join(", "),
    ...(deaf.length > 0 ? [`not noise-adaptive, so not told the noise: ${deaf.join(", ")}`] : []),
    ...describeApertures(psfs),
  ];
}
