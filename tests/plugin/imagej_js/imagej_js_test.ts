import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Frame, Page } from "playwright-core";
import { openTiffBuffer } from "../../../core/io/tiff_reader.ts";
import type { StackInfo } from "../../../core/io/stack.ts";
import { sizeOf, voxelsOf } from "../../../core/volume.ts";
import { CHROMIUM, nameOf, openStage } from "./support/browser.ts";
import { createSpots, deconvolve, differenceOf, openable } from "./support/stacks.ts";

const LABEL = "Trainable Wiener Deconvolve";
/** Of the peak: float32 against float32 by other transforms. */
const TOLERANCE = 1e-4;
const PLUGIN = "imagej_js/TrainableWiener.imjoy.html";

/** What the stand-in's page says of itself; see support/stand_in.ts. */
// deno-lint-ignore no-explicit-any -- the page's globals have no types here
type Globals = any;

/** Opens an image in the stand-in, with the sliders somewhere. */
async function open(page: Page, image: ReturnType<typeof openable>): Promise<void> {
  await page.evaluate((image) => {
    const bytes = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
    const { standIn } = globalThis as Globals;
    standIn.image = { ...image, tiff: bytes(image.tiff), planes: bytes(image.planes) };
    standIn.position = [1, Math.min(2, image.dimensions[3]), 1];
    standIn.changes = true;
    standIn.calls.length = standIn.messages.length = 0;
  }, image);
}

/** Chooses the plugin in the menu and waits for its window. */
async function choose(page: Page): Promise<Frame> {
  await page.evaluate(async (label) => {
    await (globalThis as Globals).standIn.menu.get(label)();
  }, LABEL);
  const frames = page.frames().filter((frame) => frame.url().includes("dialog.html"));
  assert.equal(frames.length, 1, "one window, however often the item is chosen");
  return frames[0];
}

async function setOptics(dialog: Frame): Promise<void> {
  await dialog.fill("[name=na]", "1.2");
  await dialog.fill("[name=wavelength]", "520");
}

/** Presses Restore and waits for the image that opens, or the error. */
async function restore(
  page: Page,
  dialog: Frame,
): Promise<{ info: StackInfo; voxels: Float32Array }> {
  const before = await page.evaluate(() => (globalThis as Globals).standIn.shown.length);
  await dialog.click("#run");
  await dialog.waitForFunction(() =>
    document.querySelector("#error")!.textContent !== "" ||
    document.querySelector("#status")!.textContent!.startsWith("Restored")
  );
  assert.equal(await dialog.textContent("#error"), "");
  await page.waitForFunction((n) => (globalThis as Globals).standIn.shown.length > n, before);
  const { name, text } = await page.evaluate(async () => {
    const { name, bytes } = (globalThis as Globals).standIn.shown.at(-1);
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(new Blob([bytes]));
    });
    return { name, text: url.slice(url.indexOf(",") + 1) };
  });
  assert.match(name, /^\S+-restored\.tif$/);
  const reader = await openTiffBuffer(Uint8Array.fromBase64(text), name);
  const { info } = reader;
  const n = voxelsOf(info.shape);
  const voxels = new Float32Array(info.frames * info.shape[0] * n);
  for (let part = 0; part < voxels.length / n; part++) {
    const [frame, channel] = [Math.floor(part / info.shape[0]), part % info.shape[0]];
    const region = { frame, channel, start: [0, 0, 0], end: sizeOf(info.shape) } as const;
    voxels.set(await reader.readRegion(region), part * n);
  }
  return { info, voxels };
}

/** Presses Restore and returns what went wrong. */
async function failure(dialog: Frame): Promise<string> {
  await dialog.click("#run");
  await dialog.waitForFunction(() => document.querySelector("#error")!.textContent !== "");
  return (await dialog.textContent("#error"))!;
}

Deno.test({
  name: nameOf("the plugin restores ImageJ.JS' active image as deconvolve does"),
  ignore: CHROMIUM === undefined,
  // Chromium is another process with pipes of its own, which end in a later turn.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(t) {
    const stage = await openStage();
    try {
      const page = await stage.browser.newPage({ viewport: { width: 500, height: 900 } });
      page.setDefaultTimeout(20_000);
      const news: string[] = [];
      page.on("console", (message) => news.push(message.text()));
      page.on("pageerror", (error) => news.push(`page error: ${error.message}`));
      await page.goto(stage.hostUrl);
      await page.waitForFunction(() => "startStandIn" in globalThis);
      await page.evaluate(
        (url) => (globalThis as Globals).startStandIn(url),
        stage.pluginUrl + PLUGIN,
      );
      await page.waitForFunction((label) => (globalThis as Globals).standIn.menu.has(label), LABEL)
        .catch(() => assert.fail(`no menu item: ${news.slice(-12).join("\n")}`));
      let dialog: Frame;

      await t.step("says that no image is open", async () => {
        dialog = await choose(page);
        assert.match(
          (await dialog.textContent("#error"))!,
          /^No image is open in ImageJ.JS; open a/,
        );
        assert.ok(await dialog.isDisabled("#run"));
      });

      await t.step("one channel of 16 bits", async () => {
        const stack = createSpots([1, 8, 40, 48], "uint16");
        await open(page, openable(stack));
        dialog = await choose(page);
        assert.equal(await dialog.inputValue("[name=voxel]"), "100 x 100 x 250");
        await setOptics(dialog);
        const { info, voxels } = await restore(page, dialog);
        assert.ok(differenceOf(voxels, await deconvolve(stack)) < TOLERANCE);
        assert.deepEqual(info.shape, stack.info.shape);
        assert.deepEqual(info.voxelSizeUm, stack.info.voxelSizeUm);
        assert.equal(info.metadata.info, "kept");
        assert.equal(info.pixelType, "float32");
        const log = await dialog.textContent("#log");
        assert.match(log!, /WebGPU is not used: .*; working with wasm/);
        const { position, changes, calls, statuses, progress } = await page.evaluate(() =>
          (globalThis as Globals).standIn
        );
        assert.deepEqual([position, changes], [[1, 2, 1], true], "the user's image is as it was");
        assert.ok(calls.every((call: string) => !/all|runMacro/.test(call)), calls.join("; "));
        assert.ok(statuses.some((text: string) => text.startsWith("Restored in")));
        assert.equal(progress.at(-1), 1);
      });

      await t.step("again from the menu: three channels of 8 bits, two time points", async () => {
        const stack = createSpots([3, 6, 32, 36], "uint8", 2);
        await open(page, openable(stack));
        dialog = await choose(page);
        const { info, voxels } = await restore(page, dialog);
        assert.deepEqual([info.shape, info.frames], [[3, 6, 32, 36], 2]);
        assert.ok(differenceOf(voxels, await deconvolve(stack)) < TOLERANCE);
      });

      await t.step("one of the channels, in the image's own type", async () => {
        await dialog.selectOption("[name=channel]", "2");
        await dialog.click("summary");
        await dialog.selectOption("[name=type]", "same");
        const { info } = await restore(page, dialog);
        assert.deepEqual([info.shape, info.pixelType], [[1, 6, 32, 36], "uint8"]);
        await dialog.selectOption("[name=type]", "32-bit");
      });

      await t.step("32 bits from bare planes, where no zip comes", async () => {
        const stack = createSpots([2, 5, 32, 30], "float32");
        await open(page, openable(stack));
        await page.evaluate(() => (globalThis as Globals).standIn.zip = "fails");
        dialog = await choose(page);
        await page.evaluate(() => (globalThis as Globals).standIn.zip = "works");
        assert.match((await dialog.textContent("#log"))!, /the bare planes: the result has no/);
        assert.match(await failure(dialog), /does not say its voxel size/);
        await dialog.fill("[name=voxel]", "100 x 100 x 250");
        const { voxels } = await restore(page, dialog);
        assert.ok(differenceOf(voxels, await deconvolve(stack)) < TOLERANCE);
        const position = await page.evaluate(() => (globalThis as Globals).standIn.position);
        assert.deepEqual(position, [1, 2, 1]);
      });

      await t.step("a plane", async () => {
        const stack = createSpots([1, 1, 48, 52], "uint16");
        await open(page, openable(stack));
        dialog = await choose(page);
        const { voxels } = await restore(page, dialog);
        assert.ok(differenceOf(voxels, await deconvolve(stack)) < TOLERANCE);
      });

      await t.step("a PSF that is an open image", async () => {
        const psf = createSpots([1, 5, 15, 15], "float32");
        await open(page, { ...openable(psf), title: "psf.tif" });
        await dialog.selectOption("#psf-source", "image");
        await dialog.click("#take-psf");
        await dialog.waitForFunction(() => document.querySelector("#psf-summary")!.textContent);
        const stack = createSpots([1, 8, 40, 48], "uint16");
        await open(page, openable(stack));
        dialog = await choose(page);
        await restore(page, dialog);
        assert.match((await dialog.textContent("#log"))!, /PSF image psf.tif, 15 x 15 x 5 voxels/);
        await dialog.selectOption("#psf-source", "optics");
      });

      await t.step("Esc stops the work; the next run works", async () => {
        const stack = createSpots([3, 8, 160, 160], "uint8");
        await open(page, openable(stack));
        dialog = await choose(page);
        const shown = await page.evaluate(() => (globalThis as Globals).standIn.shown.length);
        await dialog.click("#run");
        await dialog.waitForFunction(() => !document.querySelector<HTMLElement>("#work")!.hidden);
        await dialog.press("#cancel", "Escape");
        await dialog.waitForFunction(() =>
          document.querySelector("#status")!.textContent === "Stopped; nothing was changed"
        );
        assert.equal(
          await page.evaluate(() => (globalThis as Globals).standIn.shown.length),
          shown,
        );
        const small = createSpots([1, 4, 24, 24], "uint8");
        await open(page, openable(small));
        dialog = await choose(page);
        await restore(page, dialog);
      });

      await t.step("a damaged model is refused in one line", async () => {
        await dialog.selectOption("#model-source", "file");
        const cut = new TextEncoder().encode('{"format":"trainable-wiener-model","version":1,');
        await dialog.setInputFiles("#model-file", {
          ...{ name: "cut.json", mimeType: "application/json" },
          buffer: Buffer.from(cut),
        });
        assert.match(
          await failure(dialog),
          /^cut.json is not a model: it is not JSON or was cut off/,
        );
        await dialog.selectOption("#model-source", "default");
      });

      await t.step("wrong optics are told by the dialog's words", async () => {
        await dialog.fill("[name=na]", "1.7");
        assert.match(await failure(dialog), /^NA 1.7 is not below the immersion index 1.5/);
        await dialog.fill("[name=na]", "");
        assert.match(await failure(dialog), /^Numerical aperture is missing/);
        await setOptics(dialog);
      });

      await t.step("a window that was closed opens again", async () => {
        await page.evaluate((name) => (globalThis as Globals).standIn.closeWindow(name), LABEL);
        await page.waitForFunction(() => !document.querySelector(".window"));
        dialog = await choose(page);
        assert.match((await dialog.textContent("#image-summary"))!, /^spots of light.tif: /);
      });

      await t.step("RGB is refused with advice", async () => {
        const rgb = new URL("../../../fixtures/tiff/rgb_uint8.tif", import.meta.url);
        const image = openable(createSpots([1, 1, 4, 4], "uint8"));
        await open(page, { ...image, tiff: (await Deno.readFile(rgb)).toBase64(), kind: "rgb" });
        dialog = await choose(page);
        assert.match((await dialog.textContent("#error"))!, /RGB|colour/);
      });
    } finally {
      await stage.close();
    }
  },
});
