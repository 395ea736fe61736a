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
const P_VALUE: Column = {
  key: "p_value",
  title: "p",
  kind: "number",
  digits: 2,
  notation: "significant",
};
const COLUMNS: readonly Column[] = [...METRICS.map(({ value: _, ...column }) => column), SECONDS];

/**
 * Means over stacks and PSFs, a row for every noise level and method. With two methods or more, the
 * last column is the p-value of Wilcoxon's signed-rank test of a method's PSNR against the first
 * one's, stack by stack.
 */
export function tabulateMeans(rows: readonly EvaluationRow[], notes: readonly string[]): Table {
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
      const seconds = group.reduce((sum, row) => sum + row.seconds, 0) / group.length;
      const cells = [
        ...METRICS.map(({ kind, value }) => {
          const spread = spreadOf(group.map((row) => value(row.metrics)));
          return kind === "spread" ? spread : spread.mean;
        }),
        method === "input" ? undefined : seconds,
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
    ],
    rows: rows.map(({ stack, psf, sigma, method, metrics, seconds }): Cell[] => [
      stack,
      psf,
      formatLevel(sigma),
      method,
      ...METRICS.map(({ value }) => value(metrics)),
      method === "input" ? undefined : seconds,
    ]),
    notes,
  };
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
