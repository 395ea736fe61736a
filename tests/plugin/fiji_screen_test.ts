import assert from "node:assert/strict";
import { imagejFolder, runCommand, VOXEL, writeCells } from "../support/fiji_images.ts";
import {
  findPrograms,
  openScreen,
  probeLines,
  runMacro,
  type Screen,
  startImageJ,
  waitFor,
  whyNoImageJ,
} from "../support/imagej.ts";
import { createTiff } from "../../core/io/tiff_writer.ts";

const missing = whyNoImageJ(["openbox", "xdotool", "import"]);
const ignore = missing !== undefined;
const name = (text: string) => missing ? `${text} (skipped: ${missing})` : text;

/** The README's pictures are taken anew with FIJI_SCREENSHOTS=1. */
const PICTURES = new URL("../../plugin/fiji/screenshots/", import.meta.url).pathname;

/** A person at the screen. */
interface Desk {
  /** Lines that the probe writes: images, dialogs, the log, what the recorder recorded. */
  lines(prefix: string): string[];
  keys(...keys: string[]): Promise<void>;
  /** Clicks on a window, at x and y from its corner. */
  click(window: string, x: number, y: number): Promise<void>;
  /** Moves a window. */
  move(window: string, x: number, y: number): Promise<void>;
  /** A picture of a window, or of a part of the screen: "WIDTHxHEIGHT+X+Y". */
  picture(file: string, what: string): Promise<void>;
  readonly pid: number;
  close(): Promise<string>;
}

async function tool(screen: Screen, program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { DISPLAY: screen.display },
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, `${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** Starts ImageJ with a window manager and a macro that opens what is needed. */
async function sitDown(screen: Screen, macro: string, path?: string): Promise<Desk> {
  const folder = await imagejFolder();
  const watch = `${folder}/watch.txt`;
  const start = `${folder}/start.ijm`;
  Deno.writeTextFileSync(watch, "");
  Deno.writeTextFileSync(start, `${macro}\nrun("Probe ", "watch=${watch}");`);
  const manager = new Deno.Command("openbox", {
    env: { DISPLAY: screen.display },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const home = Deno.makeTempDirSync({ dir: folder });
  const imagej = startImageJ(["-macro", start], { display: screen.display, folder, path, home });
  const output = imagej.output();
  const lines = (prefix: string) =>
    Deno.readTextFileSync(watch).split("\n").filter((line) => line.startsWith(`${prefix} `))
      .map((line) => line.slice(prefix.length + 1));
  const find = async (window: string) => {
    const found = await tool(screen, "xdotool", ["search", "--onlyvisible", "--name", window]);
    return found.trim().split("\n").at(-1)!;
  };
  await waitFor("ImageJ", () => lines("menu")[0]);
  return {
    lines,
    pid: imagej.pid,
    async keys(...keys) {
      await tool(screen, "xdotool", ["key", "--delay", "40", ...keys]);
    },
    async click(window, x, y) {
      const id = await find(window);
      await tool(screen, "xdotool", [
        ...["windowactivate", "--sync", id],
        ...["mousemove", "--window", id, String(x), String(y), "click", "1"],
      ]);
    },
    async move(window, x, y) {
      await tool(screen, "xdotool", ["windowmove", await find(window), String(x), String(y)]);
    },
    async picture(file, what) {
      const isPart = /^\d+x\d+\+\d+\+\d+$/.test(what);
      const source = isPart
        ? ["-window", "root", "-crop", what, "+repage"]
        : ["-window", await find(what)];
      const path = Deno.env.get("FIJI_SCREENSHOTS") ? `${PICTURES}${file}` : `${folder}/${file}`;
      Deno.mkdirSync(PICTURES, { recursive: true });
      await tool(screen, "import", [
        ...source,
        ...["+dither", "-colors", "128", `png8:${path}`],
      ]);
      assert.ok(Deno.statSync(path).size > 1000, `${file} is empty`);
    },
    async close() {
      imagej.kill();
      manager.kill();
      await manager.status;
      const { stdout, stderr } = await output;
      return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    },
  };
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

Deno.test({
  name: name("the Fiji plugin by hand: menu, dialog, result, recorded line, Esc"),
  ignore,
  async fn(t) {
    const folder = await imagejFolder();
    const data = `${folder}/data`;
    writeCells(`${data}/sharp.tif`, { shape: [3, 12, 256, 256], pixelType: "uint16" });
    const degrade = ["degrade", `${data}/sharp.tif`, `${data}/cells.tif`, "--type", "same"];
    await runCommand([...degrade, "--psf", "hela3d/psf2", "--noise", "1%"]);
    writeFlat(`${data}/long.tif`);
    const screen = await openScreen("1000x760x24");
    const desk = await sitDown(
      screen,
      `run("TIFF Virtual Stack...", "open=${data}/long.tif"); setLocation(20, 500);
       open("${data}/cells.tif"); Stack.setSlice(6); setLocation(20, 130);
       run("Record..."); selectWindow("cells.tif");`,
    );
    let recorded = "";
    let voxels = "";
    try {
      await t.step("the menu has the command", async () => {
        assert.deepEqual(desk.lines("menu"), ["trainablewiener.Trainable_Wiener_Deconvolve"]);
        await desk.move("^Recorder$", 560, 560);
        await desk.move("^long.tif", 900, 650);
        await openMenu(desk);
        await desk.picture("menu.png", "620x215+300+0");
      });

      await t.step("the dialog opens, and OK restores with what it offers", async () => {
        await desk.keys("Up", "Return");
        await waitFor("the dialog", () => desk.lines("dialog")[0]);
        await pause(700);
        await desk.picture("dialog.png", "^Trainable Wiener Deconvolve$");
        await desk.keys("Return");
        voxels = (await waitFor("the result", () => find(desk, "cells-restored")))[0];
        await desk.move("cells-restored", 320, 130);
        await desk.move("^Log$", 20, 520);
        await pause(700);
        await desk.picture("result.png", "610x352+0+125");
        assert.match(
          desk.lines("log").join(" "),
          /cells.tif -> cells-restored; model default .* s to restore$/,
        );
      });

      await t.step("the recorded line names no path", () => {
        recorded = desk.lines("record").find((line) => line.includes("Trainable Wiener"))!;
        assert.match(recorded, /^run\("Trainable Wiener Deconvolve", "model=default psf=optics /);
        assert.match(
          recorded,
          / na=1.4 immersion_index=1.5 .* type=32-bit sigma=\[\] backend=auto memory=4GB"/,
        );
        assert.doesNotMatch(recorded, /\//);
      });

      await t.step("Esc stops the work, and nothing of it is left", async () => {
        await desk.click("^long.tif", 30, 8);
        await openMenu(desk);
        await desk.keys("Up", "Return");
        await waitFor("the dialog", () => desk.lines("dialog")[0]);
        await pause(500);
        await desk.keys("Return");
        await waitFor("the first tile", () => desk.lines("status").find((s) => /tile/.test(s)));
        const running = findPrograms(desk.pid);
        assert.equal(running.length, 1);
        await desk.keys("Escape");
        await waitFor("the end", () => findPrograms(desk.pid).length === 0 || undefined, 3);
        await waitFor("the image", () => {
          const image = desk.lines("image").find((line) => line.startsWith("long.tif"));
          return image && !image.endsWith("locked") ? true : undefined;
        });
        assert.equal(find(desk, "long-restored"), undefined);
      });
    } finally {
      const said = await desk.close();
      await screen.close();
      assert.equal(said.replace(/^.*locale.*\n/gm, ""), "", "nothing is said outside of the log");
    }

    await t.step("the recorded line does the same in -batch, without preferences", async () => {
      const batch = await openScreen();
      const macro = `open("${data}/cells.tif");\n${recorded}\nrun("Probe ", "image=result");`;
      const home = Deno.makeTempDirSync({ dir: folder });
      const run = await runMacro(macro, { display: batch.display, folder, home });
      await batch.close();
      assert.equal(probeLines(run, "result").title, "cells-restored", run.stderr);
      assert.equal(`cells-restored ${probeLines(run, "result").voxels}`, voxels);
    });
  },
});

Deno.test({
  name: name("without Deno the Fiji plugin says what to do, and takes the one that is chosen"),
  ignore,
  async fn() {
    const folder = await imagejFolder();
    writeCells(`${folder}/data/small.tif`, { shape: [1, 4, 40, 40], pixelType: "uint8" });
    const screen = await openScreen("1000x760x24");
    const desk = await sitDown(screen, `open("${folder}/data/small.tif");`, "/nonexistent");
    try {
      await pause(500);
      await openMenu(desk);
      await desk.keys("Up", "Return");
      await waitFor("the dialog", () => desk.lines("dialog")[0]);
      await pause(500);
      await desk.keys("Return");
      await pause(1000);
      await desk.picture("no_deno.png", "^Trainable Wiener Deconvolve$");
      assert.equal(desk.lines("dialog").length, 1);
      await desk.keys("Escape");
      await waitFor("no dialog", () => desk.lines("dialog").length === 0 || undefined);
      assert.equal(find(desk, "small-restored"), undefined);
    } finally {
      await desk.close();
      await screen.close();
    }
  },
});

/** The line of an image on the desk: its title and a sum of its voxels. */
function find(desk: Desk, title: string): string[] | undefined {
  const line = desk.lines("image").find((image) => image.startsWith(`${title} `));
  return line && !line.endsWith("locked") ? [line] : undefined;
}

async function openMenu(desk: Desk): Promise<void> {
  await pause(300);
  await desk.click("^ImageJ$", 322, 10);
  await pause(500);
}

/** A stack that takes long: six frames of 40 planes of 600 x 600. */
function writeFlat(path: string): void {
  const shape = [1, 40, 600, 600] as const;
  const metadata = { unit: "micron" };
  const info = { shape, frames: 6, pixelType: "uint8", voxelSizeUm: VOXEL, metadata } as const;
  const writer = createTiff(path, info);
  const voxels = new Float32Array(40 * 600 * 600).map((_, i) => i % 17);
  for (let frame = 0; frame < 6; frame++) {
    writer.writeRegion({ frame, channel: 0, start: [0, 0, 0], end: [40, 600, 600] }, voxels);
  }
  writer.close();
}
