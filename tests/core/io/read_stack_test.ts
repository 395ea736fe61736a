import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { InputError } from "../../../core/errors.ts";
import { readNpy } from "../../../core/io/npy.ts";
import { writePng } from "../../../core/io/png.ts";
import { openStack, readVolume } from "../../../core/io/read_stack.ts";
import { createTiff, writeVolume } from "../../../core/io/tiff_writer.ts";
import { channelOf, createVolume, rangeOf } from "../../../core/volume.ts";
import { greyTags, makeTiff } from "./tiff_generator.ts";
import { assertClose } from "../../support/assert_close.ts";

const SHARED = new URL("../../../../shared/", import.meta.url);
const DATA = new URL("data/", SHARED);
const hasData = existsSync(new URL("index.json", DATA));

function withData(name: string, fn: () => Promise<void>): void {
  const reason = hasData ? "" : " (ignored: no shared data)";
  Deno.test({ name: name + reason, ignore: !hasData, fn });
}

/** What the index says of a file; rounded there to as many digits as it shows. */
interface IndexedFile {
  readonly path: string;
  readonly split: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly sum?: number;
  readonly zero_fraction?: number;
}

function filesOf(set: "hela3d" | "dsb2018" | "fmd"): IndexedFile[] {
  const index = JSON.parse(Deno.readTextFileSync(new URL("index.json", DATA)));
  return index.sets[set].files;
}

/** The file's type, shape and statistics are the index's. */
async function assertIndexed(file: IndexedFile): Promise<void> {
  const { info, data, shape } = await readVolume(new URL(file.path, DATA).pathname);
  assert.equal(info.pixelType, file.dtype, file.path);
  assert.deepEqual(shape, [1, ...file.shape.length === 2 ? [1] : [], ...file.shape], file.path);
  const { min, max } = rangeOf(data);
  const sum = data.reduce((a, b) => a + b, 0);
  const near = (actual: number, expected: number | undefined, tolerance: number, what: string) =>
    assert.ok(
      expected === undefined || Math.abs(actual - expected) <= tolerance,
      `${file.path}: ${what} ${actual}, not ${expected}`,
    );
  near(min, file.min, 1e-6 * max, "minimum");
  near(max, file.max, 1e-5 * max, "maximum");
  near(sum / data.length, file.mean, 0.006, "mean");
  near(sum, file.sum, 1e-5, "sum");
  const zeros = data.reduce((n, v) => n + (v === 0 ? 1 : 0), 0);
  near(zeros / data.length, file.zero_fraction, 6e-5, "fraction of zeros");
}

withData("readVolume() reads the HeLa stacks as their index describes them", async () => {
  const files = filesOf("hela3d").filter((f) => f.shape.length === 3);
  const some = files.filter((file, i) => file.split !== "train" || i % 12 === 0);
  assert.ok(some.length >= 18);
  for (const file of some) await assertIndexed(file);
});

withData("readVolume() reads the FMD images and their point spread functions", async () => {
  const files = filesOf("fmd").filter((file, i) => file.split !== "test" || i % 10 === 0);
  assert.ok(files.some((file) => file.dtype === "float64"));
  for (const file of files) await assertIndexed(file);
});

withData("readVolume() reads the PNGs of nuclei", async () => {
  const files = filesOf("dsb2018").filter((_, i) => i % 16 === 0);
  assert.ok(files.length > 25);
  for (const file of files) await assertIndexed(file);
});

withData("readVolume() takes channels and voxel size from a stack of three cells", async () => {
  const path = new URL("hela3d/mini/three_channels_crop128.tif", DATA).pathname;
  const volume = await readVolume(path);
  assert.deepEqual(volume.shape, [3, 15, 128, 128]);
  const { x, y, z } = volume.voxelSizeUm!;
  assert.ok(Math.abs(x - 0.098) < 1e-9 && Math.abs(y - 0.098) < 1e-9 && z === 0.203);
  assert.match(volume.info.metadata.info!, /^Three cells of three classes/);
  assert.equal(volume.info.metadata.unit, "um");
  // Sums of the channels by tifffile 2026.3.3: imread(path).sum(axis=(0, 2, 3)).
  const sums = [0, 1, 2].map((c) => channelOf(volume, c).reduce((a, b) => a + b, 0));
  assert.deepEqual(sums, [247142144, 519188992, 670685056]);
});

withData("readVolume() reads a reference point spread function", async () => {
  const folder = new URL("reference/psf/", SHARED);
  const tiff = await readVolume(new URL("psf1_GL_default.tif", folder).pathname);
  const npy = readNpy(new URL("psf1_GL_default_exact.npy", folder).pathname);
  assert.equal(tiff.info.pixelType, "float32");
  assert.deepEqual(tiff.shape, [1, ...npy.shape]);
  // The same integral, computed less exactly in the TIFF (the folder's README: about 1.5 %).
  const peak = rangeOf(npy.data).max;
  const { max } = rangeOf(tiff.data);
  assertClose(tiff.data.map((v) => v / max), npy.data.map((v) => v / peak), 0.03);
});

async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("openStack() looks at the content, not at the name", () =>
  inFolder(async (folder) => {
    writeVolume(`${folder}/tiff.png`, createVolume([1, 2, 3, 4]));
    writePng(`${folder}/png.tif`, { width: 4, height: 3, data: new Uint8Array(12) });
    assert.deepEqual((await readVolume(`${folder}/tiff.png`)).shape, [1, 2, 3, 4]);
    assert.deepEqual((await readVolume(`${folder}/png.tif`)).shape, [1, 1, 3, 4]);
  }));

Deno.test("readVolume() reads all channels of the first frame", () =>
  inFolder(async (folder) => {
    const path = `${folder}/frames.tif`;
    const shape = [2, 1, 1, 2] as const;
    const writer = createTiff(path, { shape, frames: 2, pixelType: "uint8", metadata: {} });
    for (const [frame, channel] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
      const values = new Float32Array([frame * 100 + channel * 10, frame * 100 + channel * 10 + 1]);
      writer.writeRegion({ frame, channel, start: [0, 0, 0], end: [1, 1, 2] }, values);
    }
    writer.close();
    const volume = await readVolume(path);
    assert.deepEqual([...volume.data], [0, 1, 10, 11]);
    assert.equal(volume.info.frames, 2);
  }));

Deno.test("readVolume() says how much memory a huge stack needs", () =>
  inFolder(async (folder) => {
    const tags = greyTags(400_000, 400_000, { 259: [259, 3, [8]] });
    const file = makeTiff([{ tags, chunks: [new Uint8Array(9)] }]);
    await Deno.writeFile(`${folder}/huge.tif`, file);
    await assert.rejects(readVolume(`${folder}/huge.tif`), (error: unknown) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, /is 400000 x 400000 voxels large and needs 640\.0 GB of memory/);
      return true;
    });
  }));

Deno.test("openStack() names formats that are not read", () =>
  inFolder(async (folder) => {
    const cases: readonly (readonly [bytes: readonly number[], RegExp])[] = [
      [[0xff, 0xd8, 0xff, 0xe0], /is a JPEG picture, not a TIFF or PNG; export the stack as TIFF$/],
      [[0x89, 0x48, 0x44, 0x46], /is an HDF5 file/],
      [[0x93, 0x4e, 0x55, 0x4d], /is a NumPy array/],
      [[1], /is not a TIFF or PNG file; export the stack as TIFF$/],
      [[0x49, 0x49, 42, 0], /is not a TIFF file/],
      [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], /truncated or damaged/],
    ];
    for (const [bytes, pattern] of cases) {
      await Deno.writeFile(`${folder}/a.tif`, new Uint8Array(bytes));
      await assert.rejects(
        openStack(`${folder}/a.tif`),
        (error: unknown) => error instanceof InputError && pattern.test(error.message),
        String(pattern),
      );
    }
    await assert.rejects(openStack(folder), /is a folder/);
    await assert.rejects(openStack(`${folder}/b.tif`), /no such file/);
  }));
