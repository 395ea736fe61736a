/**
 * The experiment `profile`: where the error lies that models and classical methods leave.
 *
 * @module
 */
import { evaluateCases, type EvaluationRow } from "../evaluate.ts";
import { createCases } from "../evaluation_case.ts";
import { formatLevel } from "../evaluation_table.ts";
import { describeStages } from "../report/model_stages.ts";
import { renderLinePlot } from "../report/plot.ts";
import type { Table } from "../report/table.ts";
import type { Volume } from "../volume.ts";
import type { ExperimentHooks } from "./compared_model.ts";
import { createProfiler, type ErrorProfile } from "./error_profile.ts";
import {
  plotSpectra,
  type ProfiledRow,
  tabulateAxial,
  tabulateBorder,
  tabulateIntensities,
  tabulateLateral,
} from "./profile_tables.ts";
import { createExamples, writeResults, writeTable } from "./results.ts";
import { actingAperture } from "./told_condition.ts";
import { type PreparedTrial, prepareTrial, type Trial } from "./trial.ts";

/**
 * Restores every stack with every PSF and profiles the errors: by place, by frequency and by
 * intensity. Beside the page, the folder gets a file of every table and plot. What it has already is
 * not done again.
 *
 * @throws {InputError} without a model, for two of one name, or for one that has seen a test stack.
 * @throws {CancelledError} when the signal aborts; `resume: "go on"` then continues.
 */
export async function runProfile(
  trial: Trial,
  hooks: ExperimentHooks,
): Promise<readonly [Table, ...Table[]]> {
  const { sigma, seed } = trial;
  const options = { experiment: "profile", levels: [sigma] };
  const prepared = await prepareTrial(trial, options, hooks);
  const { folder, models, tuned, psfs, test } = prepared;
  const rows = await evaluateProfiles(prepared, { trial, hooks });
  const notes = [
    `stacks: ${test.items.length}, PSFs: ${psfs.length}, noise: ${formatLevel(sigma)}, ` +
    `seed: ${seed}, ${hooks.engine.description}`,
    ...trial.notes,
  ];
  const table = tabulateBorder(rows, notes);
  const others = {
    lateral: tabulateLateral(rows, notes),
    axial: tabulateAxial(rows, notes),
    intensity: tabulateIntensities(rows, notes),
  };
  const tables = [table, ...Object.values(others)] as const;
  const charts = plotSpectra(rows);
  for (const [name, other] of Object.entries(others)) writeTable(folder, name, other);
  for (const [name, { plot }] of Object.entries(charts)) {
    folder.write(`${name}.svg`, await renderLinePlot(plot));
  }
  const [example] = createCases(test, hooks.engine, { psfs, sigmas: [sigma], seed });
  await writeResults(folder, {
    title: `Where the error lies, ${formatLevel(sigma)} noise`,
    summary: [["Seed", String(seed)], ["Kernels and examples", `of ${models[0].name}`]],
    tables,
    rows,
    searches: tuned.searches,
    page: {
      history: models[0].history,
      stages: describeStages(models[0].model),
      examples: await createExamples([example], models[0].method),
      charts: Object.values(charts),
    },
  });
  return tables;
}

/** Every stack with every PSF through every method; the folder's rows keep their profiles. */
async function evaluateProfiles(
  { folder, models, tuned, psfs, test }: PreparedTrial,
  { trial: { sigma, seed }, hooks }: { readonly trial: Trial; readonly hooks: ExperimentHooks },
): Promise<readonly ProfiledRow[]> {
  const made = new Map<EvaluationRow, ErrorProfile>();
  // The methods of a case come one after the other and share what is measured of the truth.
  let known: { truth: Volume; psf: Volume; profile: ReturnType<typeof createProfiler> } | undefined;
  const rows = await evaluateCases(
    createCases(test, hooks.engine, { psfs, sigmas: [sigma], seed }),
    hooks.engine,
    {
      methods: [...models.map(({ method }) => method), ...tuned.methods],
      known: folder.rows.filter(isProfiled),
      signal: hooks.signal,
      onRow({ stack, psf, method }, done, total) {
        hooks.onProgress?.(done / total, `${stack}, ${psf}, ${method}`);
      },
      onStack({ row, restored, target, psf }) {
        if (known?.truth !== target || known.psf !== psf.psf) {
          const { optics, size, voxelSizeNm } = psfs.find(({ name }) => name === psf.name)!;
          const profile = createProfiler(target, {
            psfSize: size,
            voxelSizeUm: { x: voxelSizeNm.x / 1000, y: voxelSizeNm.y / 1000 },
            cutoffPerUm: 2 * actingAperture(optics) / (optics.wavelengthsNm[0] / 1000),
          });
          known = { truth: target, psf: psf.psf, profile };
        }
        const profile = known.profile(restored);
        made.set(row, profile);
        folder.addRow({ ...row, profile } as ProfiledRow);
      },
    },
  );
  return rows.map((row) => isProfiled(row) ? row : { ...row, profile: made.get(row)! });
}

function isProfiled(row: EvaluationRow): row is ProfiledRow {
  return "profile" in row;
}
