/**
 * Evaluations as tables.
 *
 * @module
 */
import type { EvaluationRow } from "./evaluate.ts";
import type { Metrics } from "./loss/metrics.ts";
import { comparePairs } from "./paired_test.ts";
import type { Cell, Column, Spread } from "./report/cell.ts";
import type { Table } from "./report/table.ts";
import type { TunedParameter } from "./tune.ts";

const METRICS: readonly (Column & { readonly value: (metrics: Metrics) => number })[] = [
  ...(["psnr", "cpsnr", "isnr", "cisnr"] as const).map((name) => ({
    key: `${name}_db`,
    title: name.toUpperCase(),
    unit: "dB",
    kind: "spread" as const,
    digits: 2,
    best: "highest" as const,
    value: (metrics: Metrics) => metrics[name],
  })),
  {
    key: "ssim",
    title: "SSIM",
    kind: "number",
    digits: 4,
    best: "highest",
    value: (metrics) => metrics.ssim,
  },
  { key: "snr_db", title: "SNR", unit: "dB", kind: "number", digits: 2, value: (m) => m.snr },
  { key: "nrmse", title: "NRMSE", kind: "number", digits: 4, value: (m) => m.nrmse },
];

const SECONDS: Column = { key: "seconds", title: "time", unit: "s", kind: "number", digits: 3 };
const MEMORY: Column = { key: "memory_mb", title: "memory", unit: "MB", kind: "number", digits: 0 };
const PARAMETER: Column = {
  key: "parameter",
  title: "parameter",
  kind: "number",
  digits: 3,
  notation: "significant",
};
const P_VALUE: Column = {
  key: "p_value",
  title: "p",
  kind: "number",
  digits: 2,
  notation: "significant",
};
const COLUMNS: readonly Column[] = [
  ...METRICS.map(({ value: _, ...column }) => column),
  SECONDS,
  MEMORY,
];

/** What the column "memory" means, as a note below a table. */
export const MEMORY_NOTE = "memory: the most that a method held at a time on the engine (fields, " +
  "planes, spectra), and the restored stack; the degraded stack and the program do not count";

/**
 * Means over stacks and PSFs, a row for every noise level and method but the oracles. With two methods or more, the
 * last column is the p-value of Wilcoxon's signed-rank test of a method's PSNR against the first
 * one's, stack by stack.
 */
export function tabulateMeans(all: readonly EvaluationRow[], notes: readonly string[]): Table {
  const rows = all.filter(({ choice }) => choice === undefined);
  const [reference, ...others] = new Set(
    rows.map((row) => row.method).filter((method) => method !== "input"),
  );
  const compared = others.length > 0;
  const psnrsOf = (sigma: number, method: string) =>
    rows.filter((row) => row.sigma === sigma && row.method === method)
      .map((row) => row.metrics.psnr);
  const groups = Map.groupBy(rows, (row) => `${row.sigma} ${row.method}`);
  return {
    title: "Means over stacks and PSFs",
    columns: [
      { key: "noise", title: "Noise" },
      { key: "method", title: "Method" },
      ...COLUMNS,
      ...(compared ? [{ ...P_VALUE, title: `p, against ${reference}` }] : []),
    ],
    rows: [...groups.values()].map((group): Cell[] => {
      const [{ sigma, method }] = group;
      const cells: Cell[] = [
        ...METRICS.map(({ kind, value }) => {
          const spread = spreadOf(group.map((row) => value(row.metrics)));
          return kind === "spread" ? spread : spread.mean;
        }),
        ...costOf(group),
      ];
      if (compared) {
        const { pValue } = comparePairs(psnrsOf(sigma, method), psnrsOf(sigma, reference));
        cells.push(method === reference || Number.isNaN(pValue) ? undefined : pValue);
      }
      return [formatLevel(sigma), method, ...cells];
    }),
    notes,
  };
}

/** A row for every stack, PSF, noise level and method. */
export function tabulateStacks(rows: readonly EvaluationRow[], notes: readonly string[]): Table {
  return {
    title: "Every stack",
    columns: [
      { key: "stack", title: "Stack" },
      { key: "psf", title: "PSF" },
      { key: "noise", title: "Noise" },
      { key: "method", title: "Method" },
      ...COLUMNS.map((column) =>
        column.kind === "spread" ? { ...column, kind: "number" as const } : column
      ),
      PARAMETER,
    ],
    rows: rows.map((row): Cell[] => [
      row.stack,
      row.psf,
      formatLevel(row.sigma),
      row.method,
      ...METRICS.map(({ value }) => value(row.metrics)),
      ...costOf([row]),
      row.parameter,
    ]),
    notes,
  };
}

/**
 * What the methods reach with the parameter that is best for every single stack, chosen with the
 * truth at hand; a row for every noise level and method, or undefined where there was no oracle.
 */
export function tabulateOracles(rows: readonly EvaluationRow[]): Table | undefined {
  const oracles = rows.filter(({ choice }) => choice === "oracle");
  if (oracles.length === 0) return undefined;
  const groups = Map.groupBy(oracles, (row) => `${row.sigma} ${row.method}`);
  const number = { kind: "number", digits: 2 } as const;
  return {
    title: "Oracles: the best parameter of every stack, chosen on the stack itself",
    columns: [
      { key: "noise", title: "Noise" },
      { key: "method", title: "Method" },
      ...METRICS.map(({ value: _, best: __, ...column }) => column),
      { key: "gain_db", title: "above its choice", unit: "dB", ...number },
      { ...PARAMETER, key: "parameter_min", title: "smallest parameter" },
      { ...PARAMETER, key: "parameter_median", title: "median" },
      { ...PARAMETER, key: "parameter_max", title: "largest" },
      { ...SECONDS, title: "search" },
    ],
    rows: [...groups.values()].map((group): Cell[] => {
      const [{ sigma, method }] = group;
      const name = method.replace(/, oracle$/, "");
      const tuned = rows.filter((row) => row.sigma === sigma && row.method === name);
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
      const gain = mean(group.map(({ metrics }) => metrics.psnr)) -
        mean(tuned.map(({ metrics }) => metrics.psnr));
      const chosen = group.map(({ parameter = NaN }) => parameter).toSorted((a, b) => a - b);
      return [
        formatLevel(sigma),
        name,
        ...METRICS.map(({ kind, value }) => {
          const spread = spreadOf(group.map((row) => value(row.metrics)));
          return kind === "spread" ? spread : spread.mean;
        }),
        tuned.length === group.length ? gain : undefined,
        chosen[0],
        chosen[chosen.length >> 1],
        chosen.at(-1),
        mean(group.map(({ seconds }) => seconds)),
      ];
    }),
    notes: ["no user can choose so: a bound for the method"],
  };
}

/** What a search of a method's parameter found at a noise level. */
export interface SearchReport extends TunedParameter {
  readonly method: string;
  /** "lambda", "iterations". */
  readonly parameter: string;
  readonly sigma: number;
}

/** What the searches on training stacks found, and what they cost. */
export function tabulateSearches(searches: readonly SearchReport[]): Table {
  const whole = { kind: "number", digits: 0 } as const;
  return {
    title: "Parameters chosen on training stacks",
    columns: [
      { key: "noise", title: "Noise" },
      { key: "method", title: "Method" },
      { key: "name", title: "parameter" },
      { ...PARAMETER, key: "value", title: "chosen" },
      { key: "tried", title: "values tried", ...whole },
      { key: "runs", title: "runs", ...whole },
      { key: "stacks", title: "stacks", ...whole },
      { key: "seconds", title: "search", unit: "s", kind: "number", digits: 1 },
    ],
    rows: searches.map(({ method, parameter, sigma, value, tried, runs, stacks, seconds }) => [
      formatLevel(sigma),
      method,
      parameter,
      value,
      tried.length,
      runs,
      stacks,
      seconds,
    ]),
    notes: [
      "a series of all values in one run counts as one run; degrading and measuring not counted",
    ],
  };
}

/** Mean time of a restoration, and the largest memory in MB; nothing for the input. */
function costOf(rows: readonly EvaluationRow[]): readonly [Cell, Cell] {
  if (rows[0].method === "input") return [undefined, undefined];
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0) / rows.length;
  const known = rows.map(({ memoryBytes }) => memoryBytes).filter((bytes) => bytes !== undefined);
  return [seconds, known.length > 0 ? Math.max(...known) / 1e6 : undefined];
}

/** Mean and standard deviation; what a stack is too small for (NaN) does not count. */
function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(square / (known.length - 1)) };
}

/** 0.01 as "1 %". */
export function formatLevel(sigma: number): string {
  return `${+(sigma * 100).toPrecision(4)} %`;
}
