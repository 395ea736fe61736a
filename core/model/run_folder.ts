/**
 * The folder that a training leaves behind.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { writeFileAtomically } from "../io/atomic_file.ts";
import { describeFileError } from "../io/file_error.ts";

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

/** A folder made for a run. */
export interface NewRunFolder {
  /** Removes what was made, the folder and those above it, as far as nothing is in there. */
  discard(): void;
}

/**
 * Makes the folder for a new run, and those above it.
 *
 * @throws {InputError} when it cannot be made, or holds a run already.
 */
export function createRunFolder(folder: string): NewRunFolder {
  const missing = listMissingFolders(folder);
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw describeFileError(error, "write", folder);
  }
  if (hasRunFile(folder, "config")) {
    throw new InputError(
      `${folder} holds a run already; go on with it by --resume, or give another --out`,
    );
  }
  return {
    discard() {
      try {
        for (const path of missing) Deno.removeSync(path);
      } catch {
        // Something is in it, so it stays.
      }
    },
  };
}

/** The folder and those above it, from the inside out, up to the first that exists. */
function listMissingFolders(folder: string): string[] {
  const missing: string[] = [];
  for (let path = folder.replace(/[/\\]+$/, ""); path !== "";) {
    try {
      Deno.lstatSync(path);
      break;
    } catch {
      missing.push(path);
    }
    path = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"), 0));
  }
  return missing;
}

/** runs/train-1, or the next number that is free. */
export function nextRunFolder(): string {
  for (let number = 1;; number++) {
    const folder = `runs/train-${number}`;
    try {
      Deno.statSync(folder);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return folder;
      throw describeFileError(error, "write", folder);
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
  } catch (error) {
    throw describeFileError(error, "read", path);
  }
}
