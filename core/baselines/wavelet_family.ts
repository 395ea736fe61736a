/**
 * Orthonormal wavelets: Haar's, and the splines of Battle and Lemarié.
 *
 * @module
 */

/** A lowpass filter h; tap t belongs to index t - origin. */
export interface WaveletFamily {
  readonly name: "haar" | "spline";
  readonly lowpass: Float64Array;
  readonly origin: number;
}

/** The averages and differences of pairs (A. Haar, Mathematische Annalen 69, 1910). */
export const HAAR: WaveletFamily = {
  name: "haar",
  lowpass: Float64Array.of(Math.SQRT1_2, Math.SQRT1_2),
  origin: 0,
};

/** Taps below this are left out; what is lost of orthonormality is of that order. */
const SMALLEST_TAP = 1e-5;

/** Cubic splines, made orthonormal. */
export const CUBIC_SPLINE: WaveletFamily = createSpline();

/**
 * The orthonormal cubic spline wavelet (G. Battle, "A block spin construction of ondelettes", Comm.
 * Math. Phys. 110, 1987; P. G. Lemarié, "Ondelettes à localisation exponentielle", J. Math. Pures
 * Appl. 67, 1988), as in S. Mallat, IEEE Trans. PAMI 11, 1989:
 *
 *     H(w) = sqrt 2 cos(w / 2)^4 sqrt( A(w) / A(2 w) )
 *
 * with A the transform of the B-spline of degree 7 at the integers, the cubic B-spline's
 * autocorrelation.
 */
function createSpline(): WaveletFamily {
  // 5040 times the B-spline of degree 7 at 0, 1, 2, 3
  const autocorrelation = (w: number) =>
    2416 + 2 * (1191 * Math.cos(w) + 120 * Math.cos(2 * w) + Math.cos(3 * w));
  const n = 512;
  const response = Float64Array.from({ length: n }, (_, k) => {
    const w = 2 * Math.PI * k / n;
    return Math.SQRT2 * Math.cos(w / 2) ** 4 *
      Math.sqrt(autocorrelation(w) / autocorrelation(2 * w));
  });
  // h(i) = (1 / n) sum_k H(w_k) cos(w_k i)
  const taps = Array.from(
    { length: n / 2 },
    (_, i) =>
      response.reduce((sum, value, k) => sum + value * Math.cos(2 * Math.PI * k * i / n), 0) / n,
  );
  const reach = taps.findLastIndex((tap) => Math.abs(tap) >= SMALLEST_TAP);
  return {
    name: "spline",
    lowpass: Float64Array.from({ length: 2 * reach + 1 }, (_, t) => taps[Math.abs(t - reach)]),
    origin: reach,
  };
}
