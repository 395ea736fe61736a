/**
 * `deconvolve` of a 16-bit stack of 2048 x 2048 x 64 under `--memory 2GB`: its largest resident set
 * and its time; and what the seams between tiles amount to, on a smaller stack.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { createPhantom } from "../../core/dataset/phantom.ts";
import { deconvolveStack } from "../../core/deconvolve.ts";
import { createMemoryReader } from "../../core/io/memory_stack.ts";
import type { StackInfo } from "../../core/io/stack.ts";
import { createTiff, writeVolume } from "../../core/io/tiff_writer.ts";
import { encodeModel } from "../../core/model/model_file.ts";
import { createPsf } from "../../core/psf/create_psf.ts";
import { planTiles } from "../../core/tiling.ts";
import { createStage } from "../../core/twb/initialize.ts";
import { formatSize, rangeOf, type Shape, sizeOf } from "../../core/volume.ts";
import { createMemoryWriter } from "../support/memory_writer.ts";
import { normals } from "../support/pattern.ts";
import { modelOf } from "../support/stage.ts";
import { formatBytes, formatMs, printBench } from "./support/bench_table.ts";
import { peakResidentBytes } from "./support/measure.ts";

const LARGE: Shape = [1, 64, 2048, 2048];
const SMALL: Shape = [1, 24, 384, 384];
const MOST_BYTES = 3e9;
const MOST_SEAM = 1e-3;
const VOXEL_NM = { x: 98, y: 98, z: 203 };

const psf = createPsf(
  { model: "gibson-lanni", wavelengthsNm: [450], numericalAperture: 1.4 },
  { size: [13, 27, 27], voxelSizeNm: VOXEL_NM },
);
const model = modelOf(createStage());

function infoOf(shape: Shape): StackInfo {
  return { shape, frames: 1, pixelType: "uint16", metadata: {} };
}

/** Counts of a camera: 100 of dark current, cells of up to 4000, noise of 20. */
function countsOf(shape: Shape): Float32Array {
  const { data } = createPhantom({ shape, seed: 1 });
  const peak = rangeOf(data).max;
  const noise = normals(shape[2] * shape[3], 2);
  return data.map((value, i) =>
    Math.max(0, Math.round(100 + 4000 * value / peak + 20 * noise[i % noise.length]))
  );
}

/** The largest difference between the tiled and the untiled result, relative to the peak. */
async function measureSeams(): Promise<{ readonly error: number; readonly tiles: number }> {
  const counts = countsOf(SMALL);
  const engine = await createCpuEngine();
  const options = { psfSize: sizeOf(psf.shape), stages: model.stages };
  const whole = planTiles(sizeOf(SMALL), { ...options, memoryBytes: 4e9 });
  const results: Float32Array[] = [];
  let tiles = 0;
  for (const memoryBytes of [whole.bytes, 0.45 * whole.bytes]) {
    const reader = createMemoryReader(infoOf(SMALL), Uint16Array.from(counts));
    const writer = createMemoryWriter({ ...infoOf(SMALL), pixelType: "float32" });
    const result = await deconvolveStack(reader, writer, { engine, model, psf, memoryBytes });
    tiles = result.tiles;
    results.push(writer.data);
  }
  engine.close();
  assert.ok(tiles > 1, "the smaller stack was not cut into tiles");
  const [untiled, tiled] = results;
  const largest = untiled.reduce((most, v, i) => Math.max(most, Math.abs(v - tiled[i])), 0);
  return { error: largest / rangeOf(untiled).max, tiles };
}

/** One cell after the other, to the size of a large field of view. */
function writeLargeStack(path: string): void {
  const [, depth, height, width] = LARGE;
  const part = 512;
  const counts = countsOf([1, depth, part, part]);
  const writer = createTiff(path, infoOf(LARGE));
  const plane = new Float32Array(height * width);
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      const from = (z * part + y % part) * part;
      for (let x = 0; x < width; x += part) {
        plane.set(counts.subarray(from, from + part), y * width + x);
      }
    }
    writer.writeRegion({ channel: 0, start: [z, 0, 0], end: [z + 1, height, width] }, plane);
  }
  writer.close();
}

/** Runs the program; its messages go on to stderr. */
async function deconvolveLarge(folder: string): Promise<{ bytes?: number; ms: number }> {
  const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
  const line = "deconvolve large.tif restored.tif --model model.json --psf psf.tif --memory 2GB";
  const begin = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", main, ...line.split(" ")],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
  }).spawn();
  let bytes: number | undefined;
  const watch = setInterval(() => bytes = peakResidentBytes(child.pid) ?? bytes, 100);
  const { code } = await child.status;
  clearInterval(watch);
  assert.equal(code, 0, `deconvolve ended with exit code ${code}`);
  return { bytes, ms: performance.now() - begin };
}

async function run(): Promise<void> {
  const { error, tiles } = await measureSeams();
  assert.ok(error < MOST_SEAM, `seams of ${error} of the peak`);
  const folder = await Deno.makeTempDir();
  try {
    writeLargeStack(`${folder}/large.tif`);
    writeVolume(`${folder}/psf.tif`, psf);
    Deno.writeTextFileSync(`${folder}/model.json`, encodeModel(model));
    const { bytes, ms } = await deconvolveLarge(folder);
    printBench({
      title: `deconvolve of ${formatSize(LARGE)}, 16 bit, --memory 2GB`,
      rows: [{
        what: "largest resident set (the ratio is to 3 GB)",
        ours: formatBytes(bytes) ?? "?",
        ratio: bytes && bytes / MOST_BYTES,
        atMost: 1,
      }, {
        what: "the whole run, files included",
        ours: formatMs(ms)!,
      }, {
        what: `seams on ${formatSize(SMALL)}: ${tiles} tiles against one (the ratio is to 1e-3)`,
        ours: `${error.toExponential(1)} of the peak`,
        ratio: error / MOST_SEAM,
        atMost: 1,
      }],
      notes: ["Resident set: VmHWM of the program's process (Linux)."],
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await run();
