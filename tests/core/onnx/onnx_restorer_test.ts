import assert from "node:assert/strict";
import { CancelledError, InputError } from "../../../core/errors.ts";
import { createOnnxRestorer } from "../../../core/onnx/onnx_restorer.ts";
import { writeOnnx } from "../../../core/onnx/write_onnx.ts";
import { channelOf, sizeOf } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import {
  CASCADE_CASES,
  createBlur,
  createModel,
  ONNX_CASES,
  prepareCase,
  restoreOnEngine,
} from "./onnx_case.ts";

for (const options of [...ONNX_CASES.slice(-3), ...CASCADE_CASES.slice(-2)]) {
  Deno.test(`createOnnxRestorer() restores channel by channel: ${options.name}`, async () => {
    const { model, image, psf, sigmas, peak, expected } = await prepareCase(options);
    const size = sizeOf(image.shape);
    const scaled = image.data.map((value) => value / peak);
    const general = { bytes: writeOnnx(model, { kind: "general" }), psf };
    const baked = { bytes: writeOnnx(model, { kind: "baked", psf, size }) };
    for (const file of [general, baked]) {
      let seconds = -1;
      const onLoad = (value: number) => seconds = value;
      const restorer = createOnnxRestorer({ ...file, name: "m.onnx", size, threads: 1, onLoad });
      assert.deepEqual(restorer.model, model);
      try {
        const restored = await Promise.all(
          sigmas.map((sigma, channel) =>
            restorer.restore(channelOf({ ...image, data: scaled }, channel), { channel, sigma })
          ),
        );
        assertClose(restored.flatMap((data) => [...data].map((v) => v * peak)), expected, 1e-5);
        assert.ok(seconds >= 0);
      } finally {
        restorer.close();
      }
    }
  });
}

Deno.test("createOnnxRestorer() is told the noise", async () => {
  const { model, image, psf } = await prepareCase(ONNX_CASES.at(-1)!);
  const size = sizeOf(image.shape);
  const bytes = writeOnnx(model, { kind: "general" });
  const restorer = createOnnxRestorer({ bytes, name: "m.onnx", psf, size, threads: 1 });
  try {
    const low = await restorer.restore(channelOf(image, 0), { channel: 0, sigma: 0.001 });
    const high = await restorer.restore(channelOf(image, 0), { channel: 0, sigma: 0.3 });
    assert.throws(() => assertClose(low, high, 0.05));
  } finally {
    restorer.close();
  }
});

Deno.test("createOnnxRestorer() follows the engine from no noise to strong noise", async () => {
  const prepared = await prepareCase(CASCADE_CASES.find(({ name }) => /one plane/.test(name))!);
  const { model, image, psf, peak } = prepared;
  const size = sizeOf(image.shape);
  const bytes = writeOnnx(model, { kind: "general" });
  const restorer = createOnnxRestorer({ bytes, name: "m.onnx", psf, size, threads: 1 });
  const scaled = image.data.map((value) => value / peak);
  try {
    for (const sigma of [0, 5e-5, 0.002, 0.2]) {
      const expected = await restoreOnEngine({ ...prepared, sigmas: [sigma] });
      const restored = await restorer.restore(scaled, { channel: 0, sigma });
      assertClose(restored.map((value) => value * peak), expected, 1e-5, `sigma ${sigma}`);
    }
  } finally {
    restorer.close();
  }
});

Deno.test("createOnnxRestorer() stops at once, and before it began", async () => {
  const model = createModel({ name: "stopped" });
  const psf = createBlur([1, 3, 9, 9]);
  const size = [16, 256, 256] as const;
  const bytes = writeOnnx(model, { kind: "general" });
  const controller = new AbortController();
  const { signal } = controller;
  const restorer = createOnnxRestorer({ bytes, name: "m.onnx", psf, size, signal, threads: 1 });
  const work = restorer.restore(new Float32Array(16 * 256 * 256), { channel: 0, sigma: 0 });
  setTimeout(() => controller.abort(), 50);
  await assert.rejects(work, CancelledError);
  await assert.rejects(
    restorer.restore(new Float32Array(16 * 256 * 256), { channel: 0, sigma: 0 }),
    CancelledError,
  );
  const late = createOnnxRestorer({ bytes, name: "m.onnx", psf, size, signal });
  await assert.rejects(late.restore(new Float32Array(1), { channel: 0, sigma: 0 }), CancelledError);
});

Deno.test("createOnnxRestorer() refuses files and channels that do not go with the stack", async () => {
  const psf = createBlur([1, 3, 5, 5]);
  const model = createModel({ name: "refused", channels: 3 });
  const bytes = writeOnnx(model, { kind: "baked", psf, size: [4, 20, 20] });
  const options = { bytes, name: "m.onnx" };
  assert.throws(() => createOnnxRestorer({ ...options, size: [4, 20, 21] }), InputError);
  assert.throws(
    () => createOnnxRestorer({ ...options, bytes: bytes.subarray(0, 5000), size: [4, 20, 20] }),
    /^InputError: m\.onnx is truncated/,
  );
  const restorer = createOnnxRestorer({ ...options, size: [4, 20, 20], threads: 1 });
  try {
    const data = new Float32Array(1600);
    await assert.rejects(
      restorer.restore(data, { channel: 3, sigma: 0 }),
      /^InputError: The model was exported for 3 channels and the stack has more/,
    );
    // What only the runtime notices comes as one line, and the thread lives on.
    await assert.rejects(
      restorer.restore(new Float32Array(7), { channel: 0, sigma: 0 }),
      /^InputError: onnxruntime cannot run m\.onnx: /,
    );
    assert.equal((await restorer.restore(data, { channel: 0, sigma: 0 })).length, 1600);
  } finally {
    restorer.close();
  }
});
