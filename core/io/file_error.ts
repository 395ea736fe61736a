/**
 * The system's errors about files in one line that says what to do.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/** What a code means when a file is read, after "Cannot read FILE: ". */
const READING: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file; check the path",
  ENOTDIR: "a part of its path is a file, not a folder; check the path",
  EISDIR: "it is a folder; give a file in it",
  EACCES: "reading it is not permitted; check its permissions",
  EPERM: "reading it is not permitted; check its permissions",
  ENAMETOOLONG: "the name is too long for this file system",
  EMFILE: "too many files are open",
};

/** What a code means when a file is written, after "Cannot write FILE: ". */
const WRITING: Readonly<Record<string, string>> = {
  ENOENT: "its folder does not exist; create it first",
  ENOTDIR: "a part of its path is a file, not a folder; choose another path",
  EISDIR: "it is a folder; give a file name in it",
  EEXIST: "a file of that name exists; choose another name",
  EACCES: "its folder is not writable; choose another one or change its permissions",
  EPERM: "its folder is not writable; choose another one or change its permissions",
  EROFS: "its file system is read-only; choose another folder",
  ENOSPC: "the disk is full; free some space or choose another disk",
  EDQUOT: "the disk quota is used up; free some space or choose another disk",
  EFBIG: "the file would be larger than its file system or the user's limit allows",
  ENAMETOOLONG: "the name is too long for this file system; choose a shorter one",
  EMFILE: "too many files are open",
};

/** The system's code of an error, such as "ENOENT". */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/**
 * One line about a failed access to `path`; other errors are passed on as they are.
 *
 * @example
 * ```ts
 * import { describeFileError } from "./file_error.ts";
 * import assert from "node:assert/strict";
 *
 * const error = describeFileError(Object.assign(new Error(), { code: "ENOSPC" }), "write", "a.tif");
 * assert.match(error.message, /^Cannot write a.tif: the disk is full/);
 * ```
 */
export function describeFileError(error: unknown, action: "read" | "write", path: string): Error {
  if (error instanceof InputError) return error;
  const code = codeOf(error);
  const reason = (action === "read" ? READING : WRITING)[code ?? ""];
  if (reason) return new InputError(`Cannot ${action} ${path}: ${reason}`, { cause: error });
  if (code || error instanceof Deno.errors.NotCapable) {
    const text = (error as Error).message.split("\n")[0];
    return new InputError(`Cannot ${action} ${path}: ${text}`, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
