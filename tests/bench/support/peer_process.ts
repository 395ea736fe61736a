/** A program that runs beside the bench and works on command. */
export class PeerProcess {
  #child: Deno.ChildProcess;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    const streams = { stdin: "piped", stdout: "piped" } as const;
    this.#child = new Deno.Command(command, { args: [...args], env, ...streams }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  send(data: string | Float32Array<ArrayBuffer>): Promise<void> {
    return this.#writer.write(
      typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data.buffer),
    );
  }

  /** The next line, without its end. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end >= 0) return new TextDecoder().decode(this.#take(end + 1)).trimEnd();
      await this.#more();
    }
  }

  /** The next `count` floats. */
  async floats(count: number): Promise<Float32Array> {
    const bytes = new Uint8Array(count * 4);
    for (let at = 0; at < bytes.length;) {
      if (this.#rest.length === 0) await this.#more();
      const part = this.#take(Math.min(this.#rest.length, bytes.length - at));
      bytes.set(part, at);
      at += part.length;
    }
    return new Float32Array(bytes.buffer);
  }

  #take(count: number): Uint8Array {
    const part = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return part;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#reader.read();
    if (done) throw new Error("The peer ended before it answered");
    const joined = new Uint8Array(this.#rest.length + value.length);
    joined.set(this.#rest);
    joined.set(value, this.#rest.length);
    this.#rest = joined;
  }

  /** Ends the program by ending its input. */
  async close(): Promise<void> {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#child.status;
  }
}
