/**
 * What the kernels look up, made once for every length.
 *
 * @module
 */
import { taperWeights } from "../grid.ts";
import type { Heap } from "./heap.ts";
import { planStages } from "./plan.ts";

/** Tables in an engine's memory, by their addresses. */
export class Tables {
  #heap: Heap;
  #plans = new Map<number, number>();
  #tapers = new Map<number, number>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Stages and twiddles of a transform. */
  plan(length: number): number {
    let address = this.#plans.get(length);
    if (address === undefined) {
      const stages = planStages(length);
      address = this.#heap.allocate(4 + 16 * stages.length);
      const tables = stages.map(({ twiddles }) => this.write(twiddles));
      const { i32 } = this.#heap.views;
      i32[address / 4] = stages.length;
      stages.forEach(({ radix, m, s }, index) => {
        i32.set([radix, m, s, tables[index]], address! / 4 + 1 + 4 * index);
      });
      this.#plans.set(length, address);
    }
    return address;
  }

  /** Weights of a taper over `gap` voxels. */
  taper(gap: number): number {
    let address = this.#tapers.get(gap);
    if (address === undefined) {
      address = this.write(taperWeights(Math.max(gap, 0)));
      this.#tapers.set(gap, address);
    }
    return address;
  }

  /** A table that the caller frees. */
  write(values: ArrayLike<number>): number {
    const address = this.#heap.allocate(values.length * 4);
    this.#heap.views.f32.set(values, address / 4);
    return address;
  }
}
