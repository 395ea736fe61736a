/**
 * Where along the axis a pupil's light comes together.
 *
 * @module
 */
import { type Pupil, radialIntensity } from "./pupil.ts";

/** Part of the pupil whose rays' foci bound the search. */
const INNER_PART = 0.92;

/**
 * The stage's position, in nm, at which the intensity on the axis is largest.
 *
 * A ray at t meets the axis where the phase is stationary, dz(t) = -a'(t) / d'(t); the brightest
 * point lies between the nearest and the furthest of these, or a few periods of the axial cut-off
 * beyond. That range is sampled at a quarter of the shortest period, and the best sample refined.
 */
export function findBrightestStage(pupil: Pupil): number {
  const { nearest, furthest } = rangeOfFoci(pupil);
  const period = 2 * Math.PI / Math.abs(pupil.defocus(0) - pupil.defocus(pupil.limit));
  const stepNm = period / 4;
  const count = Math.ceil((furthest - nearest) / stepNm) + 17;
  const stages = Float64Array.from({ length: count }, (_, i) => nearest + (i - 8) * stepNm);
  const best = stages[indexOfLargest(onAxis(pupil, stages))];
  return refine(pupil, best, stepNm);
}

function rangeOfFoci(pupil: Pupil): { nearest: number; furthest: number } {
  const samples = 64;
  let nearest = Infinity;
  let furthest = -Infinity;
  for (let i = 0; i < samples; i++) {
    const from = pupil.limit * INNER_PART * i / samples;
    const to = pupil.limit * INNER_PART * (i + 1) / samples;
    const focus = (pupil.aberration(from) - pupil.aberration(to)) /
      (pupil.defocus(to) - pupil.defocus(from));
    nearest = Math.min(nearest, focus);
    furthest = Math.max(furthest, focus);
  }
  return { nearest, furthest };
}

function onAxis(pupil: Pupil, stageNm: Float64Array): Float64Array {
  return radialIntensity(pupil, { stepNm: 1, count: 1, stageNm });
}

/** The maximum near `stageNm`, by shrinking brackets of five points. */
function refine(pupil: Pupil, stageNm: number, stepNm: number): number {
  let centre = stageNm;
  for (let step = stepNm / 2; step > 0.01; step /= 2) {
    const around = Float64Array.of(-2, -1, 0, 1, 2).map((i) => centre + i * step);
    centre = around[indexOfLargest(onAxis(pupil, around))];
  }
  return centre;
}

function indexOfLargest(values: Float64Array): number {
  let index = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[index]) index = i;
  return index;
}
