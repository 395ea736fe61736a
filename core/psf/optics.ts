/**
 * The optics that a point spread function is computed from, and their checks.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { psfOptions } from "../options.ts";

/** What every model needs to know of the objective and the light. */
export interface ObjectiveOptics {
  /** Emission wavelengths in vacuum, nm, 100 to 2000; each makes a channel. */
  readonly wavelengthsNm: readonly number[];
  /** Above 0 and below the immersion index. */
  readonly numericalAperture: number;
  /** @default 1.5 */
  readonly immersionIndex?: number;
}

/** Scalar and paraxial; see {@link bornWolf}. */
export interface BornWolfOptics extends ObjectiveOptics {
  readonly model: "born-wolf";
}

/** Vectorial; see {@link richardsWolf}. */
export interface RichardsWolfOptics extends ObjectiveOptics {
  readonly model: "richards-wolf";
}

/** A Gaussian as wide as the scalar model's peak; see {@link gaussianPsf}. */
export interface GaussianOptics extends ObjectiveOptics {
  readonly model: "gaussian";
}

/** Scalar, with the layers of a microscope; see {@link gibsonLanni}. */
export interface GibsonLanniOptics extends ObjectiveOptics {
  readonly model: "gibson-lanni";
  /** @default 1.33 */
  readonly sampleIndex?: number;
  /** Of the particle below the coverslip, nm. @default 0 */
  readonly depthNm?: number;
  /** @default 1.5 */
  readonly coverslipIndex?: number;
  /** For which the objective is corrected. @default 1.5 */
  readonly coverslipDesignIndex?: number;
  /** @default 170 */
  readonly coverslipThicknessUm?: number;
  /** @default 170 */
  readonly coverslipDesignThicknessUm?: number;
  /** For which the objective is corrected. @default the immersion index */
  readonly immersionDesignIndex?: number;
  /** Of the immersion layer when the design is in focus, um. @default 150 */
  readonly immersionThicknessUm?: number;
  /**
   * Where the middle plane lies: at the stage's nominal position, as in the model, or at the
   * brightest point of the axis, which aberrations and depth move away from it.
   * @default "stage"
   */
  readonly focus?: "stage" | "brightest";
}

/** The optics of one PSF, by model. */
export type PsfOptics = BornWolfOptics | RichardsWolfOptics | GibsonLanniOptics | GaussianOptics;

/** The names of the models. */
export type PsfModel = PsfOptics["model"];

/** Values that stand where the optics leave one out: the option table's. */
export const DEFAULT_IMMERSION_INDEX = Number(psfOptions.immersionIndex.default);

/** Gibson & Lanni's optics with every default filled in. */
export function completeGibsonLanni(optics: GibsonLanniOptics): Required<GibsonLanniOptics> {
  const immersionIndex = optics.immersionIndex ?? DEFAULT_IMMERSION_INDEX;
  return {
    ...optics,
    immersionIndex,
    sampleIndex: optics.sampleIndex ?? Number(psfOptions.sampleIndex.default),
    depthNm: optics.depthNm ?? Number(psfOptions.depth.default),
    coverslipIndex: optics.coverslipIndex ?? Number(psfOptions.coverslipIndex.default),
    coverslipDesignIndex: optics.coverslipDesignIndex ??
      Number(psfOptions.coverslipDesignIndex.default),
    coverslipThicknessUm: optics.coverslipThicknessUm ??
      Number(psfOptions.coverslipThickness.default),
    coverslipDesignThicknessUm: optics.coverslipDesignThicknessUm ??
      Number(psfOptions.coverslipDesignThickness.default),
    immersionDesignIndex: optics.immersionDesignIndex ?? immersionIndex,
    immersionThicknessUm: optics.immersionThicknessUm ??
      Number(psfOptions.immersionThickness.default),
    focus: optics.focus ?? psfOptions.focus.default,
  };
}

/**
 * Refuses optics that no model can compute.
 *
 * @throws {InputError} one line with the value and the way out.
 *
 * @example
 * ```ts
 * import { checkOptics } from "./optics.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => checkOptics({ model: "born-wolf", wavelengthsNm: [0.52], numericalAperture: 1.2 }),
 *   /wavelength 0.52 nm; give nanometres \(520\)/,
 * );
 * ```
 */
export function checkOptics(optics: PsfOptics): void {
  if (optics.wavelengthsNm.length === 0) {
    throw new InputError("The PSF needs a wavelength; give nanometres, as --wavelength 520");
  }
  optics.wavelengthsNm.forEach(checkWavelength);
  const { numericalAperture: na, immersionIndex = DEFAULT_IMMERSION_INDEX } = optics;
  checkIndex("immersion index", immersionIndex);
  if (!(na > 0 && Number.isFinite(na))) {
    throw new InputError(`The numerical aperture is ${na}; it has to be above 0, as --na 1.4`);
  }
  if (na >= immersionIndex) {
    throw new InputError(
      `NA ${na} is not below the immersion index ${immersionIndex}; ` +
        `pass a smaller --na or a larger --immersion-index`,
    );
  }
  if (optics.model === "gibson-lanni") checkLayers(completeGibsonLanni(optics));
}

function checkWavelength(wavelengthNm: number): void {
  if (wavelengthNm >= 100 && wavelengthNm <= 2000) return;
  if (wavelengthNm >= 0.1 && wavelengthNm <= 2) {
    throw new InputError(
      `wavelength ${wavelengthNm} nm; give nanometres (${
        Number((wavelengthNm * 1000).toFixed(6))
      })`,
    );
  }
  throw new InputError(
    `wavelength ${wavelengthNm} nm is not light; give nanometres from 100 to 2000, as 520`,
  );
}

function checkIndex(name: string, index: number): void {
  if (index >= 1 && index <= 4) return;
  throw new InputError(`The ${name} is ${index}; a refractive index is from 1 to 4, as 1.33`);
}

function checkLayers(optics: Required<GibsonLanniOptics>): void {
  checkIndex("sample index", optics.sampleIndex);
  for (
    const [name, index, option] of [
      ["coverslip index", optics.coverslipIndex, "--coverslip-index"],
      ["coverslip's design index", optics.coverslipDesignIndex, "--coverslip-design-index"],
      ["immersion's design index", optics.immersionDesignIndex, "--immersion-design-index"],
    ] as const
  ) {
    checkIndex(name, index);
    if (optics.numericalAperture >= index) {
      throw new InputError(
        `NA ${optics.numericalAperture} is not below the ${name} ${index}; ` +
          `pass a smaller --na or a larger ${option}`,
      );
    }
  }
  if (!(optics.depthNm >= 0 && Number.isFinite(optics.depthNm))) {
    throw new InputError(
      `The particle's depth is ${optics.depthNm} nm; it is measured from the coverslip into the ` +
        `sample, 0 or more`,
    );
  }
  for (
    const [name, thickness] of [
      ["coverslip's thickness", optics.coverslipThicknessUm],
      ["coverslip's design thickness", optics.coverslipDesignThicknessUm],
      ["immersion's thickness", optics.immersionThicknessUm],
    ] as const
  ) {
    if (!(thickness >= 0 && thickness < 10000)) {
      throw new InputError(`The ${name} is ${thickness} um; give micrometres, as 170`);
    }
  }
}
