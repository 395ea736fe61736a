/**
 * What runs in ImageJ.JS from the start: an item in its menu, which opens the dialog's window.
 *
 * @module
 */
import type { HostApi } from "./imagej_service.ts";

declare const api: HostApi;

/** What the dialog's window offers. */
interface DialogWindow {
  ping(): Promise<unknown>;
  takeImage(): Promise<unknown>;
}

const LABEL = "Trainable Wiener Deconvolve";
/** A window that was closed does not answer. */
const ANSWER_MS = 3000;

let dialog: DialogWindow | undefined;

async function setup(): Promise<void> {
  const service = await api.getWindow("ImageJ.JS");
  if (!service) {
    await api.showMessage(`${LABEL} is a plugin of ImageJ.JS, which is not open here`);
    return;
  }
  // Without _rintf the callback would work once.
  await service.addMenuItem({ label: LABEL, group: "Plugins", callback: run, _rintf: true });
  await api.showStatus(`${LABEL} is in the Plugins menu`);
}

async function run(): Promise<void> {
  try {
    if (dialog && await answers(dialog)) return void await dialog.takeImage();
    dialog = await api.createWindow({
      name: LABEL,
      src: await dialogUrl(),
      ...{ w: 22, h: 30 },
    }) as DialogWindow;
    await dialog.takeImage();
  } catch (error) {
    await api.showMessage(`${LABEL}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Whether the dialog is still there. */
function answers(open: DialogWindow): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), ANSWER_MS);
    Promise.resolve(open.ping()).then(() => resolve(true), () => resolve(false));
  });
}

/** Beside the plugin's own file, whose place the host knows. */
async function dialogUrl(): Promise<string> {
  const origin = await api.getConfig("_origin") ?? await api.getConfig("_uri");
  if (typeof origin !== "string" || !/^https?:/.test(origin)) {
    throw new Error("the plugin has to be loaded by its URL: ?plugin=https://.../*.imjoy.html");
  }
  return new URL("dialog.html?host=imagej.js", origin).href;
}

api.export({ setup, run });
