import assert from "node:assert/strict";
import { unzipSync } from "fflate";
import { encodeModel } from "../../core/model/model_file.ts";
import { readOnnxFile, readOnnxModel } from "../../core/model/onnx_file.ts";
import { writeVolume } from "../../core/io/tiff_writer.ts";
import { readVolume } from "../../core/io/read_stack.ts";
import { assertClose } from "../support/assert_close.ts";
import { assertCode, assertOneError, listFiles, runProgram } from "../support/run_program.ts";
import { createBlur, createImage, createModel } from "../core/onnx/onnx_case.ts";

const world = Deno.makeTempDirSync({ prefix: "twb_export_" });
addEventListener("unload", () => Deno.removeSync(world, { recursive: true }));
const model = createModel({ name: "exported", noiseExponent: 1, peakRatio: 0.9 });
Deno.mkdirSync(`${world}/run`);
Deno.mkdirSync(`${world}/out`);
Deno.writeTextFileSync(`${world}/run/model.json`, encodeModel(model));
writeVolume(`${world}/psf.tif`, createBlur([1, 3, 7, 7]));
writeVolume(`${world}/cell.tif`, createImage([1, 6, 40, 48]));
writeVolume(`${world}/two.tif`, createImage([2, 6, 40, 48]));

Deno.test("export writes a graph for any size, one for one size, and a package", async () => {
  const general = await runProgram("export run general.onnx", world);
  assertCode(general, 0);
  assert.equal(general.stdout, "general.onnx\n");
  assert.match(general.stderr, /KB, for stacks and PSFs of any size/);
  const bytes = Deno.readFileSync(`${world}/general.onnx`);
  assert.deepEqual(readOnnxModel(bytes, "general.onnx"), model);
  assert.equal(readOnnxFile(bytes, "general.onnx").inputs.length, 2);

  assertCode(await runProgram("export run fixed.onnx --psf psf.tif --size 48x40x6", world), 0);
  const fixed = readOnnxFile(Deno.readFileSync(`${world}/fixed.onnx`), "fixed.onnx");
  assert.deepEqual(fixed.inputs, [{ name: "image", elementType: 1, shape: [1, 1, 6, 40, 48] }]);

  const line = "export general.onnx cell.zip -f bioimageio --psf psf.tif --test-stack cell.tif";
  const packed = await runProgram(`${line} --author Ada --licence CC-BY-4.0`, world);
  assertCode(packed, 0);
  assert.match(packed.stderr, /onnxruntime and our engine differ by \d\.\de-\d+ of the largest/);
  assert.equal(Object.keys(unzipSync(Deno.readFileSync(`${world}/cell.zip`))).length, 6);
});

Deno.test("deconvolve gives the same on both engines with the same ONNX file", async () => {
  assertCode(await runProgram("export run any.onnx", world), 0);
  assertCode(await runProgram("export run one.onnx --psf psf.tif --size 48x40x6", world), 0);
  const restore = async (line: string, file: string) => {
    assertCode(await runProgram(`deconvolve ${line} out/${file} --quiet`, world), 0);
    return (await readVolume(`${world}/out/${file}`)).data;
  };
  const native = await restore("two.tif --model any.onnx --psf psf.tif --engine native", "a.tif");
  const onnx = await restore("two.tif --model any.onnx --psf psf.tif --engine onnx", "b.tif");
  assertClose(onnx, native, 1e-5);
  // A fixed graph brings its PSF.
  const fixed = await restore("cell.tif --model one.onnx --engine onnx", "c.tif");
  assertClose(fixed, await restore("cell.tif --model one.onnx --engine native", "d.tif"), 1e-5);
  // Tiles: the general graph takes pieces of any size.
  const tiled = "cell.tif --model any.onnx --psf psf.tif --engine onnx --memory 900KB";
  assertClose(await restore(tiled, "e.tif"), fixed, 1e-2);
});

for (const stageKind of ["residual", "shrinkage"] as const) {
  Deno.test(`a model of three stages (${stageKind}) is exported, packed and run on both engines`, async () => {
    const cascade = createModel({ name: "", stageCount: 3, stageKind, positivity: "rectify" });
    Deno.writeTextFileSync(`${world}/${stageKind}.json`, encodeModel(cascade));
    const run = async (line: string) => assertCode(await runProgram(line, world), 0);
    await run(`export ${stageKind}.json ${stageKind}.onnx`);
    const bytes = Deno.readFileSync(`${world}/${stageKind}.onnx`);
    assert.deepEqual(readOnnxModel(bytes, "x.onnx"), cascade);
    const pack = "-f bioimageio --psf psf.tif --test-stack cell.tif --author Ada";
    await run(`export ${stageKind}.json ${stageKind}.zip ${pack}`);
    const restore = async (engine: string) => {
      const file = `out/${stageKind}-${engine}.tif`;
      const model = `--model ${stageKind}.onnx --psf psf.tif --engine ${engine}`;
      await run(`deconvolve two.tif ${file} ${model} --quiet`);
      return (await readVolume(`${world}/${file}`)).data;
    };
    const native = await restore("native");
    assertClose(await restore("onnx"), native, 1e-5);
  });
}

/** Command line, exit code, and what the one line has to say. */
const cases: readonly (readonly [line: string, code: number, ...parts: string[]])[] = [
  ["export none out/x.onnx", 1, "none", "no such file"],
  ["export cell.tif out/x.onnx", 1, "cell.tif", "not a model"],
  ["export out out/x.onnx", 1, "out", "model.json"],
  ["export cut.onnx out/x.onnx", 1, "cut.onnx", "truncated"],
  ["export run out/x.zip", 1, "out/x.zip", "--format bioimageio"],
  ["export run out/x.onnx -f bioimageio", 1, "out/x.onnx", ".zip"],
  ["export run out/x.onnx --psf psf.tif", 2, "--psf needs --size"],
  ["export run out/x.onnx --size 48x40x6", 2, "--size needs --psf"],
  ["export run out/x.onnx --test-stack cell.tif", 2, "--test-stack", "bioimageio"],
  ["export run out/x.onnx --psf psf.tif --size 48x40", 1, "3 planes", "48 x 40"],
  ["export run out/x.onnx --psf psf.tif --size big", 1, "--size", "27x27x13"],
  ["export run none/x.onnx", 1, "Cannot write none/x.onnx", "folder"],
  ["export run out/x.zip -f bioimageio --psf psf.tif", 2, "--test-stack is missing"],
  ["export run out/x.zip -f bioimageio --test-stack cell.tif", 2, "--psf is missing"],
  [
    "export run out/x.zip -f bioimageio --psf psf.tif --test-stack cell.tif --size 64x64x6",
    1,
    "the middle of cell.tif",
    "64 x 64 x 6",
  ],
  [
    "deconvolve cell.tif out/x.tif -m cut.onnx -p psf.tif --engine onnx",
    1,
    "cut.onnx",
    "truncated",
  ],
  ["deconvolve cell.tif out/x.tif -m text.onnx -p psf.tif --engine onnx", 1, "not an ONNX model"],
  ["deconvolve cell.tif out/x.tif -m size.onnx --engine onnx", 1, "size.onnx", "48 x 40 x 6"],
];

Deno.test("export and --engine onnx refuse bad input in one line", async (test) => {
  assertCode(await runProgram("export run whole.onnx", world), 0);
  assertCode(await runProgram("export run size.onnx --psf psf.tif --size 50x40x6", world), 0);
  const whole = Deno.readFileSync(`${world}/whole.onnx`);
  Deno.writeFileSync(`${world}/cut.onnx`, whole.subarray(0, whole.length / 2));
  Deno.writeTextFileSync(`${world}/text.onnx`, "no model");
  const before = listFiles(`${world}/out`);
  for (const [line, code, ...parts] of cases) {
    await test.step(line, async () => {
      const result = await runProgram(line, world);
      assertCode(result, code);
      assertOneError(result, parts);
      assert.deepEqual(listFiles(`${world}/out`), before);
    });
  }
});
