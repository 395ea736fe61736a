/**
 * The report of a run as one HTML page that needs nothing beside itself.
 *
 * @module
 */
import type { Metrics } from "../loss/metrics.ts";
import type { Size, Volume, VoxelSizeUm } from "../volume.ts";
import { escapeHtml, renderFigure } from "./html.ts";
import type { KernelBank } from "./kernel_picture.ts";
import style from "./page.css" with { type: "text" };
import script from "./page_script.js" with { type: "text" };
import { renderChart, type ReportChart } from "./page_chart.ts";
import { renderExamples } from "./page_examples.ts";
import { renderHistory } from "./page_history.ts";
import { renderStages } from "./page_stages.ts";
import { renderHtmlTable } from "./page_table.ts";
import type { Raster } from "./raster.ts";
import type { Table } from "./table.ts";

/** What one epoch left behind. The metrics are the validation's means in dB. */
export interface HistoryRow {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly psnr?: number;
  readonly cpsnr?: number;
  readonly isnr?: number;
  readonly cisnr?: number;
  readonly learningRate: number;
}

/** One stage of a model. */
export interface ReportStage extends KernelBank {
  /** Of a stage with a regularizer. */
  readonly alpha?: number;
  /** Of a stage on a coarser scale: voxels from node to node, `[z, y, x]`. */
  readonly factor?: Size;
  /** "wiener", where a model has stages of several kinds. */
  readonly kind?: string;
}

/** A stack of the validation set; all volumes of one shape, on a scale whose peak is 1. */
export interface ReportExample {
  readonly name: string;
  /** @default the target's own */
  readonly voxelSizeUm?: VoxelSizeUm;
  readonly degraded: Volume;
  readonly restored: Volume;
  readonly target: Volume;
  /** `[z, y, x]` */
  readonly psfSize: Size;
  readonly metrics: { readonly degraded: Metrics; readonly restored: Metrics };
}

/** Any further picture. */
export interface ReportPicture {
  readonly title: string;
  readonly caption: string;
  readonly picture: Raster;
}

/** What a report is made from; a section without content is left out. */
export interface ReportData {
  readonly title: string;
  /** When, as ISO 8601: "2025-03-01T12:00:00Z". */
  readonly created: string;
  /** Configuration, number of parameters, seed, versions: what it takes to repeat the run. */
  readonly summary: readonly (readonly [label: string, value: string])[];
  readonly history: readonly HistoryRow[];
  readonly stages: readonly ReportStage[];
  readonly examples: readonly ReportExample[];
  readonly tables?: readonly Table[];
  readonly pictures?: readonly ReportPicture[];
  readonly charts?: readonly ReportChart[];
}

/**
 * The page: summary, training curves, kernels with their frequency response, degraded, restored and
 * target planes with a viewer of all planes, further pictures and curves, and tables that can be
 * sorted. It links to nothing, follows the reader's light or dark mode, and fits a phone.
 *
 * @example
 * ```ts
 * import { renderReport } from "./page.ts";
 * import assert from "node:assert/strict";
 *
 * const html = await renderReport({
 *   title: "hela1 <1 %>",
 *   created: "2025-03-01T12:00:00Z",
 *   summary: [["Seed", "1"]],
 *   history: [{ epoch: 1, trainLoss: -28.1, isnr: 3.2, learningRate: 1e-3 }],
 *   stages: [],
 *   examples: [],
 * });
 * assert.ok(html.startsWith("<!doctype html>") && html.includes("<h1>hela1 &lt;1 %&gt;</h1>"));
 * assert.ok(!/https?:/.test(html));
 * ```
 */
export async function renderReport(data: ReportData): Promise<string> {
  const { title, created, summary, history, stages, examples } = data;
  const { tables = [], pictures = [], charts = [] } = data;
  const sections: readonly (readonly [title: string, content: string])[] = [
    ["Summary", renderSummary(summary, examples)],
    ["Training", history.length > 0 ? await renderHistory(history) : ""],
    [
      "Regularizer",
      stages.map((stage, i) => renderStages(stage, { index: i, count: stages.length })).join(""),
    ],
    ["Examples", renderExamples(examples)],
    ["Pictures", pictures.map(renderPicture).join("")],
    ["Curves", await renderCharts(charts)],
    ["Results", tables.map(renderHtmlTable).join("")],
  ];
  const filled = sections.filter(([, content]) => content !== "");
  const links = filled.map(([name]) => `<a href="#${name.toLowerCase()}">${name}</a>`);
  return [
    "<!doctype html>",
    '<html lang="en">',
    ...renderHead(title),
    "<body>",
    "<header>",
    `<h1>${escapeHtml(title)}</h1>`,
    `<p><time datetime="${escapeHtml(created)}">${escapeHtml(formatTime(created))}</time></p>`,
    `<nav aria-label="Sections">${links.join("")}</nav>`,
    "</header>",
    "<main>",
    ...filled.map(([name, content]) =>
      `<section id="${name.toLowerCase()}" aria-label="${name}"><h2>${name}</h2>${content}</section>`
    ),
    "</main>",
    `<script>\n${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** With this policy the browser itself refuses whatever is not within the page. */
const POLICY =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

function renderHead(title: string): string[] {
  return [
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>\n${style}</style>`,
    "</head>",
  ];
}

function renderSummary(
  summary: ReportData["summary"],
  examples: readonly ReportExample[],
): string {
  const rows = summary.map(([label, value]) =>
    `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`
  );
  return renderGains(examples) +
    (rows.length > 0 ? `<dl class="summary">${rows.join("")}</dl>` : "");
}

/** The mean gains of the examples, large, for the first glance. */
function renderGains(examples: readonly ReportExample[]): string {
  if (examples.length === 0) return "";
  const gains = [
    ["PSNR", "psnr", "whole stack"],
    ["CPSNR", "cpsnr", "central crop"],
    ["SSIM", "ssim", "xy planes"],
  ] as const;
  const tiles = gains.map(([name, key, where]) => {
    const unit = key === "ssim" ? "" : " dB";
    const digits = key === "ssim" ? 3 : 2;
    const [before, after] = (["degraded", "restored"] as const).map((stack) =>
      examples.reduce((sum, { metrics }) => sum + metrics[stack][key], 0) / examples.length
    );
    if (!Number.isFinite(after - before)) return "";
    const gain = after - before;
    return `<div class="tile"><span>${name}, ${where}</span>` +
      `<strong>${after.toFixed(digits)}${unit}</strong>` +
      `<span>${gain < 0 ? "−" : "+"}${Math.abs(gain).toFixed(digits)}${unit} on the degraded ` +
      `${before.toFixed(digits)}${unit}</span></div>`;
  });
  const of = examples.length === 1 ? "the example below" : `the ${examples.length} examples below`;
  return `<div class="tiles">${tiles.join("")}</div><p class="note">Means over ${of}.</p>`;
}

function renderPicture({ title, caption, picture }: ReportPicture): string {
  return `<h3>${escapeHtml(title)}</h3>` +
    renderFigure(picture, { alt: title, caption: escapeHtml(caption), kind: "picture" });
}

async function renderCharts(charts: readonly ReportChart[]): Promise<string> {
  const rendered = await Promise.all(charts.map(renderChart));
  return charts.length > 0 ? `<div class="charts">${rendered.join("")}</div>` : "";
}

/** "2025-03-01 12:00 UTC"; what is not in that form stays as it is. */
function formatTime(created: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z$/.exec(created);
  return match ? `${match[1]} ${match[2]} UTC` : created;
}
