/**
 * The models' integrals summed voxel by voxel in the variables of the papers: nothing of core/psf is
 * used but the type of the optics.
 *
 * @module
 */
import { completeGibsonLanni, type PsfOptics } from "../../../core/psf/optics.ts";

/** The intensity at a radius and a stage position, nm, in the integral's own units. */
export function bruteForceIntensity(optics: PsfOptics, radiusNm: number, stageNm: number): number {
  const { numericalAperture: na, immersionIndex: ni = 1.5 } = optics;
  const k = 2 * Math.PI / optics.wavelengthsNm[0];
  if (optics.model === "born-wolf") {
    return squared(sum(1, (p) => ({
      amplitude: besselByTrapezoid(0, k * na * radiusNm * p) * p,
      phase: -k * na * na * stageNm * p * p / (2 * ni),
    })));
  }
  if (optics.model === "gibson-lanni") {
    const layers = completeGibsonLanni(optics);
    const root = (n: number, p: number) => n * Math.sqrt(Math.max(0, 1 - (na * p / n) ** 2));
    return squared(sum(Math.min(1, layers.sampleIndex / na), (p) => ({
      amplitude: besselByTrapezoid(0, k * na * radiusNm * p) * p,
      phase: k * (layers.depthNm * root(layers.sampleIndex, p) +
        1e3 * layers.coverslipThicknessUm * root(layers.coverslipIndex, p) -
        1e3 * layers.coverslipDesignThicknessUm * root(layers.coverslipDesignIndex, p) +
        (1e3 * layers.immersionThicknessUm + stageNm) * root(ni, p) -
        1e3 * layers.immersionThicknessUm * root(layers.immersionDesignIndex, p)),
    })));
  }
  const term = (order: number, weight: (cos: number, sin: number) => number) =>
    squared(sum(Math.asin(na / ni), (theta) => ({
      amplitude: besselByTrapezoid(order, k * ni * radiusNm * Math.sin(theta)) *
        Math.sqrt(Math.cos(theta)) * weight(Math.cos(theta), Math.sin(theta)),
      phase: k * ni * stageNm * Math.cos(theta),
    })));
  return term(0, (cos, sin) => sin * (1 + cos)) + 2 * term(1, (_, sin) => sin * sin) +
    term(2, (cos, sin) => sin * (1 - cos));
}

/** Integral of amplitude exp(i phase) over [0, limit]. */
function sum(
  limit: number,
  integrand: (t: number) => { amplitude: number; phase: number },
): [number, number] {
  // Tanh-sinh (Takahasi & Mori 1974): t = limit (1 + tanh(pi/2 sinh u)) / 2 and the trapezoid rule in
  // u, which takes square roots at the limits in its stride.
  const count = 1500;
  const reach = 3.2;
  let [real, imaginary] = [0, 0];
  for (let i = 0; i <= count; i++) {
    const u = reach * (2 * i / count - 1);
    const v = Math.PI / 2 * Math.sinh(u);
    const { amplitude, phase } = integrand(limit / (1 + Math.exp(-2 * v)));
    const weight = limit * Math.PI / 4 * Math.cosh(u) / Math.cosh(v) ** 2 * 2 * reach / count;
    real += weight * amplitude * Math.cos(phase);
    imaginary += weight * amplitude * Math.sin(phase);
  }
  return [real, imaginary];
}

function squared([real, imaginary]: [number, number]): number {
  return real * real + imaginary * imaginary;
}

/** J_m(x) = (1/pi) int_0^pi cos(m a - x sin a) da, spectrally accurate once the points are well above x. */
export function besselByTrapezoid(order: number, x: number): number {
  const count = Math.ceil(1.1 * x) + 50;
  let total = 0;
  for (let i = 0; i < count; i++) {
    const a = 2 * Math.PI * i / count;
    total += Math.cos(order * a - x * Math.sin(a));
  }
  return total / count;
}
