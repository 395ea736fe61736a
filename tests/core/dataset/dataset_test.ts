import assert from "node:assert/strict";
import { openDataset } from "../../../core/dataset/dataset.ts";
import { writePng } from "../../../core/io/png.ts";
import type { Shape } from "../../../core/volume.ts";
import { inFolder, inputError, writeStack } from "./write_stack.ts";

const SHAPE: Shape = [1, 2, 3, 4];

Deno.test("openDataset() loads scenes with peak 1 from TIFF and PNG, sorted", () =>
  inFolder(async (folder) => {
    writeStack(`${folder}/b.tif`, { shape: SHAPE, value: (i) => 10 * i });
    writeStack(`${folder}/a.tif`, { shape: [1, 1, 5, 5], value: (i) => i - 6, type: "float32" });
    const pixels = new Uint8Array(6).map((_, i) => 40 * i);
    writePng(`${folder}/c.png`, { width: 3, height: 2, data: pixels });
    const dataset = await openDataset(folder);
    assert.equal(dataset.channels, 1);
    assert.deepEqual(dataset.items.map((item) => item.name), ["a.tif", "b.tif", "c.png"]);
    const [a, b, c] = await Promise.all(dataset.items.map((item) => item.load()));
    assert.deepEqual(a.shape, [1, 1, 5, 5]);
    assert.equal(a.data[0], Math.fround(-6 / 18));
    assert.equal(a.data[24], 1);
    assert.deepEqual(b.shape, SHAPE);
    assert.deepEqual([...b.data], Array.from(b.data, (_, i) => Math.fround(10 * i / 230)));
    assert.deepEqual([...c.data], Array.from(pixels, (v) => Math.fround(v / 200)));
  }));

Deno.test("openDataset() makes each frame a scene and keeps the channels of a scene in proportion", () =>
  inFolder(async (folder) => {
    // Frames of 2 channels x 1 x 2 x 2: the second frame is 100 times as bright.
    const value = (i: number) => (i % 8 < 4 ? 1 : 4) * (i < 8 ? 1 : 100) * (1 + i % 4);
    writeStack(`${folder}/movie.tif`, { shape: [2, 1, 2, 2], value, frames: 2 });
    const { items, channels } = await openDataset(`${folder}/movie.tif`);
    assert.equal(channels, 2);
    assert.deepEqual(items.map((item) => item.name), ["movie.tif, frame 1", "movie.tif, frame 2"]);
    const expected = [1, 2, 3, 4, 4, 8, 12, 16].map((v) => v / 16);
    for (const item of items) {
      assert.equal(item.path, `${folder}/movie.tif`);
      assert.deepEqual([...(await item.load()).data], expected);
    }
  }));

Deno.test("openDataset() joins folders, lists and files in the order given", () =>
  inFolder(async (folder) => {
    for (const sub of ["one", "two"]) {
      Deno.mkdirSync(`${folder}/${sub}`);
      writeStack(`${folder}/${sub}/${sub}.tif`, { shape: SHAPE, value: (i) => i });
    }
    Deno.writeTextFileSync(`${folder}/list.txt`, "one/one.tif\n");
    const { items } = await openDataset([
      `${folder}/two`,
      `${folder}/list.txt`,
      `${folder}/two/two.tif`,
    ]);
    assert.deepEqual(items.map((item) => item.name), ["two.tif", "one/one.tif", "two.tif"]);
  }));

Deno.test("openDataset() keeps voxels up to its budget and gives a fresh copy each time", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.tif`;
    writeStack(path, { shape: SHAPE, value: (i) => i });
    const kept = await openDataset(path);
    const fresh = await openDataset(path, { cacheBytes: 0 });
    const [first, again] = [await kept.items[0].load(), await fresh.items[0].load()];
    assert.deepEqual(first, again);
    first.data.fill(7);
    // The file changes: what was kept does not, what was not kept does.
    writeStack(path, { shape: SHAPE, value: (i) => 23 - i });
    assert.deepEqual((await kept.items[0].load()).data, again.data);
    assert.equal((await fresh.items[0].load()).data[0], 1);
  }));

Deno.test("openDataset() names both files when channel counts differ", () =>
  inFolder(async (folder) => {
    writeStack(`${folder}/a.tif`, { shape: [1, 1, 4, 4], value: (i) => i });
    writeStack(`${folder}/b.tif`, { shape: [3, 1, 4, 4], value: (i) => i });
    await assert.rejects(
      openDataset(folder),
      inputError("b.tif has 3 channels", "a.tif has 1"),
    );
    await assert.rejects(
      openDataset(`${folder}/b.tif`, { channels: 1 }),
      inputError("b.tif has 3 channels", "where 1 is needed"),
    );
    assert.equal((await openDataset(`${folder}/b.tif`, { channels: 3 })).channels, 3);
  }));

Deno.test("openDataset() refuses files that cannot be used before the work begins", () =>
  inFolder(async (folder) => {
    await assert.rejects(openDataset([]), inputError("No training data"));
    await assert.rejects(openDataset(folder), inputError("no images"));
    await assert.rejects(openDataset(`${folder}/lost.tif`), inputError("lost.tif"));
    writeStack(`${folder}/good.tif`, { shape: SHAPE, value: (i) => i });
    Deno.writeTextFileSync(`${folder}/text.tif`, "not an image");
    await assert.rejects(openDataset(folder), inputError("text.tif is not a TIFF or PNG"));
    const bytes = Deno.readFileSync(`${folder}/good.tif`);
    Deno.writeFileSync(`${folder}/text.tif`, bytes.subarray(0, 20));
    await assert.rejects(openDataset(folder), inputError("text.tif"));
  }));

Deno.test("a scene that cannot be normalized is refused with its name when it is loaded", () =>
  inFolder(async (folder) => {
    const cases: [string, (i: number) => number, string][] = [
      ["zeros.tif", () => 0, "all its voxels are 0"],
      ["constant.tif", () => 12, "all its voxels are 12"],
      ["negative.tif", (i) => -1 - i, "its largest voxel is -1"],
      ["nan.tif", (i) => i === 5 ? NaN : i, "1 voxel that is NaN"],
      ["infinite.tif", (i) => i === 5 ? Infinity : i, "1 voxel"],
    ];
    for (const [name, value, message] of cases) {
      writeStack(`${folder}/${name}`, { shape: SHAPE, value, type: "float32" });
      const { items } = await openDataset(`${folder}/${name}`);
      await assert.rejects(items[0].load(), inputError(`${folder}/${name}`, message));
    }
  }));

const HELA = new URL("../../../../shared/data/hela3d/mini/", import.meta.url);
const hasHela = (() => {
  try {
    return Deno.statSync(HELA).isDirectory;
  } catch {
    return false;
  }
})();

Deno.test({
  name: `openDataset() reads the HeLa crops${hasHela ? "" : " (skipped: no shared data)"}`,
  ignore: !hasHela,
  async fn() {
    const names = ["LAM_cell12", "Mit_cell37", "Nuc_cell22", "TfR_cell33"];
    const { items } = await openDataset(
      names.map((name) => new URL(`${name}_crop128.tif`, HELA).pathname),
    );
    for (const item of items) {
      const { data, shape, voxelSizeUm } = await item.load();
      assert.deepEqual(shape.slice(2), [128, 128]);
      // Stored as a fraction of pixels per micrometre.
      assert.ok(Math.abs(voxelSizeUm!.x - 0.098) < 1e-6 && Math.abs(voxelSizeUm!.z - 0.203) < 1e-6);
      assert.equal(data.reduce((a, b) => Math.max(a, b)), 1);
    }
    await assert.rejects(
      openDataset(HELA.pathname),
      inputError("three_channels_crop128.tif has 3 channels", "LAM_cell12_crop128.tif has 1"),
    );
  },
});
