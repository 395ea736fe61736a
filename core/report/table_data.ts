/**
 * Tables for programs: every number in full precision.
 *
 * @module
 */
import type { Cell, Column } from "./cell.ts";
import type { Table } from "./table.ts";

/** See `formatTable`. */
export function renderCsv({ columns, rows }: Table): string {
  const header = columns.flatMap(({ key, kind }) =>
    kind === "spread" ? [key, `${key}_std`] : [key]
  );
  const lines = rows.map((row) => row.flatMap((cell, i) => csvFields(cell, columns[i])));
  return [header, ...lines].map((fields) => fields.map(quoteCsv).join(",") + "\n").join("");
}

function csvFields(cell: Cell, column: Column): readonly string[] {
  if (column.kind !== "spread") return [typeof cell === "string" ? cell : csvNumber(cell)];
  const spread = typeof cell === "object" ? cell : undefined;
  return [csvNumber(spread?.mean), csvNumber(spread?.deviation)];
}

/** pandas, R and NumPy read an empty field as missing, and `inf`. */
function csvNumber(value: Cell): string {
  if (typeof value !== "number" || Number.isNaN(value)) return "";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return String(value);
}

function quoteCsv(field: string): string {
  return /[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** See `formatTable`. */
export function renderJson({ title, columns, rows, notes = [] }: Table): string {
  const value = {
    title,
    columns: columns.map(({ key, title, unit }) => ({ key, title, unit })),
    rows: rows.map((row) =>
      Object.fromEntries(row.map((cell, i) => [columns[i].key, jsonValue(cell)]))
    ),
    notes,
  };
  return JSON.stringify(value, null, 2) + "\n";
}

/** JSON has no number for what is missing or infinite. */
function jsonValue(cell: Cell): unknown {
  if (cell === undefined || Number.isNaN(cell)) return null;
  if (cell === Infinity) return "inf";
  if (cell === -Infinity) return "-inf";
  if (typeof cell !== "object") return cell;
  return { mean: jsonValue(cell.mean), std: jsonValue(cell.deviation) };
}
