import assert from "node:assert/strict";
import { loadModel } from "../../../core/model/load_model.ts";
import { encodeModel } from "../../../core/model/model_file.ts";
import { writeOnnx } from "../../../core/onnx/write_onnx.ts";
import { createModel } from "../onnx/onnx_case.ts";

const model = createModel({ name: "loaded", channels: 2, noiseExponent: 0.7, peakRatio: 0.8 });

Deno.test("loadModel() reads run folders, JSON and ONNX files, whatever their name", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const write = (name: string, content: string | Uint8Array) =>
      Deno.writeFileSync(
        `${folder}/${name}`,
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    write("model.onnx", writeOnnx(model, { kind: "general" }));
    assert.deepEqual(loadModel(folder), model);
    assert.deepEqual(loadModel(`${folder}/model.onnx`), model);
    const other = { ...model, channels: 2, peakRatio: 0.5 };
    write("model.json", encodeModel(other));
    assert.deepEqual(loadModel(`${folder}/`), other);
    assert.deepEqual(loadModel(`${folder}/model.json`), other);
    write("renamed", writeOnnx(model, { kind: "general" }));
    assert.deepEqual(loadModel(`${folder}/renamed`), model);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("loadModel() says in one line what it needs", () => {
  const folder = Deno.makeTempDirSync();
  try {
    assert.throws(
      () => loadModel(folder),
      /^InputError: .* is a folder without a model\.json or model\.onnx; give the folder/,
    );
    assert.throws(
      () => loadModel(`${folder}/none.onnx`),
      /^InputError: Cannot read .*no such file/,
    );
    Deno.writeTextFileSync(`${folder}/text.onnx`, "no model");
    assert.throws(() => loadModel(`${folder}/text.onnx`), /is not an ONNX model/);
    Deno.writeTextFileSync(`${folder}/model.json`, "{");
    assert.throws(() => loadModel(folder), /^InputError: .*model\.json is not a model/);
    Deno.writeTextFileSync(`${folder}/empty.onnx`, "");
    assert.throws(() => loadModel(`${folder}/empty.onnx`), /^InputError: .* is empty/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
