import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { checkEngine } from "../../core/compute/diagnose_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { assertCode, assertOneError, runProgram } from "../support/run_program.ts";
import { ADAPTER, NO_ADAPTER } from "../support/webgpu_adapter.ts";

Deno.test({
  name: `doctor lists adapters and limits, checks and times both engines${NO_ADAPTER}`,
  ignore: !ADAPTER,
  async fn() {
    const result = await runProgram("doctor --grid 20x16x3 --threads 1", ".");
    assertCode(result, 0);
    const { stdout: out } = result;
    assert.ok(out.includes(`${ADAPTER!.name} (${ADAPTER!.kind === "gpu" ? "GPU" : "software"}`));
    assert.match(out, /a binding \d+ MiB, a buffer \d+ MiB, workgroup memory \d+ KiB/);
    assert.match(out, /features: .*timestamp-query/);
    assert.match(out, /cpu: wasm SIMD, 1 thread\n {4}right, error \de-\d; [\d.]+ ms, \d+ MB/);
    assert.match(out, /webgpu: WebGPU, .*\n {4}right, error \de-\d; [\d.]+ ms, \d+ MB/);
    const auto = ADAPTER!.kind === "gpu" ? "webgpu" : "cpu";
    assert.match(out, new RegExp(`--backend auto takes ${auto}`));
  },
});

Deno.test("doctor refuses a grid that has no transform", async () => {
  const result = await runProgram("doctor --grid 13x11x4", ".");
  assertCode(result, 1);
  assertOneError(result, ["No transform of length 11", "13", "for instance 12"]);
});

Deno.test("checkEngine() finds an engine that computes something else", async () => {
  const engine = await createCpuEngine({ threads: 1 });
  const wrong: Engine = Object.create(engine, {
    filter: {
      value: (...[input, output, options]: Parameters<Engine["filter"]>) =>
        engine.filter(input, output, { ...options, weight: 1.001 * (options.weight ?? 0) }),
    },
  });
  for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(engine))) {
    if (name === "constructor" || name === "filter" || name === "memory") continue;
    const method = engine[name as keyof Engine] as (...args: unknown[]) => unknown;
    Object.defineProperty(wrong, name, { value: method.bind(engine) });
  }
  try {
    assert.equal((await checkEngine(engine)).verdict, "right");
    const { verdict, error } = await checkEngine(wrong);
    assert.equal(verdict, "wrong");
    assert.ok(error > 1e-4 && error < 1e-2, `error ${error}`);
  } finally {
    engine.close();
  }
});
