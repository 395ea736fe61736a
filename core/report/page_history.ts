/**
 * The curves of a training within the report page.
 *
 * @module
 */
import { escapeHtml } from "./html.ts";
import type { HistoryRow } from "./page.ts";
import { renderHtmlTable } from "./page_table.ts";
import { type LinePlot, renderLinePlot } from "./plot.ts";

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
  const charts = await Promise.all(CHARTS.map(async ({ title, yTitle, curves }) => {
    const series = curves
      .map(([name, value]) => ({
        name,
        points: history.map((row) => ({ x: row.epoch, y: value(row) ?? NaN })),
      }))
      .filter(({ points }) => points.some(({ y }) => Number.isFinite(y)));
    if (series.length === 0) return "";
    const svg = await renderChart({ xTitle: "Epoch", yTitle, series }, title);
    return `<figure class="chart"><figcaption>${escapeHtml(title)}</figcaption>${svg}</figure>`;
  }));
  return `<div class="charts">${charts.join("")}</div>` +
    `<details><summary>All ${history.length} epochs as a table</summary>` +
    `${renderHtmlTable(createHistoryTable(history))}</details>`;
}

/** The SVG as a part of the page: without its own namespace and size, and with words for its content. */
async function renderChart(plot: LinePlot, title: string): Promise<string> {
  const svg = await renderLinePlot(plot, { theme: "page" });
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const words = `${title} over ${plot.xTitle.toLowerCase()}s. ` +
    plot.series.map(describe).join(" ");
  return svg.replace(
    /^<svg[^>]*>/,
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(words)}">`,
  );
}

function describe({ name, points }: LinePlot["series"][number]): string {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const [first, last] = [finite[0], finite[finite.length - 1]];
  return `${name}: ${first.y.toFixed(2)} at ${first.x}, ${last.y.toFixed(2)} at ${last.x}.`;
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
