import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { unzipSync } from "fflate";
import { CancelledError, InputError } from "../../core/errors.ts";
import { exportZoo } from "../../core/export_zoo.ts";
import { decodeNpy } from "../../core/io/npy.ts";
import { openPngBytes } from "../../core/io/png.ts";
import { readOnnxModel } from "../../core/model/onnx_file.ts";
import { assertClose } from "../support/assert_close.ts";
import {
  createBlur,
  createImage,
  createModel,
  type OnnxCase,
  prepareCase,
} from "./onnx/onnx_case.ts";

const options = {
  name: "exported",
  image: [1, 6, 40, 48],
  psf: [1, 3, 7, 7],
  noiseExponent: 1,
  peakRatio: 0.9,
} as const;

/** Two stages: the graph normalizes, and tiles of the zoo overlap by more. */
const cascade = {
  ...options,
  stageCount: 2,
  stageKind: "shrinkage",
  positivity: "rectify",
  image: [1, 6, 120, 96],
} as const;

async function exportExample(example: OnnxCase = options) {
  const prepared = await prepareCase(example);
  const { bytes, relativeError } = await exportZoo(prepared.model, {
    psf: prepared.psf,
    testStack: prepared.image,
    testName: "waves",
    name: "Waves (a test)",
    authors: ["Ada Lovelace"],
    citations: ["10.1137/080716542"],
    licence: "CC-BY-4.0",
    timestamp: new Date("2026-01-02T03:04:05Z"),
    threads: 1,
  });
  return { ...prepared, bytes, relativeError };
}

Deno.test("exportZoo() packs a graph that was run, with the checksums of its files", async () => {
  const { bytes, relativeError, model, image, expected } = await exportExample();
  assert.ok(relativeError < 1e-5, `${relativeError}`);
  const files = unzipSync(bytes);
  assert.deepEqual(Object.keys(files).sort(), [
    "README.md",
    "cover.png",
    "rdf.yaml",
    "test_input.npy",
    "test_output.npy",
    "weights.onnx",
  ]);
  const text = new TextDecoder().decode(files["rdf.yaml"]);
  for (const name of Object.keys(files).filter((name) => name !== "rdf.yaml")) {
    assert.ok(text.includes(createHash("sha256").update(files[name]).digest("hex")), name);
  }
  assert.match(text, /^format_version: "0\.5\.3"\ntype: "model"\nname: "Waves \(a test\)"\n/);
  assert.match(text, /opset_version: 17/);
  assert.deepEqual(readOnnxModel(files["weights.onnx"], "weights.onnx"), model);
  const input = decodeNpy(files["test_input.npy"], "test_input.npy");
  assert.deepEqual(input.shape, [1, ...image.shape]);
  assert.deepEqual(input.data, image.data);
  assertClose(decodeNpy(files["test_output.npy"], "test_output.npy").data, expected, 1e-5);
  assert.deepEqual(openPngBytes(files["cover.png"], "cover.png").info.shape, [1, 1, 40, 96]);
  assert.match(new TextDecoder().decode(files["README.md"]), /\n## Validation\n/);
});

Deno.test("exportZoo() packs a cascade with a halo for all of its stages", async () => {
  const { bytes, relativeError } = await exportExample(cascade);
  assert.ok(relativeError < 1e-5, `${relativeError}`);
  const files = unzipSync(bytes);
  // The PSF's 7 voxels and twice the kernels' 5, rounded up to an even number.
  assert.match(new TextDecoder().decode(files["rdf.yaml"]), /halo: 18/);
  const text = new TextDecoder().decode(files["README.md"]);
  assert.match(text, /1 further stage whose kernels' responses are shrunk/);
  assert.match(text, /divided by its largest voxel/);
});

Deno.test("exportZoo() takes the middle of a larger test stack", async () => {
  const image = createImage([2, 7, 30, 31]);
  const { bytes } = await exportZoo(createModel({ name: "cropped" }), {
    psf: createBlur([1, 3, 5, 5]),
    testStack: image,
    testName: "waves",
    size: [5, 20, 21],
    threads: 1,
  });
  const { data, shape } = decodeNpy(unzipSync(bytes)["test_input.npy"], "test_input.npy");
  assert.deepEqual(shape, [1, 1, 5, 20, 21]);
  assert.equal(data[0], image.data[(1 * 30 + 5) * 31 + 5]);
  assert.equal(data.at(-1), image.data[(5 * 30 + 24) * 31 + 25]);
});

Deno.test("exportZoo() refuses in one line what makes no package", async () => {
  const psf = createBlur([1, 3, 5, 5]);
  const model = createModel({ name: "refused" });
  const testStack = createImage([1, 6, 20, 20]);
  const common = { psf, testStack, testName: "cell.tif", threads: 1 };
  await assert.rejects(
    exportZoo(model, { ...common, name: "Zoo" }),
    /^InputError: The name "Zoo" is none for the model zoo/,
  );
  await assert.rejects(
    exportZoo(model, { ...common, size: [6, 20, 24] }),
    /^InputError: cell\.tif has 20 x 20 x 6 voxels and the model is to be for 24 x 20 x 6/,
  );
  await assert.rejects(
    exportZoo(createModel({ name: "three", channels: 3 }), common),
    /^InputError: cell\.tif has 1 channel\(s\) and the model 3/,
  );
  const dark = { ...testStack, data: testStack.data.map(() => NaN) };
  await assert.rejects(exportZoo(model, { ...common, testStack: dark }), InputError);
  const signal = AbortSignal.abort();
  await assert.rejects(exportZoo(model, { ...common, signal }), CancelledError);
});

function hasBioimageio(python: string): boolean {
  const code = "import importlib.util as u, sys; sys.exit(not u.find_spec('bioimageio.core'))";
  try {
    return new Deno.Command(python, { args: ["-c", code], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

for (const python of (Deno.env.get("TWB_PYTHON") ?? "python3").split(":")) {
  const found = hasBioimageio(python);
  Deno.test({
    name: `exportZoo() passes the tests of bioimageio.core of ${python}` +
      (found ? "" : " (skipped: it has no bioimageio.core)"),
    ignore: !found,
    async fn() {
      for (const example of [options, cascade]) {
        const { bytes } = await exportExample(example);
        const folder = await Deno.makeTempDir();
        try {
          const file = `${folder}/model.zip`;
          await Deno.writeFile(file, bytes);
          const script = new URL("../support/check_zoo.py", import.meta.url).pathname;
          const args = [script, file, `${folder}/cache`];
          const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
          assert.ok(success, new TextDecoder().decode(stderr));
          const line = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
          const { status, errors } = JSON.parse(line);
          assert.equal(status, "passed", errors.join("; "));
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      }
    },
  });
}
