/**
 * Tables within the report page; the page's script sorts them by the column that is clicked.
 *
 * @module
 */
import { type Cell, type Column, formatCell, isBest, titleOf, valueOf } from "./cell.ts";
import { escapeHtml } from "./html.ts";
import { checkTable, type Table } from "./table.ts";

/**
 * The table in a box of its own, which scrolls sideways where the screen is narrow.
 *
 * @throws {RangeError} as `formatTable` does.
 */
export function renderHtmlTable(table: Table): string {
  checkTable(table);
  const { title, columns, rows, notes = [] } = table;
  const header = columns.map((column) =>
    `<th scope="col" class="${classOf(column)}"><button type="button">` +
    `${escapeHtml(titleOf(column))}</button></th>`
  );
  const cells = columns.map((_, i) => rows.map((row) => row[i]));
  const body = rows.map((row) =>
    `<tr>${row.map((cell, i) => renderCell(cell, columns[i], cells[i])).join("")}</tr>`
  );
  return `<div class="scroll" role="region" aria-label="${escapeHtml(title)}" tabindex="0">` +
    `<table class="sortable"><caption>${escapeHtml(title)}</caption>` +
    `<thead><tr>${header.join("")}</tr></thead><tbody>${body.join("")}</tbody></table></div>` +
    notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join("");
}

function renderCell(cell: Cell, column: Column, cells: readonly Cell[]): string {
  const text = escapeHtml(formatCell(cell, column));
  const value = classOf(column) === "number" ? ` data-value="${valueOf(cell)}"` : "";
  return `<td class="${classOf(column)}"${value}>` +
    `${isBest(cell, column, cells) ? `<strong>${text}</strong>` : text}</td>`;
}

function classOf({ kind = "text" }: Column): string {
  return kind === "text" ? "text" : "number";
}
