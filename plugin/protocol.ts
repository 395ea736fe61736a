/**
 * How a host program (the Fiji plugin) and `serve.ts` talk: the host starts it as a process and owns
 * its three streams.
 *
 *     standard input    a job: "TWB 1", lines of key=value, an empty line;
 *                       then the voxels that were asked for, in the order of asking
 *     standard output   "TWB1", then messages: nine int32 each, after a result its voxels
 *     standard error    lines: "@kind text" are for people, anything else is a mishap
 *
 * Voxels are float32 in the order `[z, y, x]`; all numbers are little-endian. The program asks for
 * what it needs, so neither side has to hold more than it wants to; it ends when its input ends.
 *
 * @module
 */
import { InputError } from "../core/errors.ts";

/** Both sides have to speak the same version. */
export const PROTOCOL_VERSION = 1;

/** First bytes of the output. */
export const GREETING = `TWB${PROTOCOL_VERSION}`;

/** Bytes of a message: kind, frame, channel, start z y x, end z y x. */
export const MESSAGE_BYTES = 36;

/** What a message is. */
export const MESSAGE_KINDS = ["send", "send-psf", "result", "end"] as const;

/** A box of voxels that is asked for or that follows; all 0 in "end". */
export interface Message {
  readonly kind: typeof MESSAGE_KINDS[number];
  readonly frame: number;
  readonly channel: number;
  /** `[z, y, x]` */
  readonly start: readonly [number, number, number];
  /** `[z, y, x]`, exclusive. */
  readonly end: readonly [number, number, number];
}

/** What a line of standard error is about. */
export const LINE_KINDS = [
  /** "3 20": done, total. */
  "progress",
  /** What is being done now. */
  "status",
  "model",
  "psf",
  "backend",
  "tiles",
  "noise",
  "warning",
  /** The one line that a person should read; the exit code is 1. */
  "error",
] as const;

/** A line for people. */
export interface Line {
  readonly kind: typeof LINE_KINDS[number];
  readonly text: string;
}

/** A job by names and values; see `job.ts` for the names. */
export type JobFields = ReadonlyMap<string, string>;

/**
 * The bytes of a message.
 *
 * @example
 * ```ts
 * import { decodeMessage, encodeMessage } from "./protocol.ts";
 * import assert from "node:assert/strict";
 *
 * const message = { kind: "send", frame: 0, channel: 2, start: [0, 0, 0], end: [1, 5, 6] } as const;
 * assert.deepEqual(decodeMessage(encodeMessage(message)), message);
 * ```
 */
export function encodeMessage({ kind, frame, channel, start, end }: Message): Uint8Array {
  const bytes = new Uint8Array(MESSAGE_BYTES);
  const view = new DataView(bytes.buffer);
  [MESSAGE_KINDS.indexOf(kind) + 1, frame, channel, ...start, ...end].forEach((value, index) =>
    view.setInt32(4 * index, value, true)
  );
  return bytes;
}

/**
 * The message of its bytes.
 *
 * @throws {RangeError} for a kind that is not known.
 */
export function decodeMessage(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, MESSAGE_BYTES);
  const values = Array.from({ length: 9 }, (_, index) => view.getInt32(4 * index, true));
  const [kind, frame, channel, z0, y0, x0, z1, y1, x1] = values;
  if (MESSAGE_KINDS[kind - 1] === undefined) throw new RangeError(`Unknown message ${kind}`);
  return {
    kind: MESSAGE_KINDS[kind - 1],
    frame,
    channel,
    start: [z0, y0, x0],
    end: [z1, y1, x1],
  };
}

/**
 * The text of a job.
 *
 * @example
 * ```ts
 * import { decodeJob, encodeJob } from "./protocol.ts";
 * import assert from "node:assert/strict";
 *
 * const job = new Map([["model", "default"], ["psf-file", "a\\b\nc"]]);
 * assert.deepEqual(decodeJob(encodeJob(job)), job);
 * ```
 */
export function encodeJob(fields: JobFields): string {
  const escape = (value: string) =>
    value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  const lines = [...fields].map(([key, value]) => `${key}=${escape(value)}\n`);
  return `TWB ${PROTOCOL_VERSION}\n${lines.join("")}\n`;
}

/**
 * The job of its text.
 *
 * @throws {InputError} when it is of another version or no job at all.
 */
export function decodeJob(text: string): JobFields {
  const [head, ...lines] = text.split("\n");
  const version = /^TWB (\d+)$/.exec(head)?.[1];
  if (version !== String(PROTOCOL_VERSION)) {
    throw new InputError(
      version === undefined
        ? `The host sent "${
          head.slice(0, 40)
        }" instead of a job; this program is started by a plugin`
        : `The plugin speaks version ${version} and its program version ${PROTOCOL_VERSION}; ` +
          `install the plugin again`,
    );
  }
  const unescape = (value: string) =>
    value.replace(/\\([\\nr])/g, (_, c: string) => ({ "\\": "\\", n: "\n", r: "\r" })[c]!);
  return new Map(
    lines.filter((line) => line.includes("=")).map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), unescape(line.slice(at + 1))];
    }),
  );
}

/** A line for people as it stands on standard error, on one line whatever the text. */
export function formatLine({ kind, text }: Line): string {
  return `@${kind} ${text.replace(/\s*[\r\n]+\s*/g, " ")}`;
}

/** The line, or undefined for a mishap. */
export function parseLine(line: string): Line | undefined {
  const [, kind, text] = /^@([a-z]+) (.*)$/.exec(line) ?? [];
  const known = LINE_KINDS.find((name) => name === kind);
  return known && { kind: known, text };
}
