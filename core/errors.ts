/**
 * The errors that callers tell apart. Every message is one line that says what is wrong, the value
 * that is wrong, and the way out.
 *
 * @module
 */

/** Input that cannot be worked on: a file, a value, a combination. The CLI exits with 1. */
export class InputError extends Error {
  override name = "InputError";
}

/** A command used wrongly: an unknown option, a missing argument. The CLI exits with 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The user stopped the work; what was finished has been saved. The CLI exits with 130. */
export class CancelledError extends Error {
  override name = "CancelledError";
}

/** The GPU went away in the middle of the work: what it held is gone, another engine can go on. */
export class DeviceLostError extends Error {
  override name = "DeviceLostError";
}

/** More than the GPU can hold: smaller tiles may fit, and another engine can go on. */
export class DeviceMemoryError extends InputError {
  override name = "DeviceMemoryError";
}

/** The one line that a person should read of any thrown value. */
export function describeError(error: unknown): string {
  if (error instanceof Error) return error.message.split("\n")[0];
  return String(error);
}
