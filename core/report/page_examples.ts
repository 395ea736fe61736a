/**
 * Degraded, restored and target stacks within the report page.
 *
 * @module
 */
import type { Metrics } from "../loss/metrics.ts";
import { formatSize, type Volume } from "../volume.ts";
import { type DisplayRange, findDifferenceRanges, findDisplayRanges } from "./display.ts";
import { escapeHtml, renderFigure } from "./html.ts";
import type { ReportExample } from "./page.ts";
import { chooseWindowSize, renderViewer } from "./page_viewer.ts";
import { chooseScaleBarUm, drawScaleBar, renderViews, subtractVolumes } from "./panel.ts";
import { findBrightest, type Position } from "./slice.ts";

/** A stack as the panel and the viewer show it. */
export interface ExampleView {
  readonly name: "degraded" | "restored" | "target" | "difference";
  readonly volume: Volume;
  readonly ranges: readonly DisplayRange[];
  readonly colors: "intensity" | "difference";
}

const PANEL_SIZE = 360;
/** Below 1, so that dim structures are seen beside the brightest. */
const GAMMA = 0.6;

/** Every example with its metrics, its planes and the viewer. */
export function renderExamples(examples: readonly ReportExample[]): string {
  const windowSize = chooseWindowSize(examples.map(({ target }) => target.shape));
  return examples.map((example, index) => {
    const target = {
      ...example.target,
      voxelSizeUm: example.voxelSizeUm ?? example.target.voxelSizeUm,
    };
    const views = createViews({ ...example, target });
    const position = findBrightest(target);
    return `<article class="example"><h3>${escapeHtml(example.name)}</h3>` +
      `<p class="note">${describeExample(example, target)}</p>` +
      renderMetrics(example) +
      renderPlanes(views, { position, name: example.name, metrics: example.metrics }) +
      (isShownWhole(target, windowSize)
        ? ""
        : renderViewer(views, { position, name: example.name, index, windowSize, gamma: GAMMA })) +
      `</article>`;
  }).join("");
}

/** A small image of one plane: the panel shows all of it already, pixel by pixel. */
function isShownWhole({ shape: [, depth, height, width] }: Volume, windowSize: number): boolean {
  return depth === 1 && Math.max(height, width) <= Math.min(PANEL_SIZE, windowSize);
}

/** All stacks with the target's voxel size and display range; the difference around 0. */
function createViews(example: ReportExample): ExampleView[] {
  const { target } = example;
  const { voxelSizeUm } = target;
  const difference = subtractVolumes(example.restored, target);
  const ranges = findDisplayRanges(target);
  const stack = (name: ExampleView["name"], volume: Volume): ExampleView => ({
    name,
    volume: { ...volume, voxelSizeUm },
    ranges,
    colors: "intensity",
  });
  return [
    stack("degraded", example.degraded),
    stack("restored", example.restored),
    stack("target", target),
    {
      name: "difference",
      volume: difference,
      ranges: findDifferenceRanges(difference),
      colors: "difference",
    },
  ];
}

function describeExample({ psfSize }: ReportExample, target: Volume): string {
  const [channels] = target.shape;
  const voxel = target.voxelSizeUm;
  const size = voxel
    ? ` of ${[voxel.x, voxel.y, voxel.z].map((um) => formatShort(um, 3)).join(" × ")} µm`
    : "";
  return `${formatSize(target.shape)} voxels${size}` +
    `${channels > 1 ? `, ${channels} channels` : ""}, PSF ${formatSize(psfSize)}`;
}

/** At most so many digits, without zeros at the end. */
function formatShort(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

const METRICS: readonly (readonly [key: keyof Metrics, name: string, digits: number])[] = [
  ["psnr", "PSNR (dB)", 2],
  ["cpsnr", "CPSNR (dB)", 2],
  ["snr", "SNR (dB)", 2],
  ["ssim", "SSIM", 3],
  ["nrmse", "NRMSE", 3],
];

function renderMetrics({ metrics: { degraded, restored } }: ReportExample): string {
  const format = (value: number, digits: number) =>
    Number.isNaN(value) ? "–" : value.toFixed(digits).replace("Infinity", "∞").replace("-", "−");
  const rows: readonly (readonly [string, (key: keyof Metrics, digits: number) => string])[] = [
    ["degraded", (key, digits) => format(degraded[key], digits)],
    ["restored", (key, digits) => format(restored[key], digits)],
    ["change", (key, digits) => {
      const change = restored[key] - degraded[key];
      return (change > 0 ? "+" : "") + format(change, digits);
    }],
  ];
  const head = METRICS.map(([, name]) => `<th scope="col" class="number">${name}</th>`).join("");
  const body = rows.map(([name, value]) =>
    `<tr><th scope="row">${name}</th>` +
    METRICS.map(([key, , digits]) => `<td class="number">${value(key, digits)}</td>`).join("") +
    `</tr>`
  );
  return `<div class="scroll" role="region" aria-label="Metrics" tabindex="0"><table class="metrics">` +
    `<thead><tr><td></td>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function renderPlanes(
  views: readonly ExampleView[],
  { position, name, metrics }: {
    position: Position;
    name: string;
    metrics: ReportExample["metrics"];
  },
): string {
  const figures = views.map((view) => {
    const raster = renderViews(view.volume, {
      ...view,
      position,
      gamma: GAMMA,
      maximumSize: PANEL_SIZE,
    });
    if (view.colors === "intensity") {
      drawScaleBar(raster, { volume: view.volume, maximumSize: PANEL_SIZE });
    }
    const psnr = view.name === "degraded" || view.name === "restored"
      ? `, PSNR ${metrics[view.name].psnr.toFixed(2)} dB, ` +
        `SNR ${metrics[view.name].snr.toFixed(2)} dB`
      : "";
    return renderFigure(raster, {
      alt: `${name}: ${describeView(view)} at its brightest planes`,
      caption: `<b>${view.name}</b>${psnr || describeRange(view)}`,
      kind: "plane",
    });
  });
  return `<div class="planes">${figures.join("")}</div>` +
    `<p class="note">${describePlanes(views, position)}</p>`;
}

function describeView({ name }: ExampleView): string {
  return name === "difference" ? "restored minus target" : `${name} stack`;
}

function describeRange({ colors, ranges }: ExampleView): string {
  if (colors === "intensity") return "";
  if (ranges.length > 1) return ", restored − target, mean of the channels in their ranges";
  const limit = formatShort(ranges[0].max, 2);
  return `, restored − target, −${limit} blue, +${limit} red`;
}

function describePlanes(views: readonly ExampleView[], position: Position): string {
  const { volume, ranges } = views[2];
  const [, depth, , width] = volume.shape;
  const bar = chooseScaleBarUm(width, volume.voxelSizeUm);
  const planes = depth === 1
    ? ""
    : `The planes with the brightest target: z ${position.z + 1}, below it y ${
      position.y + 1
    }, to ` +
      `the right x ${position.x + 1}, as the marks show. `;
  const shown = ranges.map(({ min, max }) => `${formatShort(min, 2)} to ${formatShort(max, 2)}`);
  return `${planes}All but the difference show ${
    shown.join(" and ")
  } of the peak, gamma ${GAMMA}.` +
    (bar === undefined ? "" : ` Scale bar ${bar} µm.`);
}
