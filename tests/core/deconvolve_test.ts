import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import type { Engine } from "../../core/compute/engine.ts";
import { normalizeToPeak } from "../../core/dataset/normalize.ts";
import { syntheticDataset } from "../../core/dataset/synthetic_dataset.ts";
import { type DeconvolveOptions, deconvolveStack } from "../../core/deconvolve.ts";
import { degradeVolume } from "../../core/degrade/degrade_volume.ts";
import { modelMethod } from "../../core/evaluate.ts";
import { CancelledError } from "../../core/errors.ts";
import { createMemoryReader } from "../../core/io/memory_stack.ts";
import { openStack, readVolume } from "../../core/io/read_stack.ts";
import type { PixelType, StackInfo } from "../../core/io/stack.ts";
import { createTiff, encodeTiff } from "../../core/io/tiff_writer.ts";
import { loadPsf } from "../../core/psf/load_psf.ts";
import type { TilePlan } from "../../core/tiling.ts";
import { createStage, createStages } from "../../core/twb/initialize.ts";
import { createVolume, rangeOf, type Shape, voxelsOf } from "../../core/volume.ts";
import { assertClose } from "../support/assert_close.ts";
import { createMemoryWriter } from "../support/memory_writer.ts";
import { blobPsf, normals } from "../support/pattern.ts";
import { modelOf } from "../support/stage.ts";
import { inFolder, inputError } from "./dataset/write_stack.ts";

async function onEngine(test: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await createCpuEngine({ threads: 2 });
  try {
    await test(engine);
  } finally {
    engine.close();
  }
}

const model = modelOf(createStage());
const psf = blobPsf([3, 5, 5]);

function infoOf(shape: Shape, frames = 1): StackInfo {
  return { shape, frames, pixelType: "float32", metadata: {} };
}

/** Restores voxels in memory; also returns the plan. */
async function deconvolve(
  info: StackInfo,
  voxels: Float32Array,
  options: DeconvolveOptions,
) {
  const writer = createMemoryWriter(info);
  let plan: TilePlan | undefined;
  const result = await deconvolveStack(createMemoryReader(info, voxels), writer, {
    ...options,
    onPlan: (made) => plan = made,
  });
  return { ...result, ...writer, plan: plan! };
}

/** Cells of a microscope, in counts: positive, with a maximum above 1. */
function counts(length: number, seed: number): Float32Array {
  return Float32Array.from(normals(length, seed), (value) => 100 + 400 * value * value);
}

Deno.test("deconvolveStack() restores every frame and channel by the frame's maximum", () =>
  onEngine(async (engine) => {
    const shape: Shape = [2, 4, 12, 13];
    const length = 2 * voxelsOf(shape);
    const voxels = counts(3 * length, 1);
    // A darker last frame: a common factor would show.
    voxels.subarray(2 * length).forEach((value, i, frame) => frame[i] = value / 16);
    const { data, times } = await deconvolve(infoOf(shape, 3), voxels, { engine, model, psf });
    assert.ok(times.every((n) => n === 1));
    const method = modelMethod("", model, engine);
    for (const frame of [0, 1, 2]) {
      const part = voxels.slice(frame * length, (frame + 1) * length);
      const { volume, peak } = normalizeToPeak(createVolume(shape, part));
      const expected = await method.restore(volume, { psf, sigma: 0 });
      const actual = data.subarray(frame * length, (frame + 1) * length);
      assertClose(actual, expected.data.map((value) => value * peak), 1e-6, `frame ${frame}`);
    }
  }));

Deno.test("deconvolveStack() gives the stack's own units, whatever they are", () =>
  onEngine(async (engine) => {
    const shape: Shape = [1, 3, 10, 10];
    const voxels = counts(300, 2);
    const options = { engine, model, psf };
    const { data } = await deconvolve(infoOf(shape), voxels, options);
    const louder = await deconvolve(infoOf(shape), voxels.map((v) => v * 1024), options);
    assertClose(louder.data, data.map((value) => value * 1024), 1e-6);
    // Light is kept: the filter's gain at frequency 0 is 1.
    const mean = (values: Float32Array) => values.reduce((a, b) => a + b) / values.length;
    assert.ok(Math.abs(mean(data) / mean(voxels) - 1) < 0.1);
  }));

const cell = new URL("../../../shared/data/hela3d/val/LAM_cell31.tif", import.meta.url);
const present = existsSync(cell);

Deno.test({
  name: "tiles differ from the whole by less than 1e-3 of the peak on a real stack" +
    (present ? "" : " (needs ../shared)"),
  ignore: !present,
  fn: () =>
    onEngine(async (engine) => {
      const { psf } = await loadPsf("hela3d/psf1");
      const { volume } = normalizeToPeak(await readVolume(cell.pathname));
      const noise = { sigma: 0.01, seed: 1 };
      const { data, shape } = await degradeVolume(volume, { engine, psf, noise });
      const options = { engine, model, psf };
      const whole = await deconvolve(infoOf(shape), data, options);
      assert.equal(whole.plan.tiles.length, 1);
      const peak = rangeOf(whole.data).max;
      for (const memoryBytes of [40e6, 10e6]) {
        const tiled = await deconvolve(infoOf(shape), data, { ...options, memoryBytes });
        assert.ok(tiled.tiles >= 4, `${tiled.tiles} tiles`);
        assert.ok(tiled.plan.seam! < 1e-3, `${tiled.plan.seam} planned`);
        assert.ok(tiled.times.every((n) => n === 1));
        const differences = tiled.data.map((value, i) => Math.abs(value - whole.data[i]));
        const seam = rangeOf(differences).max / peak;
        assert.ok(seam < 1e-3, `${seam} of the peak with ${tiled.tiles} tiles`);
      }
    }),
});

Deno.test("tiles along z differ from the whole by less than 1e-3 of the peak", () =>
  onEngine(async (engine) => {
    const shape: Shape = [1, 120, 20, 20];
    const voxels = counts(voxelsOf(shape), 3);
    const info = infoOf(shape);
    const whole = await deconvolve(info, voxels, { engine, model, psf });
    const memoryBytes = 0.75 * whole.plan.bytes;
    const tiled = await deconvolve(info, voxels, { engine, model, psf, memoryBytes });
    assert.ok(tiled.plan.size[0] < 120, "not cut along z");
    assert.ok(tiled.plan.seam! < 1e-3, `${tiled.plan.seam} planned`);
    assertClose(tiled.data, whole.data, 1e-3);
  }));

const small: Shape = [1, 8, 130, 150];
const cascades = {
  residual: { shape: small, stages: { stageCount: 3, stageKind: "residual" } },
  shrinkage: { shape: small, stages: { stageCount: 3 } },
  coarse: { shape: [1, 8, 261, 330], stages: { coarseFactors: [[1, 4, 4], [1, 4, 4]] } },
} as const;

for (const [name, { shape, stages }] of Object.entries(cascades)) {
  Deno.test(`tiles of three stages (${name}) differ from the whole by less than 1e-3`, async () => {
    const cascade = { ...model, stages: createStages({ ...stages, positivity: "rectify" }) };
    const wide = blobPsf([3, 9, 9], 2);
    const [cell] = syntheticDataset({ count: 1, shape, seed: 4 }).items;
    const info = infoOf(shape);
    const restore = async (memoryBytes: number) => {
      const engine = await createCpuEngine({ threads: 2 });
      try {
        const noise = { sigma: 0.01, seed: 1 };
        const { data } = await degradeVolume(await cell.load(), { engine, psf: wide, noise });
        const options = { engine, model: cascade, psf: wide, memoryBytes };
        const before = engine.memory.peakBytes;
        const result = await deconvolve(info, data, options);
        const { peakBytes } = engine.memory;
        assert.ok(before < peakBytes && peakBytes <= result.plan.bytes, `${result.plan.bytes}`);
        return result;
      } finally {
        engine.close();
      }
    };
    const whole = await restore(4e9);
    assert.equal(whole.plan.tiles.length, 1);
    const tiled = await restore(0.8 * whole.plan.bytes);
    assert.ok(tiled.tiles > 1 && tiled.times.every((n) => n === 1));
    assert.ok(tiled.plan.seam! < 1e-3, `${tiled.plan.seam} planned`);
    // Nothing outside the stack is given to later stages: its borders agree too.
    assertClose(tiled.data, whole.data, 1e-3);
  });
}

Deno.test("the engine holds no more than the plan says", async () => {
  for (const memoryBytes of [4e9, 3e6]) {
    await onEngine(async (engine) => {
      const shape: Shape = [1, 8, 150, 140];
      const voxels = counts(voxelsOf(shape), 4);
      const options = { engine, model, psf, memoryBytes };
      const { plan } = await deconvolve(infoOf(shape), voxels, options);
      const { peakBytes } = engine.memory;
      assert.ok(peakBytes <= plan.bytes, `${peakBytes} bytes, planned ${plan.bytes}`);
    });
  }
});

/** Restores a file into a file. */
async function deconvolveFile(
  engine: Engine,
  { input, output, pixelType }: { input: string; output: string; pixelType?: PixelType },
) {
  const reader = await openStack(input);
  const writer = createTiff(output, {
    ...reader.info,
    pixelType: pixelType ?? reader.info.pixelType,
  });
  try {
    await deconvolveStack(reader, writer, { engine, model, psf });
    writer.close();
  } catch (error) {
    writer.abort();
    throw error;
  } finally {
    reader.close();
  }
}

Deno.test("8, 16 and 32-bit files give the same result, in 32 bits or rounded to their own", () =>
  inFolder((folder) =>
    onEngine(async (engine) => {
      const shape: Shape = [1, 3, 12, 11];
      const voxels = Float32Array.from(
        normals(voxelsOf(shape), 5),
        (value) => value > 0.5 ? 255 : 0,
      );
      const float = await deconvolve(infoOf(shape), voxels, { engine, model, psf });
      const range = rangeOf(float.data);
      assert.ok(range.min < 0 && range.max > 255, "nothing would be clipped");
      for (const pixelType of ["uint8", "uint16", "float32"] as const) {
        const input = `${folder}/${pixelType}.tif`;
        const output = `${folder}/restored.tif`;
        Deno.writeFileSync(input, encodeTiff({ ...infoOf(shape), pixelType }, voxels));
        await deconvolveFile(engine, { input, output, pixelType: "float32" });
        assertClose((await readVolume(output)).data, float.data, 1e-6);
        await deconvolveFile(engine, { input, output });
        const same = await readVolume(output);
        assert.equal(same.info.pixelType, pixelType);
        const most = { uint8: 255, uint16: 65535, float32: Infinity }[pixelType];
        for (const [i, value] of same.data.entries()) {
          const clipped = pixelType === "float32"
            ? float.data[i]
            : Math.min(most, Math.max(0, float.data[i]));
          const slack = pixelType === "float32" ? 1e-3 : 0.501;
          assert.ok(Math.abs(value - clipped) < slack, `${pixelType}: ${value}, not ${clipped}`);
        }
      }
    })
  ));

Deno.test("voxel size, frames, channels, labels, colours and texts go through", () =>
  inFolder((folder) =>
    onEngine(async (engine) => {
      const info: StackInfo = {
        shape: [2, 2, 8, 9],
        frames: 2,
        pixelType: "uint16",
        voxelSizeUm: { x: 0.1, y: 0.1, z: 0.25 },
        metadata: {
          unit: "micron",
          frameIntervalS: 1.5,
          sliceLabels: Array.from({ length: 8 }, (_, i) => `plane ${i}`),
          displayRanges: [[0, 900], [10, 700]],
          lookupTables: [0, 1].map((c) => new Uint8Array(768).map((_, i) => (i + c) % 256)),
          info: "stained twice",
        },
      };
      const input = `${folder}/in.tif`;
      const output = `${folder}/out.tif`;
      Deno.writeFileSync(input, encodeTiff(info, counts(2 * 2 * 144, 6)));
      await deconvolveFile(engine, { input, output, pixelType: "float32" });
      const [before, after] = await Promise.all([openStack(input), openStack(output)]);
      assert.deepEqual(after.info, { ...before.info, pixelType: "float32" });
      assert.deepEqual(after.info.metadata.sliceLabels, info.metadata.sliceLabels);
      before.close();
      after.close();
    })
  ));

for (const value of [NaN, Infinity, -Infinity]) {
  Deno.test(`a voxel that is ${value} is named, and nothing is left behind`, () =>
    inFolder((folder) =>
      onEngine(async (engine) => {
        const info = infoOf([2, 3, 8, 9], 2);
        const voxels = counts(2 * 2 * 216, 7);
        // Frame 2, channel 2, z 1, y 3, x 5: the first frame is written by then.
        voxels[((3 * 3 + 1) * 8 + 3) * 9 + 5] = value;
        const input = `${folder}/in.tif`;
        Deno.writeFileSync(input, encodeTiff(info, voxels));
        await assert.rejects(
          deconvolveFile(engine, { input, output: `${folder}/out.tif` }),
          inputError(String(value), "channel 2", "x 5, y 3, z 1"),
        );
        assert.deepEqual([...Deno.readDirSync(folder)].map((e) => e.name), ["in.tif"]);
      })
    ));
}

Deno.test("a constant stack is refused, a blank frame in a series is not", () =>
  onEngine(async (engine) => {
    const options = { engine, model, psf };
    for (const value of [0, 7, -3]) {
      const voxels = new Float32Array(2 * 216).fill(value);
      await assert.rejects(
        deconvolve(infoOf([1, 3, 8, 9], 2), voxels, options),
        inputError("All voxels", String(value), "nothing to restore"),
      );
    }
    const voxels = counts(3 * 216, 8).fill(0, 216, 432);
    const { data } = await deconvolve(infoOf([1, 3, 8, 9], 3), voxels, options);
    assert.ok(data.subarray(216, 432).every((value) => value === 0));
    assert.ok(data.subarray(432).some((value) => value > 100));
  }));

Deno.test("a noise-adaptive model takes the noise given, or estimates each channel's own", () =>
  onEngine(async (engine) => {
    const shape: Shape = [2, 3, 64, 64];
    const n = voxelsOf(shape);
    const adaptive = modelOf(createStage({ noiseExponent: 1 }));
    // A smooth scene of maximum near 1000, noise of 1 % and of 4 % of it.
    const noise = normals(2 * n, 9);
    const voxels = Float32Array.from(noise, (value, i) => {
      const smooth = 500 + 450 * Math.sin((i % 64) / 20) * Math.cos((Math.floor(i / 64) % 64) / 25);
      return smooth + (i < n ? 10 : 40) * value;
    });
    const peak = rangeOf(voxels).max;
    const options = { engine, model: adaptive, psf };
    const estimated = await deconvolve(infoOf(shape), voxels, options);
    const [[first, second]] = estimated.sigmas;
    assert.ok(Math.abs(first * peak / 10 - 1) < 0.1, `${first * peak} of 10`);
    assert.ok(Math.abs(second * peak / 40 - 1) < 0.1, `${second * peak} of 40`);
    for (const [channel, sigma] of [first, second].entries()) {
      const given = await deconvolve(infoOf(shape), voxels, { ...options, sigma });
      assert.deepEqual(given.sigmas, []);
      const part = (data: Float32Array) => data.subarray(channel * n, (channel + 1) * n);
      assert.deepEqual(part(given.data), part(estimated.data));
      const other = 1 - channel;
      assert.notDeepEqual(
        given.data.subarray(other * n, (other + 1) * n),
        estimated.data.subarray(other * n, (other + 1) * n),
      );
    }
  }));

Deno.test("channels and planes that do not go together are refused", () =>
  onEngine(async (engine) => {
    const three = modelOf(createStage({ kernelChannels: 3 }));
    const voxels = counts(2 * 216, 10);
    const info = infoOf([2, 3, 8, 9]);
    await assert.rejects(
      deconvolve(info, voxels, { engine, model: three, psf }),
      inputError("3 channels", "stack has 2"),
    );
    const two = createVolume([4, 1, 3, 3], new Float32Array(36).fill(1 / 9));
    await assert.rejects(
      deconvolve(info, voxels, { engine, model, psf: two }),
      inputError("PSF has 4 channels"),
    );
    await assert.rejects(
      deconvolve(infoOf([1, 1, 18, 24]), voxels, { engine, model, psf }),
      inputError("3 planes", "image one", "psf --size 5x5"),
    );
  }));

Deno.test("a signal ends the work between two tiles", () =>
  onEngine(async (engine) => {
    const shape: Shape = [1, 8, 150, 140];
    const voxels = counts(voxelsOf(shape), 4);
    const controller = new AbortController();
    let tiles = 0;
    await assert.rejects(
      deconvolve(infoOf(shape), voxels, {
        engine,
        model,
        psf,
        memoryBytes: 3e6,
        signal: controller.signal,
        onTile: (done) => {
          tiles = done;
          if (done === 2) controller.abort();
        },
      }),
      CancelledError,
    );
    assert.equal(tiles, 2);
  }));
