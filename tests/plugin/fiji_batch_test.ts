import assert from "node:assert/strict";
import { openStack } from "../../core/io/read_stack.ts";
import { writeVolume } from "../../core/io/tiff_writer.ts";
import { encodeModel } from "../../core/model/model_file.ts";
import { loadPsf } from "../../core/psf/load_psf.ts";
import { createStages } from "../../core/twb/initialize.ts";
import { channelOf, createVolume, sizeOf } from "../../core/volume.ts";
import { defaultModel } from "../../plugin/default_models.ts";
import {
  deconvolve,
  differenceOfFiles,
  imagejFolder,
  runCommand,
  VOXEL,
  writeCells,
} from "../support/fiji_images.ts";
import {
  type ImageJRun,
  openScreen,
  probeLines,
  runMacro,
  whyNoImageJ,
} from "../support/imagej.ts";

const missing = whyNoImageJ();
const ignore = missing !== undefined;
const name = (text: string) => missing ? `${text} (skipped: ${missing})` : text;

const MODELS = new URL("../../plugin/models/", import.meta.url).pathname;
const CASES = [
  { file: "plane8", shape: [1, 1, 96, 112], pixelType: "uint8", type: "32-bit" },
  { file: "stack16", shape: [1, 9, 80, 100], pixelType: "uint16", type: "same" },
  { file: "stack32", shape: [1, 7, 90, 72], pixelType: "float32", type: "32-bit" },
  { file: "hyper16", shape: [3, 6, 72, 80], pixelType: "uint16", type: "32-bit", frames: 2 },
  { file: "hyper8", shape: [3, 6, 72, 80], pixelType: "uint8", type: "same", frames: 2 },
] as const;

/** Makes everything that a result has to keep. */
const DRESS = `
  Stack.setDisplayMode("composite");
  for (c = 1; c <= 3; c++) {
    Stack.setChannel(c);
    if (c == 2) run("Fire");
    setMinAndMax(10 * c, 150 + 20 * c);
  }
  Stack.setActiveChannels("101");
  for (i = 1; i <= nSlices; i++) { setSlice(i); setMetadata("Label", "plane " + i); }
  Stack.setPosition(3, 4, 2);
  Stack.setFrameInterval(2.5);
  makeRectangle(8, 9, 20, 21); Overlay.addSelection; Overlay.setPosition(3, 4, 2);
  makeOval(30, 9, 20, 21); Overlay.addSelection; Overlay.setPosition(1, 2, 1);
  makeOval(5, 6, 7, 8);
  setMetadata("Info", "taken on a Tuesday");
`;

const CURRENT = `
  run("Trainable Wiener Deconvolve", "psf=file psf_file=psf.tif channels=current frames=current");
  run("Probe ", "image=current");
  saveAs("tiff", data + "current.tif");
`;

/** Ways to name one PSF, on the stack that is open. */
const WAYS = `
  run("Trainable Wiener Deconvolve", "model=[run, 1] psf=file psf_file=hela3d/psf2");
  saveAs("tiff", data + "by-name.tif"); close();
  open(data + "psf.tif");
  selectWindow("stack16.tif");
  run("Trainable Wiener Deconvolve", "psf=image psf_image=psf.tif");
  saveAs("tiff", data + "by-image.tif"); close();
  selectWindow("stack16.tif");
  run("Trainable Wiener Deconvolve", "optics=richards-wolf wavelength=520 na=1.2");
  saveAs("tiff", data + "by-optics.tif"); close();
  selectWindow("stack16.tif");
  run("Trainable Wiener Deconvolve", "model=fast psf=file psf_file=psf.tif");
  saveAs("tiff", data + "fast.tif"); close();
  selectWindow("stack16.tif");
  run("Trainable Wiener Deconvolve", "model=cascade.json psf=file psf_file=psf.tif");
  saveAs("tiff", data + "cascade.tif"); close();
  selectWindow("stack16.tif");
  setVoxelSize(60, 60, 203, "nm");
  run("Trainable Wiener Deconvolve", "psf=file psf_file=psf.tif");
  selectWindow("stack16.tif");
  run("Trainable Wiener Deconvolve", "psf=file psf_file=psf.tif psf_resample");
`;

Deno.test({
  name: name("the Fiji plugin restores what deconvolve restores, and keeps the rest"),
  ignore,
  async fn(t) {
    const folder = await imagejFolder();
    const data = `${folder}/data`;
    const { psf } = await loadPsf("hela3d/psf2");
    const middle = channelOf(psf, 0).slice(6 * 33 * 33, 7 * 33 * 33);
    writeVolume(`${data}/psf.tif`, { ...psf, voxelSizeUm: VOXEL });
    writeVolume(`${data}/psf2d.tif`, createVolume([1, 1, 33, 33], middle, VOXEL));
    Deno.mkdirSync(`${data}/run, 1`);
    Deno.copyFileSync(`${MODELS}default.json`, `${data}/run, 1/model.json`);
    const stages = createStages({ stageCount: 3, positivity: "rectify" });
    const cascade = encodeModel({ ...defaultModel(12), stages });
    Deno.writeTextFileSync(`${data}/cascade.json`, cascade);
    for (const { file, ...info } of CASES) writeCells(`${data}/${file}.tif`, info);
    const macro = CASES.map(({ file, type, shape }) => `
      open("${data}/${file}.tif");
      ${file === "hyper16" ? DRESS : ""}
      run("Probe ", "image=${file}");
      run("Trainable Wiener Deconvolve",
        "psf=file psf_file=${shape[1] === 1 ? "psf2d.tif" : "psf.tif"} type=${type}");
      run("Probe ", "image=${file}-restored");
      saveAs("tiff", "${data}/${file}-restored.tif");
      close();
      run("Probe ", "image=${file}-after");
${file === "hyper16" ? CURRENT : ""}
      ${file === "stack16" ? WAYS : ""}
      run("Close All");
    `);
    const screen = await openScreen();
    let run: ImageJRun;
    try {
      run = await runMacro(
        `data = "${data}/";
${macro.join("\n")}`,
        { display: screen.display, folder },
      );
    } finally {
      await screen.close();
    }
    assert.equal(run.code, 0, run.stderr);

    for (const { file, type, shape } of CASES) {
      await t.step(`${file} is restored as by deconvolve`, async () => {
        const model = `${MODELS}${shape[1] === 1 ? "default_2d" : "default"}.json`;
        const psf = `${data}/${shape[1] === 1 ? "psf2d" : "psf"}.tif`;
        const options = ["--model", model, "--psf", psf, "--type", type];
        await deconvolve(`${data}/${file}.tif`, `${data}/${file}-expected.tif`, options);
        const restored = `${data}/${file}-restored.tif`;
        const difference = await differenceOfFiles(restored, `${data}/${file}-expected.tif`);
        assert.ok(difference <= 1e-5, `${file} differs by ${difference} of the peak`);
      });
    }

    await t.step("the result keeps everything but the voxels, and the input all", () => {
      for (const { file, type } of CASES) {
        const before = probeLines(run, file);
        const after = probeLines(run, `${file}-after`);
        const restored = probeLines(run, `${file}-restored`);
        assert.ok(before.voxels, run.stderr);
        assert.deepEqual(after, before);
        assert.equal(restored.title, `${file}-restored`);
        assert.equal(restored.type, type === "same" ? before.type : "32");
        for (const key of Object.keys(before)) {
          if (["title", "type", "voxels", "changes"].includes(key)) continue;
          assert.equal(restored[key], before[key], `${file}: ${key}`);
        }
        assert.notEqual(restored.voxels, before.voxels);
      }
      const dressed = probeLines(run, "hyper16-restored");
      assert.equal(dressed.active.slice(0, 19), "[true, false, true,");
      assert.equal(dressed.position, "3 4 2");
      assert.match(dressed.calibration, /^0.098 0.098 0.203 micron 2.5/);
      assert.match(dressed.labels, /^plane 1\|plane 2\|/);
      assert.match(dressed.overlay, /Rectangle .* 342\|.*Oval .* 121\|/);
      assert.match(dressed.info, /Tuesday/);
      assert.match(dressed.lut2, /^20.0 190.0 /);
    });

    await t.step("the current channel and frame alone", async () => {
      const lines = probeLines(run, "current");
      assert.equal(lines.title, "hyper16-restored-c3-t2");
      assert.equal(lines.dimensions, "[80, 72, 1, 6, 1]");
      assert.match(lines.labels, /^plane 21\|plane 24\|/);
      assert.match(lines.overlay, /^Rectangle [^|]*\|$/);
      assert.match(lines.lut, /^30.0 210.0 /);
      // The peak of that channel and frame is its own scale; one channel of the file is the same.
      const reader = await openStack(`${data}/hyper16.tif`);
      const end = sizeOf(reader.info.shape);
      const voxels = await reader.readRegion({ frame: 1, channel: 2, start: [0, 0, 0], end });
      reader.close();
      writeVolume(`${data}/c3t2.tif`, createVolume([1, ...end], voxels, VOXEL));
      const options = ["--model", `${MODELS}default.json`, "--psf", `${data}/psf.tif`];
      await deconvolve(`${data}/c3t2.tif`, `${data}/c3t2-expected.tif`, options);
      const difference = await differenceOfFiles(
        `${data}/current.tif`,
        `${data}/c3t2-expected.tif`,
      );
      assert.ok(difference <= 1e-5, `it differs by ${difference} of the peak`);
    });

    await t.step("the log names model, PSF, backend, tiles and time", () => {
      assert.match(
        run.stdout,
        /stack16\.tif -> stack16-restored; model default \(.*\); PSF .*psf\.tif, 33 x 33 x 13.*; backend cpu, wasm SIMD.*; 1 tile.*; noise estimated .*; [\d.]+ s to start, [\d.]+ s to restore\n/,
      );
    });

    await t.step("the PSF by name, from an open image, and from optics", async () => {
      const stack = `${data}/stack16.tif`;
      const model = ["--model", `${MODELS}default.json`];
      await deconvolve(stack, `${data}/by-file.tif`, [...model, "--psf", `${data}/psf.tif`]);
      const byFile = `${data}/by-file.tif`;
      for (const way of ["by-name", "by-image"]) {
        const difference = await differenceOfFiles(`${data}/${way}.tif`, byFile);
        assert.ok(difference <= 1e-5, `${way} differs by ${difference} of the peak`);
      }
      const optics = ["--optics", "richards-wolf", "--wavelength", "520", "--na", "1.2"];
      await runCommand(["psf", `${data}/optics-psf.tif`, ...optics, "--like", stack]);
      const psf = ["--psf", `${data}/optics-psf.tif`];
      await deconvolve(stack, `${data}/optics-expected.tif`, [...model, ...psf]);
      const difference = await differenceOfFiles(
        `${data}/by-optics.tif`,
        `${data}/optics-expected.tif`,
      );
      assert.ok(difference <= 1e-5, `by-optics differs by ${difference} of the peak`);
    });

    await t.step("the fast built-in model, and one of several stages", async () => {
      for (
        const [name, model] of [
          ["fast", `${MODELS}default_fast.json`],
          ["cascade", `${data}/cascade.json`],
        ]
      ) {
        const options = ["--model", model, "--psf", `${data}/psf.tif`];
        await deconvolve(`${data}/stack16.tif`, `${data}/${name}-expected.tif`, options);
        const difference = await differenceOfFiles(
          `${data}/${name}.tif`,
          `${data}/${name}-expected.tif`,
        );
        assert.ok(difference <= 1e-5, `${name} differs by ${difference} of the peak`);
      }
      assert.match(run.stdout, /; model fast \(/);
    });

    await t.step("a PSF of another sampling is warned of", () => {
      assert.match(
        run.stdout,
        /warning: the PSF's voxel is 98 x 98 x 203 nm and the image's 60 x 60 x 203 nm/,
      );
      assert.match(run.stdout, /psf\.tif, 53 x 53 x 13 voxels, resampled/);
    });
  },
});
