// Every bad input of a user: one line that says what is wrong, the right exit code, nothing left.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import {
  assertCode,
  assertOneError,
  listFiles,
  type ProgramResult,
  runProgram,
} from "../support/run_program.ts";
import { createWorld } from "./world.ts";

const restore = "--model run --psf psf.tif";
const learn = "--psf psf.tif --epochs 1 --out out/run";

/** Command line, exit code, and what the one line has to say. */
const cases: readonly (readonly [line: string, code: number, ...parts: string[]])[] = [
  [`deconvolve truncated.tif out/x.tif ${restore}`, 1, "truncated.tif", "truncated"],
  [`deconvolve text.tif out/x.tif ${restore}`, 1, "text.tif", "not a TIFF"],
  [`deconvolve rgb.tif out/x.tif ${restore}`, 1, "rgb.tif", "RGB"],
  [`deconvolve none.tif out/x.tif ${restore}`, 1, "none.tif", "no such file"],
  [`deconvolve cells out/x.tif ${restore}`, 1, "cells", "folder"],
  [`deconvolve nan.tif out/x.tif ${restore}`, 1, "NaN", "replace"],
  [`deconvolve infinite.tif out/x.tif ${restore}`, 1, "-Infinity", "replace"],
  [`deconvolve constant.tif out/x.tif ${restore}`, 1, "All voxels", "7"],
  [`deconvolve two_channels.tif out/x.tif --model three.json --psf psf.tif`, 1, "3 channels", "2"],
  [`deconvolve two_channels.tif out/x.tif --model run --psf psf3.tif`, 1, "3 channels", "has 2"],
  [`deconvolve plane.tif out/x.tif ${restore}`, 1, "3 planes", "one plane"],
  [`deconvolve cell.tif out/x.tif --model run --psf nan_psf.tif`, 1, "nan_psf.tif", "NaN"],
  [`deconvolve cell.tif out/x.tif --model run --psf negative_psf.tif`, 1, "negative_psf", "sum"],
  [`deconvolve cell.tif out/x.tif --model run --psf zero_psf.tif`, 1, "zero_psf.tif", "zero"],
  [`deconvolve cell.tif out/x.tif --model run --psf none.tif`, 1, "none.tif", "no such file"],
  [`deconvolve cell.tif out/x.tif --model future.json --psf psf.tif`, 1, "format 9", "version"],
  [`deconvolve cell.tif out/x.tif --model damaged.json --psf psf.tif`, 1, "damaged", "alpha"],
  [`deconvolve cell.tif out/x.tif --model cut.json --psf psf.tif`, 1, "cut.json", "cut off"],
  [`deconvolve cell.tif out/x.tif --model none --psf psf.tif`, 1, "none", "no such file"],
  [`deconvolve cell.tif out/x.tif --model empty --psf psf.tif`, 1, "empty", "model.json"],
  [`deconvolve cell.tif file/x.tif ${restore}`, 1, "Cannot write file/x.tif", "is a file"],
  [`deconvolve cell.tif none/x.tif ${restore}`, 1, "Cannot write none/x.tif", "does not exist"],
  [`deconvolve cell.tif out ${restore}`, 1, "Cannot write out", "folder"],
  [`deconvolve cell.tif out/x.tif ${restore} --memory 1KB`, 1, "raise --memory"],
  [`deconvolve cell.tif out/x.tif ${restore} --memory much`, 1, "--memory", "4GB"],
  [`deconvolve cell.tif out/x.tif ${restore} --sigma 1%..3%`, 1, "--sigma", "range"],
  [`deconvolve cell.tif out/x.tif ${restore} --sigma 1%`, 1, "--sigma", "noise-adaptive"],
  [`deconvolve cell.tif out/x.tif ${restore} --threads 0`, 1, "--threads is 0", "from 1 to 120"],
  [`deconvolve cell.tif out/x.tif --psf psf.tif`, 2, "--model", "missing"],
  [
    `deconvolve cell.tif out/x.tif ${restore} --engine onnx --backend cpu`,
    2,
    "--backend",
    "native",
  ],
  [`deconvolve cell.tif out/x.tif ${restore} --iterations 5`, 2, "unknown option", "--iterations"],
  [`deconvolve cell.tif ${restore}`, 2, "missing", "output"],
  [`train cells ${learn} --coarse 4`, 1, `--coarse is "4"`, "256x256"],
  [`train cells ${learn} --coarse 0x4`, 1, `--coarse is "0x4"`],
  [`train cells ${learn} --coarse-kernels 8`, 2, "--coarse-kernels", "give --coarse 4x4"],
  [`train cells ${learn} --coarse 4x4 --positivity`, 2, "--positivity", "a cascade has it"],
  [`train cells ${learn} --coarse 4x4 --stage-kind residual`, 2, "--stage-kind", "--stages 2"],
  [`degrade cell.tif out/x.tif --psf psf.tif --noise 300%`, 1, "--noise is 300%", "100%"],
  [`degrade cell.tif out/x.tif --psf psf.tif --noise loud`, 1, `--noise is "loud"`, "1%"],
  [`degrade cell.tif out/x.tif --psf psf.tif --noise 1%..3%`, 1, "--noise", "range"],
  [`degrade cell.tif out/x.tif --psf hela3d`, 1, "hela3d names 6 PSFs", "choose one"],
  [`degrade plane.tif out/x.tif --psf psf.tif`, 1, "3 planes", "one plane"],
  [`degrade constant.tif out/x.tif --psf psf.tif`, 1, "constant.tif", "all its voxels are 7"],
  [`degrade nan.tif out/x.tif --psf psf.tif`, 1, "nan.tif", "NaN"],
  [`degrade cell.tif file/x.tif --psf psf.tif`, 1, "Cannot write file/x.tif", "is a file"],
  [`evaluate val --model future.json --psf psf.tif`, 1, "format 9"],
  [`evaluate empty --model run --psf psf.tif`, 1, "empty", "no images"],
  [`evaluate val --model three.json --psf psf.tif`, 1, "3 channels", "has 1"],
  [`evaluate val --psf psf.tif`, 2, "--model", "missing"],
  [`evaluate val --model run --psf psf.tif --noise 1%..3%`, 2, "range", "--noise 1% 3%"],
  [`evaluate val --model run --psf psf.tif --resume`, 2, "--resume needs --out"],
  [`evaluate val --model run --psf psf.tif --oracle`, 2, "--oracle", "--method"],
  [`evaluate val --model run --psf psf.tif --format xml`, 1, "--format", "markdown"],
  [`experiment fmd --noise 3%`, 2, "--noise", "fmd"],
  [`experiment fmd --data none --out out/x`, 1, "none/index.json", "no such file"],
  [`experiment robustness --model run --oracle`, 2, "--oracle", "robustness"],
  [`experiment profile --model run --oracle`, 2, "--oracle", "profile"],
  [`experiment magic`, 1, `no experiment "magic"`, "hela3d"],
  [`train empty ${learn}`, 1, "empty", "no images"],
  [`train mixed ${learn}`, 1, "2 channels", "same channels"],
  [`train cells/1.tif ${learn}`, 1, "1 scene"],
  [`train cells ${learn} --noise 300%`, 1, "--noise is 300%"],
  [`train cells ${learn} --kernels 0`, 1, "--kernels", "from 1 on"],
  [`train cells ${learn} --kernels 500`, 1, "74 kernels", "not 500"],
  [`train cells --epochs 1 --out file/run`, 1, "file/run", "is a file"],
  [`train cells --epochs 1 --out run`, 1, "run", "holds"],
  [`train cells ${learn} --cells 7`, 2, "--cells", "synthetic"],
  [`train cells ${learn} --validation val --validation-part 0.2`, 2, "--validation-part"],
  [`train --resume`, 2, "--resume needs --out"],
  [`train --resume --out empty`, 1, "empty/config.json"],
  [`train cells --epoch 3`, 2, "unknown option", "--epochs"],
  [`trian cells`, 2, "unknown command", "train"],
];

const world = createWorld();
Deno.writeTextFileSync(`${world}/run/config.json`, "{}");
addEventListener("unload", () => Deno.removeSync(world, { recursive: true }));

Deno.test("bad input ends in one clear line, with nothing left behind", async (t) => {
  const before = listFiles(world);
  // Starting the program is most of the time: a few at once.
  const results: ProgramResult[] = [];
  let next = 0;
  await Promise.all([1, 2, 3].map(async () => {
    while (next < cases.length) {
      const index = next++;
      results[index] = await runProgram(cases[index][0], world);
    }
  }));
  for (const [index, [line, code, ...parts]] of cases.entries()) {
    await t.step(`${line}: exit code ${code}`, () => {
      assertCode(results[index], code);
      assertOneError(results[index], parts);
    });
  }
  await t.step("no file, no folder, no temporary name is left", () => {
    assert.deepEqual(listFiles(world), before);
  });
});

Deno.test("a PSF larger than the stack works", async () => {
  const line = "deconvolve cell.tif large.tif --model run --psf large_psf.tif";
  const result = await runProgram(line, world);
  assertCode(result, 0);
  assert.equal(result.stdout, "large.tif\n");
  Deno.removeSync(`${world}/large.tif`);
});

/** A namespace of its own lets a test mount a small file system without being root. */
function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const script = "mount -t tmpfs -o size=64k tmpfs /tmp";
    return new Deno.Command("unshare", { args: ["-rm", "sh", "-c", script] }).outputSync().success;
  } catch {
    return false;
  }
}

/** Runs the program with the folder `out` on a file system of 16 kB, or one that is read-only. */
async function runOnSmallDisk(line: string, options: "size=16k" | "size=16k,ro") {
  const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
  const script = `mount -t tmpfs -o ${options} tmpfs out && ` +
    `"$0" run -A --quiet "$@"; code=$?; ls -A out; exit $code`;
  const { code, stdout, stderr } = await new Deno.Command("unshare", {
    args: ["-rm", "sh", "-c", script, Deno.execPath(), main, ...line.split(" ")],
    cwd: world,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const mountable = canMount();
const reason = mountable ? "" : " (ignored: unshare cannot mount a small file system here)";

Deno.test({
  name: `a full disk and a read-only folder end in one clear line${reason}`,
  ignore: !mountable,
  fn: async (t) => {
    const small = [
      [`deconvolve cell.tif out/x.tif ${restore}`, "Cannot write out/x.tif"],
      ["degrade cell.tif out/x.tif --psf psf.tif", "Cannot write out/x.tif"],
      [
        "psf out/x.tif --optics gaussian --wavelength 500 --na 1 --size 31x31x9 --voxel 98x98x203",
        "out/x.tif",
      ],
    ];
    for (const [line, part] of small) {
      await t.step(`disk full: ${line}`, async () => {
        const result = await runOnSmallDisk(line, "size=16k");
        assertCode(result, 1);
        // The folder's listing is on stdout: it is empty.
        assertOneError(result, [part, "disk"]);
      });
    }
    await t.step("disk full in the middle of a training", async () => {
      const line = `train cells --psf psf.tif --epochs 1 --out out/run --kernels full --quiet`;
      const result = await runOnSmallDisk(line, "size=16k");
      assert.equal(result.code, 1, result.stderr);
      assert.match(result.stderr.trim().split("\n").at(-1)!, /^error: Cannot write .*disk/);
      assert.doesNotMatch(result.stderr, /\n\s+at /);
    });
    for (const line of [small[0][0], `train cells ${learn}`]) {
      await t.step(`read-only: ${line}`, async () => {
        const result = await runOnSmallDisk(line, "size=16k,ro");
        assertCode(result, 1);
        assertOneError(result, ["read-only"]);
      });
    }
  },
});
