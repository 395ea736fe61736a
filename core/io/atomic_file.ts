/**
 * Files that are seen under their name only when they are complete.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { builtinModule } from "./builtin_module.ts";
import { codeOf, describeFileError } from "./file_error.ts";

/** A file being written at any position. After an error in `writeAt` nothing of it is left. */
export interface AtomicFile {
  /** Where the file will be. */
  readonly path: string;
  writeAt(offset: number, bytes: Uint8Array): void;
  /** Gives the file its name, replacing a file of that name. */
  commit(): void;
  /** Removes what was written so far; nothing happens after `commit` or a second time. */
  abort(): void;
}

/**
 * Creates a file of `sizeBytes` (zeros where nothing will be written) under a temporary name in the
 * folder of `path`.
 *
 * @throws {InputError} when the folder is missing or not writable, `path` is a folder or no regular
 * file, or the disk has less than `sizeBytes` left.
 */
export function createAtomicFile(path: string, sizeBytes = 0): AtomicFile {
  const target = resolveTarget(path);
  let temporary: string;
  let file: Deno.FsFile;
  try {
    [temporary, file] = openTemporary(target);
  } catch (error) {
    throw describeFileError(error, "write", path);
  }
  let state: "open" | "closed" | "done" = "open";
  const abort = () => {
    if (state === "done") return;
    if (state === "open") file.close();
    state = "done";
    removeQuietly(temporary);
  };
  const attempt = (action: () => void) => {
    if (state !== "open") throw new Error(`${path} is closed and cannot be written to`);
    try {
      action();
    } catch (error) {
      abort();
      throw describeFileError(error, "write", path);
    }
  };
  attempt(() => {
    assertSpace(temporary, path, sizeBytes);
    file.truncateSync(sizeBytes);
  });
  return {
    path,
    writeAt(offset, bytes) {
      attempt(() => {
        file.seekSync(offset, Deno.SeekMode.Start);
        for (let done = 0; done < bytes.length;) {
          done += file.writeSync(done === 0 ? bytes : bytes.subarray(done));
        }
      });
    },
    commit() {
      attempt(() => {
        state = "closed";
        file.close(); // Some systems do not rename an open file.
        Deno.renameSync(temporary, target);
        state = "done";
      });
    },
    abort,
  };
}

/**
 * Writes a whole file at once.
 *
 * @throws {InputError} as `createAtomicFile` does, or when the disk is full.
 */
export function writeFileAtomically(path: string, bytes: Uint8Array): void {
  const file = createAtomicFile(path, bytes.length);
  file.writeAt(0, bytes);
  file.commit();
}

/** A link keeps pointing to the file that is replaced behind it. */
function resolveTarget(path: string): string {
  let stat: Deno.FileInfo;
  let target: string;
  try {
    stat = Deno.statSync(path);
    target = Deno.realPathSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return path;
    throw describeFileError(error, "write", path);
  }
  if (stat.isDirectory) {
    throw new InputError(`Cannot write ${path}: it is a folder; give a file name in it`);
  }
  if (!stat.isFile) {
    throw new InputError(`Cannot write ${path}: it is a device or a pipe; give a file name`);
  }
  return target;
}

let count = 0;

function openTemporary(target: string): [string, Deno.FsFile] {
  for (;;) {
    const temporary = `${target}.${Deno.pid}-${++count}.part`;
    try {
      return [temporary, Deno.openSync(temporary, { write: true, createNew: true })];
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Hours of work end better in an error before them than in a full disk after them. */
function assertSpace(temporary: string, path: string, sizeBytes: number): void {
  const fs = builtinModule("node:fs");
  if (sizeBytes === 0 || !fs?.statfsSync) return;
  let free: number;
  try {
    const { bavail, bsize } = fs.statfsSync(temporary);
    free = bavail * bsize;
  } catch {
    return; // Not every file system answers; a write will tell.
  }
  if (sizeBytes <= free) return;
  throw new InputError(
    `Cannot write ${path}: it needs ${formatBytes(sizeBytes)}, and the disk has ` +
      `${formatBytes(free)} left; free some space or choose another disk`,
  );
}

function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} KB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // The error that led here is the one to report.
  }
}
