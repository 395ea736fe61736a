/**
 * Files on the disk, read by position.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { assertInside, type ByteSource } from "./byte_source.ts";
import { describeFileError } from "./file_error.ts";

/**
 * Opens a file for reading at any position. Reads are synchronous, so that two of them never mix up
 * the file's one position.
 *
 * @throws {InputError} when it is missing, a folder, empty, or may not be read.
 */
export function openFileSource(path: string): ByteSource {
  let file: Deno.FsFile;
  let size: number;
  try {
    // Opening a pipe would wait for its writer.
    const stat = Deno.statSync(path);
    if (stat.isDirectory) {
      throw new InputError(`Cannot read ${path}: it is a folder; give a file in it`);
    }
    if (!stat.isFile) {
      throw new InputError(`Cannot read ${path}: it is not a regular file; save it to the disk`);
    }
    size = stat.size;
    if (size === 0) throw new InputError(`Cannot read ${path}: it is empty (0 bytes)`);
    file = Deno.openSync(path);
  } catch (error) {
    throw describeFileError(error, "read", path);
  }
  let isOpen = true;
  return {
    name: path,
    size,
    readInto(offset, target) {
      assertInside({ name: path, size }, offset, target.length);
      try {
        file.seekSync(offset, Deno.SeekMode.Start);
        for (let done = 0; done < target.length;) {
          const n = file.readSync(done === 0 ? target : target.subarray(done));
          if (!n) {
            throw new InputError(`Cannot read ${path}: it became shorter while it was read`);
          }
          done += n;
        }
      } catch (error) {
        throw describeFileError(error, "read", path);
      }
    },
    close() {
      if (isOpen) file.close();
      isOpen = false;
    },
  };
}

/**
 * All bytes of a file.
 *
 * @throws {InputError} as `openFileSource` does.
 */
export function readFileBytes(path: string): Uint8Array<ArrayBuffer> {
  const source = openFileSource(path);
  try {
    const bytes = new Uint8Array(source.size);
    source.readInto(0, bytes);
    return bytes;
  } finally {
    source.close();
  }
}
