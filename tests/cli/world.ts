// A folder with small files of every kind, as the commands' tests need them.
import { encodeTiff, writeVolume } from "../../core/io/tiff_writer.ts";
import { encodeModel } from "../../core/model/model_file.ts";
import { createStage } from "../../core/twb/initialize.ts";
import { createVolume, type Shape } from "../../core/volume.ts";
import { blobPsf, normals } from "../support/pattern.ts";
import { modelOf } from "../support/stage.ts";

/** Bright blocks of 4 x 4 x 2 voxels on a dim ground, in counts of a camera. */
function cell(shape: Shape, seed: number): Float32Array {
  const [, , height, width] = shape;
  const values = normals(shape.reduce((a, b) => a * b), seed);
  return Float32Array.from(values, (_, i) => {
    const [z, y, x] = [Math.floor(i / width / height), Math.floor(i / width) % height, i % width];
    const block = values[((z >> 1) * 16 + (y >> 2)) * 16 + (x >> 2)];
    return block > 1 ? Math.round(900 * block) : 50;
  });
}

function writeCell(path: string, shape: Shape, seed = 1): void {
  const voxelSizeUm = { x: 0.1, y: 0.1, z: 0.2 };
  const volume = createVolume(shape, cell(shape, seed), voxelSizeUm);
  writeVolume(path, volume, { pixelType: "uint16", metadata: { unit: "micron" } });
}

/** Fills a new folder and returns its path. */
export function createWorld(): string {
  const folder = Deno.makeTempDirSync({ prefix: "twb_cli_" });
  const path = (name: string) => `${folder}/${name}`;
  for (const name of ["cells", "val", "mixed", "empty", "out", "run"]) Deno.mkdirSync(path(name));
  for (const i of [1, 2, 3]) writeCell(path(`cells/${i}.tif`), [1, 6, 32, 32], i);
  writeCell(path("val/1.tif"), [1, 6, 32, 32], 9);
  writeCell(path("cell.tif"), [1, 6, 32, 32], 4);
  writeCell(path("plane.tif"), [1, 1, 32, 32], 4);
  writeCell(path("two_channels.tif"), [2, 6, 32, 32], 5);
  writeCell(path("mixed/1.tif"), [1, 6, 32, 32], 1);
  writeCell(path("mixed/2.tif"), [2, 6, 32, 32], 2);

  writeVolume(path("psf.tif"), blobPsf([3, 5, 5]));
  writeVolume(path("large_psf.tif"), blobPsf([9, 41, 43], 1.5));
  const psf = (name: string, change: (data: Float32Array) => void) => {
    const volume = blobPsf([3, 5, 5]);
    change(volume.data);
    writeVolume(path(name), volume);
  };
  psf("nan_psf.tif", (data) => data[7] = NaN);
  psf("negative_psf.tif", (data) => data.forEach((value, i) => data[i] = -value));
  psf("zero_psf.tif", (data) => data.fill(0));
  writeVolume(path("psf3.tif"), { ...blobPsf([3, 5, 5]), shape: [3, 1, 5, 5] });

  const stack = (name: string, change: (data: Float32Array) => void) => {
    const shape = [1, 6, 32, 32] as const;
    const data = cell(shape, 4);
    change(data);
    writeVolume(path(name), createVolume(shape, data));
  };
  stack("nan.tif", (data) => data[3000] = NaN);
  stack("infinite.tif", (data) => data[3000] = -Infinity);
  stack("constant.tif", (data) => data.fill(7));

  const info = { shape: [1, 6, 32, 32], frames: 1, pixelType: "uint16", metadata: {} } as const;
  const bytes = encodeTiff(info, cell(info.shape, 4));
  Deno.writeFileSync(path("truncated.tif"), bytes.subarray(0, bytes.length - 5000));
  Deno.writeTextFileSync(path("text.tif"), "not an image at all");
  const rgb = new URL("../../fixtures/tiff/rgb_uint8.tif", import.meta.url);
  Deno.copyFileSync(rgb, path("rgb.tif"));

  const model = encodeModel(modelOf(createStage()));
  Deno.writeTextFileSync(path("run/model.json"), model);
  Deno.writeTextFileSync(path("future.json"), model.replace('"version":1', '"version":9'));
  Deno.writeTextFileSync(path("damaged.json"), model.replace('"alpha":-5.5', '"alpha":null'));
  Deno.writeTextFileSync(path("cut.json"), model.slice(0, 700));
  const three = modelOf(createStage({ kernelChannels: 3 }));
  Deno.writeTextFileSync(path("three.json"), encodeModel(three));
  Deno.writeTextFileSync(path("file"), "");
  return folder;
}
