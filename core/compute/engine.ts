/**
 * How the project computes: a few operations on arrays that live with an engine. Everything that
 * costs time is one of them; nothing else knows where the numbers are.
 *
 * The data's way through an engine:
 *
 *     Field (real voxels of one channel)
 *       -> forwardLateral -> Planes (transformed along x and y)
 *       -> filter (along z: transform, multiply or divide, transform back) -> Planes
 *       -> inverseLateral -> Field
 *
 * A full spectrum is stored only of what is used again and again: the transfer function of a PSF.
 *
 * @module
 */
import type { Size } from "../volume.ts";
import type { Extension } from "./grid.ts";

/** Real voxels of one channel, `[z, y, x]`. */
export interface Field {
  readonly kind: "field";
  readonly size: Size;
}

/** `depth` planes on the lateral grid, transformed along x and y but not along z. */
export interface Planes {
  readonly kind: "planes";
  readonly grid: Size;
  readonly depth: number;
}

/** The half spectrum of a whole grid. */
export interface Spectrum {
  readonly kind: "spectrum";
  readonly grid: Size;
}

/** R(w) = sum_d |G_d(w)|^2 on a grid, kept as the transform of its few lags along x and y. */
export interface Regularizer {
  readonly kind: "regularizer";
  readonly grid: Size;
  /** Of the kernels, `[z, y, x]`. */
  readonly kernelSize: Size;
}

/** Anything that an engine holds memory for. */
export type Resource = Field | Planes | Spectrum | Regularizer;

/** What a filter does with the spectrum S of its input. */
export type FilterKind =
  /** K S */
  | "multiply"
  /** conj(K) S */
  | "correlate"
  /** conj(K) S / (|K|^2 + w R) */
  | "wiener"
  /** K S / (|K|^2 + w R): the adjoint of "wiener" */
  | "wiener-adjoint"
  /** S / (|K|^2 + w R) */
  | "solve";

/** What comes back from a grid to the samples. */
export type Restriction =
  /** The samples from `offset` on. */
  | { readonly kind: "crop"; readonly offset?: Size }
  /** The adjoint of the extension "taper": the gap's values return to the edges. */
  | { readonly kind: "fold" };

/** The arguments of a filter. */
export interface FilterOptions {
  readonly kind: FilterKind;
  readonly transfer: Spectrum;
  /** For the filters that divide. */
  readonly regularizer?: Regularizer;
  /** Weight w of the regularizer, e^alpha with everything that scales it. */
  readonly weight?: number;
  /** For "wiener": T of what is expected, 0 beyond its planes; ( conj(K) S + w T ) / (|K|^2 + w R). */
  readonly prior?: Planes;
  /** Along z, of the input. */
  readonly extension: Extension;
  /** Along z. @default { kind: "crop" } */
  readonly restriction?: Restriction;
}

/** The arguments of the regularizer's gradient. */
export interface RegularizerGradientOptions {
  /**
   * What the quotient is of, along x and y: "observed" is F y as it went into "wiener", "estimate"
   * F x of a quotient that is known already, with t(w) = Re( conj(P) X ) / (|K|^2 + w R).
   * @default "observed"
   */
  readonly operand?: "observed" | "estimate";
  readonly planes: Planes;
  readonly transfer: Spectrum;
  readonly regularizer: Regularizer;
  readonly weight: number;
  /** Of the planes along z. */
  readonly extension: Extension;
}

/** A sum's constant, and whether it is clipped. */
export interface CombineOptions {
  /** For fields only. @default 0 */
  readonly constant?: number;
  /** "rectify" clips at 0; for fields only. @default "none" */
  readonly positivity?: "none" | "rectify";
}

/** What becomes of two fields a and b. */
export type ModulateOptions =
  /** a b */
  | { readonly kind: "multiply" }
  /** a / max(b, floor) */
  | { readonly kind: "divide"; readonly floor: number }
  /** a where b > 0, and 0 elsewhere: the gradient of a through max(b, 0) */
  | { readonly kind: "gate" };

/**
 * Small kernels g_d, and how the responses r to each are shrunk or strengthened:
 *
 *     z = r ( gain_0 + sum_k gain_k v / (v + knee_k) ),   v = r^2 / threshold^2
 */
export interface ShrinkageKernels {
  /** `[z, y, x]`; the kernel's origin is at floor(size / 2). */
  readonly kernelSize: Size;
  /** g, `[d, z, y, x]` */
  readonly kernels: Float64Array;
  /** `[d, 4]`: the constant, and the heights of the steps at the three `KNEES`. */
  readonly gains: Float64Array;
  /** `[d]`, positive. */
  readonly thresholds: Float64Array;
}

/** The arguments of `shrinkResponsesGradient`. */
export interface ShrinkageGradientOptions {
  /** dL/dq, on the estimate's grid; only the samples of the field of view are used. */
  readonly gradient: Field;
  /** Of the field of view, `[z, y, x]`. */
  readonly size: Size;
  readonly kernels: ShrinkageKernels;
}

/** The gradients of `shrinkResponses`. */
export interface ShrinkageGradients {
  /** dL/dg, `[d, z, y, x]` */
  readonly kernels: Float64Array;
  /** dL/dgain, `[d, 4]` */
  readonly gains: Float64Array;
  /** dL/dthreshold, `[d]` */
  readonly thresholds: Float64Array;
  /** sum of q dL/dq */
  readonly product: number;
}

/**
 * What the values along one axis are weighted sums of: output i of the inputs
 * `indices[starts[i]..starts[i + 1] - 1]`, with the weights at the same places.
 */
export interface AxisTaps {
  /** One more than there are outputs, from 0 on. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** The sums along every axis. */
export type Taps = readonly [z: AxisTaps, y: AxisTaps, x: AxisTaps];

/** What becomes of sums and of what was there before. */
export interface ResampleOptions {
  /** Of the sums. @default 1 */
  readonly weight?: number;
  /** @default "set" */
  readonly mode?: "set" | "add";
}

/** Three fields of one size, the components along z, y and x of a vector v at every voxel. */
export type VectorField = readonly [z: Field, y: Field, x: Field];

/** The arguments of `ascendDual`. */
export interface AscendOptions {
  /** Of the ball that vectors are projected onto. */
  readonly radius: number;
  /** 1 is none; up to 2. @default 1 */
  readonly relaxation?: number;
}

/** The arguments of `addDivergence`. */
export interface DivergenceOptions {
  /** "reflect": p = v - 2 c v with c = min(1, radius / |v|); "unit": p = v / max(|v|, radius). */
  readonly kind: "reflect" | "unit";
  readonly radius: number;
  readonly weight: number;
}

/** Orthonormal separable wavelets on a periodic grid. */
export interface WaveletOptions {
  /** h; tap t belongs to index t - origin. The highpass is g(i) = (-1)^i h(1 - i). */
  readonly lowpass: Float64Array;
  readonly origin: number;
  /** How often each axis is halved, `[z, y, x]`; its length has to be divisible by 2^levels. */
  readonly levels: Size;
  /** The voxel `[z, y, x]` at which the first wavelet begins: cycle spinning. */
  readonly shift: Size;
  readonly threshold: number;
}

/** Bytes held by an engine's resources. */
export interface MemoryUse {
  readonly bytes: number;
  readonly peakBytes: number;
}

/** White noise from a counter-based stream: number i belongs to voxel i, on every engine. */
export interface NoiseOptions {
  readonly sigma: number;
  readonly seed: number;
  /** @default 0 */
  readonly label?: number;
  /** @default 0 */
  readonly sublabel?: number;
}

/**
 * An engine. Operations are issued in order and their results are ready for the next one; only
 * `read`, `residual`, `regularizerGradient`, `shrinkResponsesGradient`, `dot` and `readSpectrum` bring values back, as promises.
 */
export interface Engine {
  readonly name: "cpu" | "webgpu" | "reference";
  /** For people: "wasm SIMD, 2 threads". */
  readonly description: string;
  readonly memory: MemoryUse;

  createField(size: Size): Field;
  createPlanes(grid: Size, depth: number): Planes;
  createSpectrum(grid: Size): Spectrum;
  createRegularizer(grid: Size, kernelSize: Size): Regularizer;
  /** Gives memory back; a freed resource must not be used again. */
  free(...resources: readonly Resource[]): void;

  /** Copies voxels in; `data` has the field's length. */
  write(field: Field, data: Float32Array | Float64Array): void;
  read(field: Field): Promise<Float32Array>;

  /**
   * Transform along x and y of every plane of `field`, continued to the grid of `planes`, into the first
   * planes; those that the field does not have stay as they are.
   */
  forwardLateral(field: Field, planes: Planes, extension: Extension): void;
  /** The first planes, as many as the field has, back to real voxels. Their contents are used up. */
  inverseLateral(planes: Planes, field: Field, restriction?: Restriction): void;
  /** Transform along z to a full spectrum; for PSFs with the extension "centred". */
  forwardAxial(planes: Planes, spectrum: Spectrum, extension: Extension): void;
  /** Full spectrum back to planes. */
  inverseAxial(spectrum: Spectrum, planes: Planes, restriction?: Restriction): void;
  /** A filter along z; `input` and `output` may be the same, and neither is the prior. */
  filter(input: Planes, output: Planes, options: FilterOptions): void;

  /**
   * Takes the kernels' summed autocorrelation A at the lags `[0..kz-1, -(ky-1)..ky-1,
   * -(kx-1)..kx-1]` (the other half follows by symmetry).
   */
  setRegularizer(regularizer: Regularizer, lags: Float64Array): void;
  /**
   * With P = F p, p the loss's gradient with respect to the filter's output (zero outside the
   * crop), and t(w) = Re( conj(P) conj(K) Y ) / (|K|^2 + w R)^2, the sums
   * T(lag) = (1/N) sum_w t(w) cos(w . lag) at the same lags as in `setRegularizer`. From them
   * dL/dR and all that depends on it follow: see `backwardTwb`.
   */
  regularizerGradient(
    gradient: Planes,
    options: RegularizerGradientOptions,
  ): Promise<Float64Array>;

  /**
   * `estimate` becomes estimate - target; returns the sum of squares. With positivity "rectify"
   * the estimate is first clipped at 0, and its gradient is 0 where it was clipped.
   */
  residual(
    estimate: Field,
    target: Field,
    positivity: "none" | "rectify",
  ): Promise<number>;
  /** x = max(x, 0) */
  rectify(field: Field): void;
  /** x = x + sigma n */
  addNoise(field: Field, options: NoiseOptions): void;

  // What a cascade needs: a grid larger than the stack, and the kernels' responses voxel by voxel.

  /** Copies the voxels, from the first on, that both fields have; the output's others stay. */
  copy(output: Field, input: Field): void;
  /**
   * q = sum_d g_d^T z_d, z_d the shrunk responses r_d(n) = sum_u g_d(u) x(n + u - floor(size / 2)).
   * x is the estimate on a periodic grid at least as large as the output, the field of view; the
   * responses are taken, and are not zero, in the field of view alone.
   */
  shrinkResponses(estimate: Field, output: Field, kernels: ShrinkageKernels): void;
  /** The gradients of `shrinkResponses`; adds dL/dx to `output`, which is of the estimate's size. */
  shrinkResponsesGradient(
    estimate: Field,
    output: Field,
    options: ShrinkageGradientOptions,
  ): Promise<ShrinkageGradients>;

  /**
   * output(k, j, i) = weight sum of a_k(z) b_j(y) c_i(x) input(z, y, x), with the weights a, b, c of
   * the axes' taps, or that added. Only the output's first voxels change, as many as there are taps
   * for.
   */
  resample(output: Field, input: Field, taps: Taps, options?: ResampleOptions): void;

  // What iterative methods need: sums, quotients, total variation, wavelets, spectra by hand.

  /**
   * output = constant + sum_i weight_i input_i, of up to four fields of one size, or planes of one
   * grid and depth. The output may be one of them.
   */
  combine<T extends Field | Planes>(
    output: T,
    terms: readonly (readonly [weight: number, input: T])[],
    options?: CombineOptions,
  ): void;
  /** A product or a quotient of fields of one size; the output may be one of them. */
  modulate(
    output: Field,
    inputs: readonly [a: Field, b: Field],
    options: ModulateOptions,
  ): void;
  /** The sum of a b over all voxels. */
  dot(a: Field, b: Field): Promise<number>;
  /**
   * v = r D x + (1 - r) v + r c v, with c = min(1, radius / |v|), r the relaxation, and D the
   * differences to the next voxel along z, y and x on a periodic grid.
   */
  ascendDual(dual: VectorField, x: Field, options: AscendOptions): void;
  /** output = output + weight D^T p(v), D^T = -div; the output is no part of the vector field. */
  addDivergence(output: Field, dual: VectorField, options: DivergenceOptions): void;
  /**
   * Soft-thresholds the wavelet coefficients, all but the coarsest averages: sign(c) max(|c| -
   * threshold, 0).
   */
  shrinkWavelet(field: Field, options: WaveletOptions): void;
  /** `[z, y, floor(Nx / 2) + 1]`, real and imaginary parts in turn. */
  readSpectrum(spectrum: Spectrum): Promise<Float32Array>;
  /** What `readSpectrum` returns, changed or made by hand. */
  writeSpectrum(spectrum: Spectrum, data: Float32Array): void;

  /** Frees everything, ends threads. */
  close(): void;
}
