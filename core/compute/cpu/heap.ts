/**
 * Memory for wasm: a growing shared memory and a first-fit list of its free blocks. Blocks begin at
 * cache lines.
 *
 * @module
 */
import { InputError } from "../../errors.ts";

const PAGE = 65536;
const MAX_PAGES = 65536;
const ALIGNMENT = 64;

/** A heap in one shared memory. */
export class Heap {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
  #free: { start: number; length: number }[] = [];
  #sizes = new Map<number, number>();
  #bytes = 0;
  #peakBytes = 0;
  #views: { buffer: ArrayBufferLike; f32: Float32Array; f64: Float64Array; i32: Int32Array };

  /** The first `reserved` bytes are never handed out. */
  constructor(reserved: number) {
    this.#free.push({ start: reserved, length: PAGE - reserved });
    this.#views = this.#createViews();
  }

  get bytes(): number {
    return this.#bytes;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  /** The whole memory as numbers. Not to be kept: growing makes new views. */
  get views(): { f32: Float32Array; f64: Float64Array; i32: Int32Array } {
    if (this.#views.buffer !== this.memory.buffer) this.#views = this.#createViews();
    return this.#views;
  }

  #createViews() {
    const buffer = this.memory.buffer;
    return {
      buffer,
      f32: new Float32Array(buffer),
      f64: new Float64Array(buffer),
      i32: new Int32Array(buffer),
    };
  }

  /**
   * Address of `bytes` new bytes, with room for one vector behind them (kernels read and write whole
   * vectors).
   *
   * @throws {InputError} when the 4 GiB that wasm can address are used up.
   */
  allocate(bytes: number): number {
    const length = Math.ceil((bytes + ALIGNMENT) / ALIGNMENT) * ALIGNMENT;
    let index = this.#free.findIndex((block) => block.length >= length);
    if (index < 0) {
      this.#grow(length);
      index = this.#free.length - 1;
    }
    const block = this.#free[index];
    const start = block.start;
    block.start += length;
    block.length -= length;
    if (block.length === 0) this.#free.splice(index, 1);
    this.#sizes.set(start, length);
    this.#bytes += length;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return start;
  }

  /** Gives a block back and joins it with its free neighbours. */
  free(start: number): void {
    const length = this.#sizes.get(start);
    if (length === undefined) throw new Error(`Nothing was allocated at ${start}`);
    this.#sizes.delete(start);
    this.#bytes -= length;
    let index = this.#free.findIndex((block) => block.start > start);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, { start, length });
    for (const i of [index, index - 1]) {
      const block = this.#free[i];
      const next = this.#free[i + 1];
      if (block && next && block.start + block.length === next.start) {
        block.length += next.length;
        this.#free.splice(i + 1, 1);
      }
    }
  }

  #grow(length: number): void {
    const end = this.memory.buffer.byteLength;
    const last = this.#free.at(-1);
    const joined = last !== undefined && last.start + last.length === end;
    const pages = Math.ceil((length - (joined ? last.length : 0)) / PAGE);
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw new InputError(
        `Not enough memory: ${Math.round(length / 1e6)} MB more are needed beside ` +
          `${Math.round(this.#bytes / 1e6)} MB in use; work in smaller tiles (--memory) or crops`,
        { cause },
      );
    }
    if (joined) last.length += pages * PAGE;
    else this.#free.push({ start: end, length: pages * PAGE });
  }
}
