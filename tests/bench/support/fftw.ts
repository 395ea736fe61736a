import { fileURLToPath } from "node:url";
import type { Size } from "../../../core/volume.ts";
import { PeerProcess } from "./peer_process.ts";

/** Builds fftw_peer.c in `folder`; undefined, with the reason on stderr, where that cannot be. */
export async function buildFftwPeer(folder: string): Promise<string | undefined> {
  const program = `${folder}/fftw_peer`;
  const source = fileURLToPath(new URL("fftw_peer.c", import.meta.url));
  const libraries = ["-lfftw3f_threads", "-lfftw3f", "-lpthread", "-lm"];
  try {
    const args = ["-O3", "-o", program, source, ...libraries];
    const { success, stderr } = await new Deno.Command("cc", { args }).output();
    if (success) return program;
    console.error(`FFTW is left out: ${new TextDecoder().decode(stderr).split("\n")[0]}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("FFTW is left out: there is no C compiler");
  }
  return undefined;
}

/** FFTW's transforms of one size. */
export class FftwPeer {
  #process: PeerProcess;

  constructor(program: string, readonly size: Size, threads: number) {
    this.#process = new PeerProcess(program, [...size, threads].map(String));
  }

  /** Half spectrum of `data`, `[z, y, floor(x / 2) + 1]`, re and im in turn. */
  async transform(data: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    const [depth, height, width] = this.size;
    await this.#process.send("v");
    const sent = this.#process.send(data);
    const spectrum = await this.#process.floats(2 * depth * height * (Math.floor(width / 2) + 1));
    await sent;
    return spectrum;
  }

  /** Milliseconds of one transform forward and one back: passed, and of CPU time. */
  async time(): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
    await this.#process.send("t");
    const [wall, cpu] = (await this.#process.line()).split(" ").map(Number);
    return { wallMs: wall * 1000, cpuMs: cpu * 1000 };
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
