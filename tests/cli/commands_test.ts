// The commands as a user types them, in processes of their own.
import assert from "node:assert/strict";
import { readVolume } from "../../core/io/read_stack.ts";
import { psnr } from "../../core/loss/metrics.ts";
import {
  assertCode,
  interruptProgram,
  listFiles,
  type ProgramResult,
  runProgram,
} from "../support/run_program.ts";
import { createWorld } from "./world.ts";

const world = createWorld();
addEventListener("unload", () => Deno.removeSync(world, { recursive: true }));

const RUN_FILES = [
  "checkpoint",
  "config.json",
  "history.csv",
  "model.json",
  "model.onnx",
  "report.html",
];

/** Runs a command that has to succeed. */
async function run(line: string): Promise<ProgramResult> {
  const result = await runProgram(line, world);
  assertCode(result, 0);
  return result;
}

Deno.test("train, evaluate, degrade and deconvolve go together", async (t) => {
  await t.step("train leaves a run folder and prints its name alone", async () => {
    const { stdout, stderr } = await run(
      "train cells --psf psf.tif --noise 1% --epochs 3 --out runs/a",
    );
    assert.equal(stdout, "runs/a\n");
    assert.match(stderr, /epoch 3\/3: training PSNR .* validation PSNR /);
    assert.match(stderr, /1141 parameters learned; the report is runs\/a\/report\.html/);
    assert.deepEqual(listFiles(`${world}/runs/a`), RUN_FILES);
  });

  await t.step("a cascade learns with larger steps than a block, if nothing is said", async () => {
    await run("train cells --psf psf.tif --stages 2 --epochs 1 --kernels 2 --out runs/cascade");
    const rates = ["a", "cascade"].map((name) =>
      JSON.parse(Deno.readTextFileSync(`${world}/runs/${name}/config.json`)).config.learningRate
    );
    assert.deepEqual(rates, [0.005, 0.015]);
  });

  await t.step("coarse stages learn behind the others, and restore", async () => {
    const { stderr } = await run(
      "train cells --psf psf.tif --coarse 4x4 4x4 --coarse-kernels 5 --epochs 1 --kernels 2 " +
        "--stage-epochs 0 --out runs/coarse",
    );
    // D (n + 1) + 2 of the block, D (n + 11) of every other one.
    assert.match(stderr, new RegExp(`\\b${2 * 76 + 2 + 2 * 5 * 86} parameters learned`));
    await run("deconvolve cell.tif coarse.tif --model runs/coarse --psf psf.tif");
    assert.ok(listFiles(world).includes("coarse.tif"));
  });

  await t.step("evaluate prints a Markdown table and nothing else", async () => {
    const { stdout } = await run(
      "evaluate val --model runs/a --psf psf.tif --noise 1% --format markdown",
    );
    const rows = stdout.split("\n").filter((line) => line.startsWith("|"));
    assert.equal(rows.length, 4, stdout);
    for (const title of ["Noise", "Method", "PSNR", "CPSNR", "ISNR", "CISNR", "SSIM", "time"]) {
      assert.ok(rows[0].includes(title), `no ${title} in ${rows[0]}`);
    }
    assert.match(rows[2], /\| 1 % \| input \|/);
    assert.match(rows[3], /runs\/a/);
  });

  await t.step("evaluate takes several levels, a row each, as CSV and JSON", async () => {
    const line = "evaluate val --model runs/a --psf psf.tif --noise 1% 3% --per-stack --quiet";
    const csv = await run(`${line} --format csv`);
    assert.equal(csv.stdout.trim().split("\n").filter((row) => /^1\.tif/.test(row)).length, 4);
    assert.equal(csv.stderr, "");
    const json = await run(`${line} --format json`);
    JSON.parse(json.stdout);
  });

  await t.step("degrade blurs, by the seed", async () => {
    const line = "degrade cell.tif blurred.tif --psf psf.tif --noise 1% --seed 1";
    const { stdout } = await run(line);
    assert.equal(stdout, "blurred.tif\n");
    const first = Deno.readFileSync(`${world}/blurred.tif`);
    await run(line.replace("blurred", "again"));
    assert.deepEqual(Deno.readFileSync(`${world}/again.tif`), first);
    await run(line.replace("blurred", "again").replace("--seed 1", "--seed 2"));
    assert.notDeepEqual(Deno.readFileSync(`${world}/again.tif`), first);
  });

  await t.step("an image of one plane takes the presets' plane in focus", async () => {
    await run("degrade plane.tif blurred_plane.tif --psf hela3d/psf4 --noise 1%");
    await run("deconvolve blurred_plane.tif plane_restored.tif --model runs/a --psf hela3d/psf4");
    await run("export runs/a plane.onnx --psf hela3d/psf4 --size 32x32");
    for (const name of ["blurred_plane.tif", "plane_restored.tif", "plane.onnx"]) {
      assert.ok(listFiles(world).includes(name), name);
    }
  });

  await t.step("deconvolve restores what was blurred, with the stack's voxel size", async () => {
    const { stdout, stderr } = await run(
      "deconvolve blurred.tif restored.tif --model runs/a --psf psf.tif",
    );
    assert.equal(stdout, "restored.tif\n");
    // The estimate comes first.
    assert.match(stderr, /^32 x 32 x 6, 1 channel, 1 frame: 1 tile of 32 x 32 x 6, about \d+ MB; /);
    const [sharp, blurred, restored] = await Promise.all(
      ["cell", "blurred", "restored"].map((name) => readVolume(`${world}/${name}.tif`)),
    );
    // The same noise, restored the same way: what evaluate says of this stack.
    const csv = await run(
      "evaluate cell.tif --model runs/a --psf psf.tif --noise 1% --seed 1 --per-stack --format csv",
    );
    const [head, , row] = csv.stdout.split("\n").map((line) => line.split(","));
    const gain = psnr(restored, sharp) - psnr(blurred, sharp);
    const expected = Number(row[head.indexOf("isnr_db")]);
    assert.ok(Math.abs(gain - expected) < 1e-3, `${gain} dB, evaluate says ${expected}`);
    assert.deepEqual(restored.voxelSizeUm, sharp.voxelSizeUm);
    assert.equal(restored.info.pixelType, "float32");
  });

  await t.step("deconvolve keeps the pixel type on request, and the result in tiles", async () => {
    await run("deconvolve cell.tif same.tif --model runs/a --psf psf.tif --type same --quiet");
    const same = await readVolume(`${world}/same.tif`);
    assert.equal(same.info.pixelType, "uint16");
    await run("deconvolve cell.tif float.tif --model runs/a/model.json --psf psf.tif");
    const float = await readVolume(`${world}/float.tif`);
    for (const [i, value] of same.data.entries()) {
      assert.ok(Math.abs(value - Math.max(0, float.data[i])) <= 0.501);
    }
    const { stderr } = await run(
      "deconvolve cell.tif tiles.tif --model runs/a --psf psf.tif --memory 250KB",
    );
    assert.match(stderr, /: \d+ tiles of /);
    // So small a stack has no room for an overlap: the program says what that means.
    const said = Number(/may differ from the whole by ([\d.e+-]+) % of the peak/.exec(stderr)?.[1]);
    const tiles = await readVolume(`${world}/tiles.tif`);
    const seam = Math.max(...tiles.data.map((value, i) => Math.abs(value - float.data[i]))) /
      Math.max(...float.data);
    assert.ok(seam < said / 100, `${seam} of the peak, ${said} % said`);
  });

  await t.step("a result can take the place of its input", async () => {
    Deno.copyFileSync(`${world}/cell.tif`, `${world}/twice.tif`);
    await run("deconvolve twice.tif twice.tif --model runs/a --psf psf.tif");
    const [twice, float] = ["twice", "float"].map((name) =>
      Deno.readFileSync(`${world}/${name}.tif`)
    );
    assert.deepEqual(twice, float);
  });
});

Deno.test("train without data learns from synthetic cells, in runs/train-1, then train-2", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const line = "train --cells 3 --cell-size 24x24x6 --epochs 1 --kernels 3 --quiet";
    for (const name of ["runs/train-1", "runs/train-2"]) {
      const result = await runProgram(line, folder);
      assertCode(result, 0);
      assert.equal(result.stdout, `${name}\n`);
      assert.deepEqual(listFiles(`${folder}/${name}`), RUN_FILES);
    }
    const models = [1, 2].map((i) => Deno.readFileSync(`${folder}/runs/train-${i}/model.json`));
    assert.deepEqual(models[0], models[1]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("Ctrl-C saves, and --resume goes on to the model of a run that was never stopped", async (t) => {
  const line = "train cells --psf psf.tif --epochs 30 --kernels 4 --noise 1%..3% --quiet --out";
  const [whole, stopped] = await Promise.all([
    run(`${line} runs/whole`),
    interruptProgram(`${line} runs/parts`, { cwd: world, signal: "SIGINT", when: /epoch 2\/30/ }),
  ]);
  assert.equal(whole.stdout, "runs/whole\n");
  await t.step("exit code 130, the way on, no result and no trace of an error", () => {
    assertCode(stopped, 130);
    assert.equal(stopped.stdout, "");
    assert.match(stopped.stderr, /Stopped; go on with: train --resume --out runs\/parts\n$/);
    assert.doesNotMatch(stopped.stderr, /error|\n\s+at /);
    assert.deepEqual(listFiles(`${world}/runs/parts`), RUN_FILES.slice(0, 4));
  });
  await t.step("options that are not the run's own are refused", async () => {
    for (const [option, name] of [["--epochs 31", "epochs"], ["--photons 50", "photons"]]) {
      const result = await runProgram(`train --resume --out runs/parts ${option}`, world);
      assertCode(result, 1);
      assert.match(result.stderr, new RegExp(`^error: The run was started with ${name} .*\n$`));
    }
  });
  await t.step("the same files in the end", async () => {
    const { stdout } = await run("train --resume --out runs/parts");
    assert.equal(stdout, "runs/parts\n");
    for (const name of ["model.json", "model.onnx", "history.csv", "checkpoint"]) {
      const [a, b] = ["whole", "parts"].map((run) =>
        Deno.readFileSync(`${world}/runs/${run}/${name}`)
      );
      assert.deepEqual(b, a, name);
    }
  });
});

Deno.test("every command has help with an example, and --version", async (t) => {
  const { stdout } = await run("--help");
  const commands = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map((match) => match[1]);
  for (const name of ["train", "evaluate", "degrade", "deconvolve", "psf"]) {
    assert.ok(commands.includes(name), `${name} is not listed`);
  }
  const helps = await Promise.all(commands.map((name) => run(`${name} --help`)));
  for (const [i, name] of commands.entries()) {
    await t.step(`${name} --help`, () => {
      const pattern = new RegExp(`Examples?:\n  deno run -A cli/main\\.ts ${name}`);
      assert.match(helps[i].stdout, pattern);
      assert.equal(helps[i].stderr, "");
    });
  }
  await t.step("--version", async () => {
    const { version } = JSON.parse(
      Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)),
    );
    assert.equal((await run("--version")).stdout, `${version}\n`);
  });
});
