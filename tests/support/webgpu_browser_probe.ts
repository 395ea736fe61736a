// Runs in a browser's worker, see webgpu_browser_test.ts: checks the engine and posts what it found.
import { checkEngine } from "../../core/compute/diagnose_engine.ts";
import { createWebgpuEngine } from "../../core/compute/webgpu/webgpu_engine.ts";
import { describeError } from "../../core/errors.ts";
import { runShrinkCase } from "./shrink_case.ts";

try {
  const engine = await createWebgpuEngine();
  const { verdict, error } = await checkEngine(engine);
  const shrunk = (await runShrinkCase(engine)).map((values) => Array.from(values));
  const { description } = engine;
  engine.close();
  postMessage({ verdict, error, shrunk, description, bytes: engine.memory.bytes });
} catch (error) {
  postMessage({ verdict: describeError(error) });
}
