/**
 * Tables for a terminal and for Markdown.
 *
 * @module
 */
import { type Cell, type Column, formatCell, isBest, titleOf } from "./cell.ts";
import type { Table } from "./table.ts";

/** See `formatTable`. */
export function renderText({ title, columns, rows, notes = [] }: Table): string {
  const lines = [
    columns.map((column) => showControls(titleOf(column))),
    ...rows.map((row) => row.map((cell, i) => showControls(formatCell(cell, columns[i])))),
  ];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => widthOf(line[i]))));
  const aligned = lines.map((line) =>
    line.map((text, i) => align(text, columns[i], widths[i])).join("  ").trimEnd()
  );
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  const [header, ...body] = aligned;
  return [
    showControls(title),
    "",
    header,
    rule,
    ...body,
    ...notes.length > 0 ? [""] : [],
    ...notes.map(showControls),
    "",
  ].join("\n");
}

/** See `formatTable`. */
export function renderMarkdown({ title, columns, rows, notes = [] }: Table): string {
  const cells = columns.map((_, i) => rows.map((row) => row[i]));
  const lines = [
    columns.map((column) => escapeMarkdown(titleOf(column))),
    columns.map((column) => isText(column) ? "---" : "---:"),
    ...rows.map((row) => row.map((cell, i) => markdownCell(cell, columns[i], cells[i]))),
  ].map((line) => `| ${line.join(" | ")} |`);
  const below = notes.map((note) => `\n${escapeMarkdown(note)}\n`).join("");
  return `**${escapeMarkdown(title)}**\n\n${lines.join("\n")}\n${below}`;
}

function markdownCell(cell: Cell, column: Column, cells: readonly Cell[]): string {
  const text = escapeMarkdown(formatCell(cell, column));
  return isBest(cell, column, cells) ? `**${text}**` : text;
}

/** An underscore within a word (TWB_C) is no emphasis in GitHub's Markdown and stays readable. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replace(/[\\`*{}[\]<>|#~$]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/\r\n|\r|\n/g, "<br>");
}

function isText(column: Column): boolean {
  return (column.kind ?? "text") === "text";
}

function align(text: string, column: Column, width: number): string {
  const space = " ".repeat(width - widthOf(text));
  return isText(column) ? text + space : space + text;
}

/** Columns of a terminal: marks that combine take none, East Asian wide characters two. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character)
      ? 2
      : 1;
  }
  return width;
}

/** A file's name must not move the cursor: control characters are written as \x1b. */
function showControls(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
