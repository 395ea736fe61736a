/**
 * Commands to the device: dispatches are gathered and submitted together, their uniforms in one
 * buffer, and results come back through a few staging buffers.
 *
 * @module
 */
import { DeviceLostError, DeviceMemoryError } from "../../errors.ts";
import type { DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import type { Kernel } from "./pipelines.ts";

/** Room for the uniform of one dispatch; a multiple of every adapter's offset alignment. */
export const UNIFORM_BYTES = 512;
/**
 * Dispatches gathered before they are submitted: the device does not wait for a read, and no
 * submission takes it so long that the system resets it.
 */
const SLOTS = 32;
/** Staging buffers kept for the next read. */
const KEPT_READBACKS = 8;

/** A dispatch: buffers in the order of the kernel's bindings. */
export interface Dispatch {
  readonly buffers: readonly DeviceBuffer[];
  /** The uniform's bytes, at most UNIFORM_BYTES. */
  readonly uniform: ArrayBuffer;
  readonly groups: readonly [x: number, y: number, z?: number];
}

/** The device's queue. */
export class Commands {
  #device: GPUDevice;
  #memory: DeviceMemory;
  #uniforms: DeviceBuffer;
  #uniformBytes = new Uint8Array(SLOTS * UNIFORM_BYTES);
  #slot = 0;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #bindGroups = new Map<string, GPUBindGroup>();
  #bindGroupsOf = new Map<number, Set<string>>();
  #readbacks: DeviceBuffer[] = [];
  #failure: Error | undefined;
  #closed: "no" | "yes" = "no";

  constructor(device: GPUDevice, memory: DeviceMemory) {
    this.#device = device;
    this.#memory = memory;
    this.#uniforms = memory.allocate(SLOTS * UNIFORM_BYTES, "uniform");
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#failure ??= failureOf(event.error);
    });
    device.lost.then(({ reason, message }) => {
      if (this.#closed === "no") this.#failure = lostError(message || reason);
    });
  }

  /** Adds a dispatch to what will be submitted. */
  dispatch(kernel: Kernel, { buffers, uniform, groups }: Dispatch): void {
    if (this.#slot === SLOTS) this.submit();
    const offset = this.#slot++ * UNIFORM_BYTES;
    this.#uniformBytes.set(new Uint8Array(uniform), offset);
    this.#pass ??= this.#encode().beginComputePass();
    this.#pass.setPipeline(kernel.pipeline);
    this.#pass.setBindGroup(0, this.#bindGroup(kernel, buffers), [offset]);
    this.#pass.dispatchWorkgroups(...groups);
  }

  /** Copies numbers to a buffer, behind what was dispatched before. */
  write(buffer: DeviceBuffer, data: Float32Array | Uint32Array): void {
    this.submit();
    this.#device.queue.writeBuffer(
      buffer.gpu,
      0,
      data.buffer,
      data.byteOffset,
      data.byteLength,
    );
  }

  /** Starts what was gathered. */
  submit(): void {
    if (!this.#encoder) return;
    this.#pass?.end();
    if (this.#slot > 0) {
      const bytes = this.#uniformBytes.subarray(0, this.#slot * UNIFORM_BYTES);
      this.#device.queue.writeBuffer(this.#uniforms.gpu, 0, bytes);
    }
    this.#device.queue.submit([this.#encoder.finish()]);
    this.#encoder = this.#pass = undefined;
    this.#slot = 0;
  }

  /**
   * The first `length` numbers of each buffer, as they are behind what was dispatched before.
   *
   * @throws {DeviceLostError} when the device was lost.
   * @throws {DeviceMemoryError} when its memory did not suffice.
   */
  async read(
    sources: readonly { readonly buffer: DeviceBuffer; readonly length: number }[],
  ): Promise<Float32Array> {
    const parts = sources.map(({ buffer, length }) => {
      const readback = this.#takeReadback(length * 4);
      const encoder = this.#encode();
      this.#pass?.end();
      this.#pass = undefined;
      encoder.copyBufferToBuffer(buffer.gpu, 0, readback.gpu, 0, length * 4);
      return { readback, length };
    });
    this.submit();
    const data = new Float32Array(sources.reduce((sum, { length }) => sum + length, 0));
    let begin = 0;
    for (const { readback, length } of parts) {
      await this.#map(readback);
      data.set(new Float32Array(readback.gpu.getMappedRange(0, length * 4)), begin);
      readback.gpu.unmap();
      begin += length;
      this.#keepReadback(readback);
    }
    return data;
  }

  /** Gives a buffer back, with everything that refers to it. */
  free(buffer: DeviceBuffer): void {
    this.submit();
    for (const key of this.#bindGroupsOf.get(buffer.id) ?? []) this.#bindGroups.delete(key);
    this.#bindGroupsOf.delete(buffer.id);
    this.#memory.free(buffer);
  }

  /** Ends everything; reads under way fail. */
  close(): void {
    this.#closed = "yes";
    this.#failure ??= new Error("The engine is closed");
    this.#pass?.end();
    this.#encoder?.finish();
    this.#encoder = this.#pass = undefined;
    this.#bindGroups.clear();
    this.#bindGroupsOf.clear();
  }

  #encode(): GPUCommandEncoder {
    return this.#encoder ??= this.#device.createCommandEncoder();
  }

  #bindGroup(kernel: Kernel, buffers: readonly DeviceBuffer[]): GPUBindGroup {
    const key = `${kernel.signature}: ${buffers.map(({ id }) => id).join()}`;
    let group = this.#bindGroups.get(key);
    if (!group) {
      group = this.#device.createBindGroup({
        layout: kernel.layout,
        entries: [
          { binding: 0, resource: { buffer: this.#uniforms.gpu, size: UNIFORM_BYTES } },
          ...buffers.map(({ gpu }, index) => ({
            binding: kernel.bindings[index],
            resource: { buffer: gpu },
          })),
        ],
      });
      this.#bindGroups.set(key, group);
      for (const { id } of buffers) {
        const keys = this.#bindGroupsOf.get(id);
        if (keys) keys.add(key);
        else this.#bindGroupsOf.set(id, new Set([key]));
      }
    }
    return group;
  }

  #takeReadback(bytes: number): DeviceBuffer {
    const index = this.#readbacks.findIndex((b) => b.bytes >= bytes && b.bytes <= 2 * bytes + 64);
    if (index >= 0) return this.#readbacks.splice(index, 1)[0];
    return this.#memory.allocate(bytes, "readback");
  }

  #keepReadback(buffer: DeviceBuffer): void {
    this.#readbacks.push(buffer);
    if (this.#readbacks.length > KEPT_READBACKS) this.#memory.free(this.#readbacks.shift()!);
  }

  async #map(buffer: DeviceBuffer): Promise<void> {
    try {
      await buffer.gpu.mapAsync(GPUMapMode.READ);
    } catch (cause) {
      // The news of a lost device may come after the failed read.
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise((done) => timer = setTimeout(done, 200));
      await Promise.race([this.#device.lost, patience]);
      clearTimeout(timer);
      throw this.#failure ?? new Error("The GPU's results could not be read", { cause });
    }
    if (this.#failure) throw this.#failure;
  }
}

function failureOf(error: GPUError): Error {
  if (error instanceof GPUOutOfMemoryError) {
    return new DeviceMemoryError(
      "The GPU has not enough memory for this; work in smaller tiles (--memory) or with " +
        "--backend cpu",
      { cause: error },
    );
  }
  return new Error(
    `WebGPU refused a command: ${error.message.trim().replaceAll(/\s*\n\s*/g, " ")}`,
  );
}

function lostError(reason: string): DeviceLostError {
  return new DeviceLostError(`The GPU was lost (${reason}); go on with --backend cpu`);
}
