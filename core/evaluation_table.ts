/**
 * Evaluations as tables.
 *
 * @module
 */
import { averageMetrics, type EvaluationRow } from "./evaluate.ts";
import type { Metrics } from "./loss/metrics.ts";
import type { Cell, Column } from "./report/cell.ts";
import type { Table } from "./report/table.ts";

const METRICS: readonly (Column & { readonly value: (metrics: Metrics) => number })[] = [
  ...(["psnr", "cpsnr", "isnr", "cisnr"] as const).map((name) => ({
    key: `${name}_db`,
    title: name.toUpperCase(),
    unit: "dB",
    kind: "number" as const,
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
const COLUMNS: readonly Column[] = [...METRICS.map(({ value: _, ...column }) => column), SECONDS];

/** Means over stacks and PSFs, a row for every noise level and method. */
export function tabulateMeans(rows: readonly EvaluationRow[], notes: readonly string[]): Table {
  const groups = Map.groupBy(rows, (row) => `${row.sigma} ${row.method}`);
  return {
    title: "Means over stacks and PSFs",
    columns: [
      { key: "noise", title: "Noise" },
      { key: "method", title: "Method" },
      ...COLUMNS,
    ],
    rows: [...groups.values()].map((group): Cell[] => {
      const metrics = averageMetrics(group.map((row) => row.metrics));
      const seconds = group.reduce((sum, row) => sum + row.seconds, 0) / group.length;
      return [formatLevel(group[0].sigma), group[0].method, ...cellsOf(metrics, seconds)];
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
      ...COLUMNS,
    ],
    rows: rows.map(({ stack, psf, sigma, method, metrics, seconds }): Cell[] => [
      stack,
      psf,
      formatLevel(sigma),
      method,
      ...cellsOf(metrics, method === "input" ? undefined : seconds),
    ]),
    notes,
  };
}

function cellsOf(metrics: Metrics, seconds: number | undefined): Cell[] {
  const cells = METRICS.map(({ value }): Cell => {
    const number = value(metrics);
    return Number.isNaN(number) ? undefined : number;
  });
  return [...cells, seconds === 0 ? undefined : seconds];
}

/** 0.01 as "1 %". */
export function formatLevel(sigma: number): string {
  return `${+(sigma * 100).toPrecision(4)} %`;
}
