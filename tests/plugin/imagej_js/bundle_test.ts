import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import { bundle } from "../../../plugin/imagej_js/build.ts";

/** Everything of the core that a browser uses. */
const SOURCE = `
import { createWebgpuEngine } from "CORE/compute/webgpu/webgpu_engine.ts";
import { deconvolveStack } from "CORE/deconvolve.ts";
import { openTiffBuffer } from "CORE/io/tiff_reader.ts";
import { encodeTiff } from "CORE/io/tiff_writer.ts";
import { decodeModel } from "CORE/model/model_file.ts";
import { readOnnxModel } from "CORE/model/onnx_file.ts";
import { writeOnnx } from "CORE/onnx/write_onnx.ts";
import { createPsf } from "CORE/psf/create_psf.ts";
import { resamplePsf } from "CORE/psf/resample.ts";
import { planTiles } from "CORE/tiling.ts";

Object.assign(globalThis, {
  core: {
    createWebgpuEngine, deconvolveStack, openTiffBuffer, encodeTiff, decodeModel, readOnnxModel,
    writeOnnx, createPsf, resamplePsf, planTiles,
  },
});
`;

/** What a browser's global scope has and the code may use while it starts. */
const BROWSER_GLOBALS = { TextDecoder, TextEncoder, URL, Blob, console, setTimeout, performance };

Deno.test("core's browser parts bundle for a browser and start without Deno's and Node's globals", async () => {
  const folder = await Deno.makeTempDir({ prefix: "bundle-" });
  try {
    const root = new URL(`file://${folder}/`);
    const core = new URL("../../../core", import.meta.url).href;
    const [source, file] = [new URL("core.ts", root), new URL("core.js", root)];
    await Deno.writeTextFile(source, SOURCE.replaceAll("CORE", core));
    await bundle(source.href, { file, format: "iife" });
    const text = await Deno.readTextFile(file);
    assert.doesNotMatch(text, /\bimport\s*[("'{*]|\brequire\(["']node:/);

    const context = createContext({ ...BROWSER_GLOBALS });
    assert.equal(runInContext("typeof Deno + typeof process", context), "undefinedundefined");
    runInContext(text, context);
    const seen = await runInContext(
      `(async () => {
        const info = { shape: [1, 2, 4, 4], frames: 1, pixelType: "uint16", metadata: {} };
        const tiff = core.encodeTiff(info, Float32Array.from({ length: 32 }, (_, i) => i));
        const reader = await core.openTiffBuffer(tiff.buffer, "small.tif");
        const plane = await reader.readRegion({ channel: 0, start: [1, 0, 0], end: [2, 1, 4] });
        const psf = core.createPsf(
          { model: "born-wolf", wavelengthsNm: [520], numericalAperture: 1.2 },
          { size: [3, 9, 9], voxelSizeNm: { x: 100, y: 100, z: 250 } },
        );
        const refusal = await core.createWebgpuEngine().catch((error) => error.message);
        return JSON.stringify([[...plane], [...psf.shape], refusal]);
      })()`,
      context,
    );
    const [plane, shape, refusal] = JSON.parse(seen);
    assert.deepEqual(plane, [16, 17, 18, 19]);
    assert.deepEqual(shape, [1, 3, 9, 9]);
    assert.match(refusal, /^There is no WebGPU adapter/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
