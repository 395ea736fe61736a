/**
 * The two binary streams between the host and this process; see `protocol.ts`.
 *
 * @module
 */
import { encodeMessage, GREETING, type Message } from "./protocol.ts";

/** A stream of bytes in, as `Deno.stdin` is one. */
export interface ByteInput {
  read(into: Uint8Array): Promise<number | null>;
  readSync(into: Uint8Array): number | null;
}

/** A stream of bytes out, as `Deno.stdout` is one. */
export interface ByteOutput {
  write(bytes: Uint8Array): Promise<number>;
}

/** What a pipe is made of. */
export interface PipeOptions {
  readonly input: ByteInput;
  readonly output: ByteOutput;
  /** When the host has gone; nothing that is done then reaches anybody. */
  onHostGone(): void;
}

/** Both streams. Between reads one byte is always waited for, so that the input's end is seen. */
export class Pipe {
  #input: ByteInput;
  #output: ByteOutput;
  #onHostGone: () => void;
  #first = new Uint8Array(1);
  #waiting: Promise<number | null>;
  #writes: Promise<void>[] = [];
  #reads: Promise<unknown> = Promise.resolve();

  constructor({ input, output, onHostGone }: PipeOptions) {
    this.#input = input;
    this.#output = output;
    this.#onHostGone = onHostGone;
    this.#waiting = this.#wait();
  }

  #wait(): Promise<number | null> {
    const waiting = this.#input.read(this.#first);
    waiting.then((count) => count === null && this.#onHostGone(), this.#onHostGone);
    return waiting;
  }

  /** Fills `bytes` from the input. */
  async read(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    await this.#waiting;
    bytes[0] = this.#first[0];
    // The host is sending: reading without the event loop in between takes half the time.
    for (let at = 1; at < bytes.length;) {
      const count = this.#input.readSync(bytes.subarray(at));
      if (count === null) return this.#onHostGone();
      at += count;
    }
    this.#waiting = this.#wait();
  }

  /** The lines up to an empty one. */
  async readHead(): Promise<string> {
    const bytes: number[] = [];
    const next = new Uint8Array(1);
    while (bytes.at(-1) !== 10 || bytes.at(-2) !== 10) {
      await this.read(next);
      bytes.push(next[0]);
      if (bytes.length > 1_000_000) break;
    }
    return new TextDecoder().decode(new Uint8Array(bytes)).trimEnd();
  }

  /** Asks the host for voxels; `take` then reads them, whole or in parts, in the order of asking. */
  ask(message: Message): void {
    this.#write(encodeMessage(message));
  }

  /** The next voxels that were asked for. */
  take(count: number): Promise<Float32Array> {
    const answer = this.#reads.then(async () => {
      const voxels = new Float32Array(count);
      await this.read(new Uint8Array(voxels.buffer));
      return voxels;
    });
    this.#reads = answer.catch(() => {});
    return answer;
  }

  /** Asks for voxels and takes them. */
  request(message: Message): Promise<Float32Array> {
    this.ask(message);
    return this.take(voxelsOfMessage(message));
  }

  /** Sends "TWB1", which says that the job was understood. */
  greet(): void {
    this.#write(new TextEncoder().encode(GREETING));
  }

  /** Sends a message and the voxels that belong to it, behind everything sent before. */
  send(message: Message, voxels?: Float32Array): void {
    this.#write(encodeMessage(message));
    if (voxels) this.#write(new Uint8Array(voxels.buffer, voxels.byteOffset, voxels.byteLength));
  }

  /** Resolves when at most `count` pieces have not left yet. */
  async flush(count = 0): Promise<void> {
    while (this.#writes.length > count) await this.#writes[0];
  }

  #write(bytes: Uint8Array): void {
    const before = this.#writes.at(-1) ?? Promise.resolve();
    // The write happens on another thread, so that the next tile is restored meanwhile.
    const write = before.then(async () => {
      for (let at = 0; at < bytes.length;) at += await this.#output.write(bytes.subarray(at));
    }).then(() => {
      this.#writes.shift();
    }, () => this.#onHostGone());
    this.#writes.push(write);
  }
}

function voxelsOfMessage({ start, end }: Message): number {
  return (end[0] - start[0]) * (end[1] - start[1]) * (end[2] - start[2]);
}
