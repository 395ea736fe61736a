/**
 * The folder of an experiment or an evaluation: what was finished is kept there step by step, so that
 * an interrupted one goes on where it was.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { EvaluationRow } from "../evaluate.ts";
import { writeFileAtomically } from "../io/atomic_file.ts";

/** What a step leaves behind. */
export interface ExperimentFolder {
  readonly path: string;
  /** The value under `name`, computed and kept if it is not there yet. */
  keep<T>(name: string, compute: () => Promise<T>): Promise<T>;
  /** Evaluation rows that were finished so far. */
  readonly rows: readonly EvaluationRow[];
  /** Keeps one more row. */
  addRow(row: EvaluationRow): void;
  write(name: string, content: string | Uint8Array): void;
}

/**
 * Opens the folder, or makes it.
 *
 * @throws {InputError} when it cannot be made, or holds an experiment and `resume` is "refuse", or
 * one with another setting.
 */
export function openExperimentFolder(
  path: string,
  { setting, resume }: { readonly setting: unknown; readonly resume: "go on" | "refuse" },
): ExperimentFolder {
  const file = (name: string) => `${path}/${name}`;
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new InputError(`Cannot make the folder ${path}; give another --out`, { cause });
  }
  const description = JSON.stringify(setting, null, 2) + "\n";
  const before = readText(file("setting.json"));
  if (before !== undefined && resume === "refuse") {
    throw new InputError(
      `${path} holds an earlier run's results; go on with --resume, or give another --out`,
    );
  }
  if (before !== undefined && before !== description) {
    throw new InputError(
      `The results in ${path} are of another setting (see setting.json); give another --out`,
    );
  }
  const write = (name: string, content: string | Uint8Array) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    writeFileAtomically(file(name), bytes);
  };
  if (before === undefined) write("setting.json", description);
  const lines = readText(file("rows.jsonl")) ?? "";
  const rows: EvaluationRow[] = lines.split("\n").slice(0, -1).map(decodeRow);
  // The last line of an interrupted run may be cut off: the next row begins a line of its own.
  if (!lines.endsWith("\n")) {
    write("rows.jsonl", rows.map((row) => encodeRow(row) + "\n").join(""));
  }
  return {
    path,
    rows,
    async keep<T>(name: string, compute: () => Promise<T>) {
      const known = readText(file(name));
      if (known !== undefined) return JSON.parse(known) as T;
      const value = await compute();
      write(name, JSON.stringify(value, null, 2) + "\n");
      return value;
    },
    addRow(row) {
      rows.push(row);
      Deno.writeTextFileSync(file("rows.jsonl"), encodeRow(row) + "\n", { append: true });
    },
    write,
  };
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** JSON has neither NaN nor infinity. */
function encodeRow(row: EvaluationRow): string {
  return JSON.stringify(
    row,
    (_, value) => typeof value === "number" && !Number.isFinite(value) ? `#${value}` : value,
  );
}

function decodeRow(line: string): EvaluationRow {
  return JSON.parse(
    line,
    (_, value) =>
      typeof value === "string" && value.startsWith("#") ? Number(value.slice(1)) : value,
  );
}
