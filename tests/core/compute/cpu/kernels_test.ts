import assert from "node:assert/strict";
import { compileKernels } from "../../../../core/compute/cpu/build.ts";
import { createCpuEngine } from "../../../../core/compute/cpu/cpu_engine.ts";
import { Heap } from "../../../../core/compute/cpu/heap.ts";
import { KERNELS_WASM } from "../../../../core/compute/cpu/kernels_wasm.ts";
import { chooseRadices } from "../../../../core/compute/cpu/plan.ts";
import { createRandom } from "../../../../core/random.ts";

Deno.test("kernels_wasm.ts is what the sources in assembly/ compile to", async () => {
  const wasm = await compileKernels();
  assert.equal(wasm.toBase64(), KERNELS_WASM, "run: deno task build:kernels");
});

Deno.test("chooseRadices() gives radices whose product is the length", () => {
  for (const length of [1, 2, 7, 30, 32, 49, 512, 540, 576, 1029, 2187, 4096]) {
    const radices = chooseRadices(length);
    assert.equal(radices.reduce((product, radix) => product * radix, 1), length);
  }
  assert.throws(() => chooseRadices(22), /No transform of length 22/);
});

Deno.test("Heap gives aligned blocks that do not overlap, and takes them back", () => {
  const heap = new Heap(1024);
  const random = createRandom(3);
  const held = new Map<number, number>();
  for (let i = 0; i < 500; i++) {
    const addresses = [...held.keys()];
    if (addresses.length > 20 && random.uniform() < 0.6) {
      const address = addresses[random.integer(addresses.length)];
      heap.free(address);
      held.delete(address);
      continue;
    }
    const bytes = 1 + random.integer(50000);
    const address = heap.allocate(bytes);
    assert.equal(address % 64, 0);
    assert.ok(address >= 1024);
    for (const [other, length] of held) {
      assert.ok(address + bytes <= other || other + length <= address, "blocks overlap");
    }
    held.set(address, bytes);
  }
  for (const address of held.keys()) heap.free(address);
  assert.equal(heap.bytes, 0);
  assert.throws(() => heap.free(4096), /Nothing was allocated/);
});

Deno.test("a CPU engine ends its threads, and what it computed does not depend on their number", async () => {
  const values = Float32Array.from({ length: 6 * 40 * 40 }, (_, i) => Math.sin(i * i));
  const results: Float32Array[] = [];
  for (const threads of [1, 2, 4]) {
    const engine = await createCpuEngine({ threads });
    const field = engine.createField([6, 40, 40]);
    const planes = engine.createPlanes([8, 45, 42], 6);
    engine.write(field, values);
    engine.forwardLateral(field, planes, "taper");
    engine.inverseLateral(planes, field);
    results.push(await engine.read(field));
    engine.close();
  }
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(results[2], results[0]);
});
