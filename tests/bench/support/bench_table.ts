import type { Cell } from "../../../core/report/cell.ts";
import { formatTable, type Table, type TableFormat } from "../../../core/report/table.ts";

/** One measured line. Ratios are ours over the peer's, unless `what` says otherwise. */
export interface BenchRow {
  readonly what: string;
  /** With its unit, as all others: "151 ms". */
  readonly ours: string;
  readonly peer?: string;
  readonly ratio?: number;
  /** What was promised: "at most". */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** What a bench found. */
export interface BenchResult {
  readonly title: string;
  readonly rows: readonly BenchRow[];
  readonly notes?: readonly string[];
}

const COLUMNS = [
  { key: "what", title: "What" },
  { key: "ours", title: "Ours" },
  { key: "peer", title: "Peer" },
  { key: "ratio", title: "Ratio", kind: "number", digits: 2 },
  { key: "target", title: "Target" },
  { key: "met", title: "Met" },
] as const;

/** Prints a bench's table on stdout; `--format markdown` among the arguments makes it Markdown. */
export function printBench({ title, rows, notes }: BenchResult): void {
  const table: Table = { title, columns: COLUMNS, rows: rows.map(cellsOf), notes };
  const index = Deno.args.indexOf("--format");
  const format = index < 0 ? "text" : Deno.args[index + 1] as TableFormat;
  console.log(formatTable(table, format));
}

function cellsOf({ what, ours, peer, ratio, atMost, atLeast }: BenchRow): readonly Cell[] {
  const target = atMost !== undefined
    ? `at most ${atMost}`
    : atLeast !== undefined
    ? `at least ${atLeast}`
    : undefined;
  const met = target === undefined || ratio === undefined
    ? undefined
    : ratio <= (atMost ?? Infinity) && ratio >= (atLeast ?? 0)
    ? "yes"
    : "no";
  return [what, ours, peer, ratio, target, met];
}

/** "151 ms", or "2.31 s" from a second on. */
export function formatMs(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined;
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

/** "843 MB" */
export function formatBytes(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : `${Math.round(bytes / 1e6)} MB`;
}
