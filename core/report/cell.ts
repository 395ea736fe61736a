/**
 * The cells of a table: what they may hold, and their text for a reader.
 *
 * @module
 */

/** A mean and its standard deviation. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** What a cell holds; undefined and NaN are "not there". */
export type Cell = string | number | Spread | undefined;

/** One column: its names, and how its numbers are written. */
export interface Column {
  /** Name for programs, in CSV and JSON: "cisnr_db". */
  readonly key: string;
  /** Name for readers: "CISNR". */
  readonly title: string;
  /** Set behind the title in brackets: "dB". */
  readonly unit?: string;
  /** What the cells hold; all but text is set to the right. @default "text" */
  readonly kind?: "text" | "number" | "spread";
  /** Digits behind the point, or significant ones. @default 3 */
  readonly digits?: number;
  /** How `digits` counts. @default "fixed" */
  readonly notation?: "fixed" | "significant";
  /** Which value of the column is set in bold, where the format has bold. */
  readonly best?: "highest" | "lowest";
}

/** The column's title with its unit. */
export function titleOf(column: Column): string {
  return column.unit ? `${column.title} (${column.unit})` : column.title;
}

/** What a missing value looks like to a reader. */
export const MISSING = "–";

/**
 * The text of a cell for a reader, not yet escaped for any format.
 *
 * @example
 * ```ts
 * import { formatCell } from "./cell.ts";
 * import assert from "node:assert/strict";
 *
 * const column = { key: "cisnr_db", title: "CISNR", kind: "spread", digits: 2 } as const;
 * assert.equal(formatCell({ mean: 9.352, deviation: 0.418 }, column), "9.35 ± 0.42");
 * ```
 */
export function formatCell(cell: Cell, column: Column): string {
  if (cell === undefined) return MISSING;
  if (typeof cell === "string") return cell;
  if (typeof cell === "number") return formatNumber(cell, column);
  const mean = formatNumber(cell.mean, column);
  // A single sample has no deviation.
  return Number.isNaN(cell.deviation) ? mean : `${mean} ± ${formatNumber(cell.deviation, column)}`;
}

function formatNumber(value: number, { digits = 3, notation = "fixed" }: Column): string {
  if (Number.isNaN(value)) return MISSING;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const text = notation === "fixed" ? value.toFixed(digits) : value.toPrecision(digits);
  // "-0.000" is a zero to its reader.
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** The number that a cell is compared and sorted by; NaN where there is none. */
export function valueOf(cell: Cell): number {
  if (typeof cell === "number") return cell;
  return typeof cell === "object" ? cell.mean : NaN;
}

/** Whether the cell shows the best value of its column; all that read the same share the honour. */
export function isBest(cell: Cell, column: Column, cells: readonly Cell[]): boolean {
  const values = cells.map(valueOf).filter((v) => !Number.isNaN(v));
  if (!column.best || values.length < 2 || Number.isNaN(valueOf(cell))) return false;
  const best = column.best === "highest" ? Math.max(...values) : Math.min(...values);
  const rounded = (value: number) => formatNumber(value, column);
  if (values.every((value) => rounded(value) === rounded(best))) return false;
  return rounded(valueOf(cell)) === rounded(best);
}
