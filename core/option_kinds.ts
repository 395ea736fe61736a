/**
 * The kinds of options that there are, and what their texts mean.
 *
 * @module
 */
import { InputError } from "./errors.ts";

/** A noise level, or a range to draw from, as fractions of the peak. */
export interface NoiseRange {
  readonly min: number;
  readonly max: number;
}

/** What the text of an option may be. */
export type OptionKind =
  | { readonly kind: "flag" }
  | { readonly kind: "text" }
  | { readonly kind: "path" }
  | {
    readonly kind: "number";
    readonly min?: number;
    readonly max?: number;
    readonly unit?: string;
  }
  | {
    readonly kind: "integer";
    readonly min?: number;
    readonly max?: number;
    readonly unit?: string;
  }
  /** One of some words. */
  | { readonly kind: "choice"; readonly choices: readonly string[] }
  /** "27x27x13" or "256x256": x, y, z. */
  | { readonly kind: "size" }
  /** "256x256" (all planes), "256x256x16" or "whole": x, y, z. */
  | { readonly kind: "crop" }
  /** "98x98x203", as numbers: x, y, z. */
  | { readonly kind: "voxel"; readonly unit: string }
  /** "1%", "0.01" or "1%..3%", of the peak. */
  | { readonly kind: "noise" }
  /** "2GB", "512MB". */
  | { readonly kind: "bytes" };

/** One option. */
export type OptionSpec = OptionKind & {
  /** As commander takes it: "-n, --noise <level>". */
  readonly flags: string;
  readonly description: string;
  /** As the user would type it. */
  readonly default?: string;
  /** Whether several values may be given, each after the flag or separated by spaces. */
  readonly repeatable?: boolean;
};

/**
 * The value of an option's text.
 *
 * @throws {InputError} when the text is not of the option's kind or outside its range.
 *
 * @example
 * ```ts
 * import { parseOption } from "./option_kinds.ts";
 * import assert from "node:assert/strict";
 *
 * const noise = { flags: "--noise <level>", kind: "noise", description: "" } as const;
 * assert.deepEqual(parseOption(noise, "1%..3%"), { min: 0.01, max: 0.03 });
 * ```
 */
export function parseOption(spec: OptionSpec, text: string): unknown {
  const name = longName(spec);
  switch (spec.kind) {
    case "flag":
      return true;
    case "text":
    case "path":
      if (text === "") throw new InputError(`${name} is empty; give a value`);
      return text;
    case "number":
    case "integer":
      return parseNumber(spec, text, name);
    case "choice":
      if (!spec.choices.includes(text)) {
        throw new InputError(
          `${name} is "${text}", which is not one of ${spec.choices.join(", ")}`,
        );
      }
      return text;
    case "size":
      return parseSize(text, name);
    case "crop":
      return parseCrop(text, name);
    case "voxel":
      return parseVoxel(text, name, spec.unit);
    case "noise":
      return parseNoise(text, name);
    case "bytes":
      return parseBytes(text, name);
  }
}

/** "--noise" of "-n, --noise <level>". */
export function longName(spec: OptionSpec): string {
  return /--[a-z0-9-]+/.exec(spec.flags)![0];
}

function parseNumber(
  spec: { kind: string; min?: number; max?: number; unit?: string },
  text: string,
  name: string,
): number {
  const value = Number(text);
  const whole = spec.kind === "integer";
  if (text.trim() === "" || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    throw new InputError(`${name} is "${text}", which is not a ${whole ? "whole " : ""}number`);
  }
  const { min = -Infinity, max = Infinity } = spec;
  if (value < min || value > max) {
    const unit = spec.unit ? ` ${spec.unit}` : "";
    const range = max === Infinity
      ? `at least ${min}${unit}`
      : min === -Infinity
      ? `at most ${max}${unit}`
      : `from ${min} to ${max}${unit}`;
    throw new InputError(`${name} is ${text}; it has to be ${range}`);
  }
  return value;
}

/** Sizes are typed x, y, z and kept as `[z, y, x]`. */
function parseSize(text: string, name: string): readonly [number, number, number] {
  const parts = text.toLowerCase().split("x").map(Number);
  if (
    (parts.length !== 2 && parts.length !== 3) ||
    !parts.every((n) => Number.isInteger(n) && n > 0)
  ) {
    throw new InputError(`${name} is "${text}"; write a size in voxels as 27x27x13 or 256x256`);
  }
  return [parts[2] ?? 1, parts[1], parts[0]];
}

/** A length that stands for all there is of an axis. */
export const WHOLE_AXIS = 2 ** 31 - 1;

function parseCrop(text: string, name: string): readonly [number, number, number] {
  if (text === "whole") return [WHOLE_AXIS, WHOLE_AXIS, WHOLE_AXIS];
  const [z, y, x] = parseSize(text, name);
  return [text.toLowerCase().split("x").length === 2 ? WHOLE_AXIS : z, y, x];
}

function parseVoxel(
  text: string,
  name: string,
  unit: string,
): { readonly x: number; readonly y: number; readonly z: number } {
  const parts = text.toLowerCase().split("x").map(Number);
  if ((parts.length !== 2 && parts.length !== 3) || !parts.every((n) => n > 0 && n < Infinity)) {
    throw new InputError(
      `${name} is "${text}"; write a voxel's size in ${unit} above 0 as 98x98x203 (x, y, z)`,
    );
  }
  return { x: parts[0], y: parts[1], z: parts[2] ?? parts[0] };
}

function parseLevel(text: string): number {
  return text.endsWith("%") ? Number(text.slice(0, -1) || NaN) / 100 : Number(text || NaN);
}

function parseNoise(text: string, name: string): NoiseRange {
  const parts = text.split("..").map((part) => parseLevel(part.trim()));
  const [min, max = min] = parts;
  if (parts.length > 2 || !parts.every(Number.isFinite)) {
    throw new InputError(`${name} is "${text}"; write a level as 1% or 0.01, a range as 1%..3%`);
  }
  if (min < 0 || max > 1 || min > max) {
    throw new InputError(
      `${name} is ${text}; a noise level is a part of the peak, from 0% to 100%, the lower first`,
    );
  }
  return { min, max };
}

function parseBytes(text: string, name: string): number {
  const match = /^([0-9.]+)\s*(B|KB|MB|GB|TB|KIB|MIB|GIB|TIB)?$/i.exec(text.trim());
  const powers: Record<string, number> = { "": 0, K: 1, M: 2, G: 3, T: 4 };
  const unit = (match?.[2] ?? "B").toUpperCase();
  const base = unit.includes("I") ? 1024 : 1000;
  const value = Number(match?.[1]) * base ** powers[unit.replace(/I?B$/, "")];
  if (!match || !(value > 0)) {
    throw new InputError(`${name} is "${text}"; write an amount of memory as 4GB or 800MB`);
  }
  return value;
}
