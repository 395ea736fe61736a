/**
 * Tables for LaTeX, with the rules of the package booktabs.
 *
 * @module
 */
import { type Cell, type Column, formatCell, isBest, MISSING, titleOf } from "./cell.ts";
import type { Table } from "./table.ts";

/** See `formatTable`. The document needs `\usepackage{booktabs}`. */
export function renderLatex({ title, columns, rows, notes = [] }: Table): string {
  const layout = columns.map(({ kind = "text" }) => kind === "text" ? "l" : "r").join("");
  const cells = columns.map((_, i) => rows.map((row) => row[i]));
  const line = (texts: readonly string[]) => `    ${texts.join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${escapeLatex(title)}}`,
    `  \\begin{tabular}{${layout}}`,
    "    \\toprule",
    line(columns.map((column) => escapeLatex(titleOf(column)))),
    "    \\midrule",
    ...rows.map((row) => line(row.map((cell, i) => latexCell(cell, columns[i], cells[i])))),
    "    \\bottomrule",
    "  \\end{tabular}",
    ...notes.map((note) => `\n  \\par\\smallskip\\footnotesize ${escapeLatex(note)}`),
    "\\end{table}",
    "",
  ].join("\n");
}

function latexCell(cell: Cell, column: Column, cells: readonly Cell[]): string {
  const shown = formatCell(cell, column);
  if (shown === MISSING) return "--";
  const text = typeof cell === "string" ? escapeLatex(cell) : latexNumber(shown);
  // A brace keeps a "[" at the start of a row from being read as the space after "\\".
  const safe = text.startsWith("[") ? `{}${text}` : text;
  return isBest(cell, column, cells) ? `\\textbf{${safe}}` : safe;
}

/** "-1.2e-5 ± ∞" in mathematical signs. */
function latexNumber(text: string): string {
  return text
    .replace(/(-?[0-9.]+)e([+-]?)(\d+)/g, (_, digits, sign, exponent) => {
      return `$${digits} \\times 10^{${sign === "-" ? "-" : ""}${exponent}}$`;
    })
    .replaceAll("-∞", "$-\\infty$")
    .replace(/(^|± )-(?=\d)/g, "$1$-$")
    .replace(/(^|± )∞/g, "$1$\\infty$")
    .replaceAll("±", "$\\pm$");
}

const LATEX: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  "$": "\\$",
  "#": "\\#",
  "_": "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "±": "$\\pm$",
  "×": "$\\times$",
  "σ": "$\\sigma$",
  "α": "$\\alpha$",
  "µ": "\\textmu{}",
  "μ": "\\textmu{}",
  "–": "--",
  "—": "---",
  "∞": "$\\infty$",
};

function escapeLatex(text: string): string {
  return text
    .replace(/[\\{}&%$#_~^<>|"±×σαµμ–—∞]/g, (character) => LATEX[character])
    .replace(/\s+/g, " ");
}
