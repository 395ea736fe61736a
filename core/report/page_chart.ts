/**
 * Charts within the report page.
 *
 * @module
 */
import { escapeHtml } from "./html.ts";
import { type LinePlot, renderLinePlot, type Series } from "./plot.ts";

/** Curves under a title. */
export interface ReportChart {
  readonly title: string;
  readonly plot: LinePlot;
}

/** The chart of the curves that have values, or nothing. */
export async function renderChart({ title, plot }: ReportChart): Promise<string> {
  const series = plot.series
    .filter(({ points }) => points.some(({ y }) => Number.isFinite(y)));
  if (series.length === 0) return "";
  const svg = await renderLinePlot({ ...plot, series }, { theme: "page" });
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const words = `${title}, over: ${plot.xTitle}. ${series.map(describe).join(" ")}`;
  // As a part of the page: without its own namespace and size, and with words for its content.
  const inner = svg.replace(
    /^<svg[^>]*>/,
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(words)}">`,
  );
  return `<figure class="chart"><figcaption>${escapeHtml(title)}</figcaption>${inner}</figure>`;
}

function describe({ name, points }: Series): string {
  const finite = points.filter(({ y }) => Number.isFinite(y));
  const [first, last] = [finite[0], finite[finite.length - 1]];
  return `${name}: ${first.y.toFixed(2)} at ${first.x}, ${last.y.toFixed(2)} at ${last.x}.`;
}
