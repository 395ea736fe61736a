/**
 * The slice viewer of the report page: all planes of a window, one slider for the linked stacks.
 *
 * @module
 */
import type { Shape } from "../volume.ts";
import { paintPlanes } from "./display.ts";
import { escapeHtml } from "./html.ts";
import type { ExampleView } from "./page_examples.ts";
import { createRaster, drawRaster, type Raster, rasterUrl } from "./raster.ts";
import { type Position, takePlane, takeWindow } from "./slice.ts";

const WINDOW_SIZES = [256, 192, 160, 128];
/** Pixels of all viewers together: about 6 MB of page. */
const PIXEL_BUDGET = 8e6;
/** Browsers refuse taller pictures than some ten thousand pixels. */
const MAXIMUM_PLANES = 32;

/** The largest window that keeps a page with stacks of these shapes small enough to send. */
export function chooseWindowSize(shapes: readonly Shape[]): number {
  const pixels = (size: number) =>
    shapes.reduce((sum, [, depth, height, width]) => {
      return sum + 4 * Math.min(depth, MAXIMUM_PLANES) * Math.min(size, height) *
          Math.min(size, width);
    }, 0);
  return WINDOW_SIZES.find((size) => pixels(size) <= PIXEL_BUDGET) ?? WINDOW_SIZES.at(-1)!;
}

/** One picture per stack, its planes below one another; the page's script moves it under a frame. */
export function renderViewer(
  views: readonly ExampleView[],
  { position, name, index, windowSize, gamma }: {
    readonly position: Position;
    readonly name: string;
    /** Tells the viewers of a page apart. */
    readonly index: number;
    readonly windowSize: number;
    readonly gamma: number;
  },
): string {
  const [, depth, height, width] = views[0].volume.shape;
  const window = {
    x: placeWindow(position.x, width, windowSize),
    y: placeWindow(position.y, height, windowSize),
    width: Math.min(width, windowSize),
    height: Math.min(height, windowSize),
  };
  const step = Math.ceil(depth / MAXIMUM_PLANES);
  const planes = Array.from({ length: Math.ceil(depth / step) }, (_, i) => i * step);
  const start = Math.min(planes.length - 1, Math.round(position.z / step));
  const frames = views.map((view) => {
    const picture = renderPlanes(view, { planes, window, gamma });
    return `<figure><div class="frame" style="aspect-ratio:${window.width}/${window.height}">` +
      `<img src="${rasterUrl(picture)}" width="${picture.width}" height="${picture.height}" ` +
      `alt="${escapeHtml(`${name}: ${view.name}, window of one plane`)}"></div>` +
      `<figcaption>${view.name}</figcaption></figure>`;
  });
  const style = `--plane:${start};--planes:${planes.length}`;
  return `<div class="viewer" style="${style}"><h4>Planes in full resolution</h4>` +
    renderSlider({ index, planes, start, depth }) +
    `<div class="planes">${frames.join("")}</div>` +
    `<p class="note">${describeWindow(window, { width, height, step })}</p></div>`;
}

function renderSlider(
  { index, planes, start, depth }: {
    index: number;
    planes: readonly number[];
    start: number;
    depth: number;
  },
): string {
  if (planes.length === 1) return "";
  const id = `plane-${index}`;
  return `<div class="slider"><label for="${id}">z plane</label>` +
    `<input id="${id}" type="range" min="0" max="${planes.length - 1}" value="${start}" ` +
    `data-planes="${planes.map((z) => z + 1).join(" ")}" data-depth="${depth}">` +
    `<output for="${id}">${planes[start] + 1} of ${depth}</output></div>`;
}

function renderPlanes(
  view: ExampleView,
  { planes, window, gamma }: {
    planes: readonly number[];
    window: { x: number; y: number; width: number; height: number };
    gamma: number;
  },
): Raster {
  const picture = createRaster(window.width, window.height * planes.length);
  planes.forEach((at, i) => {
    const channels = Array.from(
      { length: view.volume.shape[0] },
      (_, channel) => takeWindow(takePlane(view.volume, "xy", { channel, at }), window),
    );
    const source = paintPlanes(channels, { ...view, gamma });
    drawRaster(picture, { source, x: 0, y: i * window.height });
  });
  return picture;
}

/** Around `centre`, but within 0 to n. */
function placeWindow(centre: number, n: number, size: number): number {
  return Math.max(0, Math.min(n - size, Math.round(centre - size / 2)));
}

function describeWindow(
  window: { x: number; y: number; width: number; height: number },
  { width, height, step }: { width: number; height: number; step: number },
): string {
  const part = window.width === width && window.height === height
    ? "The whole plane"
    : `The window of ${window.width} x ${window.height} pixels from x ${window.x + 1}, ` +
      `y ${window.y + 1} of ${width} x ${height}`;
  return `${part}, in the ranges above.` + (step > 1 ? ` Every ${step}th plane is here.` : "");
}
