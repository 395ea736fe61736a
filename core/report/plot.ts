/**
 * Line plots as SVG, drawn by vega-lite without a browser, and SVG as PNG.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { InputError } from "../errors.ts";

/** A curve. Points whose y is not finite are left out. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Curves over one axis. */
export interface LinePlot {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
  /** @default "linear" */
  readonly yScale?: "linear" | "log";
}

/** How a plot looks. */
export interface PlotStyle {
  /**
   * `page`: no background, text in the colour of the page around it. `paper`: dark on white.
   * @default "paper"
   */
  readonly theme?: "page" | "paper";
  /** Of the area within the axes, in pixels. @default 340 */
  readonly width?: number;
  /** @default 200 */
  readonly height?: number;
}

/** Each at a contrast of at least 3 both on white and on the dark page. */
const COLORS = ["#1f83e0", "#d9622b", "#1c9a6c", "#b45cc8", "#a9821b", "#7d7f86"];
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 2, 2, 2]];

/** Names that a legend has beside each other; more of them are in two columns. */
const LEGEND_ROW = 3;

/**
 * The plot as an SVG document with a legend. Curves differ in dashes as well as in colour. Plots of
 * one size have their axes at the same place.
 *
 * @example
 * ```ts
 * import { renderLinePlot } from "./plot.ts";
 * import assert from "node:assert/strict";
 *
 * const points = [{ x: 1, y: 3.1 }, { x: 2, y: 3.9 }];
 * const svg = await renderLinePlot({
 *   xTitle: "Epoch",
 *   yTitle: "ISNR (dB)",
 *   series: [{ name: "ISNR", points }],
 * });
 * assert.ok(svg.startsWith("<svg") && svg.includes("ISNR (dB)"));
 * ```
 */
export async function renderLinePlot(plot: LinePlot, style: PlotStyle = {}): Promise<string> {
  // vega takes a quarter of a second to load, which only a report should wait for.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const { spec } = vegaLite.compile(createSpec(plot, style));
  const view = new vega.View(vega.parse(spec), { renderer: "none", logLevel: vega.Error });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function createSpec(plot: LinePlot, style: PlotStyle): TopLevelSpec {
  const { theme = "paper", width = 340, height = 200 } = style;
  const ink = theme === "page" ? "currentColor" : "#30343b";
  const names = plot.series.map(({ name }) => name);
  const values = plot.series.flatMap(({ name, points }) =>
    points.filter(({ y }) => Number.isFinite(y)).map(({ x, y }) => ({ name, x, y }))
  );
  const legend = {
    title: null,
    orient: "top",
    symbolType: "stroke",
    labelLimit: 0,
    ...names.length > LEGEND_ROW ? { columns: 2 } : {},
  } as const;
  const whole = values.every(({ x }) => Number.isInteger(x));
  const largest = Math.max(0, ...values.map(({ x }) => x));
  return {
    width,
    height,
    padding: 4,
    background: theme === "page" ? "transparent" : "white",
    data: { values },
    mark: { type: "line", strokeWidth: 2, point: { size: values.length > 120 ? 8 : 28 } },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        title: plot.xTitle,
        scale: { zero: false, nice: false },
        axis: { grid: false, ...whole ? { format: "d", tickMinStep: 1 } : {} },
      },
      y: {
        field: "y",
        type: "quantitative",
        title: plot.yTitle,
        scale: { type: plot.yScale ?? "linear", zero: false, ...widen(values) },
        axis: { tickCount: 5, minExtent: 34 },
      },
      color: {
        field: "name",
        type: "nominal",
        scale: { domain: names, range: names.map((_, i) => COLORS[i % COLORS.length]) },
        legend,
      },
      strokeDash: {
        field: "name",
        type: "nominal",
        scale: { domain: names, range: names.map((_, i) => DASHES[i % DASHES.length]) },
        legend,
      },
    },
    config: {
      aria: false,
      font: "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
      view: { stroke: null },
      axis: {
        labelColor: ink,
        titleColor: ink,
        domainColor: ink,
        tickColor: ink,
        gridColor: ink,
        gridOpacity: 0.14,
        domainOpacity: 0.5,
        tickOpacity: 0.5,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: "normal",
        titlePadding: 8,
        labelOverlap: true,
      },
      axisX: { tickCount: whole ? Math.max(1, Math.min(8, largest)) : 8 },
      legend: {
        labelColor: ink,
        labelFontSize: 12,
        symbolSize: 260,
        symbolStrokeWidth: 2,
        offset: 6,
      },
    },
  };
}

/** One value alone would be labelled with six decimals. */
function widen(values: readonly { y: number }[]): { domain?: [number, number] } {
  const [{ y } = { y: NaN }] = values;
  if (!values.every((value) => value.y === y) || Number.isNaN(y)) return {};
  const margin = Math.abs(y) / 10 || 1;
  return { domain: [y - margin, y + margin] };
}

/**
 * An SVG document as PNG, `widthPx` wide, on white where it has no background.
 *
 * @throws {InputError} when the machine has no font to write the text with.
 */
export async function convertSvgToPng(
  svg: string,
  { widthPx }: { readonly widthPx: number },
): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const probe = `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">` +
    `<text y="16" font-family="sans-serif">M</text></svg>`;
  if (svg.includes("<text") && !new Resvg(probe, FONT).render().pixels.some((byte) => byte > 0)) {
    throw new InputError(
      "Cannot write the text of a PNG plot: no font is installed; install one (such as DejaVu " +
        "Sans), or take the plot as SVG",
    );
  }
  const options = {
    ...FONT,
    fitTo: { mode: "width", value: widthPx },
    background: "white",
  } as const;
  return new Resvg(svg, options).render().asPng();
}

const FONT = { font: { loadSystemFonts: true } } as const;
