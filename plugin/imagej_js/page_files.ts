/**
 * Files and addresses that a person gives.
 *
 * @module
 */
import { InputError } from "../../core/errors.ts";
import type { NamedBytes } from "./restore_messages.ts";
import { isZip, unzipFirst } from "./zip.ts";

/** The bytes of a file, or of the TIFF in ImageJ's zip. */
export async function readFile(file: File): Promise<NamedBytes> {
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch (cause) {
    throw new InputError(
      `${file.name} cannot be read: it is gone, or too large for this browser; choose it again`,
      { cause },
    );
  }
  return isZip(bytes) ? await unzipFirst(bytes, file.name) : { bytes, name: file.name };
}

/**
 * A model from the web.
 *
 * @throws {InputError} when the address is none, or nothing is found there.
 */
export async function fetchModel(address: string): Promise<NamedBytes> {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new InputError(`The model's address is "${address}"; give one as https://.../model.onnx`);
  }
  const response = await fetch(url).catch((cause) => {
    throw new InputError(
      `${url.host} cannot be reached, or does not let other pages read the model (CORS); download ` +
        `it and choose the file`,
      { cause },
    );
  });
  if (!response.ok) {
    throw new InputError(
      `${url.href} answers ${response.status}; there is no model at this address`,
    );
  }
  return { bytes: await response.arrayBuffer(), name: url.pathname.split("/").at(-1) || url.host };
}
