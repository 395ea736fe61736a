/**
 * The image files that a person means by a folder, a list or a file.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { describeFileError } from "../io/file_error.ts";

/** A file and what to call it. */
export interface SourceFile {
  readonly path: string;
  /** Short, as in "train/cell1.tif": below the folder or list that it was found by. */
  readonly name: string;
}

const IMAGE_NAME = /\.(tiff?|btf|tf8|png)$/i;

/**
 * The files of one source: of a folder its TIFF and PNG files and those of its sub-folders, one
 * level down, hidden ones left out, sorted by name; of a `.txt` file the path on each line, relative
 * to the list, without blank lines and those that begin with `#`; any other file itself. In a folder
 * a file counts as an image when its name or its first bytes say so.
 *
 * @throws {InputError} when a path is missing or unreadable, or nothing was found.
 */
export function listSourceFiles(source: string): SourceFile[] {
  if (statOf(source).isDirectory) return listFolder(source);
  if (/\.txt$/i.test(source)) return listFromText(source);
  return [{ path: source, name: baseName(source) }];
}

function listFolder(folder: string): SourceFile[] {
  const files: SourceFile[] = [];
  for (const name of readFolder(folder)) {
    const path = joinPath(folder, name);
    if (statOf(path).isDirectory) {
      for (const inner of readFolder(path)) {
        const innerPath = joinPath(path, inner);
        if (isImageFile(innerPath)) files.push({ path: innerPath, name: `${name}/${inner}` });
      }
    } else if (isImageFile(path)) {
      files.push({ path, name });
    }
  }
  if (files.length === 0) {
    throw new InputError(
      `The folder ${folder} and its sub-folders have no images; looked for TIFF (.tif, .tiff, ` +
        `.btf, .tf8) and PNG files`,
    );
  }
  return files;
}

/** Names in a folder but hidden ones, in the order of their characters' codes on every machine. */
function readFolder(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name)
      .filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    throw describeFileError(error, "read", folder);
  }
}

function isImageFile(path: string): boolean {
  if (!statOf(path).isFile) return false;
  return IMAGE_NAME.test(path) || startsAsImage(path);
}

/** TIFF begins with "II" or "MM" and 42 (43 for BigTIFF) in its byte order, PNG with 0x89 "PNG". */
function startsAsImage(path: string): boolean {
  const head = new Uint8Array(4);
  try {
    using file = Deno.openSync(path);
    file.readSync(head);
  } catch (error) {
    throw describeFileError(error, "read", path);
  }
  const text = String.fromCharCode(...head);
  return ["II*\0", "MM\0*", "II+\0", "MM\0+", "\x89PNG"].includes(text);
}

function listFromText(list: string): SourceFile[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(list);
  } catch (error) {
    throw describeFileError(error, "read", list);
  }
  const folder = list.slice(0, list.length - baseName(list).length);
  const files: SourceFile[] = [];
  text.split(/\r?\n/).forEach((raw, i) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const path = isAbsolute(line) ? line : joinPath(folder, line);
    const stat = statOf(path, `line ${i + 1} of ${list}`);
    if (stat.isDirectory || /\.txt$/i.test(line)) {
      throw new InputError(
        `${list}, line ${
          i + 1
        }: "${line}" is not an image; a list names one TIFF or PNG file a line`,
      );
    }
    files.push({ path, name: line });
  });
  if (files.length === 0) {
    throw new InputError(`The list ${list} names no files; write one path a line`);
  }
  return files;
}

function statOf(path: string, from?: string): Deno.FileInfo {
  try {
    return Deno.statSync(path);
  } catch (error) {
    throw describeFileError(error, "read", from ? `${path} (${from})` : path);
  }
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\");
}

function joinPath(folder: string, name: string): string {
  return folder === "" || /[\\/]$/.test(folder) ? folder + name : `${folder}/${name}`;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
