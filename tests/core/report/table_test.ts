import assert from "node:assert/strict";
import { formatTable, type Table, TABLE_FORMATS } from "../../../core/report/table.ts";

const gains: Table = {
  title: "Gain at 1 % noise",
  columns: [
    { key: "method", title: "Method" },
    { key: "psnr_db", title: "PSNR", unit: "dB", kind: "spread", digits: 2, best: "highest" },
    { key: "time_s", title: "Time", unit: "s", kind: "number", digits: 1, best: "lowest" },
    { key: "p", title: "p", kind: "number", digits: 2, notation: "significant" },
  ],
  rows: [
    ["TWB_C", { mean: 31.1142, deviation: 0.4 }, 3.2, 0.0000123],
    ["RIF", { mean: 30.336, deviation: NaN }, 0.239, undefined],
    ["a|b", { mean: NaN, deviation: NaN }, Infinity, -0.5],
  ],
  notes: ["Six cells."],
};

/** A table of one text cell, titled with the same text. */
function single(text: string): Table {
  return { title: text, columns: [{ key: "name", title: "Name" }], rows: [[text]] };
}

Deno.test("formatTable() aligns text by columns", () => {
  assert.equal(
    formatTable(gains, "text"),
    [
      "Gain at 1 % noise",
      "",
      "Method     PSNR (dB)  Time (s)         p",
      "------  ------------  --------  --------",
      "TWB_C   31.11 ± 0.40       3.2  0.000012",
      "RIF            30.34       0.2         –",
      "a|b                –         ∞     -0.50",
      "",
      "Six cells.",
      "",
    ].join("\n"),
  );
});

Deno.test("formatTable() writes Markdown with the best in bold", () => {
  assert.equal(
    formatTable(gains, "markdown"),
    [
      "**Gain at 1 % noise**",
      "",
      "| Method | PSNR (dB) | Time (s) | p |",
      "| --- | ---: | ---: | ---: |",
      "| TWB_C | **31.11 ± 0.40** | 3.2 | 0.000012 |",
      "| RIF | 30.34 | **0.2** | – |",
      "| a\\|b | – | ∞ | -0.50 |",
      "",
      "Six cells.",
      "",
    ].join("\n"),
  );
});

Deno.test("formatTable() writes LaTeX with booktabs rules", () => {
  const lines = formatTable(gains, "latex").split("\n").map((line) => line.trim());
  assert.ok(lines.includes("\\caption{Gain at 1 \\% noise}"));
  assert.ok(lines.includes("\\begin{tabular}{lrrr}"));
  assert.ok(lines.includes("TWB\\_C & \\textbf{31.11 $\\pm$ 0.40} & 3.2 & 0.000012 \\\\"));
  assert.ok(lines.includes("a\\textbar{}b & -- & $\\infty$ & $-$0.50 \\\\"));
});

Deno.test("formatTable() writes CSV in full precision, a spread in two columns", () => {
  assert.equal(
    formatTable(gains, "csv"),
    "method,psnr_db,psnr_db_std,time_s,p\n" +
      "TWB_C,31.1142,0.4,3.2,0.0000123\n" +
      "RIF,30.336,,0.239,\n" +
      "a|b,,,inf,-0.5\n",
  );
});

Deno.test("formatTable() writes JSON that parses back", () => {
  const value = JSON.parse(formatTable(gains, "json"));
  assert.deepEqual(value.rows, [
    { method: "TWB_C", psnr_db: { mean: 31.1142, std: 0.4 }, time_s: 3.2, p: 0.0000123 },
    { method: "RIF", psnr_db: { mean: 30.336, std: null }, time_s: 0.239, p: null },
    { method: "a|b", psnr_db: { mean: null, std: null }, time_s: "inf", p: -0.5 },
  ]);
  assert.deepEqual(value.columns[1], { key: "psnr_db", title: "PSNR", unit: "dB" });
  assert.deepEqual(value.notes, ["Six cells."]);
});

Deno.test("formatTable() escapes what each format would read", () => {
  const nasty = 'a\\b|c&d %$#_~^{} <i> *x* "q", \u001b[31m\nz';
  assert.ok(formatTable(single(nasty), "csv").endsWith(`\n"${nasty.replaceAll('"', '""')}"\n`));
  assert.equal(JSON.parse(formatTable(single(nasty), "json")).rows[0].name, nasty);
  assert.ok(
    formatTable(single(nasty), "markdown").includes(
      '| a\\\\b\\|c&amp;d %\\$\\#\\_\\~^\\{\\} \\<i\\> \\*x\\* "q", \u001b\\[31m<br>z |',
    ),
  );
  const text = formatTable(single(nasty), "text");
  assert.ok(!text.includes("\u001b") && text.includes("\\x1b[31m\\x0az"));
  const latex = formatTable(single(nasty.replace("\u001b", "")), "latex");
  assert.ok(latex.includes(
    "a\\textbackslash{}b\\textbar{}c\\&d \\%\\$\\#\\_\\textasciitilde{}\\textasciicircum{}\\{\\} " +
      "\\textless{}i\\textgreater{} *x* \\textquotedbl{}q\\textquotedbl{}, [31m z \\\\",
  ));
});

Deno.test("formatTable() keeps an underscore within a word and escapes one at its edge", () => {
  assert.ok(formatTable(single("TWB_C _x_"), "markdown").includes("| TWB_C \\_x\\_ |"));
});

Deno.test("formatTable() keeps a row that starts with a bracket from being LaTeX's space", () => {
  assert.ok(formatTable(single("[3pt]"), "latex").includes("    {}[3pt] \\\\"));
});

Deno.test("formatTable() writes exponents and negative numbers in LaTeX's mathematics", () => {
  const column = {
    key: "p",
    title: "p",
    kind: "number",
    digits: 2,
    notation: "significant",
  } as const;
  const table = { title: "", columns: [column], rows: [[1.234e-9], [-1.2e-9], [-Infinity]] };
  const latex = formatTable(table, "latex");
  assert.ok(latex.includes("    $1.2 \\times 10^{-9}$ \\\\\n"));
  assert.ok(latex.includes("    $-1.2 \\times 10^{-9}$ \\\\\n"));
  assert.ok(latex.includes("    $-\\infty$ \\\\\n"));
});

Deno.test("formatTable() marks no winner where all cells read the same", () => {
  const column = { key: "a", title: "A", kind: "number", digits: 1, best: "highest" } as const;
  const render = (...values: number[]) =>
    formatTable({ title: "", columns: [column], rows: values.map((v) => [v]) }, "markdown");
  assert.ok(!render(1.01, 1.02).includes("**1.0**"));
  assert.equal(render(1.01, 1.02, 0).match(/\*\*1\.0\*\*/g)?.length, 2);
});

Deno.test("formatTable() writes a negative zero as zero", () => {
  const column = { key: "a", title: "A", kind: "number", digits: 2 } as const;
  const table = { title: "", columns: [column], rows: [[-0.001]] };
  assert.ok(formatTable(table, "markdown").includes("| 0.00 |"));
});

Deno.test("formatTable() refuses rows, kinds and keys that do not fit", () => {
  const columns = [{ key: "a", title: "A" }, { key: "b", title: "B", kind: "number" }] as const;
  for (const format of TABLE_FORMATS) {
    const attempt = (rows: Table["rows"], more: Partial<Table> = {}) =>
      formatTable({ title: "T", columns, rows, ...more }, format);
    assert.throws(() => attempt([["x"]]), /Row 0 of the table "T" has 1 cells for 2 columns/);
    assert.throws(() => attempt([["x", "y"]]), /has a text where "b" holds a number/);
    assert.throws(() => attempt([], { columns: [columns[0], columns[0]] }), /two columns.*"a"/);
  }
});
