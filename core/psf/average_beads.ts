/**
 * One bead out of many: shifted onto each other to a part of a voxel, compared, averaged.
 *
 * @module
 */
import type { Size } from "../volume.ts";
import { cutAround, sampleWindow, type StackPart, surroundingLevel } from "./bead_window.ts";
import type { BeadCandidate } from "./find_beads.ts";
import { interpolateAxis, interpolateVolume, shiftedPositions } from "./interpolate.ts";
import { fitColumns } from "./least_squares.ts";
import { findCentre, type GridVector } from "./locate.ts";
import { smoothVolume } from "./smooth.ts";

/** A bead as it enters the average. */
export interface AlignedBead {
  readonly candidate: BeadCandidate;
  /** In the stack, voxels `[z, y, x]`. */
  readonly centre: GridVector;
  /** Of the average with its largest voxel 1. */
  readonly amplitude: number;
  readonly background: number;
  /** Largest smoothed difference from the average, as a part of its peak. */
  readonly misfit: number;
}

/** The average of some beads. */
export interface BeadAverage {
  /** `[z, y, x]` of the window, its centre on the middle voxel; largest voxel 1. */
  readonly mean: Float64Array;
  /** Standard error of a voxel of the mean, as a part of its peak. */
  readonly noise: number;
  readonly used: readonly AlignedBead[];
  /** Beads whose shape is not the others'. */
  readonly unlike: readonly AlignedBead[];
}

/** Rounds of averaging and fitting; positions change by less than 0.01 voxels in the third. */
const ROUNDS = 4;
/** A bead differs from the others when its smoothed difference exceeds this part of the peak. */
const UNLIKE = 0.1;
/** Standard deviation of white noise after smoothing by 1 2 1 on three axes. */
const SMOOTHED_NOISE = (6 / 16) ** 1.5;
/** Half the step of a numerical derivative, voxels. */
const DERIVATIVE_STEP = 0.25;

interface State {
  readonly candidate: BeadCandidate;
  readonly part: StackPart;
  centre: GridVector;
  amplitude: number;
  background: number;
  /** The window about the centre, `[z, y, x]`, in the stack's units. */
  box: Float64Array;
}

/**
 * The average of beads found in one channel. Each bead is resampled band-limited around its centre,
 * fitted to the average as b(x) = A m(x - t) + c by linear least squares in A, c and the shift t
 * (Gauss-Newton), and the average is formed anew, weighted by A. A median of the beads serves as the
 * average until those unlike the others have been left out.
 *
 * `candidates` must not be empty and their windows must lie inside the stack.
 */
export function averageBeads(
  data: Float32Array,
  size: Size,
  { candidates, window }: { readonly candidates: readonly BeadCandidate[]; readonly window: Size },
): BeadAverage {
  const states = candidates.map((candidate) => startBead(data, size, { candidate, window }));
  const median = alignBeads(states, window, medianOfBeads);
  const compared = states.map((state) => ({ state, ...compareBead(state, median, window) }));
  // With two beads it cannot be told which of them is the strange one.
  const isUnlike = ({ misfit, noise }: { misfit: number; noise: number }) =>
    states.length > 2 && misfit > UNLIKE + 5 * SMOOTHED_NOISE * noise;
  const alike = compared.filter((bead) => !isUnlike(bead)).map(({ state }) => state);
  const chosen = alike.length > 0 ? alike : states;
  const mean = alignBeads(chosen, window, meanOfBeads);
  const final = chosen.map((state) => ({ state, ...compareBead(state, mean, window) }));
  return {
    mean,
    noise: noiseOfMean(final),
    used: final.map(reportBead),
    unlike: compared.filter(({ state }) => !chosen.includes(state)).map(reportBead),
  };
}

function reportBead({ state, misfit }: { state: State; misfit: number }): AlignedBead {
  const { candidate, centre, amplitude, background } = state;
  return { candidate, centre, amplitude, background, misfit };
}

/**
 * Fits the beads to their average in turns, and puts the average's centre on the middle voxel. Returns
 * the average with its largest voxel 1.
 */
function alignBeads(
  states: readonly State[],
  window: Size,
  average: (states: readonly State[]) => Float64Array,
): Float64Array {
  for (let round = 0; round < ROUNDS; round++) fitBeads(states, average(states), window);
  const middle = window.map((n) => n >> 1);
  for (let round = 0; round < 2; round++) {
    const offset = findCentre(average(states), window).map((c, axis) => c - middle[axis]);
    for (const state of states) moveBead(state, window, offset);
  }
  return scaleToPeak(average(states), states);
}

function moveBead(state: State, window: Size, offset: readonly number[]): void {
  state.centre = state.centre.map((c, axis) => c + offset[axis]) as unknown as GridVector;
  state.box = sampleWindow(state.part, window, state.centre);
}

function startBead(
  data: Float32Array,
  size: Size,
  { candidate, window }: { readonly candidate: BeadCandidate; readonly window: Size },
): State {
  const { voxel } = candidate;
  const part = cutAround(data, size, { voxel, window });
  const box = sampleWindow(part, window, voxel);
  const background = surroundingLevel(data, size, { voxel, window }) ?? medianOf(box);
  const above = box.map((value) => value - background);
  const middle = findCentre(above, window);
  const centre = voxel.map((c, axis) => c + middle[axis] - (window[axis] >> 1));
  const amplitude = smoothVolume(above, window).reduce((top, value) => Math.max(top, value), 0);
  const start = centre as unknown as GridVector;
  return {
    candidate,
    part,
    centre: start,
    amplitude,
    background,
    box: sampleWindow(part, window, start),
  };
}

function medianOfBeads(states: readonly State[]): Float64Array {
  const values = new Float64Array(states.length);
  return states[0].box.map((_, voxel) => {
    states.forEach(({ box, background, amplitude }, i) =>
      values[i] = (box[voxel] - background) / amplitude
    );
    return medianOf(values);
  });
}

function meanOfBeads(states: readonly State[]): Float64Array {
  const total = states.reduce((sum, { amplitude }) => sum + amplitude ** 2, 0);
  const mean = new Float64Array(states[0].box.length);
  // m = sum A_i (b_i - c_i) / sum A_i^2: least squares where all beads have the same noise
  for (const { box, background, amplitude } of states) {
    for (let i = 0; i < mean.length; i++) mean[i] += amplitude * (box[i] - background) / total;
  }
  return mean;
}

/** The average with its largest voxel 1; amplitudes follow. */
function scaleToPeak(mean: Float64Array, states: readonly State[]): Float64Array {
  const top = mean.reduce((largest, value) => Math.max(largest, value), 0);
  for (const state of states) state.amplitude *= top;
  return mean.map((value) => value / top);
}

/** Moves every bead to where it fits the average best, and takes its amplitude and background. */
function fitBeads(states: readonly State[], mean: Float64Array, window: Size): void {
  const slopes = [0, 1, 2].map((axis) => differentiate(mean, window, axis));
  const ones = new Float64Array(mean.length).fill(1);
  for (const state of states) {
    // b(x + s) = A m(x + s - t) + c ~ A m + A (s - t) . grad m + c
    const [amplitude, background, ...moved] = fitColumns([mean, ones, ...slopes], state.box);
    if (!(amplitude > 0)) continue;
    state.amplitude = amplitude;
    state.background = background;
    // A step of the linearized fit is good for about a voxel.
    moveBead(state, window, moved.map((m) => -Math.max(-1, Math.min(1, m / amplitude))));
  }
}

/** The derivative along an axis, per voxel; zeros where there is but one. */
function differentiate(mean: Float64Array, window: Size, axis: number): Float64Array {
  if (window[axis] < 3) return new Float64Array(mean.length);
  const [ahead, behind] = [DERIVATIVE_STEP, -DERIVATIVE_STEP].map((shift) => {
    const [z, y, x] = window.map((length, a) =>
      interpolateAxis(length, shiftedPositions(length, a === axis ? shift : 0))
    );
    return interpolateVolume(mean, window, { z, y, x });
  });
  return ahead.map((value, i) => (value - behind[i]) / (2 * DERIVATIVE_STEP));
}

function compareBead(
  { box, background, amplitude }: State,
  mean: Float64Array,
  window: Size,
): { misfit: number; noise: number } {
  const residual = box.map((value, i) => (value - background) / amplitude - mean[i]);
  const smoothed = smoothVolume(residual, window);
  const misfit = smoothed.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const noise = medianOf(residual.map(Math.abs)) / 0.6745;
  return { misfit, noise };
}

function noiseOfMean(beads: readonly { state: State; noise: number }[]): number {
  let sum = 0;
  let total = 0;
  for (const { state: { amplitude }, noise } of beads) {
    sum += (amplitude ** 2 * noise) ** 2;
    total += amplitude ** 2;
  }
  return Math.sqrt(sum) / total;
}

function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}
