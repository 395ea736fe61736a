import assert from "node:assert/strict";
import { readVolume } from "../../core/io/read_stack.ts";
import { writeVolume } from "../../core/io/tiff_writer.ts";
import { createPsf } from "../../core/psf/create_psf.ts";
import { findPresets, presetPsfs } from "../../core/psf/presets.ts";
import { sizeOf } from "../../core/volume.ts";
import { createBeadStack } from "../core/psf/bead_stack.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

/** Runs the program as a user does. */
function run(folder: string, line: string) {
  const { code, stdout, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "psf", ...line.split(" ").filter((word) => word !== "")],
    cwd: folder,
  }).outputSync();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), error: decode(stderr) };
}

async function withFolder(work: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("psf writes Gibson & Lanni's PSF as a 32-bit TIFF with its voxel size", () =>
  withFolder(async (folder) => {
    const { code, out, error } = run(
      folder,
      "psf.tif --optics gibson-lanni --wavelength 450 --na 1.4 --size 27x27x13 --voxel 98x98x203",
    );
    assert.equal(code, 0, error);
    assert.match(out, /^psf.tif\n {2}27 x 27 x 13 voxels of 98 x 98 x 203 nm, 1 channel, sum 1/);
    assert.match(out, /centre at voxel 13, 13, 6 \(x, y, z, counted from 0\)/);
    assert.match(out, /450 nm: FWHM x 174 nm, y 174 nm, z 508 nm/);
    assert.match(
      error,
      /warning: pixels of 98 nm are larger than the 84.6 nm that Nyquist asks for/,
    );
    const { data, shape, voxelSizeUm, info } = await readVolume(`${folder}/psf.tif`);
    const [psf1] = findPresets("hela3d/psf1");
    assert.deepEqual(data, createPsf(psf1.optics, psf1).data);
    assert.deepEqual(shape, [1, 13, 27, 27]);
    assert.equal(info.pixelType, "float32");
    for (const axis of ["x", "y", "z"] as const) {
      assert.ok(Math.abs(voxelSizeUm![axis] * 1000 / psf1.voxelSizeNm[axis] - 1) < 1e-5);
    }
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["psf.tif"]);
  }));

Deno.test("psf --like takes the stack's voxel; several wavelengths make channels", () =>
  withFolder(async (folder) => {
    const stack = createPsf(
      { model: "gaussian", wavelengthsNm: [520], numericalAperture: 0.5 },
      { size: [11, 64, 64], voxelSizeNm: { x: 90, y: 90, z: 250 } },
    );
    writeVolume(`${folder}/stack.tif`, stack);
    const { code, out, error } = run(
      folder,
      "psf.tif --like stack.tif --optics richards-wolf --wavelength 450 600 --na 1.2 " +
        "--energy 0.95 --picture psf.png",
    );
    assert.equal(code, 0, error);
    const psf = await readVolume(`${folder}/psf.tif`);
    assert.equal(psf.shape[0], 2);
    assert.ok(sizeOf(psf.shape).every((n) => n % 2 === 1));
    assert.ok(Math.abs(psf.voxelSizeUm!.z - 0.25) < 1e-6);
    assert.match(out, /channel 2, 600 nm: 9[5-9]\.\d\d % of the light .* \(95 % asked for\)/);
    assert.deepEqual([...Deno.readFileSync(`${folder}/psf.png`).subarray(1, 4)], [80, 78, 71]);
  }));

Deno.test("psf --from averages beads, says how many and draws them", () =>
  withFolder(async (folder) => {
    const stack = createBeadStack([
      { at: [14, 30.2, 30.4], peak: 900 },
      { at: [14.4, 30, 80.6], peak: 1000 },
      { at: [14, 5, 55], peak: 1000 },
    ], {
      size: [29, 62, 110],
      optics: { model: "richards-wolf", wavelengthsNm: [520], numericalAperture: 1.3 },
      noise: 5,
    });
    writeVolume(`${folder}/beads.tif`, stack, { pixelType: "uint16" });
    const { code, out, error } = run(folder, "psf.tif --from beads.tif");
    assert.equal(code, 0, error);
    assert.match(out, /2 of 3 beads averaged; left out: 1 at the border/);
    assert.match(out, /FWHM x 2\d\d nm, y 2\d\d nm, z 6\d\d nm/);
    assert.match(out, /picture psf.png/);
    assert.ok(Deno.statSync(`${folder}/psf.png`).size > 1000);
    const psf = await readVolume(`${folder}/psf.tif`);
    assert.ok(Math.abs(psf.data.reduce((sum, value) => sum + value, 0) - 1) < 1e-4);
    const again = run(folder, "small.tif --resample psf.tif --voxel 100x100x200 --size 9x9x5");
    assert.equal(again.code, 0, again.error);
    assert.match(again.out, /9 x 9 x 5 voxels of 100 x 100 x 200 nm/);
  }));

Deno.test("psf --preset hela3d writes the six into a folder", () =>
  withFolder(async (folder) => {
    const { code, error } = run(folder, "set --preset hela3d");
    assert.equal(code, 0, error);
    for (const preset of presetPsfs("hela3d")) {
      const { shape, data } = await readVolume(`${folder}/set/${preset.name}.tif`);
      assert.deepEqual(shape, [1, ...preset.size]);
      assert.ok(Math.abs(data.reduce((sum, value) => sum + value, 0) - 1) < 1e-5);
    }
  }));

const GOOD = "--optics gibson-lanni --wavelength 520 --na 1.2 --size 27x27x13 --voxel 98x98x203";

const BAD: readonly (readonly [line: string, code: number, message: RegExp])[] = [
  [`x.tif ${GOOD.replace("1.2", "1.6")}`, 1, /NA 1.6 is not below the immersion index 1.5/],
  [`x.tif ${GOOD.replace("27x27", "0x27")}`, 1, /--size is "0x27x13"/],
  [`x.tif ${GOOD.replace("27x27", "-7x27")}`, 1, /--size is "-7x27x13"/],
  [`x.tif ${GOOD.replace("98x98x203", "98x0x203")}`, 1, /--voxel is "98x0x203"/],
  [`x.tif ${GOOD.replace("520", "0.52")}`, 1, /wavelength 0.52 nm; give nanometres \(520\)/],
  [`x.png ${GOOD}`, 2, /x.png has to end in .tif/],
  [`nowhere/x.tif ${GOOD}`, 1, /nowhere/],
  [`x.tif ${GOOD} --depht 5`, 2, /unknown option '--depht'/],
];

for (const [line, code, message] of BAD) {
  Deno.test(`psf ${line.slice(0, 90)} ends with ${code}, one line, and no file`, () =>
    withFolder((folder) => {
      const result = run(folder, line);
      assert.equal(result.code, code, result.error);
      const errors = result.error.split("\n").filter((text) => text.startsWith("error:"));
      assert.equal(errors.length, 1, result.error);
      assert.match(errors[0], message);
      assert.equal(result.out, "");
      assert.deepEqual([...Deno.readDirSync(folder)], []);
    }));
}
