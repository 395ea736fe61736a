/**
 * Sums, products and inner products.
 *
 * @module
 */
import type { CombineOptions, Field, ModulateOptions, Planes } from "../engine.ts";
import type { DeviceBuffer } from "./device_memory.ts";
import { type DeviceParts, dispatchElements, EACH, packUniform } from "./dispatches.ts";
import type { PlainPass } from "./programs.ts";
import { countsOf, type GpuField, type GpuPlanes } from "./resources.ts";
import type { VoxelPasses } from "./voxel_passes.ts";

const MAX_TERMS = 4;
/** As in shaders/combine.wgsl. */
const KINDS: Record<ModulateOptions["kind"], number> = { multiply: 0, divide: 1, gate: 2 };

interface CombineUniform {
  readonly count: number;
  readonly readsOutput?: number;
  readonly rectify?: number;
  readonly kind?: number;
  readonly outputWeight?: number;
  readonly constant?: number;
  readonly least?: number;
  readonly partialsOffset?: number;
  readonly weights?: readonly number[];
}

/** Runs the passes of shaders/combine.wgsl. */
export class CombinePasses {
  #parts: DeviceParts;
  #voxels: VoxelPasses;

  constructor(parts: DeviceParts, voxels: VoxelPasses) {
    this.#parts = parts;
    this.#voxels = voxels;
  }

  /** output = constant + sum_i weight_i input_i */
  combine<T extends Field | Planes>(
    output: T,
    terms: readonly (readonly [weight: number, input: T])[],
    { constant = 0, positivity = "none" }: CombineOptions,
  ): void {
    if (terms.length > MAX_TERMS) {
      throw new RangeError(`A sum takes at most ${MAX_TERMS} terms, not ${terms.length}`);
    }
    for (const [, input] of terms) assertAlike(output, input);
    const own = terms.filter(([, input]) => input === output);
    const others = terms.filter(([, input]) => input !== output);
    elementsOf(output).forEach((count, part) => {
      const inputs = others.map(([, input]) => buffersOf(input)[part]);
      while (inputs.length < MAX_TERMS) inputs.push(this.#parts.unused);
      this.#run("combine", [buffersOf(output)[part], ...inputs], {
        count,
        readsOutput: own.length > 0 ? 1 : 0,
        outputWeight: own.reduce((sum, [weight]) => sum + weight, 0),
        rectify: positivity === "rectify" ? 1 : 0,
        constant,
        weights: others.map(([weight]) => weight),
      });
    });
  }

  /** a b, or a / max(b, floor), or a where b > 0 */
  modulate(
    output: GpuField,
    inputs: readonly [GpuField, GpuField],
    options: ModulateOptions,
  ): void {
    for (const input of inputs) assertAlike(output, input);
    const own = inputs.map((input) => input === output);
    countsOf(output).forEach((count, chunk) => {
      const buffers = inputs.map(({ buffers }, i) => own[i] ? this.#parts.unused : buffers[chunk]);
      this.#run("modulate", [output.buffers[chunk], ...buffers], {
        count,
        readsOutput: (own[0] ? 1 : 0) | (own[1] ? 2 : 0),
        kind: KINDS[options.kind],
        least: options.kind === "divide" ? options.floor : 0,
      });
    });
  }

  /** The sum of a b. */
  dot(a: GpuField, b: GpuField): Promise<number> {
    assertAlike(a, b);
    const counts = countsOf(a);
    return this.#voxels.sum(counts, (chunk, { buffer, offset }) => {
      this.#run("multiplyAndSum", [buffer, a.buffers[chunk], b.buffers[chunk]], {
        count: counts[chunk],
        partialsOffset: offset,
      });
    });
  }

  #run(pass: PlainPass, buffers: readonly DeviceBuffer[], uniform: CombineUniform): void {
    const { count, readsOutput = 0, rectify = 0, kind = 0, partialsOffset = 0 } = uniform;
    const { outputWeight = 0, constant = 0, least = 0, weights = [] } = uniform;
    dispatchElements(this.#parts, pass, {
      buffers,
      uniform: packUniform([
        ...[count, readsOutput, rectify, kind],
        ...[outputWeight, constant, least].map((float) => ({ float })),
        partialsOffset,
        ...weights.map((float) => ({ float })),
      ]),
      invocations: Math.ceil(count / EACH),
    });
  }
}

function buffersOf(resource: Field | Planes): readonly DeviceBuffer[] {
  return (resource as GpuField | GpuPlanes).buffers;
}

/** Floats of every buffer, with what planes have between their rows. */
function elementsOf(resource: Field | Planes): readonly number[] {
  if (resource.kind === "field") return countsOf(resource as GpuField);
  const { slabs, depth, grid } = resource as GpuPlanes;
  return slabs.map(({ pitch }) => 2 * depth * grid[1] * pitch);
}

/**
 * @throws {RangeError} when two resources are not of one kind and size.
 */
export function assertAlike(a: Field | Planes, b: Field | Planes): void {
  const shapeOf = (r: Field | Planes) => r.kind === "field" ? r.size : [r.depth, ...r.grid];
  if (a.kind !== b.kind || shapeOf(a).join() !== shapeOf(b).join()) {
    throw new RangeError(
      `A ${b.kind} [${shapeOf(b).join(", ")}] does not go with a ${a.kind} ` +
        `[${shapeOf(a).join(", ")}]`,
    );
  }
}
