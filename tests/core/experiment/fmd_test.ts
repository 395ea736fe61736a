import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { WIENER_LAPLACIAN } from "../../../core/baselines/wiener.ts";
import { createCpuEngine } from "../../../core/compute/cpu/cpu_engine.ts";
import { InputError } from "../../../core/errors.ts";
import { openDataset } from "../../../core/dataset/dataset.ts";
import { clipVolume } from "../../../core/evaluation_case.ts";
import {
  addFmdNoise,
  blurFmdImage,
  drawFmdNoise,
  FMD_SIGMAS,
  listFmdImages,
  loadFmdImage,
  loadFmdPsfs,
  mirrorPlane,
  splitFmdFolds,
} from "../../../core/experiment/fmd.ts";
import { createFmdCases, runFmd } from "../../../core/experiment/fmd_experiment.ts";
import { FMD_MARGIN, writeFmdFiles } from "../../../core/experiment/fmd_files.ts";
import { createMersenneNormal } from "../../../core/experiment/mersenne_twister.ts";
import { psnr } from "../../../core/loss/metrics.ts";
import { loadPsfs } from "../../../core/psf/load_psf.ts";
import { createVolume, rangeOf } from "../../../core/volume.ts";
import { normals } from "../../support/pattern.ts";

const data = new URL("../../../../shared/data", import.meta.url).pathname;
const present = existsSync(`${data}/fmd`);
const needs = present ? "" : " (needs ../shared/data/fmd)";

Deno.test("createMersenneNormal() draws what numpy's older generator does", () => {
  // numpy.random.seed(0); numpy.random.normal(size=5), as its documentation and tutorials print it.
  const expected = [1.76405235, 0.40015721, 0.97873798, 2.2408932, 1.86755799];
  const normal = createMersenneNormal(0);
  for (const value of expected) assert.equal(normal().toFixed(8), value.toFixed(8));
});

Deno.test("blurFmdImage() is the sum over the mirrored image, voxel by voxel", () => {
  const image = createVolume([1, 1, 6, 7], Float32Array.from(normals(42, 1), Math.abs));
  const psf = createVolume([1, 1, 3, 5], Float32Array.from(normals(15, 2), Math.abs));
  const { data: blurred } = blurFmdImage(image, psf);
  const mirror = (i: number, n: number) => i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i;
  for (let y = 0; y < 6; y++) {
    for (let x = 0; x < 7; x++) {
      let sum = 0;
      for (let v = -1; v <= 1; v++) {
        for (let u = -2; u <= 2; u++) {
          sum += psf.data[(v + 1) * 5 + u + 2] *
            image.data[mirror(y - v, 6) * 7 + mirror(x - u, 7)];
        }
      }
      assert.ok(Math.abs(blurred[y * 7 + x] - sum) < 1e-5 * Math.abs(sum));
    }
  }
});

Deno.test("mirrorPlane() repeats the edges, also beyond the image's own size", () => {
  const image = createVolume([1, 1, 2, 2], Float32Array.of(1, 2, 3, 4));
  const { shape, data: padded } = mirrorPlane(image, [0, 3]);
  assert.deepEqual(shape, [1, 1, 2, 8]);
  assert.deepEqual([...padded.subarray(0, 8)], [2, 2, 1, 1, 2, 2, 1, 1]);
});

Deno.test({
  name: `the folds test each image once, and share no field of view${needs}`,
  ignore: !present,
  fn: () => {
    const images = listFmdImages(data);
    assert.equal(images.length, 119);
    // The README's rule: sorted by subfolder, then file; image i has the PSF i mod 5.
    assert.deepEqual(images.map(({ name }) => name), images.map(({ name }) => name).toSorted());
    assert.ok(images.every(({ index, psf }) => index % 5 === psf));
    const folds = splitFmdFolds(images);
    assert.deepEqual(folds.map(({ test }) => test.length), [59, 60]);
    const names = folds.flatMap(({ test }) => test.map(({ name }) => name));
    assert.equal(new Set(names).size, 119);
    for (const { train, test } of folds) {
      assert.equal(train.length + test.length, 119);
      const learned = new Set(train.map(({ field }) => field));
      assert.ok(test.every(({ field }) => !learned.has(field)));
    }
    // The colour channels of one sample show the same field.
    const field = (part: string) => images.find(({ name }) => name.includes(part))!.field;
    assert.equal(field("Confocal_BPAE_B14_img001"), field("Confocal_BPAE_R14_img000"));
  },
});

Deno.test({
  name: `the degraded images have the benchmark's mean PSNR, to the last digit${needs}`,
  ignore: !present,
  fn: async () => {
    const psfs = await loadFmdPsfs(data);
    const images = listFmdImages(data);
    const noise = drawFmdNoise(256 * 256);
    const means = FMD_SIGMAS.map(() => 0);
    for (const image of images) {
      const target = await loadFmdImage(image.path);
      assert.deepEqual(rangeOf(target.data), { min: 0, max: 1 });
      const blurred = blurFmdImage(target, psfs[image.psf].psf);
      FMD_SIGMAS.forEach((sigma, i) => {
        const observed = clipVolume(addFmdNoise(blurred, { sigma, noise }), "unit");
        means[i] += psnr(observed, target) / images.length;
      });
    }
    // ../shared/data/fmd/README.md, "the 119 images here".
    const expected = ["35.95", "35.12", "33.71", "25.96", "21.10"];
    assert.deepEqual(means.map((value) => value.toFixed(2)), expected);
  },
});

Deno.test({
  name: `writeFmdFiles() leaves what train takes: normalized images, rotated PSFs, lists${needs}`,
  ignore: !present,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const psfs = await loadFmdPsfs(data);
      const images = listFmdImages(data).filter((_, i) => i % 20 === 0);
      const folds = splitFmdFolds(images);
      const files = await writeFmdFiles(folder, { folds, psfs });
      for (const [i, list] of files.lists.entries()) {
        const { items } = await openDataset(list);
        assert.equal(items.length, folds[i].train.length);
        const scene = await items[0].load();
        const size = 256 + 2 * FMD_MARGIN;
        assert.deepEqual(scene.shape, [1, 1, size, size]);
        assert.deepEqual(rangeOf(scene.data), { min: 0, max: 1 });
        const target = await loadFmdImage(folds[i].train[0].path);
        assert.deepEqual(
          [...scene.data.subarray(FMD_MARGIN * size + FMD_MARGIN, FMD_MARGIN * (size + 1) + 256)],
          [...target.data.subarray(0, 256)],
        );
      }
      const read = await loadPsfs(files.psfs);
      for (const [i, { psf }] of read.entries()) {
        assert.ok(psf.data.every((value, k) => Math.abs(value - psfs[i].psf.data[k]) < 1e-6));
      }
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `createFmdCases() are the same at every call, the noise told${needs}`,
  ignore: !present,
  fn: async () => {
    const [image] = listFmdImages(data);
    const cases = createFmdCases(image, await loadFmdPsfs(data));
    assert.deepEqual(cases.map(({ sigma }) => sigma), FMD_SIGMAS);
    assert.deepEqual((await cases[2].load()).observed, (await cases[2].load()).observed);
  },
});

Deno.test({
  name: `runFmd() refuses models without a fold for each, and such as saw a test image${needs}`,
  ignore: !present,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    const engine = await createCpuEngine({ threads: 1 });
    try {
      const [fold] = splitFmdFolds(listFmdImages(data));
      const config = { data: [fold.test[0].path], psf: [], validation: [] };
      Deno.mkdirSync(`${folder}/run`);
      Deno.writeTextFileSync(`${folder}/run/config.json`, JSON.stringify({ config }));
      const hooks = { engine, out: `${folder}/out`, resume: "refuse" } as const;
      const options = { data, seed: 1, size: "full", methods: [] } as const;
      await assert.rejects(
        runFmd({ ...options, models: ["a=runs/a"] }, hooks),
        (error) => error instanceof InputError && /2 folds/.test(error.message),
      );
      await assert.rejects(
        runFmd({ ...options, models: [`a=${folder}/run`, "runs/b"] }, hooks),
        (error) => error instanceof InputError && /was trained with .*img/.test(error.message),
      );
      assert.ok(!existsSync(`${folder}/out`));
    } finally {
      engine.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `runFmd() leaves tables with the published rows, and models for both folds${needs}`,
  ignore: !present,
  fn: async () => {
    const folder = Deno.makeTempDirSync();
    const engine = await createCpuEngine({ threads: 2 });
    try {
      const options = { data, seed: 1, size: "quick", methods: [WIENER_LAPLACIAN] } as const;
      const hooks = { engine, out: `${folder}/first`, resume: "refuse" } as const;
      const { columns, rows } = await runFmd({ ...options, models: [] }, hooks);
      const at = (key: string) => columns.findIndex((column) => column.key === key);
      const here = rows.filter((row) => row[at("source")] === "here");
      assert.deepEqual(here.map(([name]) => name), ["input", "TWB", "Wiener, Laplacian"]);
      assert.equal(rows.find(([name]) => name === "WF-KPN")![at("psnr_db_0.001")], 40.04);
      const psnrs = FMD_SIGMAS.map((sigma) => here.map((row) => row[at(`psnr_db_${sigma}`)]));
      // The tuned filter is better than its input at every level.
      assert.ok(psnrs.every(([input, , filter]) => filter! > input!), `${psnrs}`);
      // The models of this run beside those of another: the same rows.
      const models = ["TWB fold 1", "TWB fold 2"].map((name) => `${hooks.out}/${name}`);
      const second = await runFmd({
        ...options,
        methods: [],
        models: [`again=${models[0]}`, models[1]],
      }, {
        ...hooks,
        out: `${folder}/second`,
      });
      const psnrOf = (table: typeof second, name: string) =>
        table.rows.find(([method]) => method === name)!.slice(2, 2 + 1 + 2 * FMD_SIGMAS.length);
      assert.deepEqual(psnrOf(second, "again"), psnrOf(second, "TWB"));
      await assert.rejects(
        runFmd({ ...options, models: models.toReversed() }, { ...hooks, out: `${folder}/third` }),
        (error) => error instanceof InputError && /folds' order/.test(error.message),
      );
      for (const name of ["table.md", "search.csv", "stacks.csv", "report.html"]) {
        assert.ok(existsSync(`${folder}/first/${name}`), name);
      }
    } finally {
      engine.close();
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
