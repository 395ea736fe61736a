/**
 * What an experiment writes at its end: tables in all formats, and a page.
 *
 * @module
 */
import { averageMetrics, type EvaluatedMethod, type EvaluationRow } from "../evaluate.ts";
import { type Clipping, clipVolume, type EvaluationCase } from "../evaluation_case.ts";
import {
  formatLevel,
  tabulateOracles,
  tabulateSearches,
  tabulateStacks,
} from "../evaluation_table.ts";
import type { SearchReport } from "../evaluation_table.ts";
import { measureRestoration } from "../loss/metrics.ts";
import { renderReport, type ReportData, type ReportExample } from "../report/page.ts";
import { formatTable, type Table } from "../report/table.ts";
import { sizeOf } from "../volume.ts";
import type { ExperimentFolder } from "./experiment_folder.ts";

const EXTENSIONS = { markdown: "md", csv: "csv", json: "json", latex: "tex" } as const;

/** What an experiment found. */
export interface Results extends Pick<ReportData, "title" | "summary"> {
  /** The table of the experiment, and further ones of the page. */
  readonly tables: readonly [Table, ...Table[]];
  readonly rows: readonly EvaluationRow[];
  readonly searches: readonly SearchReport[];
  readonly page?: Partial<
    Pick<ReportData, "history" | "stages" | "examples" | "pictures" | "charts">
  >;
}

/**
 * Writes table.md, .csv, .json and .tex, stacks.csv with every row, search.csv and oracles.csv where
 * there are such, and report.html.
 */
export async function writeResults(folder: ExperimentFolder, results: Results): Promise<void> {
  const { title, summary, tables, rows, searches, page } = results;
  writeTable(folder, "table", tables[0]);
  const stacks = tabulateStacks(rows, tables[0].notes ?? []);
  folder.write("stacks.csv", formatTable(stacks, "csv"));
  const found = searches.length > 0 ? tabulateSearches(searches) : undefined;
  if (found) folder.write("search.csv", formatTable(found, "csv"));
  const oracles = tabulateOracles(rows);
  if (oracles) folder.write("oracles.csv", formatTable(oracles, "csv"));
  const html = await renderReport({
    title,
    created: new Date().toISOString(),
    summary,
    history: [],
    stages: [],
    examples: [],
    ...page,
    tables: [...tables, oracles, found, stacks].filter((table) => table !== undefined),
  });
  folder.write("report.html", html);
}

/** Writes name.md, .csv, .json and .tex. */
export function writeTable(folder: ExperimentFolder, name: string, table: Table): void {
  for (const [format, extension] of Object.entries(EXTENSIONS)) {
    folder.write(`${name}.${extension}`, formatTable(table, format as keyof typeof EXTENSIONS));
  }
}

/** The method with the best mean PSNR: what the examples of a page are of. */
export function pickBest(
  rows: readonly EvaluationRow[],
  methods: readonly EvaluatedMethod[],
): EvaluatedMethod {
  const groups = Map.groupBy(rows, ({ method }) => method);
  const psnrOf = ({ name }: EvaluatedMethod) =>
    averageMetrics(groups.get(name)!.map(({ metrics }) => metrics)).psnr;
  return methods.reduce((best, method) => psnrOf(method) > psnrOf(best) ? method : best);
}

/** Restores the cases once more, for the pictures of a page. */
export async function createExamples(
  cases: readonly EvaluationCase[],
  method: EvaluatedMethod,
  { clipping }: { readonly clipping?: Clipping } = {},
): Promise<readonly ReportExample[]> {
  const examples: ReportExample[] = [];
  for (const { stack, psf: { name, psf }, sigma, load } of cases) {
    const { target, observed } = await load();
    const restored = clipVolume(await method.restore(observed, { stack, psf, sigma }), clipping);
    const degraded = clipVolume(observed, clipping);
    const psfSize = sizeOf(psf.shape);
    const measure = (volume: typeof target) =>
      measureRestoration({ restored: volume, observed: degraded, target, psfSize });
    examples.push({
      name: `${stack}, ${name}, ${formatLevel(sigma)} noise, ${method.name}`,
      voxelSizeUm: target.voxelSizeUm,
      degraded,
      restored,
      target,
      psfSize,
      metrics: { degraded: measure(degraded), restored: measure(restored) },
    });
  }
  return examples;
}
