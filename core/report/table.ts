/**
 * Tables of results, and the formats they are written in.
 *
 * @module
 */
import type { Cell, Column } from "./cell.ts";
import { renderCsv, renderJson } from "./table_data.ts";
import { renderLatex } from "./table_latex.ts";
import { renderMarkdown, renderText } from "./table_text.ts";

/** Rows of cells under named columns. */
export interface Table {
  readonly title: string;
  readonly columns: readonly Column[];
  /** As many cells as there are columns, in their order. */
  readonly rows: readonly (readonly Cell[])[];
  /** Sentences below the table: what was measured on what. */
  readonly notes?: readonly string[];
}

/** Formats of {@link formatTable}. */
export const TABLE_FORMATS = ["text", "markdown", "csv", "json", "latex"] as const;

/** One of {@link TABLE_FORMATS}. */
export type TableFormat = typeof TABLE_FORMATS[number];

/**
 * The table as text that ends with a line break.
 *
 * - `text`: aligned columns for a terminal; control characters are shown, not sent.
 * - `markdown`: a GitHub table, the title in bold above it, the notes below.
 * - `latex`: a `table` with booktabs rules, the title as its caption.
 * - `csv`: RFC 4180 with line feeds; keys as header; numbers in full precision, a missing one empty,
 *   an infinite one `inf`; a spread in two columns, `key` and `key_std`; no title, no notes.
 * - `json`: title, columns, rows as objects by key, notes; a missing number is null, an infinite one
 *   `"inf"` or `"-inf"`, a spread `{ mean, std }`.
 *
 * @example
 * ```ts
 * import { formatTable } from "./table.ts";
 * import assert from "node:assert/strict";
 *
 * const table = {
 *   title: "Gain",
 *   columns: [
 *     { key: "method", title: "Method" },
 *     { key: "isnr_db", title: "ISNR", unit: "dB", kind: "number", digits: 2 },
 *   ],
 *   rows: [["TWB", 4.2581], ["RIF", 3.286]],
 * } as const;
 * assert.equal(formatTable(table, "csv"), "method,isnr_db\nTWB,4.2581\nRIF,3.286\n");
 * ```
 *
 * @throws {RangeError} when a row has another number of cells than there are columns, a cell is not
 *   of its column's kind, or two columns have one key.
 */
export function formatTable(table: Table, format: TableFormat): string {
  checkTable(table);
  switch (format) {
    case "text":
      return renderText(table);
    case "markdown":
      return renderMarkdown(table);
    case "csv":
      return renderCsv(table);
    case "json":
      return renderJson(table);
    case "latex":
      return renderLatex(table);
  }
}

/**
 * Several tables one after the other, a blank line between them; as JSON, several are an array.
 *
 * @throws {RangeError} as {@link formatTable} does.
 */
export function formatTables(tables: readonly Table[], format: TableFormat): string {
  const texts = tables.map((table) => formatTable(table, format));
  if (format === "json" && texts.length > 1) {
    return `[\n${texts.map((text) => text.trimEnd()).join(",\n")}\n]\n`;
  }
  return texts.join("\n");
}

/** @throws {RangeError} as {@link formatTable} does. */
export function checkTable({ title, columns, rows }: Table): void {
  const keys = columns.map((column) => column.key);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) {
    throw new RangeError(`The table "${title}" has two columns with the key "${twice}"`);
  }
  rows.forEach((row, i) => {
    if (row.length !== columns.length) {
      throw new RangeError(
        `Row ${i} of the table "${title}" has ${row.length} cells for ${columns.length} columns`,
      );
    }
    row.forEach((cell, j) => {
      const kind = columns[j].kind ?? "text";
      const found = typeof cell === "string"
        ? "text"
        : typeof cell === "object"
        ? "spread"
        : typeof cell;
      if (cell !== undefined && found !== kind) {
        throw new RangeError(
          `Row ${i} of the table "${title}" has a ${found} where "${keys[j]}" holds a ${kind}`,
        );
      }
    });
  });
}
