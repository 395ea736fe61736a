/**
 * Device memory that is counted: every buffer of the engine comes from here.
 *
 * @module
 */
import { DeviceMemoryError } from "../../errors.ts";
import type { MemoryUse } from "../engine.ts";

/** A buffer on the device. */
export interface DeviceBuffer {
  /** Of this buffer alone, for caches. */
  readonly id: number;
  readonly gpu: GPUBuffer;
  readonly bytes: number;
}

/** What a buffer is for. */
export type BufferPurpose = "storage" | "uniform" | "readback";

/** Creates buffers and counts their bytes. */
export class DeviceMemory {
  #device: GPUDevice;
  #buffers = new Map<number, DeviceBuffer>();
  #nextId = 0;
  #bytes = 0;
  #peakBytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get use(): MemoryUse {
    return { bytes: this.#bytes, peakBytes: this.#peakBytes };
  }

  /**
   * A buffer of zeros.
   *
   * @throws {DeviceMemoryError} when the device has no buffers of that size.
   */
  allocate(bytes: number, purpose: BufferPurpose): DeviceBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const { maxBufferSize } = this.#device.limits;
    if (size > maxBufferSize) {
      throw new DeviceMemoryError(
        `The GPU has no buffers of ${Math.ceil(size / 2 ** 20)} MiB (its limit is ` +
          `${Math.floor(maxBufferSize / 2 ** 20)} MiB); work in tiles (--memory) or with ` +
          `--backend cpu`,
      );
    }
    const gpu = this.#device.createBuffer({ size, usage: usageOf(purpose) });
    const buffer = { id: this.#nextId++, gpu, bytes: size };
    this.#buffers.set(buffer.id, buffer);
    this.#bytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes);
    return buffer;
  }

  /** Gives a buffer back. */
  free(buffer: DeviceBuffer): void {
    if (!this.#buffers.delete(buffer.id)) throw new Error("A buffer was freed twice");
    buffer.gpu.destroy();
    this.#bytes -= buffer.bytes;
  }

  /** Gives everything back. */
  close(): void {
    for (const buffer of [...this.#buffers.values()]) this.free(buffer);
  }
}

function usageOf(purpose: BufferPurpose): GPUBufferUsageFlags {
  switch (purpose) {
    case "storage":
      return GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    case "uniform":
      return GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    case "readback":
      return GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  }
}
