/**
 * The folder of an experiment or an evaluation: what was finished is kept there step by step, so that
 * an interrupted one goes on where it was.
 *
 * @module
 */
import { isDeepStrictEqual } from "node:util";
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

/** How an experiment's folder is opened. */
export interface FolderOptions {
  /** What all of the experiment's numbers depend on. */
  readonly setting: Readonly<Record<string, unknown>>;
  /**
   * What is compared: an experiment that goes on may have more of it than before, for every row
   * depends on one entry alone. @default {}
   */
  readonly compared?: Readonly<Record<string, readonly unknown[]>>;
  readonly resume: "go on" | "refuse";
}

/**
 * Opens the folder, or makes it.
 *
 * @throws {InputError} when it cannot be made, or holds an experiment and `resume` is "refuse", or
 * one with another setting, or one that compared something else too.
 */
export function openExperimentFolder(
  path: string,
  { setting, compared = {}, resume }: FolderOptions,
): ExperimentFolder {
  const file = (name: string) => `${path}/${name}`;
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new InputError(`Cannot make the folder ${path}; give another --out`, { cause });
  }
  const description = JSON.stringify({ ...setting, ...compared }, null, 2) + "\n";
  const before = readText(file("setting.json"));
  if (before !== undefined && resume === "refuse") {
    throw new InputError(
      `${path} holds an earlier run's results; go on with --resume, or give another --out`,
    );
  }
  if (before !== undefined && !continues(JSON.parse(before), JSON.parse(description), compared)) {
    throw new InputError(
      `The results in ${path} are of another setting (see setting.json); give another --out`,
    );
  }
  const write = (name: string, content: string | Uint8Array) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    writeFileAtomically(file(name), bytes);
  };
  if (before !== description) write("setting.json", description);
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

/** Whether nothing is different but that some lists of what is compared are longer. */
function continues(
  before: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
  compared: Readonly<Record<string, unknown>>,
): boolean {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].every((key) => {
    const [old, wanted] = [before[key], now[key]];
    if (!(key in compared) || !Array.isArray(old)) return isDeepStrictEqual(old, wanted);
    return old.every((entry) =>
      (wanted as unknown[]).some((other) => isDeepStrictEqual(entry, other))
    );
  });
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
