/**
 * Set-ups of a search, ranked as on the slides: the best five, the worst five, and the means of every
 * factor.
 *
 * @module
 */
import type { EvaluationRow } from "../evaluate.ts";
import { averageMetrics } from "../evaluate.ts";
import type { Metrics } from "../loss/metrics.ts";
import type { Cell, Column } from "../report/cell.ts";
import type { Table } from "../report/table.ts";

/** A set-up: its name in the rows, and its value of every factor. */
export interface SetUp {
  readonly name: string;
  /** `{ kernels: "dct", size: "5x5x3", count: "15" }` */
  readonly factors: Readonly<Record<string, string>>;
}

/** Set-ups at either end of the ranking. */
const ENDS = 5;

const DECIBELS: readonly (Column & { readonly value: (metrics: Metrics) => number })[] =
  (["psnr", "cpsnr", "isnr", "cisnr"] as const).map((name) => ({
    key: `${name}_db`,
    title: name.toUpperCase(),
    unit: "dB",
    kind: "number",
    digits: 3,
    value: (metrics) => metrics[name],
  }));

const COLUMNS: readonly Column[] = DECIBELS.map(({ value: _, ...column }) => column);

/**
 * Two tables of means over stacks and PSFs: the best and the worst set-ups by PSNR, and for every
 * value of every factor the mean of its set-ups.
 */
export function rankSetUps(
  rows: readonly EvaluationRow[],
  setUps: readonly SetUp[],
): readonly [ranking: Table, factors: Table] {
  const groups = Map.groupBy(rows, ({ method }) => method);
  const measured = setUps.flatMap((setUp) => {
    const group = groups.get(setUp.name);
    return group ? [{ ...setUp, metrics: averageMetrics(group.map((row) => row.metrics)) }] : [];
  }).toSorted((a, b) => b.metrics.psnr - a.metrics.psnr);
  const numbers = (metrics: Metrics): Cell[] => DECIBELS.map(({ value }) => value(metrics));
  const ends = measured
    .map(({ name, metrics }, i): Cell[] => [i + 1, name, ...numbers(metrics)])
    .filter((_, i) => i < ENDS || i >= measured.length - ENDS);
  const factors = Object.keys(setUps[0]?.factors ?? {});
  return [{
    title: `Ranking of ${measured.length} set-ups by PSNR: the best and the worst ${ENDS}`,
    columns: [
      { key: "rank", title: "Rank", kind: "number", digits: 0 },
      { key: "set_up", title: "Set-up" },
      ...COLUMNS,
    ],
    rows: ends,
  }, {
    title: "Means of every factor",
    columns: [
      { key: "factor", title: "Factor" },
      { key: "value", title: "Value" },
      { key: "set_ups", title: "set-ups", kind: "number", digits: 0 },
      ...COLUMNS,
    ],
    rows: factors.flatMap((factor) =>
      [...Map.groupBy(measured, (setUp) => setUp.factors[factor])].map(([value, group]): Cell[] => [
        factor,
        value,
        group.length,
        ...numbers(averageMetrics(group.map(({ metrics }) => metrics))),
      ])
    ),
  }];
}
