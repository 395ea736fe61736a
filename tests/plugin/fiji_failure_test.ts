import assert from "node:assert/strict";
import type { StackInfo } from "../../core/io/stack.ts";
import { createTiff } from "../../core/io/tiff_writer.ts";
import { imagejFolder, VOXEL, writeCells } from "../support/fiji_images.ts";
import {
  findPrograms,
  type ImageJRun,
  openScreen,
  probeLines,
  runMacro,
  startImageJ,
  waitFor,
  whyNoImageJ,
} from "../support/imagej.ts";

const missing = whyNoImageJ();
const ignore = missing !== undefined;
const name = (text: string) => missing ? `${text} (skipped: ${missing})` : text;

/** Runs a macro that opens `data/image` and is to fail; returns what it said. */
async function failingRun(
  image: string,
  options: { readonly line?: string; readonly path?: string; readonly setup?: string },
): Promise<ImageJRun> {
  const folder = await imagejFolder();
  const screen = await openScreen();
  try {
    const macro = `
      open("${folder}/data/${image}");
      ${options.setup ?? ""}
      run("Trainable Wiener Deconvolve", "${options.line ?? ""}");
      print("NOT REACHED");
    `;
    const { display } = screen;
    const run = await runMacro(macro, { display, folder, path: options.path });
    assert.equal(run.code, 0, "ImageJ ends, and no dialog waits for anybody");
    assert.doesNotMatch(run.stdout, /NOT REACHED/);
    return run;
  } finally {
    await screen.close();
  }
}

Deno.test({
  name: name("the Fiji plugin refuses in one line what it cannot restore, and stops the macro"),
  ignore,
  async fn(t) {
    const data = `${await imagejFolder()}/data`;
    const shape = [1, 4, 40, 40] as const;
    writeCells(`${data}/small.tif`, { shape, pixelType: "float32" });
    const cases = [
      {
        what: "a stack with NaN",
        setup: `setSlice(3); makeRectangle(5, 6, 1, 1); run("Set...", "value=NaN slice");`,
        expected: /The stack has a voxel that is NaN \(channel 1, x 5, y 6, z 2\); replace/,
      },
      { what: "an RGB image", setup: `run("RGB Color");`, expected: /RGB images hold colours/ },
      {
        what: "an option that is not known",
        line: "wavelenght=500",
        expected: /There is no option "wavelenght"; there are model, psf, optics, wavelength/,
      },
      {
        what: "an NA that no lens has, in the dialog's words",
        line: "na=1.6",
        expected: /NA 1.6 is not below the immersion index 1.5; .* "NA" .* "Immersion index"/,
      },
      {
        what: "a model that is not there",
        line: "model=runs/cells",
        expected: /There is no model "runs\/cells" in .*data.*trainable-wiener.*; put it there/,
      },
      {
        what: "a voxel size that is missing",
        setup: `setVoxelSize(1, 1, 1, "pixel");`,
        expected: /does not say its voxel size.*Image > Properties/,
      },
      {
        what: "a computer without Deno",
        path: "/nonexistent",
        expected: /Deno, a free program that has not been found.*\n.*docs\.deno\.com/,
      },
    ];
    for (const { what, expected, ...options } of cases) {
      await t.step(what, async () => {
        const { stderr } = await failingRun("small.tif", options);
        assert.match(stderr, expected);
        assert.match(stderr, /^Trainable Wiener Deconvolve: /);
      });
    }

    await t.step("a program that dies shows the end of what it said", async () => {
      const bin = `${await imagejFolder()}/bin`;
      Deno.mkdirSync(bin);
      const script = `#!/bin/sh\n[ "$1" = eval ] && exec echo "$0"\nprintf TWB1\n` +
        `echo 'thread panicked: out of everything' >&2\nkill -9 $$\n`;
      Deno.writeTextFileSync(`${bin}/deno`, script, { mode: 0o755 });
      const { stderr } = await failingRun("small.tif", { path: `${bin}:/bin:/usr/bin` });
      assert.match(
        stderr,
        /ended before it had finished \(exit code 137\).*\nthread panicked: out/,
      );
    });

    await t.step("another program, or another version of ours", async () => {
      const bin = `${await imagejFolder()}/bin`;
      const script = `#!/bin/sh\n[ "$1" = eval ] && exec echo "$0"\n` +
        `[ "$1" = --version ] && exec echo "deno 0.1"\nprintf TWB9\necho 'strange flag' >&2\n`;
      Deno.writeTextFileSync(`${bin}/deno`, script, { mode: 0o755 });
      const { stderr } = await failingRun("small.tif", { path: `${bin}:/bin:/usr/bin` });
      assert.match(stderr, /did not start. It needs Deno 2.*is "deno 0.1".\nstrange flag/);
    });
  },
});

Deno.test({
  name: name(
    "the Fiji plugin takes a virtual stack of 120 slices in a heap of 256 MB, and leaves " +
      "no process when it or its host is killed",
  ),
  ignore,
  async fn(t) {
    const folder = await imagejFolder();
    const data = `${folder}/data`;
    writeCells(`${data}/small.tif`, { shape: [1, 4, 40, 40], pixelType: "float32" });
    writeLarge(`${data}/large.tif`);
    const screen = await openScreen();
    const options = { display: screen.display, folder, heap: "256m" };
    const macro = `
      run("TIFF Virtual Stack...", "open=${data}/large.tif");
      run("Probe ", "image=large");
      run("Trainable Wiener Deconvolve", "psf=file psf_file=hela3d/psf2 sigma=1%");
      run("Probe ", "image=restored");
      setSlice(60); getRawStatistics(n, mean); print("mean " + mean);
    `;
    const file = `${folder}/large.ijm`;
    Deno.writeTextFileSync(file, macro);
    try {
      await t.step("it is restored", async () => {
        const run = await runMacro(macro, options);
        assert.equal(probeLines(run, "large").virtual, "true", run.stderr);
        assert.equal(probeLines(run, "restored").dimensions, "[512, 512, 1, 120, 1]", run.stderr);
        const mean = Number(/mean ([\d.]+)/.exec(run.stdout)![1]);
        assert.ok(Math.abs(mean / LARGE_MEAN - 1) < 0.01, `the mean is ${mean}`);
      });

      await t.step("a heap that is too small is said before the work", async () => {
        const run = await runMacro(macro, { ...options, heap: "120m" });
        assert.match(run.stderr, /The result needs 120 MB of memory and ImageJ has \d+ MB left/);
      });

      await t.step("a killed program is reported", async () => {
        const imagej = startImageJ(["-batch", file], options);
        const [program] = await waitFor("the program", () => {
          const programs = findPrograms(imagej.pid);
          return programs.length > 0 ? programs : undefined;
        });
        Deno.kill(program, "SIGKILL");
        const { stderr } = await imagej.output();
        assert.match(new TextDecoder().decode(stderr), /ended before|did not start/);
      });

      await t.step("a killed ImageJ leaves no program behind", async () => {
        const imagej = startImageJ(["-batch", file], options);
        const [program] = await waitFor("the program", () => {
          const programs = findPrograms(imagej.pid);
          return programs.length > 0 ? programs : undefined;
        });
        imagej.kill("SIGKILL");
        await imagej.output();
        await waitFor("the program's end", () => isRunning(program) ? undefined : true);
      });
    } finally {
      await screen.close();
    }
  },
});

const LARGE_MEAN = 210;

/** 120 planes of 512 x 512 with a pattern of this mean. */
function writeLarge(path: string): void {
  const info: StackInfo = {
    shape: [1, 120, 512, 512],
    frames: 1,
    pixelType: "uint16",
    voxelSizeUm: VOXEL,
    metadata: { unit: "micron" },
  };
  const writer = createTiff(path, info);
  const plane = Float32Array.from(
    { length: 512 * 512 },
    (_, i) => LARGE_MEAN + 150 * Math.sin(i * Math.PI / 32),
  );
  for (let z = 0; z < 120; z++) {
    writer.writeRegion({ channel: 0, start: [z, 0, 0], end: [z + 1, 512, 512] }, plane);
  }
  writer.close();
}

function isRunning(pid: number): boolean {
  try {
    return !Deno.readTextFileSync(`/proc/${pid}/stat`).includes(") Z ");
  } catch {
    return false;
  }
}
