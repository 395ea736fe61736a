/**
 * The host's side of plugin/protocol.ts, as the Fiji plugin has it in Java.
 *
 * @module
 */
import type { Region, StackReader } from "../../core/io/stack.ts";
import { createVolume, type Volume, voxelsOf } from "../../core/volume.ts";
import {
  decodeMessage,
  encodeJob,
  type Line,
  type Message,
  MESSAGE_BYTES,
  parseLine,
} from "../../plugin/protocol.ts";

/** What the program gave back. */
export interface Served {
  readonly code: number;
  /** One per frame. */
  readonly frames: readonly Volume[];
  readonly lines: readonly Line[];
  /** Lines that are not of the protocol. */
  readonly mishaps: readonly string[];
}

/** What a host does with the program. */
export interface HostOptions {
  readonly script: string;
  /** Beside the fewest that there are. */
  readonly permissions?: readonly string[];
  readonly psf?: Volume;
  /** Instead of the job's text. */
  readonly text?: string;
  /** Called at every request; "close" ends the input instead of an answer. */
  onRequest?(message: Message): "answer" | "close";
}

/** Runs the program on a stack as the plugin does. */
export async function runServe(
  reader: StackReader,
  fields: Readonly<Record<string, string>>,
  options: HostOptions,
): Promise<Served> {
  const { shape: [channels, planes, height, width], frames } = reader.info;
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-config", "--no-lock", "--no-code-cache"],
      ...["--allow-sys=systemMemoryInfo", ...options.permissions ?? [], options.script],
    ],
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const size = { channels, planes, height, width, frames };
  const sizes = Object.entries(size).map(([name, value]) => [name, String(value)] as const);
  const job = encodeJob(new Map([...sizes, ...Object.entries(fields)]));
  const stdin = process.stdin.getWriter();
  const text = new Response(process.stderr).text();
  const results = Array.from({ length: frames }, () => createVolume(reader.info.shape));
  let input = Promise.resolve();
  const put = (bytes: Uint8Array) => input = input.then(() => stdin.write(bytes)).catch(() => {});
  put(new TextEncoder().encode(options.text ?? job));
  const bytes = createByteReader(process.stdout);
  if (await bytes.take(4)) {
    for (let head; (head = await bytes.take(MESSAGE_BYTES));) {
      const message = decodeMessage(head);
      if (message.kind === "end") break;
      if (message.kind === "result") {
        const voxels = await bytes.take(4 * countVoxels(message));
        place(results[message.frame], message, new Float32Array(voxels!.buffer));
      } else if (options.onRequest?.(message) === "close") {
        await stdin.close();
      } else {
        const voxels = message.kind === "send"
          ? await reader.readRegion(message as Region)
          : options.psf!.data.slice(
            message.channel * voxelsOf(options.psf!.shape),
            (message.channel + 1) * voxelsOf(options.psf!.shape),
          );
        put(new Uint8Array(voxels.buffer as ArrayBuffer));
      }
    }
  }
  const { code } = await process.status;
  await input;
  await stdin.close().catch(() => {});
  await bytes.cancel();
  const all = (await text).split("\n").filter((line) => line !== "");
  return {
    code,
    frames: results,
    lines: all.map(parseLine).filter((line) => line !== undefined),
    mishaps: all.filter((line) => parseLine(line) === undefined),
  };
}

function countVoxels({ start, end }: Message): number {
  return (end[0] - start[0]) * (end[1] - start[1]) * (end[2] - start[2]);
}

function place(volume: Volume, { channel, start, end }: Message, voxels: Float32Array): void {
  const [, depth, height, width] = volume.shape;
  let from = 0;
  for (let z = start[0]; z < end[0]; z++) {
    for (let y = start[1]; y < end[1]; y++) {
      const to = ((channel * depth + z) * height + y) * width + start[2];
      volume.data.set(voxels.subarray(from, from += end[2] - start[2]), to);
    }
  }
}

function createByteReader(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    /** So many bytes, or undefined where the stream ends before. */
    async take(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
      const out = new Uint8Array(count);
      for (let at = 0; at < count;) {
        if (rest.length === 0) {
          const { value, done } = await reader.read();
          if (done) return undefined;
          rest = value;
        }
        const part = rest.subarray(0, count - at);
        out.set(part, at);
        at += part.length;
        rest = rest.subarray(part.length);
      }
      return out;
    },
    cancel: () => reader.cancel(),
  };
}
