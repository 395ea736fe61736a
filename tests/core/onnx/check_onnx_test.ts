import assert from "node:assert/strict";
import onnxProto from "onnx-proto";
import { InputError } from "../../../core/errors.ts";
import { readOnnxModel } from "../../../core/model/onnx_file.ts";
import { assertOnnxFits, describeOnnx } from "../../../core/onnx/check_onnx.ts";
import { writeOnnx } from "../../../core/onnx/write_onnx.ts";
import { createRandom } from "../../../core/random.ts";
import { createBlur, createModel } from "./onnx_case.ts";

const model = createModel({ name: "checked" });
const psf = createBlur([1, 3, 5, 5]);
const general = writeOnnx(model, { kind: "general" });
const baked = writeOnnx(model, { kind: "baked", psf, size: [4, 20, 30] });

type ModelMessage = InstanceType<typeof onnxProto.onnx.ModelProto>;

/** The file as another program would change it. */
function change(bytes: Uint8Array, edit: (message: ModelMessage) => void): Uint8Array {
  const message = onnxProto.onnx.ModelProto.decode(bytes.slice());
  edit(message);
  return onnxProto.onnx.ModelProto.encode(message).finish();
}

function assertRefused(bytes: Uint8Array, line: RegExp): void {
  assert.throws(() => describeOnnx(bytes, "m.onnx"), (error: Error) => {
    assert.ok(error instanceof InputError, `${error}`);
    assert.match(error.message, line);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}

Deno.test("describeOnnx() tells both kinds of graphs apart", () => {
  assert.deepEqual(describeOnnx(general, "m.onnx"), { model });
  const description = describeOnnx(baked, "m.onnx");
  assert.deepEqual(description.model, model);
  assert.deepEqual(description.baked!.size, [4, 20, 30]);
  assert.equal(description.baked!.channels, 1);
  assert.deepEqual(description.baked!.psf.shape, psf.shape);
  assert.deepEqual(description.baked!.psf.data, psf.data);
});

Deno.test("describeOnnx() refuses what is no ONNX file", () => {
  const line = /^m\.onnx is not an ONNX model; give a file that export or train wrote$/;
  assertRefused(new TextEncoder().encode("II*\0 a TIFF"), line);
  assertRefused(new TextEncoder().encode('{"format":"trainable-wiener-model"}'), line);
  assertRefused(new Uint8Array(100), line);
  assertRefused(new Uint8Array(), line);
});

Deno.test("describeOnnx() refuses a file that was cut off, wherever", () => {
  for (let part = 1; part < 60; part++) {
    const end = Math.floor(general.length * part / 60);
    assertRefused(general.subarray(0, end), /truncated|was cut off/);
  }
  for (const missing of [1, 2, 3, 100]) {
    assertRefused(general.subarray(0, general.length - missing), /truncated/);
  }
});

Deno.test("describeOnnx() notices every changed byte of the graph", () => {
  const random = createRandom(11);
  for (let count = 0; count < 200; count++) {
    const damaged = general.slice();
    // The graph is all but the model's text at the end and a short head.
    const at = 200 + random.integer(general.length - 200);
    damaged[at] ^= 1 + random.integer(255);
    try {
      describeOnnx(damaged, "m.onnx");
      // What was not noticed is in the metadata, as a readable character or number.
      assert.ok(at > general.length - 20000, `byte ${at} of ${general.length}`);
    } catch (error) {
      assert.ok(error instanceof InputError, `byte ${at}: ${error}`);
    }
  }
});

Deno.test("describeOnnx() refuses models of other programs", () => {
  const foreign = change(general, (message) => message.metadataProps = []);
  assertRefused(foreign, /^m\.onnx is an ONNX model of another program, or was cut off/);
  assert.throws(() => readOnnxModel(foreign, "m.onnx"), /another program/);
});

Deno.test("describeOnnx() refuses a newer operator set", () => {
  const newer = change(general, (message) => message.opsetImport[0].version = 23);
  assertRefused(newer, /^m\.onnx needs ONNX operator set 23, and this program runs up to 17/);
});

Deno.test("describeOnnx() refuses graphs with other inputs or of another program", () => {
  assertRefused(
    change(general, (message) => message.graph!.input![0].type!.tensorType!.shape!.dim!.pop()),
    /^m\.onnx has an input "image" with 4 axes .*, not \[1, c, z, y, x\] of float32/,
  );
  assertRefused(
    change(general, (message) => message.graph!.input![1].type!.tensorType!.elemType = 11),
    /^m\.onnx has an input "psf" with 4 axes \(element type 11\)/,
  );
  assertRefused(
    change(general, (message) => message.graph!.input![0].name = "x"),
    /^m\.onnx has no input "image"/,
  );
  assertRefused(
    change(general, (message) => message.graph!.node!.pop()),
    /^m\.onnx is damaged, or another program changed it/,
  );
});

Deno.test("assertOnnxFits() names the sizes that differ", () => {
  const description = describeOnnx(baked, "m.onnx");
  assertOnnxFits(description, { size: [4, 20, 30] }, "m.onnx");
  assertOnnxFits(description, { size: [4, 20, 30], psf }, "m.onnx");
  assert.throws(
    () => assertOnnxFits(description, { size: [4, 20, 31] }, "m.onnx"),
    /^InputError: m\.onnx was exported for 30 x 20 x 4 voxels and the stack.* 31 x 20 x 4; export it with --size 31x20x4/,
  );
  assert.throws(
    () =>
      assertOnnxFits(description, { size: [4, 20, 30], psf: createBlur([1, 3, 5, 7]) }, "m.onnx"),
    /^InputError: m\.onnx was exported with another PSF/,
  );
  assert.throws(
    () => assertOnnxFits(describeOnnx(general, "m.onnx"), { size: [4, 20, 30] }, "m.onnx"),
    /^InputError: m\.onnx is for any PSF and none is given/,
  );
});
