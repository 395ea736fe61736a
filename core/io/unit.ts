/**
 * Units of length and time as image files spell them.
 *
 * @module
 */

const MICROMETRES: Readonly<Record<string, number>> = {
  um: 1,
  "\u00b5m": 1,
  "\u03bcm": 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometers: 1,
  micrometre: 1,
  micrometres: 1,
  pm: 1e-6,
  "\u00e5": 1e-4,
  "\u212b": 1e-4,
  angstrom: 1e-4,
  nm: 1e-3,
  nanometer: 1e-3,
  nanometers: 1e-3,
  nanometre: 1e-3,
  nanometres: 1e-3,
  mm: 1e3,
  millimeter: 1e3,
  millimeters: 1e3,
  millimetre: 1e3,
  millimetres: 1e3,
  cm: 1e4,
  centimeter: 1e4,
  centimeters: 1e4,
  m: 1e6,
  meter: 1e6,
  meters: 1e6,
  metre: 1e6,
  metres: 1e6,
  in: 25400,
  inch: 25400,
  inches: 25400,
};

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  secs: 1,
  second: 1,
  seconds: 1,
  ms: 1e-3,
  msec: 1e-3,
  us: 1e-6,
  "\u00b5s": 1e-6,
  "\u03bcs": 1e-6,
  ns: 1e-9,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
};

/**
 * Micrometres in one `unit`, or undefined where it is no known length ("pixel").
 *
 * @example
 * ```ts
 * import { micrometresPer } from "./unit.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(micrometresPer("nm"), 1e-3);
 * assert.equal(micrometresPer("pixel"), undefined);
 * ```
 */
export function micrometresPer(unit: string | undefined): number | undefined {
  return unit === undefined ? undefined : lookUp(MICROMETRES, unit);
}

/** Seconds in one `unit`, or undefined where it is no known time. */
export function secondsPer(unit: string): number | undefined {
  return lookUp(SECONDS, unit);
}

function lookUp(table: Readonly<Record<string, number>>, unit: string): number | undefined {
  const key = unit.trim().toLowerCase();
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
