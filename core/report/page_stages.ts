/**
 * What a model has learned, within the report page.
 *
 * @module
 */
import { formatSize } from "../volume.ts";
import { sampleColorMap } from "./color_map.ts";
import { escapeHtml, renderFigure } from "./html.ts";
import {
  frequencyResponse,
  renderKernelDictionary,
  renderResponse,
  RESPONSE_DECADES,
} from "./kernel_picture.ts";
import type { ReportStage } from "./page.ts";

const RESPONSE_SIZE = 161;

/** The kernels of a stage as a dictionary, and sqrt(R), for every channel. */
export function renderStages(
  stage: ReportStage,
  { index, count }: { readonly index: number; readonly count: number },
): string {
  const [kernels, channels, ...size] = stage.shape;
  const kind = stage.kind ? ` (${escapeHtml(stage.kind)})` : "";
  const heading = count > 1 ? `<h3>Stage ${index + 1}${kind}</h3>` : "";
  const sizeText = formatSize([size[0], size[1], size[2]]);
  const facts = `<p>${kernels} kernel${kernels === 1 ? "" : "s"} of ${sizeText} per channel` +
    `${describeUse(stage)}.</p>`;
  const pictures = Array.from({ length: channels }, (_, channel) => {
    const name = channels > 1 ? `Channel ${channel + 1}: ` : "";
    return `<div class="stage">${renderKernels(stage, { channel, name })}` +
      `${renderResponses(stage, { channel, name })}</div>`;
  });
  return heading + facts + pictures.join("");
}

/** What the kernels are used for. */
function describeUse({ alpha, factor }: ReportStage): string {
  if (factor) return `, on means around every ${formatSize(factor)} voxels`;
  if (alpha === undefined) return "";
  return `, α = ${alpha.toFixed(3).replace("-", "−")}, so the regularizer is weighted by ` +
    `e<sup>α</sup> = ${Math.exp(alpha).toPrecision(3)}`;
}

function renderKernels(
  stage: ReportStage,
  { channel, name }: { channel: number; name: string },
): string {
  const planes = stage.shape[2] > 1
    ? ` Each row of squares is one kernel, plane by plane in z.`
    : "";
  return renderFigure(renderKernelDictionary(stage, { channel }), {
    alt: `${name}${stage.shape[0]} learned kernels as coloured squares`,
    caption:
      `<b>${
        name === "" ? "Kernels" : `${name}kernels`
      }.</b>${planes} Blue is negative, white zero, red positive, each ` +
      `kernel on its own scale; the bar below it is its norm.`,
    kind: "kernels",
  });
}

function renderResponses(
  stage: ReportStage,
  { channel, name }: { channel: number; name: string },
): string {
  const planes = stage.shape[2] > 1 ? ["xy", "xz"] as const : ["xy"] as const;
  const figures = planes.map((plane) => {
    const response = frequencyResponse(stage, { channel, plane, size: RESPONSE_SIZE });
    const max = response.data.reduce((a, b) => Math.max(a, b), 0);
    const [across, down] = plane === "xy" ? ["x", "y"] : ["x", "z"];
    return renderFigure(renderResponse(response), {
      alt: `${name}frequency response of all kernels over ω${across} and ω${down}`,
      caption: `<b>${name}${stage.factor ? "√Σ|G|²" : "√R"} over ω<sub>${across}</sub>, ` +
        `ω<sub>${down}</sub></b>${
          stage.factor ? " of the means" : ""
        }, −π to π, zero in the middle; largest ${max.toPrecision(3)}`,
      kind: "response",
    });
  });
  return `<div class="responses">${figures.join("")}${renderScale()}</div>`;
}

function renderScale(): string {
  const stops = Array.from({ length: 9 }, (_, i) => `rgb(${sampleColorMap("ember", i / 8)})`);
  const lowest = `1/${10 ** RESPONSE_DECADES}`;
  return `<div class="scale"><span>≤ ${lowest} of the largest</span>` +
    `<div style="background:linear-gradient(to right,${stops.join(",")})"></div>` +
    `<span>largest</span></div>`;
}
