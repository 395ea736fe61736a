import assert from "node:assert/strict";
import onnxProto from "onnx-proto";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readOnnxFile, readOnnxModel } from "../../../core/model/onnx_file.ts";
import { type OnnxTarget, writeOnnx } from "../../../core/onnx/write_onnx.ts";
import { createVolume, sizeOf, type Volume } from "../../../core/volume.ts";
import { assertClose } from "../../support/assert_close.ts";
import {
  CASCADE_CASES,
  createBlur,
  createImage,
  createModel,
  ONNX_CASES,
  prepareCase,
} from "./onnx_case.ts";

// The issue asks for 1e-4; float32 on two engines is at 1e-6.
const TOLERANCE = 1e-5;

async function run(bytes: Uint8Array, feeds: Record<string, Tensor>): Promise<Tensor> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  try {
    return (await session.run(feeds)).restored;
  } finally {
    await session.release();
  }
}

function imageTensor({ data, shape }: Volume): Tensor {
  return new Tensor("float32", data, [1, ...shape]);
}

for (const options of [...ONNX_CASES, ...CASCADE_CASES]) {
  Deno.test(`writeOnnx() agrees with the CPU engine: ${options.name}`, async () => {
    const { model, image, psf, expected } = await prepareCase(options);
    const targets: OnnxTarget[] = [
      { kind: "general" },
      { kind: "baked", psf, size: sizeOf(image.shape) },
    ];
    for (const target of targets) {
      const feeds: Record<string, Tensor> = { image: imageTensor(image) };
      if (target.kind === "general") feeds.psf = new Tensor("float32", psf.data, psf.shape);
      const restored = await run(writeOnnx(model, target), feeds);
      assert.deepEqual(restored.dims, [1, ...image.shape]);
      assertClose(restored.data as Float32Array, expected, TOLERANCE, target.kind);
    }
  });
}

Deno.test("writeOnnx() takes a PSF in any units", async () => {
  const { model, image, psf, expected } = await prepareCase(ONNX_CASES[3]);
  const scaled = psf.data.map((value) => 1000 * value);
  const feeds = { image: imageTensor(image), psf: new Tensor("float32", scaled, psf.shape) };
  const restored = await run(writeOnnx(model, { kind: "general" }), feeds);
  assertClose(restored.data as Float32Array, expected, TOLERANCE);
});

Deno.test("writeOnnx() finds the grid of long axes and keeps its accuracy there", async () => {
  for (const width of [1023, 2999, 4093]) {
    const { model, image, psf, expected } = await prepareCase({
      name: "line",
      image: [1, 1, 3, width],
      psf: [1, 1, 1, 9],
      kernelSize: [1, 3, 5],
    });
    const feeds = { image: imageTensor(image), psf: new Tensor("float32", psf.data, psf.shape) };
    const restored = await run(writeOnnx(model, { kind: "general" }), feeds);
    assertClose(restored.data as Float32Array, expected, TOLERANCE, `width ${width}`);
  }
});

Deno.test("writeOnnx() estimates the noise of stacks that are sampled by rows and planes", async () => {
  const options = { image: [1, 3, 1100, 700], psf: [1, 1, 3, 3], noiseExponent: 1 } as const;
  const { model, image, psf, expected } = await prepareCase({ name: "large", ...options });
  const bytes = writeOnnx(model, { kind: "general" });
  const feeds = { image: imageTensor(image), psf: new Tensor("float32", psf.data, psf.shape) };
  assertClose((await run(bytes, feeds)).data as Float32Array, expected, TOLERANCE);
  // The noise matters: another level gives another result.
  const noisier = image.data.map((value, i) => value + (i % 2 ? 40 : -40));
  const other = await run(bytes, { ...feeds, image: imageTensor({ ...image, data: noisier }) });
  assert.throws(() => assertClose(other.data as Float32Array, expected, 1e-2));
});

Deno.test("writeOnnx() leaves a black stack black, also where the noise is estimated", async () => {
  const model = createModel({ name: "black", noiseExponent: 1 });
  const psf = createBlur([1, 3, 5, 5]);
  const image = createVolume([1, 4, 12, 12]);
  const feeds = { image: imageTensor(image), psf: new Tensor("float32", psf.data, psf.shape) };
  const restored = await run(writeOnnx(model, { kind: "general" }), feeds);
  assert.ok((restored.data as Float32Array).every((value) => value === 0));
});

Deno.test("writeOnnx() gives graphs of cascades that follow the image's units", async () => {
  const { model, image, psf, expected } = await prepareCase(CASCADE_CASES[3]);
  const data = image.data.map((value) => 1024 * value);
  const feeds = {
    image: imageTensor({ ...image, data }),
    psf: new Tensor("float32", psf.data, psf.shape),
  };
  const bytes = writeOnnx(model, { kind: "general" });
  const restored = await run(bytes, feeds);
  assertClose(restored.data as Float32Array, expected.map((value) => 1024 * value), TOLERANCE);
  const { metadata } = readOnnxFile(bytes, "model.onnx");
  assert.match(metadata.get("intensity_normalization")!, /largest voxel of all channels over 0.8,/);
  const black = { ...feeds, image: imageTensor(createVolume(image.shape)) };
  assert.ok(((await run(bytes, black)).data as Float32Array).every((value) => value === 0));
});

Deno.test("writeOnnx() stores equal matrices of all stages once", () => {
  const options = { name: "size", stageKind: "residual", positivity: "rectify" } as const;
  const target = { kind: "baked", psf: createBlur([1, 5, 9, 9]), size: [8, 64, 90] } as const;
  const [two, six] = [2, 6].map((stageCount) => {
    const { graph } = onnxProto.onnx.ModelProto.decode(
      writeOnnx(createModel({ ...options, stageCount }), target),
    );
    return graph!.initializer!.reduce((sum, { rawData }) => sum + rawData!.length, 0);
  });
  // Four stages more: their kernels' lags and a few numbers.
  assert.ok(six - two < 4 * 4 * 3 * 9 * 9 + 1000, `${six - two} bytes more`);
});

Deno.test("writeOnnx() keeps the model, operator set 17 and IR version 8", () => {
  const model = createModel({ name: "kept", channels: 3, noiseExponent: 1 });
  const psf = createBlur([1, 3, 5, 7]);
  const general = writeOnnx(model, { kind: "general" });
  const baked = writeOnnx(model, { kind: "baked", psf, size: [4, 20, 30] });
  for (const bytes of [general, baked]) {
    assert.deepEqual(readOnnxModel(bytes, "model.onnx"), model);
    const { opset, irVersion, metadata } = readOnnxFile(bytes, "model.onnx");
    assert.deepEqual({ opset, irVersion }, { opset: 17, irVersion: 8 });
    assert.equal(metadata.get("data_licence"), "public domain");
    assert.equal(metadata.get("voxel_size_um"), "0.098 0.098 0.203");
    assert.match(metadata.get("intensity_normalization")!, /^inside the graph/);
    assert.equal(JSON.parse(metadata.get("training")!).epochs, 3);
  }
  const file = readOnnxFile(baked, "model.onnx");
  assert.deepEqual(file.inputs, [{ name: "image", elementType: 1, shape: [1, 3, 4, 20, 30] }]);
  assert.deepEqual(readOnnxFile(general, "model.onnx").inputs.map(({ name }) => name), [
    "image",
    "psf",
  ]);
  assert.equal(file.metadata.get("size"), "30x20x4");
});

Deno.test("writeOnnx() keeps to operators that all runtimes have, and to tables for angles", () => {
  const model = createModel({ name: "operators", noiseExponent: 1, positivity: "rectify" });
  const psf = createBlur([1, 3, 5, 7]);
  const operatorsOf = (target: OnnxTarget) => {
    const { graph } = onnxProto.onnx.ModelProto.decode(writeOnnx(model, target));
    const branches = graph!.node!.flatMap(({ attribute }) =>
      attribute!.flatMap(({ g }) => g?.node ?? [])
    );
    return new Set([...graph!.node!, ...branches].map(({ opType }) => opType!));
  };
  const baked = operatorsOf({ kind: "baked", psf, size: [4, 20, 30] });
  const general = operatorsOf({ kind: "general" });
  for (const name of ["Sin", "Cos", "DFT", "Einsum", "Loop"]) assert.ok(!general.has(name), name);
  // Tables of a fixed size are stored: nothing is left of how they are made.
  for (const name of ["Range", "Mod", "Shape", "Gather"]) assert.ok(!baked.has(name), name);
});

Deno.test("writeOnnx() refuses what cannot be baked", () => {
  const model = createModel({ name: "refused", channels: 3 });
  assert.throws(
    () => writeOnnx(model, { kind: "baked", psf: createBlur([2, 3, 5, 5]), size: [4, 20, 20] }),
    /^InputError: The PSF has 2 channels and the model 3/,
  );
  assert.throws(
    () => writeOnnx(model, { kind: "baked", psf: createBlur([1, 3, 5, 5]), size: [1, 20, 20] }),
    /^InputError: The PSF has 3 planes and the size 20 x 20 one/,
  );
});

Deno.test("writeOnnx() gives a graph that refuses another channel count", async () => {
  const model = createModel({ name: "channels", channels: 3 });
  const psf = createBlur([1, 3, 5, 5]);
  const feeds = {
    image: imageTensor(createImage([2, 4, 12, 12])),
    psf: new Tensor("float32", psf.data, psf.shape),
  };
  await assert.rejects(run(writeOnnx(model, { kind: "general" }), feeds), /invalid dimensions/);
});
