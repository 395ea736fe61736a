/**
 * The sums behind {@link radialIntensity}: a given rule, every radius, every plane.
 *
 * @module
 */
import { besselJ0, besselJ1, besselJ2From } from "./bessel.ts";
import type { Pupil, PupilTerm, RadialGrid } from "./pupil.ts";
import { gaussLegendre } from "./quadrature.ts";

/** Radii that share one pass over a plane's wave. */
const BLOCK = 4;

/** exp(i (a + d dz)) at every node. */
interface Wave {
  /** `[plane, node]` */
  readonly real: Float64Array;
  /** `[plane, node]` */
  readonly imaginary: Float64Array;
}

/** The intensity `[plane, radius]` by the rule with `nodeCount` nodes. */
export function integrateWithNodes(
  pupil: Pupil,
  grid: RadialGrid,
  nodeCount: number,
): Float64Array {
  const { stepNm, count, stageNm } = grid;
  const { nodes, weights } = gaussLegendre(nodeCount, { from: 0, to: pupil.limit });
  const wave = sampleWave(pupil, nodes, stageNm);
  const frequencies = nodes.map((t) => pupil.frequency(t));
  const termWeights = pupil.terms.map((term) => nodes.map((t, j) => weights[j] * term.weight(t)));
  const rows = new Float64Array(BLOCK * nodeCount);
  const intensity = new Float64Array(stageNm.length * count);
  for (let first = 0; first < count; first += BLOCK) {
    pupil.terms.forEach((term, m) => {
      for (let b = 0; b < BLOCK; b++) {
        const row = rows.subarray(b * nodeCount, (b + 1) * nodeCount);
        // A block may reach past the last radius; what it computes there is not kept.
        fillRow(row, (first + b) * stepNm, { term, frequencies, weights: termWeights[m] });
      }
      addSquares(intensity, rows, { wave, share: term.share, first, count });
    });
  }
  return intensity;
}

function sampleWave(pupil: Pupil, nodes: Float64Array, stageNm: Float64Array): Wave {
  const real = new Float64Array(stageNm.length * nodes.length);
  const imaginary = new Float64Array(real.length);
  nodes.forEach((t, j) => {
    const aberration = pupil.aberration(t);
    const defocus = pupil.defocus(t);
    for (let k = 0; k < stageNm.length; k++) {
      const phase = aberration + defocus * stageNm[k];
      real[k * nodes.length + j] = Math.cos(phase);
      imaginary[k * nodes.length + j] = Math.sin(phase);
    }
  });
  return { real, imaginary };
}

function fillRow(
  row: Float64Array,
  radiusNm: number,
  { term, frequencies, weights }: {
    readonly term: PupilTerm;
    readonly frequencies: Float64Array;
    readonly weights: Float64Array;
  },
): void {
  // row_j = w_j J_m(f_j r)
  for (let j = 0; j < row.length; j++) {
    const x = frequencies[j] * radiusNm;
    if (term.order === 0) row[j] = weights[j] * besselJ0(x);
    else if (term.order === 1) row[j] = weights[j] * besselJ1(x);
    else row[j] = weights[j] * besselJ2From(x, besselJ0(x), besselJ1(x));
  }
}

function addSquares(
  intensity: Float64Array,
  rows: Float64Array,
  { wave: { real, imaginary }, share, first, count }: {
    readonly wave: Wave;
    readonly share: number;
    readonly first: number;
    readonly count: number;
  },
): void {
  const n = rows.length / BLOCK;
  const planes = real.length / n;
  const kept = Math.min(BLOCK, count - first);
  const squares = new Float64Array(BLOCK);
  for (let k = 0; k < planes; k++) {
    let [re0, re1, re2, re3, im0, im1, im2, im3] = [0, 0, 0, 0, 0, 0, 0, 0];
    // A(r, dz_k) = sum_j row_j(r) exp(i phase_j(dz_k)), four radii at a time
    for (let j = 0, e = k * n; j < n; j++, e++) {
      const c = real[e];
      const s = imaginary[e];
      const a0 = rows[j];
      const a1 = rows[n + j];
      const a2 = rows[2 * n + j];
      const a3 = rows[3 * n + j];
      re0 += a0 * c;
      im0 += a0 * s;
      re1 += a1 * c;
      im1 += a1 * s;
      re2 += a2 * c;
      im2 += a2 * s;
      re3 += a3 * c;
      im3 += a3 * s;
    }
    squares[0] = re0 * re0 + im0 * im0;
    squares[1] = re1 * re1 + im1 * im1;
    squares[2] = re2 * re2 + im2 * im2;
    squares[3] = re3 * re3 + im3 * im3;
    for (let b = 0; b < kept; b++) intensity[k * count + first + b] += share * squares[b];
  }
}
