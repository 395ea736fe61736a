/**
 * Threads that share one wasm memory. The calling thread works too: with one thread there is no
 * worker at all.
 *
 * @module
 */
import workerSource from "./worker.js" with { type: "text" };
import { Heap } from "./heap.ts";
import { KERNELS_WASM } from "./kernels_wasm.ts";

/** Bytes at the start of the memory: control words, then the job. */
const RESERVED = 1024;
/** Control words: jobs posted so far, workers that finished the last one, then scratch addresses. */
const POSTED = 0;
const FINISHED = 1;
const JOB = 512;
/** Arguments begin behind operation, items, grab and counter. */
const ARGUMENTS = JOB / 4 + 4;

/** An argument of a kernel: an integer or an address, or a float. */
export type Argument = number | { readonly float: number };

/** The wasm kernels on all threads. */
export class Pool {
  readonly heap: Heap;
  readonly threads: number;
  #workers: Worker[] = [];
  #work: (job: number, scratch: number) => void;
  #scratch: number[] = [];
  #scratchBytes = 0;
  #posted = 0;

  private constructor(heap: Heap, module: WebAssembly.Module, threads: number) {
    this.heap = heap;
    this.threads = threads;
    const instance = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
    this.#work = instance.exports.work as (job: number, scratch: number) => void;
  }

  /** A pool whose workers are ready. */
  static async create(threads: number): Promise<Pool> {
    const module = new WebAssembly.Module(Uint8Array.fromBase64(KERNELS_WASM));
    const pool = new Pool(new Heap(RESERVED), module, threads);
    const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
    try {
      await Promise.all(
        Array.from(
          { length: threads - 1 },
          (_, index) => pool.#startWorker(url, module, index + 1),
        ),
      );
    } finally {
      URL.revokeObjectURL(url);
    }
    return pool;
  }

  #startWorker(url: string, module: WebAssembly.Module, index: number): Promise<void> {
    const worker = new Worker(url, { type: "module", name: `kernels ${index}` });
    this.#workers.push(worker);
    return new Promise((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => reject(new Error(`A worker did not start: ${event.message}`));
      worker.postMessage({ module, memory: this.heap.memory, job: JOB, index });
    });
  }

  /** Makes sure that every thread has this much to work in. */
  reserveScratch(bytes: number): void {
    if (bytes <= this.#scratchBytes) return;
    for (const address of this.#scratch) this.heap.free(address);
    this.#scratchBytes = bytes;
    this.#scratch = Array.from({ length: this.threads }, () => this.heap.allocate(bytes));
    const { i32 } = this.heap.views;
    for (let t = 0; t < this.threads; t++) i32[2 + t] = this.#scratch[t];
  }

  /** Runs kernel `operation` over `items` on all threads; returns when all are done. */
  run(operation: number, items: number, args: readonly Argument[]): void {
    if (items === 0) return;
    const { i32, f32 } = this.heap.views;
    // A few grabs a thread even out what one thread was held up by.
    const grab = Math.max(1, Math.floor(items / (this.threads * 16)));
    i32[JOB / 4] = operation;
    i32[JOB / 4 + 1] = items;
    i32[JOB / 4 + 2] = grab;
    i32[JOB / 4 + 3] = 0;
    args.forEach((arg, index) => {
      if (typeof arg === "number") i32[ARGUMENTS + index] = arg;
      else f32[ARGUMENTS + index] = arg.float;
    });
    const helpers = items > 1 ? this.#workers.length : 0;
    if (helpers > 0) {
      Atomics.store(i32, FINISHED, 0);
      Atomics.store(i32, POSTED, ++this.#posted);
      Atomics.notify(i32, POSTED);
    }
    this.#work(JOB, this.#scratch[0]);
    if (helpers === 0) return;
    for (let finished; (finished = Atomics.load(i32, FINISHED)) < helpers;) {
      Atomics.wait(i32, FINISHED, finished);
    }
  }

  /** Ends the workers. */
  close(): void {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
  }
}
