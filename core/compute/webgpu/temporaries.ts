/**
 * Buffers between two passes: one a purpose, as large as was ever needed.
 *
 * @module
 */
import type { Commands } from "./commands.ts";
import type { DeviceBuffer, DeviceMemory } from "./device_memory.ts";
import type { DeviceParts } from "./dispatches.ts";

/** Buffers by purpose. */
export class Temporaries {
  #commands: Commands;
  #memory: DeviceMemory;
  #buffers = new Map<string, DeviceBuffer>();

  constructor({ commands, memory }: Pick<DeviceParts, "commands" | "memory">) {
    this.#commands = commands;
    this.#memory = memory;
  }

  /** The buffer of this purpose, with room for `bytes`; what was in it may be gone. */
  reserve(purpose: string, bytes: number): DeviceBuffer {
    let buffer = this.#buffers.get(purpose);
    if (!buffer || buffer.bytes < bytes) {
      if (buffer) this.#commands.free(buffer);
      this.#buffers.delete(purpose);
      buffer = this.#memory.allocate(bytes, "storage");
      this.#buffers.set(purpose, buffer);
    }
    return buffer;
  }
}
