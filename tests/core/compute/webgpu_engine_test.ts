// What is the WebGPU engine's own: memory, errors, lost devices, the choice of an adapter.
import assert from "node:assert/strict";
import {
  createEngine,
  type EngineOptions,
  runOnEngine,
} from "../../../core/compute/choose_engine.ts";
import type { Engine } from "../../../core/compute/engine.ts";
import { describeAdapter, openDevice } from "../../../core/compute/webgpu/device.ts";
import { createWebgpuEngine } from "../../../core/compute/webgpu/webgpu_engine.ts";
import { DeviceLostError, DeviceMemoryError, InputError } from "../../../core/errors.ts";
import { type Size, voxelsOf } from "../../../core/volume.ts";
import { normals } from "../../support/pattern.ts";
import { ADAPTER, NO_ADAPTER } from "../../support/webgpu_adapter.ts";

function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name: `webgpu: ${name}${NO_ADAPTER}`, ignore: !ADAPTER, fn });
}

/** Devices opened while `body` runs. */
async function watchDevices<T>(body: (devices: readonly GPUDevice[]) => Promise<T>): Promise<T> {
  const devices: GPUDevice[] = [];
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
  try {
    return await body(devices);
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice;
  }
}

/** Bytes of all buffers created and not destroyed while `body` runs. */
async function countBytes(body: (live: () => number) => Promise<void>): Promise<void> {
  let bytes = 0;
  const { createBuffer } = GPUDevice.prototype;
  const { destroy } = GPUBuffer.prototype;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    bytes += descriptor.size;
    return createBuffer.call(this, descriptor);
  };
  GPUBuffer.prototype.destroy = function () {
    bytes -= this.size;
    return destroy.call(this);
  };
  try {
    await body(() => bytes);
  } finally {
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
  }
}

/** A restoration and its gradient, everything freed behind it. */
async function restore(engine: Engine): Promise<void> {
  const [size, grid, kernel]: Size[] = [[3, 6, 7], [4, 8, 8], [1, 3, 3]];
  const [field, target] = [engine.createField(size), engine.createField(size)];
  const [estimate, adjoint] = [engine.createField(grid), engine.createField(grid)];
  const [planes, other] = [engine.createPlanes(grid, 3), engine.createPlanes(grid, 3)];
  const transfer = engine.createSpectrum(grid);
  const regularizer = engine.createRegularizer(grid, kernel);
  engine.write(field, normals(voxelsOf(size), 1));
  engine.forwardLateral(field, planes, "centred");
  engine.forwardAxial(planes, transfer, "centred");
  engine.setRegularizer(regularizer, normals(25, 2));
  const wiener = { transfer, regularizer, weight: 1, extension: "taper" } as const;
  engine.forwardLateral(field, planes, "taper");
  engine.filter(planes, other, { kind: "wiener", ...wiener });
  engine.inverseLateral(other, field);
  await engine.residual(field, target, "none");
  engine.forwardLateral(field, other, "zero");
  await engine.regularizerGradient(other, { planes, ...wiener });
  await engine.read(field);
  const kernels = {
    kernelSize: kernel,
    kernels: normals(5 * 9, 3),
    gains: new Float64Array(5 * 4).fill(0.5),
    thresholds: new Float64Array(5).fill(1),
  };
  engine.copy(estimate, field);
  engine.shrinkResponses(estimate, field, kernels);
  await engine.shrinkResponsesGradient(estimate, adjoint, { gradient: estimate, size, kernels });
  engine.free(field, target, estimate, adjoint, planes, other, transfer, regularizer);
}

test("device memory after a run is what it was before, and none after the end", () =>
  countBytes(async (live) => {
    const engine = await createWebgpuEngine();
    await restore(engine);
    const before = live();
    assert.equal(engine.memory.bytes, before);
    for (let i = 0; i < 3; i++) await restore(engine);
    assert.equal(live(), before);
    assert.equal(engine.memory.bytes, before);
    assert.ok(engine.memory.peakBytes > before);
    engine.close();
    assert.equal(live(), 0);
    assert.equal(engine.memory.bytes, 0);
  }));

test("many operations between two reads come out in order", async () => {
  const engine = await createWebgpuEngine();
  const field = engine.createField([1, 1, 3]);
  for (let i = 0; i < 300; i++) {
    engine.combine(field, [[0.5, field]], { constant: i });
    if (i === 250) engine.write(field, Float32Array.of(0, 1, 2));
  }
  const expected = [0, 1, 2].map((start) => {
    for (let i = 251; i < 300; i++) start = 0.5 * start + i;
    return Math.fround(start);
  });
  assert.deepEqual([...await engine.read(field)], expected);
  engine.close();
});

test("reads under way return what the field was, and run side by side", async () => {
  const engine = await createWebgpuEngine();
  const field = engine.createField([1, 1, 2]);
  engine.write(field, Float32Array.of(1, -2));
  const before = engine.read(field);
  engine.rectify(field);
  const after = engine.read(field);
  engine.free(field);
  assert.deepEqual([...await before], [1, -2]);
  assert.deepEqual([...await after], [1, 0]);
  engine.close();
});

test("an error that nothing caught makes the next read fail", () =>
  watchDevices(async (devices) => {
    const engine = await createWebgpuEngine();
    const field = engine.createField([1, 1, 2]);
    devices[0].createBuffer({ size: 2 ** 50, usage: GPUBufferUsage.STORAGE });
    await assert.rejects(engine.read(field), (error: Error) => {
      assert.match(error.message, /^WebGPU refused a command: .*size/);
      return !error.message.includes("\n");
    });
    engine.close();
  }));

test("refused memory says so in one line", () =>
  watchDevices(async (devices) => {
    const engine = await createWebgpuEngine();
    const field = engine.createField([1, 1, 2]);
    // No device here refuses: software adapters give any memory.
    const error = new GPUOutOfMemoryError("no memory");
    devices[0].dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
    await assert.rejects(engine.read(field), (error: Error) => {
      assert.ok(error instanceof DeviceMemoryError && error instanceof InputError);
      return /not enough memory.*--memory.*--backend cpu$/.test(error.message);
    });
    engine.close();
  }));

test("a lost device rejects reads, and the CPU goes on from what was saved", () =>
  watchDevices(async (devices) => {
    const notices: string[] = [];
    const saved: number[] = [];
    const options: EngineOptions = {
      backend: "webgpu",
      threads: 1,
      onNotice: (line) => notices.push(line),
    };
    const last = await runOnEngine(options, async (engine) => {
      const field = engine.createField([1, 1, 1]);
      for (let step = saved.length; step < 4; step++) {
        if (engine.name === "webgpu" && step === 2) devices[0].destroy();
        engine.combine(field, [], { constant: step });
        saved.push((await engine.read(field))[0]);
      }
      return engine.name;
    });
    assert.equal(last, "cpu");
    assert.deepEqual(saved, [0, 1, 2, 3]);
    assert.equal(notices.length, 1);
    assert.match(notices[0], /^The GPU was lost \(.*\); the CPU goes on$/);

    const engine = await createWebgpuEngine();
    const field = engine.createField([1, 1, 1]);
    devices.at(-1)!.destroy();
    await assert.rejects(engine.read(field), DeviceLostError);
    engine.close();
  }));

test("an error of the work is no reason to begin again", async () => {
  let runs = 0;
  const work = () => Promise.reject(new InputError(`run ${++runs}`));
  await assert.rejects(runOnEngine({ backend: "webgpu" }, work), /run 1/);
});

test("--backend auto takes the CPU where the adapter is software, webgpu takes any", async () => {
  const auto = await createEngine({ backend: "auto", threads: 1 });
  assert.equal(auto.name, ADAPTER?.kind === "gpu" ? "webgpu" : "cpu");
  auto.close();
  const engine = await createEngine({ backend: "webgpu" });
  assert.equal(engine.name, "webgpu");
  assert.ok(engine.description.includes(ADAPTER!.name));
  engine.close();
});

Deno.test("createEngine() without a backend is the CPU engine", async () => {
  const engine = await createEngine({ threads: 1 });
  assert.equal(engine.name, "cpu");
  engine.close();
});

Deno.test("openDevice() without an adapter says what to do", () =>
  assert.rejects(openDevice(undefined), (error: Error) => {
    assert.ok(error instanceof InputError);
    return /^There is no WebGPU adapter: .*--backend cpu$/.test(error.message);
  }));

Deno.test("describeAdapter() tells software adapters by flag and by name", () => {
  const kindOf = (info: Partial<GPUAdapterInfo>) =>
    describeAdapter({ info: { description: "", ...info } } as GPUAdapter).kind;
  assert.equal(kindOf({ description: "NVIDIA H100 PCIe" }), "gpu");
  assert.equal(kindOf({ description: "llvmpipe (LLVM 15.0.6, 256 bits)" }), "software");
  assert.equal(kindOf({ description: "SwiftShader Device (LLVM 10.0.0)" }), "software");
  assert.equal(kindOf({ description: "Microsoft Basic Render Driver" }), "software");
  assert.equal(kindOf({ vendor: "google", architecture: "swiftshader" }), "software");
  assert.equal(kindOf({ vendor: "intel", architecture: "gen-12lp" }), "gpu");
  assert.equal(kindOf({ description: "unheard of", isFallbackAdapter: true }), "software");
});
