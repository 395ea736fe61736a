import { fileURLToPath } from "node:url";
import type { WienerStage } from "../../../core/twb/stage.ts";
import { PeerProcess } from "./peer_process.ts";
import { GRID, OBSERVED, PSF, PSF_SIZE, SIZE, TARGET } from "./training_case.ts";

/** A Python that has PyTorch; undefined, with the reason on stderr, where there is none. */
export async function findTorch(): Promise<string | undefined> {
  for (const python of [Deno.env.get("TWB_PYTHON"), "/usr/bin/python3", "python3"]) {
    if (!python) continue;
    try {
      const { success } = await new Deno.Command(python, { args: ["-c", "import torch"] }).output();
      if (success) return python;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  console.error("PyTorch is left out: no python3 has it (Debian: python3-torch, or TWB_PYTHON)");
  return undefined;
}

/** The step of `training_case.ts` in PyTorch. */
export class TorchStep {
  #process: PeerProcess;
  #count: number;

  constructor(python: string, stage: WienerStage, options: { folder: string; threads: number }) {
    const { folder, threads } = options;
    const { kernelSize, kernels, scales, alpha } = stage;
    const floats = { observed: OBSERVED, target: TARGET, psf: PSF, kernels, scales };
    for (const [name, values] of Object.entries(floats)) {
      Deno.writeFileSync(`${folder}/${name}.f32`, new Uint8Array(Float32Array.from(values).buffer));
    }
    const sizes = { size: SIZE, grid: GRID, psfSize: PSF_SIZE, kernelSize, alpha, threads };
    Deno.writeTextFileSync(`${folder}/case.json`, JSON.stringify(sizes));
    const script = fileURLToPath(new URL("torch_step.py", import.meta.url));
    this.#process = new PeerProcess(python, [script, folder]);
    this.#count = kernels.length + scales.length + 1;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Milliseconds of a step, and its loss. */
  async step(): Promise<{ readonly ms: number; readonly loss: number }> {
    await this.#process.send("step\n");
    const [seconds, loss] = (await this.#process.line()).split(" ").map(Number);
    return { ms: seconds * 1000, loss };
  }

  /** Of the last step, in the order of `flattenStage`. */
  async gradients(): Promise<Float32Array> {
    await this.#process.send("gradients\n");
    return await this.#process.floats(this.#count);
  }

  close(): Promise<void> {
    return this.#process.close();
  }
}
