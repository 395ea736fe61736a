import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { openTiffBuffer } from "../../../core/io/tiff_reader.ts";
import { encodeTiff } from "../../../core/io/tiff_writer.ts";
import { encodeModel } from "../../../core/model/model_file.ts";
import { createStages } from "../../../core/twb/initialize.ts";
import { sizeOf } from "../../../core/volume.ts";
import { defaultModel } from "../../../plugin/default_models.ts";
import { blobPsf } from "../../support/pattern.ts";
import { CHROMIUM, nameOf, openStage, type Stage } from "./support/browser.ts";
import { createSpots, deconvolve, differenceOf, type TestStack } from "./support/stacks.ts";

/** Of the peak: float32 against float32 by other transforms. */
const TOLERANCE = 1e-4;

/** Gives the page a stack, sets the optics, restores, and returns what is saved. */
async function restoreFile(page: Page, stack: TestStack): Promise<Float32Array> {
  await page.setInputFiles("#stack-file", {
    ...{ name: "spots.tif", mimeType: "image/tiff" },
    buffer: Buffer.from(encodeTiff(stack.info, stack.voxels)),
  });
  await page.waitForSelector("#image-summary:has-text('spots.tif')");
  if (await page.isVisible("[name=na]")) await page.fill("[name=na]", "1.2");
  await page.click("#run");
  await page.waitForFunction(() =>
    document.querySelector("#error")!.textContent !== "" ||
    document.querySelector("#status")!.textContent!.startsWith("Restored")
  );
  assert.equal(await page.textContent("#error"), "");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  assert.equal(download.suggestedFilename(), "spots-restored.tif");
  const reader = await openTiffBuffer(await Deno.readFile(await download.path()), "saved");
  assert.deepEqual(reader.info.shape, stack.info.shape);
  assert.deepEqual(reader.info.voxelSizeUm, stack.info.voxelSizeUm);
  const end = sizeOf(reader.info.shape);
  return await reader.readRegion({ channel: 0, start: [0, 0, 0], end });
}

async function openPage(stage: Stage): Promise<{ page: Page; faults: string[] }> {
  const page = await stage.browser.newPage({ viewport: { width: 1200, height: 800 } });
  page.setDefaultTimeout(30_000);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(stage.pluginUrl);
  return { page, faults };
}

Deno.test({
  name: nameOf("the page restores a file, in tiles too, compares by keyboard, and works offline"),
  ignore: CHROMIUM === undefined,
  // Chromium is another process with pipes of its own, which end in a later turn.
  sanitizeResources: false,
  sanitizeOps: false,
  async fn() {
    const stage = await openStage();
    try {
      const { page, faults } = await openPage(stage);
      const noTiff = await refusal(page, "a.tif", new TextEncoder().encode("no tiff"));
      assert.match(noTiff, /^a.tif is .*TIFF/);
      const { info, voxels } = createSpots([1, 4, 24, 24], "uint8");
      const cut = await refusal(page, "cut.tif", encodeTiff(info, voxels).slice(0, 900));
      assert.match(cut, /^cut.tif is truncated/);
      assert.ok(await page.isDisabled("#run"));

      const stack = createSpots([1, 6, 36, 40], "uint16");
      const expected = await deconvolve(stack);
      assert.ok(differenceOf(await restoreFile(page, stack), expected) < TOLERANCE);

      // A larger stack in tiles, with a PSF from a file and an address for the model.
      const wide = createSpots([1, 4, 96, 160], "uint16");
      const size = [3, 9, 9] as const;
      const psf = { ...blobPsf(size, 1.5), voxelSizeUm: wide.info.voxelSizeUm };
      const psfInfo = { ...wide.info, shape: psf.shape, pixelType: "float32" } as const;
      await page.selectOption("#psf-source", "file");
      await page.setInputFiles("#psf-file", {
        ...{ name: "psf.tif", mimeType: "image/tiff" },
        buffer: Buffer.from(encodeTiff(psfInfo, psf.data)),
      });
      await page.selectOption("#model-source", "url");
      await page.fill("#model-url", `${stage.pluginUrl}imagej_js/no-model.json`);
      await page.click("#run");
      await page.waitForSelector("#error:has-text('answers 404; there is no model')");
      await page.selectOption("#model-source", "fast");
      await page.click("summary");
      await page.fill("[name=memory]", "2MB");
      const tiled = await restoreFile(page, wide);
      assert.match((await page.textContent("#log"))!, /Tiles ?2 tiles of/);
      const memoryBytes = 2e6;
      const model = defaultModel(4, "fast");
      const whole = await deconvolve(wide, { psf, memoryBytes, model });
      assert.ok(differenceOf(tiled, whole) < TOLERANCE);
      await page.selectOption("#psf-source", "optics");
      await page.fill("[name=memory]", "2GB");

      // A model of several stages from a file, and the fast one of the page's own.
      const cascade = {
        ...defaultModel(4),
        stages: createStages({ stageCount: 2, positivity: "rectify" }),
      };
      await page.selectOption("#model-source", "file");
      await page.setInputFiles("#model-file", {
        ...{ name: "cascade.json", mimeType: "application/json" },
        buffer: Buffer.from(encodeModel(cascade)),
      });
      const staged = await restoreFile(page, stack);
      assert.match((await page.textContent("#log"))!, /cascade\.json/);
      assert.ok(differenceOf(staged, await deconvolve(stack, { model: cascade })) < TOLERANCE);
      await page.selectOption("#model-source", "fast");
      const quick = await restoreFile(page, stack);
      assert.match((await page.textContent("#log"))!, /built-in \(fast\)/);
      const fast = defaultModel(6, "fast");
      assert.ok(differenceOf(quick, await deconvolve(stack, { model: fast })) < TOLERANCE);

      // Every control can be reached and moved by keys alone.
      await page.focus("#divider");
      await page.keyboard.press("End");
      const split = () =>
        page.evaluate(() =>
          document.querySelector<HTMLElement>("#viewer")!.style.getPropertyValue("--split")
        );
      assert.equal(await split(), "100%");
      await page.focus("#plane");
      await page.keyboard.press("Home");
      assert.equal(await page.textContent("#plane-output"), "1 / 6");
      const unnamed = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLInputElement>("input, select, button")]
          .filter((control) =>
            !control.textContent!.trim() && !control.ariaLabel && !control.labels?.length
          ).map((control) => control.id || control.name)
      );
      assert.deepEqual(unnamed, [], "every control has a name");
      await page.focus("#stack-file");
      const order: string[] = [];
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press("Tab");
        order.push(await page.evaluate(() => document.activeElement!.id));
      }
      assert.ok(order.includes("sample") && order.includes("run"), order.join(" "));

      // The service worker has all files; the server goes, and a new page still restores.
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller) {
          await new Promise((resolve) =>
            navigator.serviceWorker.addEventListener("controllerchange", resolve)
          );
        }
      });
      await stage.goOffline();
      await page.reload();
      assert.ok(differenceOf(await restoreFile(page, stack), expected) < TOLERANCE);
      await page.click("#sample");
      await page.waitForSelector("#image-summary:has-text('192 x 192 x 16 voxels, 16-bit')");
      assert.deepEqual(faults, []);
    } finally {
      await stage.close();
    }
  },
});

/** Gives the page a file that it refuses, and returns what it says. */
async function refusal(page: Page, name: string, bytes: Uint8Array): Promise<string> {
  await page.setInputFiles("#stack-file", {
    ...{ name, mimeType: "image/tiff" },
    buffer: Buffer.from(bytes),
  });
  await page.waitForFunction(
    (name) => document.querySelector("#error")!.textContent!.includes(name),
    name,
  );
  return (await page.textContent("#error"))!;
}

Deno.test({
  name: nameOf("the page restores on WebGPU where Chromium offers SwiftShader"),
  ignore: CHROMIUM === undefined,
  sanitizeResources: false,
  sanitizeOps: false,
  async fn(t) {
    const stage = await openStage([
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
    ]);
    try {
      const { page } = await openPage(stage);
      const adapter = await page.evaluate(async () =>
        (await navigator.gpu?.requestAdapter())?.info.architecture
      );
      await t.step({
        name: adapter ? "with WebGPU" : "with WebGPU (skipped: Chromium offers no adapter)",
        ignore: !adapter,
        async fn() {
          // One plane and equal sides: SwiftShader takes its time to compile each line's shaders.
          const stack = createSpots([1, 1, 32, 32], "uint16");
          page.setDefaultTimeout(120_000);
          await page.click("summary");
          await page.selectOption("[name=backend]", "webgpu");
          const restored = await restoreFile(page, stack);
          assert.match((await page.textContent("#log"))!, /Backend ?WebGPU, .*swiftshader/i);
          const expected = await deconvolve(stack);
          assert.ok(differenceOf(restored, expected) < TOLERANCE);

          await page.selectOption("[name=backend]", "auto");
          assert.ok(differenceOf(await restoreFile(page, stack), expected) < TOLERANCE);
          const log = await page.textContent("#log");
          assert.match(log!, /swiftshader only imitates a GPU; working with wasm, which is slower/);
        },
      });
    } finally {
      await stage.close();
    }
  },
});
