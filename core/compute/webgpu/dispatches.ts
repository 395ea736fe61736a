/**
 * What all passes share: the device's queue, its memory, its kernels, and dispatches over elements.
 *
 * @module
 */
import { DeviceMemoryError } from "../../errors.ts";
import { type Commands, UNIFORM_BYTES } from "./commands.ts";
import type { DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import { type Pipelines, THREADS } from "./pipelines.ts";
import type { PlainPass } from "./programs.ts";
import type { GpuField } from "./resources.ts";

/** What passes are made with. */
export interface DeviceParts {
  readonly commands: Commands;
  readonly pipelines: Pipelines;
  readonly memory: DeviceMemory;
  /** Bound where a pass has a binding that it does not use this time. */
  readonly unused: DeviceBuffer;
}

/** Elements that an invocation of most passes takes, as in shaders/elements.wgsl. */
export const EACH = 16;
/** Workgroups of one row of a dispatch, as in the shaders: wider ones wrap. */
const ROW_GROUPS = 32768;

/** Workgroups for so many invocations, in rows. */
export function groupsFor(invocations: number): readonly [number, number] {
  const groups = Math.ceil(invocations / THREADS);
  return [Math.min(groups, ROW_GROUPS), Math.ceil(groups / ROW_GROUPS)];
}

/** A pass over elements. */
export interface ElementDispatch {
  readonly buffers: readonly DeviceBuffer[];
  readonly uniform: ArrayBuffer;
  readonly invocations: number;
}

/** Adds a pass over elements to the commands. */
export function dispatchElements(
  { commands, pipelines }: DeviceParts,
  pass: PlainPass,
  { buffers, uniform, invocations }: ElementDispatch,
): void {
  commands.dispatch(pipelines.plainPass(pass), {
    buffers,
    uniform,
    groups: groupsFor(invocations),
  });
}

/** A uniform of numbers in the shader's order: plain ones are u32, `{ float }` are f32. */
export function packUniform(values: readonly (number | { readonly float: number })[]): ArrayBuffer {
  const bytes = new ArrayBuffer(UNIFORM_BYTES);
  const u32 = new Uint32Array(bytes);
  const f32 = new Float32Array(bytes);
  values.forEach((value, index) => {
    if (typeof value === "number") u32[index] = value;
    else f32[index] = value.float;
  });
  return bytes;
}

/**
 * Refuses fields whose planes are cut, which only passes along x, y and z can work on.
 *
 * @throws {DeviceMemoryError} when a chunk is a part of a plane.
 */
export function assertWholePlanes({ chunks, size }: GpuField): void {
  if (chunks.some(({ rows }) => rows !== size[1])) {
    throw new DeviceMemoryError(
      `A plane of ${size[2]} x ${size[1]} voxels is too large for this GPU; work in tiles ` +
        `(--memory) or with --backend cpu`,
    );
  }
}
