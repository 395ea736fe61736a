/**
 * The folder that a training leaves behind.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { writeFileAtomically } from "../io/atomic_file.ts";

/** Names of the files in a run folder. */
export const RUN_FILES = {
  config: "config.json",
  history: "history.csv",
  model: "model.json",
  onnx: "model.onnx",
  checkpoint: "checkpoint",
  report: "report.html",
} as const;

/** A file of a run folder. */
export type RunFile = keyof typeof RUN_FILES;

/**
 * Makes the folder for a new run.
 *
 * @throws {InputError} when it cannot be made, or holds a run already.
 */
export function createRunFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new InputError(`Cannot make the run folder ${folder}: ${reasonOf(cause)}`, { cause });
  }
  if (hasRunFile(folder, "config")) {
    throw new InputError(
      `${folder} holds a run already; go on with it by --resume, or give another --out`,
    );
  }
}

/** runs/train-1, or the next number that is free. */
export function nextRunFolder(): string {
  for (let number = 1;; number++) {
    const folder = `runs/train-${number}`;
    try {
      Deno.statSync(folder);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return folder;
      throw new InputError(`Cannot look at ${folder}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** Path of a file in a run folder. */
export function runPath(folder: string, file: RunFile): string {
  return `${folder.replace(/[/\\]+$/, "")}/${RUN_FILES[file]}`;
}

/** Whether a run folder has a file. */
export function hasRunFile(folder: string, file: RunFile): boolean {
  try {
    return Deno.statSync(runPath(folder, file)).isFile;
  } catch {
    return false;
  }
}

/** Writes a file of a run folder, whole or not at all. */
export function writeRunFile(folder: string, file: RunFile, content: string | Uint8Array): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  writeFileAtomically(runPath(folder, file), bytes);
}

/**
 * The text of a file in a run folder.
 *
 * @throws {InputError} when it is missing or cannot be read.
 */
export function readRunFile(folder: string, file: RunFile): string {
  const path = runPath(folder, file);
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw new InputError(`Cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it does not exist";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.AlreadyExists) return "a file of that name exists";
  if (error instanceof Deno.errors.NotADirectory) return "a part of the path is a file";
  return error instanceof Error ? error.message : String(error);
}
