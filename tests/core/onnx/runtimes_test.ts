// The same graphs on the other runtimes: wasm and WebGPU as in a browser, and the Pythons that the
// variable TWB_PYTHON lists (separated by colons; "python3" if it is not set), which may have the
// ONNX checker and any version of onnxruntime: the oldest tried are 1.12.1 and 1.13.1.
import assert from "node:assert/strict";
import { encodeNpy } from "../../../core/io/npy.ts";
import { type OnnxTarget, writeOnnx } from "../../../core/onnx/write_onnx.ts";
import { sizeOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import { CASCADE_CASES, ONNX_CASES, prepareCase, type PreparedCase } from "./onnx_case.ts";

const TOLERANCE = 1e-5;

const ALL_CASES = [...ONNX_CASES, ...CASCADE_CASES];

function targetsOf({ image, psf }: PreparedCase): OnnxTarget[] {
  return [{ kind: "general" }, { kind: "baked", psf, size: sizeOf(image.shape) }];
}

async function runInBrowserRuntime(
  ort: typeof import("onnxruntime-web"),
  provider: "wasm" | "webgpu",
  names: RegExp,
): Promise<void> {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "fatal";
  for (const options of ALL_CASES.filter(({ name }) => names.test(name))) {
    const prepared = await prepareCase(options);
    const { model, image, psf, expected } = prepared;
    for (const target of targetsOf(prepared)) {
      const session = await ort.InferenceSession.create(writeOnnx(model, target), {
        executionProviders: [provider],
        logSeverityLevel: 4,
      });
      const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {
        image: new ort.Tensor("float32", image.data, [1, ...image.shape]),
      };
      if (target.kind === "general") feeds.psf = new ort.Tensor("float32", psf.data, psf.shape);
      const { restored } = await session.run(feeds);
      const message = `${options.name}, ${target.kind}`;
      assertClose(await restored.getData() as Float32Array, expected, TOLERANCE, message);
      await session.release();
    }
  }
}

Deno.test("onnxruntime-web on wasm agrees with the CPU engine", async () => {
  const ort = await import("onnxruntime-web/wasm");
  await runInBrowserRuntime(ort as typeof import("onnxruntime-web"), "wasm", /./);
});

const adapter = await navigator.gpu?.requestAdapter() ?? null;

Deno.test({
  name: "onnxruntime-web on WebGPU agrees with the CPU engine" +
    (adapter ? "" : " (skipped: no WebGPU adapter)"),
  ignore: adapter === null,
  // The runtime keeps its device and timers for the program's whole life.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const ort = await import("onnxruntime-web/webgpu");
    // A software adapter takes seconds a case.
    const names = /^one plane|PSFs and kernels, noise-adaptive|^shrinkage, (one plane|even|two)/;
    await runInBrowserRuntime(ort as typeof import("onnxruntime-web"), "webgpu", names);
  },
});

function hasPackage(python: string): boolean {
  const code = "import importlib.util as u, sys; " +
    "sys.exit(not (u.find_spec('onnx') or u.find_spec('onnxruntime')))";
  try {
    return new Deno.Command(python, { args: ["-c", code], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

for (const python of (Deno.env.get("TWB_PYTHON") ?? "python3").split(":")) {
  const found = hasPackage(python);
  Deno.test({
    name: `the ONNX checker and onnxruntime of ${python} agree with the CPU engine` +
      (found ? "" : " (skipped: it has neither onnx nor onnxruntime)"),
    ignore: !found,
    async fn() {
      const root = await Deno.makeTempDir();
      try {
        for (const options of ALL_CASES) await writeCase(root, await prepareCase(options));
        const script = new URL("../../support/check_onnx.py", import.meta.url);
        const output = await new Deno.Command(python, { args: [script.pathname, root] }).output();
        assert.ok(output.success, new TextDecoder().decode(output.stderr));
        const { onnx, onnxruntime, cases } = JSON.parse(new TextDecoder().decode(output.stdout));
        assert.equal(cases.length, 2 * ALL_CASES.length);
        for (const { name, shape, error } of cases) {
          if (onnx) assert.equal(shape.length, 5, name);
          if (onnxruntime) assert.ok(error < TOLERANCE, `${onnxruntime}, ${name}: ${error}`);
        }
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

async function writeCase(root: string, prepared: PreparedCase): Promise<void> {
  const { name, model, image, psf, expected } = prepared;
  const shape = [1, ...image.shape];
  for (const target of targetsOf(prepared)) {
    const folder = `${root}/${name} ${target.kind}`;
    await Deno.mkdir(folder);
    await Deno.writeFile(`${folder}/model.onnx`, writeOnnx(model, target));
    await Deno.writeFile(`${folder}/image.npy`, encodeNpy({ data: image.data, shape }));
    await Deno.writeFile(`${folder}/psf.npy`, encodeNpy({ data: psf.data, shape: psf.shape }));
    await Deno.writeFile(`${folder}/restored.npy`, encodeNpy({ data: expected, shape }));
  }
}
