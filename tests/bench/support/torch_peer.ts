import { PeerProcess } from "./peer_process.ts";

/** What the peer can be asked to do. */
export type TorchWork = "transforms" | "restoration" | "training";

/** PyTorch on CUDA, doing the same in the same run. */
export class TorchPeer {
  readonly name: string;
  #process: PeerProcess;

  private constructor(process: PeerProcess, name: string) {
    this.#process = process;
    this.name = name;
  }

  /** The peer, or why there is none. */
  static async start(): Promise<TorchPeer | string> {
    const script = new URL("./torch_peer.py", import.meta.url).pathname;
    let process: PeerProcess;
    try {
      process = new PeerProcess("python3", [script]);
    } catch {
      return "there is no python3";
    }
    try {
      const name = await process.line();
      if (name !== "no CUDA") return new TorchPeer(process, name);
    } catch {
      return "python3 has no torch";
    }
    await process.close();
    return "PyTorch sees no CUDA";
  }

  /** Least milliseconds of some rounds. */
  async time(work: TorchWork, options: Record<string, unknown>, rounds: number): Promise<number> {
    await this.#process.send(JSON.stringify({ work, rounds, ...options }) + "\n");
    return Number(await this.#process.line());
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
