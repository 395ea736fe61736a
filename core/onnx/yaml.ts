/**
 * Values as YAML text.
 *
 * @module
 */

/** What the text is made from; undefined fields are left out. */
export type YamlValue =
  | string
  | number
  | boolean
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue | undefined };

/**
 * YAML (1.2) in block style. Texts are always quoted, so that none is taken for a number or a date.
 *
 * @example
 * ```ts
 * import { formatYaml } from "./yaml.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   formatYaml({ size: 3, tags: ["a b", "1.0"], axes: [{ id: "x" }], none: [] }),
 *   `size: 3\ntags:\n  - "a b"\n  - "1.0"\naxes:\n  - id: "x"\nnone: []\n`,
 * );
 * ```
 */
export function formatYaml(value: { readonly [key: string]: YamlValue | undefined }): string {
  return formatFields(value, "").join("\n") + "\n";
}

function formatFields(
  fields: { readonly [key: string]: YamlValue | undefined },
  indent: string,
): string[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (isScalar(value)) return [`${indent}${key}: ${formatScalar(value)}`];
    return [`${indent}${key}:`, ...formatBlock(value, `${indent}  `)];
  });
}

function formatBlock(
  value: Exclude<YamlValue, string | number | boolean>,
  indent: string,
): string[] {
  if (!isList(value)) return formatFields(value, indent);
  return value.flatMap((item) => {
    if (isScalar(item)) return [`${indent}- ${formatScalar(item)}`];
    const [first, ...rest] = formatBlock(item, `${indent}  `);
    return [`${indent}- ${first.trimStart()}`, ...rest];
  });
}

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value);
}

/** Empty lists are written as one, too. */
function isScalar(value: YamlValue): value is string | number | boolean {
  return typeof value !== "object" || (isList(value) && value.length === 0);
}

function formatScalar(value: string | number | boolean): string {
  return JSON.stringify(value);
}
