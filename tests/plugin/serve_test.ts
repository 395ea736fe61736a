import assert from "node:assert/strict";
import { createCpuEngine } from "../../core/compute/cpu/cpu_engine.ts";
import { createPhantom } from "../../core/dataset/phantom.ts";
import { deconvolveStack } from "../../core/deconvolve.ts";
import { createMemoryReader } from "../../core/io/memory_stack.ts";
import type { StackInfo, StackReader } from "../../core/io/stack.ts";
import { writeVolume } from "../../core/io/tiff_writer.ts";
import { loadPsf } from "../../core/psf/load_psf.ts";
import type { Model } from "../../core/model/model.ts";
import { encodeModel } from "../../core/model/model_file.ts";
import { createStages } from "../../core/twb/initialize.ts";
import { createVolume, type Shape, type Volume, voxelsOf } from "../../core/volume.ts";
import { defaultModel } from "../../plugin/default_models.ts";
import { assertClose } from "../support/assert_close.ts";
import { type HostOptions, runServe } from "../support/serve_host.ts";

let bundle: Promise<string> | undefined;
/** The program as it is in the jar. */
function script(): Promise<string> {
  return bundle ??= (async () => {
    const folder = Deno.makeTempDirSync();
    addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    const serve = new URL("../../plugin/serve.ts", import.meta.url).pathname;
    const args = ["bundle", "--quiet", "-o", `${folder}/serve.js`, serve];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    return `${folder}/serve.js`;
  })();
}

const FIELDS = {
  model: "default",
  voxel: "0.098 0.098 0.203",
  unit: "micron",
  psf: "file",
  "psf-file": "hela3d/psf6",
  backend: "cpu",
  threads: "1",
};

/** Cells with a peak of 200, a frame after the other. */
function openCells(shape: Shape, frames = 1): StackReader & { frames: readonly Volume[] } {
  const info: StackInfo = { shape, frames, pixelType: "float32", metadata: {} };
  const cells = Array.from({ length: frames }, (_, frame) => {
    const volume = createPhantom({ shape, seed: 3 + frame });
    volume.data.forEach((value, i) => volume.data[i] = 200 * value + i % 5);
    return volume;
  });
  const data = new Float32Array(frames * cells[0].data.length);
  cells.forEach((cell, frame) => data.set(cell.data, frame * cell.data.length));
  return { ...createMemoryReader(info, data), frames: cells };
}

/** What deconvolveStack() makes of it in this process. */
async function restoreHere(
  reader: StackReader,
  { memoryBytes = 4e9, model = defaultModel(reader.info.shape[1]) }: {
    readonly memoryBytes?: number;
    readonly model?: Model;
  } = {},
): Promise<Volume[]> {
  const { shape, frames } = reader.info;
  const results = Array.from({ length: frames }, () => createVolume(shape));
  const { psf } = await loadPsf("hela3d/psf6");
  const engine = await createCpuEngine({ threads: 1 });
  await deconvolveStack(reader, {
    info: reader.info,
    writeRegion({ frame = 0, channel, start, end }, data) {
      const [, depth, height, width] = shape;
      let from = 0;
      for (let z = start[0]; z < end[0]; z++) {
        for (let y = start[1]; y < end[1]; y++, from += end[2] - start[2]) {
          const to = ((channel * depth + z) * height + y) * width + start[2];
          results[frame].data.set(data.subarray(from, from + end[2] - start[2]), to);
        }
      }
    },
    close() {},
    abort() {},
  }, { engine, model, psf, memoryBytes });
  engine.close();
  return results;
}

async function serve(
  reader: StackReader,
  fields: Readonly<Record<string, string>> = {},
  options: Partial<HostOptions> = {},
) {
  return await runServe(reader, { ...FIELDS, ...fields }, { script: await script(), ...options });
}

Deno.test("serve restores with the fast built-in model, and with a cascade from a file", async () => {
  const cells = openCells([1, 5, 48, 52], 1);
  const stages = createStages({ stageCount: 3, positivity: "rectify" });
  const cascade = { ...defaultModel(5), stages };
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, encodeModel(cascade));
    for (const [name, model] of [["fast", defaultModel(5, "fast")], [file, cascade]] as const) {
      const served = await serve(cells, { model: name }, { permissions: [`--allow-read=${file}`] });
      assert.deepEqual([served.code, served.mishaps], [0, []], JSON.stringify(served.lines));
      const [expected] = await restoreHere(cells, { model });
      assertClose(served.frames[0].data, expected.data, 1e-6, name);
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("serve restores channels and frames as deconvolveStack() does, with no permission to read", async () => {
  const cells = openCells([2, 5, 48, 52], 2);
  const served = await serve(cells);
  assert.deepEqual([served.code, served.mishaps], [0, []]);
  const expected = await restoreHere(cells);
  served.frames.forEach((frame, index) => assertClose(frame.data, expected[index].data, 1e-6));
  const kinds = served.lines.map(({ kind }) => kind);
  for (const kind of ["status", "model", "psf", "backend", "tiles", "noise"] as const) {
    assert.ok(kinds.includes(kind), `no line about ${kind}`);
  }
  const progress = served.lines.filter(({ kind }) => kind === "progress").map(({ text }) => text);
  assert.deepEqual(progress, ["0 4", "1 4", "2 4", "3 4", "4 4"]);
});

Deno.test("serve asks for tiles where a frame is too large to be kept, and gives the same", async () => {
  const cells = openCells([1, 8, 300, 280]);
  const memoryBytes = 5_000_000;
  const kinds = new Set<string>();
  const served = await serve(cells, { model: "fast", memory: String(memoryBytes) }, {
    onRequest({ start, end }) {
      kinds.add(end[0] - start[0] > 1 && end[2] - start[2] < 280 ? "piece" : "plane");
      return "answer";
    },
  });
  assert.equal(served.code, 0, JSON.stringify(served.lines));
  const [expected] = await restoreHere(cells, { memoryBytes, model: defaultModel(8, "fast") });
  assertClose(served.frames[0].data, expected.data, 1e-6);
  assert.deepEqual([...kinds], ["plane", "piece"]);
});

Deno.test("serve reads the model and PSF files that the host allows, and no others", async () => {
  const folder = Deno.makeTempDirSync();
  const cells = openCells([1, 5, 48, 52]);
  const model = new URL("../../plugin/models/default.json", import.meta.url).pathname;
  Deno.mkdirSync(`${folder}/run 1`);
  Deno.copyFileSync(model, `${folder}/run 1/model.json`);
  const { psf } = await loadPsf("hela3d/psf6");
  writeVolume(`${folder}/psf.tif`, { ...psf, voxelSizeUm: { x: 0.098, y: 0.098, z: 0.203 } });
  const fields = { model: `${folder}/run 1`, "psf-file": `${folder}/psf.tif` };
  const permissions = [`--allow-read=${folder}/run 1`, `--allow-read=${folder}/psf.tif`];
  const served = await serve(cells, fields, { permissions });
  assert.equal(served.code, 0, JSON.stringify(served.lines));
  const [expected] = await restoreHere(cells);
  assertClose(served.frames[0].data, expected.data, 1e-6);
  const forbidden = await serve(cells, fields, { permissions: permissions.slice(1) });
  assert.equal(forbidden.code, 1);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("serve takes the PSF from the host, and a channel's own PSF for that channel", async () => {
  const cells = openCells([1, 5, 48, 52]);
  const { psf } = await loadPsf("hela3d/psf6");
  const other = await loadPsf("hela3d/psf6");
  const both = createVolume([2, ...psf.shape.slice(1)] as unknown as Shape);
  both.data.set(other.psf.data.toReversed().map((value, i) => value * (i % 2)), 0);
  both.data.set(psf.data, voxelsOf(psf.shape));
  const [, depth, height, width] = psf.shape;
  const served = await serve(cells, {
    "only-channel": "2 of 2",
    psf: "image",
    "psf-image": "beads",
    "psf-size": `${width} ${height} ${depth}`,
    "psf-channels": "2",
    "psf-voxel": "98 98 203",
    "psf-unit": "nm",
  }, { psf: both });
  assert.equal(served.code, 0, JSON.stringify(served.lines));
  const [expected] = await restoreHere(cells);
  assertClose(served.frames[0].data, expected.data, 1e-6);
  assert.ok(!served.lines.some(({ kind }) => kind === "warning"));
});

Deno.test("serve ends when its input ends, while it reads and while it works", async () => {
  const cells = openCells([2, 5, 48, 52]);
  let asked = 0;
  const served = await serve(cells, {}, {
    onRequest: () => ++asked === 2 ? "close" : "answer",
  });
  assert.equal(served.code, 3);
  assert.equal(served.lines.filter(({ kind }) => kind === "error").length, 0);
});

Deno.test("serve says in one line what is wrong with a job", async () => {
  const cells = openCells([2, 5, 48, 52]);
  const cases: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ psf: "optics", optics: "born-wolf" }, /--wavelength is missing/],
    [{ psf: "optics", optics: "born-wolf", wavelength: "500 x", na: "1" }, /--wavelength is "x"/],
    [
      { psf: "optics", optics: "born-wolf", wavelength: "500 520 540", na: "1" },
      /There are 3 wavelengths and the image has 2 channel/,
    ],
    [{ psf: "optics", optics: "airy", wavelength: "500", na: "1" }, /--optics is "airy"/],
    [{ "psf-file": "hela3d" }, /hela3d names 6 PSFs; choose one: hela3d\/psf1/],
    [{ sigma: "1%..3%" }, /--sigma is a range/],
    [{ memory: "lots" }, /--memory/],
    [{ memory: "1kB" }, /smallest tiles need/],
    [{ channels: "2.5" }, /--channels is 2.5; it is a whole number/],
  ];
  for (const [fields, expected] of cases) {
    const served = await serve(cells, fields);
    assert.equal(served.code, 1);
    const errors = served.lines.filter(({ kind }) => kind === "error");
    assert.equal(errors.length, 1);
    assert.match(errors[0].text, expected);
    assert.deepEqual(served.mishaps, []);
  }
});

Deno.test("serve refuses a host of another version", async () => {
  const served = await serve(openCells([1, 5, 48, 52]), {}, { text: "TWB 7\nmodel=x\n\n" });
  assert.equal(served.code, 1);
  assert.match(served.lines[0].text, /The plugin speaks version 7/);
});
