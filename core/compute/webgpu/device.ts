/**
 * Adapters and devices: which there are, whether they are real, and what they allow.
 *
 * @module
 */
import { InputError } from "../../errors.ts";

/** What is known of an adapter. */
export interface AdapterDescription {
  readonly name: string;
  /** "software" computes on the CPU: right, but slower than the CPU engine. */
  readonly kind: "gpu" | "software";
  readonly adapter: GPUAdapter;
}

/** A device and what the engine needs to know of it. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly description: AdapterDescription;
  /** Most bytes of a buffer that a shader sees. */
  readonly bindingBytes: number;
  /** Workgroup memory. */
  readonly workgroupBytes: number;
}

const MAX_BUFFER_BYTES = 2 ** 36;
const MAX_BINDING_BYTES = 2 ** 32 - 256;
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|basic render|softpipe|software/i;

/** The name of an adapter, and whether it is a GPU. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { description, device, vendor, architecture, isFallbackAdapter } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ") ||
    "unnamed adapter";
  const kind = isFallbackAdapter || SOFTWARE.test(name) ? "software" : "gpu";
  return { name, kind, adapter };
}

/** The adapter that a program gets first: the fastest GPU; none where there is no WebGPU. */
export async function requestAdapter(): Promise<AdapterDescription | undefined> {
  const adapter = await navigatorGpu()?.requestAdapter({ powerPreference: "high-performance" });
  return adapter ? describeAdapter(adapter) : undefined;
}

/** All adapters that WebGPU lets a program find, the fastest first. */
export async function listAdapters(): Promise<readonly AdapterDescription[]> {
  const gpu = navigatorGpu();
  const found = new Map<string, AdapterDescription>();
  for (
    const options of [
      { powerPreference: "high-performance" },
      { powerPreference: "low-power" },
      { forceFallbackAdapter: true },
    ] as const
  ) {
    const adapter = await gpu?.requestAdapter(options);
    if (!adapter) continue;
    const description = describeAdapter(adapter);
    if (!found.has(description.name)) found.set(description.name, description);
  }
  return [...found.values()];
}

function navigatorGpu(): GPU | undefined {
  nameRuntimeFolder();
  return typeof navigator === "undefined" ? undefined : navigator.gpu;
}

/**
 * Without a desktop, Linux drivers print that XDG_RUNTIME_DIR is not set, as an error, when they are
 * asked for adapters. They need nothing in it.
 */
function nameRuntimeFolder(): void {
  if (typeof Deno === "undefined" || Deno.build.os !== "linux") return;
  try {
    if (!Deno.env.has("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  } catch {
    // Without the permission the line is printed, and that is all.
  }
}

/**
 * Opens the adapter with as much memory as it allows.
 *
 * @throws {InputError} when there is no adapter or it refuses.
 */
export async function openDevice(
  description: AdapterDescription | undefined,
): Promise<OpenDevice> {
  if (!description) {
    throw new InputError(
      "There is no WebGPU adapter: install a Vulkan, Metal or DirectX 12 driver, or use " +
        "--backend cpu",
    );
  }
  const { limits } = description.adapter;
  const maxComputeWorkgroupStorageSize = limits.maxComputeWorkgroupStorageSize;
  // Some adapters report more than a number holds exactly; shaders index with 32 bits.
  const maxBufferSize = Math.min(limits.maxBufferSize, MAX_BUFFER_BYTES);
  const maxStorageBufferBindingSize = Math.min(
    limits.maxStorageBufferBindingSize,
    maxBufferSize,
    MAX_BINDING_BYTES,
  );
  try {
    const device = await description.adapter.requestDevice({
      requiredLimits: {
        maxBufferSize,
        maxStorageBufferBindingSize,
        maxComputeWorkgroupStorageSize,
      },
    });
    return {
      device,
      description,
      bindingBytes: Math.floor(maxStorageBufferBindingSize / 256) * 256,
      workgroupBytes: maxComputeWorkgroupStorageSize,
    };
  } catch (cause) {
    throw new InputError(
      `The GPU ${description.name} could not be opened; use --backend cpu or try again`,
      { cause },
    );
  }
}
