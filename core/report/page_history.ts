/**
 * The curves of a training within the report page.
 *
 * @module
 */
import type { HistoryRow } from "./page.ts";
import { renderChart } from "./page_chart.ts";
import { renderHtmlTable } from "./page_table.ts";

type Curve = readonly [name: string, value: (row: HistoryRow) => number | undefined];

const CHARTS: readonly {
  readonly title: string;
  readonly yTitle: string;
  readonly curves: readonly Curve[];
}[] = [
  {
    title: "Training loss",
    yTitle: "Loss",
    curves: [["training loss", (row) => row.trainLoss]],
  },
  {
    title: "Validation: peak signal to noise ratio",
    yTitle: "dB",
    curves: [["PSNR", (row) => row.psnr], ["CPSNR", (row) => row.cpsnr]],
  },
  {
    title: "Validation: gain on the degraded stack",
    yTitle: "dB",
    curves: [["ISNR", (row) => row.isnr], ["CISNR", (row) => row.cisnr]],
  },
];

/** Three charts (those that have values) and a table of all epochs. */
export async function renderHistory(history: readonly HistoryRow[]): Promise<string> {
  const charts = await Promise.all(CHARTS.map(({ title, yTitle, curves }) => {
    const series = curves.map(([name, value]) => ({
      name,
      points: history.map((row) => ({ x: row.epoch, y: value(row) ?? NaN })),
    }));
    return renderChart({ title, plot: { xTitle: "Epoch", yTitle, series } });
  }));
  return `<div class="charts">${charts.join("")}</div>` +
    `<details><summary>All ${history.length} epochs as a table</summary>` +
    `${renderHtmlTable(createHistoryTable(history))}</details>`;
}

function createHistoryTable(history: readonly HistoryRow[]) {
  const decibels = { unit: "dB", kind: "number", digits: 3 } as const;
  return {
    title: "Epochs",
    columns: [
      { key: "epoch", title: "Epoch", kind: "number", digits: 0 },
      { key: "train_loss", title: "Training loss", kind: "number", digits: 4 },
      { key: "psnr_db", title: "PSNR", ...decibels, best: "highest" },
      { key: "cpsnr_db", title: "CPSNR", ...decibels, best: "highest" },
      { key: "isnr_db", title: "ISNR", ...decibels, best: "highest" },
      { key: "cisnr_db", title: "CISNR", ...decibels, best: "highest" },
      {
        key: "learning_rate",
        title: "Learning rate",
        kind: "number",
        digits: 3,
        notation: "significant",
      },
    ],
    rows: history.map((row) => [
      row.epoch,
      row.trainLoss,
      row.psnr,
      row.cpsnr,
      row.isnr,
      row.cisnr,
      row.learningRate,
    ]),
  } as const;
}
