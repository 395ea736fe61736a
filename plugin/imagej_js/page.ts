/**
 * The page: the dialog in ImageJ.JS, and on its own with files.
 *
 * @module
 */
import { CancelledError, describeError, InputError } from "../../core/errors.ts";
import type { StackReader } from "../../core/io/stack.ts";
import { openTiffBuffer } from "../../core/io/tiff_reader.ts";
import { formatSize } from "../../core/volume.ts";
import { type BuiltInModel, isBuiltIn } from "../model_names.ts";
import type { Line } from "../protocol.ts";
import { selectChannel } from "./channel_reader.ts";
import { fillDialog, inDialogWords, readDialog } from "./dialog.ts";
import { connectHost, type Host } from "./host.ts";
import { nameOfResult, type TakenImage } from "./imagej_service.ts";
import { byId, fileOf, setField, setShown } from "./page_elements.ts";
import { fetchModel, readFile } from "./page_files.ts";
import type { Backend, NamedBytes } from "./restore_messages.ts";
import { type Restoration, startRestoration } from "./restoration.ts";
import { SAMPLE_FIELDS, SAMPLE_FILE } from "./sample.ts";
import { createViewer } from "./viewer.ts";

/** Where the page's script and the files beside it are. */
const BASE = new URL(".", import.meta.url);

const form = byId<HTMLFormElement>("dialog");
const viewer = createViewer({
  root: byId("viewer"),
  before: byId<HTMLCanvasElement>("before"),
  after: byId<HTMLCanvasElement>("after"),
  divider: byId<HTMLInputElement>("divider"),
  plane: byId<HTMLInputElement>("plane"),
  planeOutput: byId<HTMLOutputElement>("plane-output"),
  channel: byId<HTMLSelectElement>("view-channel"),
});

let host: Host | undefined;
let stack: { image: NamedBytes; reader: StackReader } | undefined;
let takenPsf: NamedBytes | undefined;
let restoration: Restoration | undefined;
let savedUrl = "";

/** Runs what a person asked for; what goes wrong is shown. */
async function attempt(action: () => Promise<void>): Promise<void> {
  byId("error").textContent = "";
  try {
    await action();
  } catch (error) {
    if (error instanceof CancelledError) return showStatus(error.message);
    console.error(error);
    showStatus("");
    byId("error").textContent = inDialogWords(describeError(error));
  }
}

function showStatus(text: string): void {
  byId("status").textContent = text;
  host?.status(text);
}

function showLine({ kind, text }: Line): void {
  if (kind === "status") return showStatus(text);
  const item = document.createElement("li");
  const name = document.createElement("b");
  name.textContent = kind === "psf" ? "PSF" : kind[0].toUpperCase() + kind.slice(1);
  item.append(name, ` ${inDialogWords(text)}`);
  item.className = kind;
  byId("log").append(item);
}

async function takeStack(image: TakenImage): Promise<void> {
  const reader = await openTiffBuffer(image.bytes, image.name);
  stack?.reader.close();
  stack = { image, reader };
  const { shape, frames, pixelType, voxelSizeUm } = reader.info;
  const nm = (um: number) => Number((1000 * um).toPrecision(6));
  const parts = [
    `${formatSize(shape)} voxels`,
    shape[0] > 1 && `${shape[0]} channels`,
    frames > 1 && `${frames} time points`,
    `${pixelType.replace(/\D+/, "")}-bit`,
    !voxelSizeUm && "voxel size unknown",
  ];
  byId("image-summary").textContent = `${image.name}: ${parts.filter(Boolean).join(", ")}`;
  setField(
    form,
    "voxel",
    voxelSizeUm ? [voxelSizeUm.x, voxelSizeUm.y, voxelSizeUm.z].map(nm).join(" x ") : "",
  );
  const select = form.elements.namedItem("channel") as HTMLSelectElement;
  const numbers = Array.from({ length: shape[0] }, (_, i) => String(i + 1));
  select.replaceChildren(...["all", ...numbers].map((name) => new Option(name)));
  setShown("channel-field", shape[0] > 1 ? "shown" : "hidden");
  byId<HTMLButtonElement>("run").disabled = false;
  setShown("save", "hidden");
  byId("log").replaceChildren();
  byId("welcome").hidden = true;
  showStatus("");
  if (image.warning) showLine({ kind: "warning", text: image.warning });
  await viewer.show(reader);
}

async function takeImage(): Promise<void> {
  if (restoration) return;
  await attempt(async () => {
    showStatus("Taking the active image ...");
    await takeStack(await host!.takeImage());
  });
}

async function choosePsf(): Promise<NamedBytes | undefined> {
  const source = byId<HTMLSelectElement>("psf-source").value;
  if (source === "optics") return undefined;
  if (source === "image") {
    if (takenPsf) return takenPsf;
    throw new InputError(
      "No PSF yet: bring its window to the front in ImageJ.JS and press Take the active image as the PSF",
    );
  }
  const file = fileOf("psf-file");
  if (!file) throw new InputError("Choose the PSF's file, or take the PSF from optics");
  return await readFile(file);
}

async function chooseModel(): Promise<NamedBytes | undefined> {
  const source = byId<HTMLSelectElement>("model-source").value;
  if (isBuiltIn(source)) return undefined;
  if (source === "url") return await fetchModel(byId<HTMLInputElement>("model-url").value);
  const file = fileOf("model-file");
  if (!file) throw new InputError("Choose the model's file, or a built-in model");
  return { bytes: await file.arrayBuffer(), name: file.name };
}

function chooseBuiltIn(): BuiltInModel | undefined {
  const { value } = byId<HTMLSelectElement>("model-source");
  return isBuiltIn(value) ? value : undefined;
}

async function run(): Promise<void> {
  if (!stack || restoration) return;
  const { image, reader } = stack;
  const fields = readDialog(form);
  byId("log").replaceChildren();
  setShown("save", "hidden");
  showStatus("Starting ...");
  const [psf, model] = [await choosePsf(), await chooseModel()];
  const progress = byId<HTMLProgressElement>("progress");
  progress.removeAttribute("value");
  restoration = startRestoration({
    ...{ stack: image, fields, psf, model, builtIn: chooseBuiltIn() },
    backend: (form.elements.namedItem("backend") as HTMLSelectElement).value as Backend,
    wasmUrl: new URL("onnxruntime.wasm", BASE).href,
  }, {
    workerUrl: new URL("worker.js", BASE).href,
    listener: {
      line: showLine,
      progress(done, total) {
        if (total > 1) progress.value = done / total;
        showStatus(`Restoring: ${done} of ${total} done`);
        host?.progress(done / total);
      },
    },
  });
  setBusy("busy");
  try {
    const { tiff, seconds } = await restoration.result;
    const name = nameOfResult(image.name);
    offer(tiff, name);
    const channel = Number(fields.find(([field]) => field === "channel")?.[1]);
    const before = channel > 0 ? selectChannel(reader, channel - 1) : reader;
    await viewer.show(before, await openTiffBuffer(tiff, name));
    await host?.show({ bytes: tiff, name });
    const where = host ? `; it opens in ImageJ.JS as ${name}` : "";
    showStatus(`Restored in ${seconds.toFixed(1)} s${where}.`);
  } finally {
    restoration = undefined;
    setBusy("idle");
    host?.progress(1);
  }
}

function offer(tiff: ArrayBuffer, name: string): void {
  URL.revokeObjectURL(savedUrl);
  savedUrl = URL.createObjectURL(new Blob([tiff], { type: "image/tiff" }));
  const link = byId<HTMLAnchorElement>("save");
  link.href = savedUrl;
  link.download = name;
  link.hidden = false;
}

function setBusy(state: "busy" | "idle"): void {
  const busy = state === "busy";
  byId<HTMLButtonElement>("run").disabled = busy;
  form.setAttribute("aria-busy", String(busy));
  setShown("cancel", busy ? "shown" : "hidden");
  setShown("work", busy ? "shown" : "hidden");
}

function wire(): void {
  fillDialog(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(run);
  });
  byId("cancel").addEventListener("click", () => restoration?.cancel());
  document.addEventListener("keydown", (event) => event.key === "Escape" && restoration?.cancel());
  byId("psf-source").addEventListener("change", () => {
    const { value } = byId<HTMLSelectElement>("psf-source");
    setShown("optics-fields", value === "optics" ? "shown" : "hidden");
    setShown("file-fields", value === "optics" ? "hidden" : "shown");
    setShown("psf-file-field", value === "file" ? "shown" : "hidden");
    setShown("psf-image-field", value === "image" ? "shown" : "hidden");
  });
  byId("model-source").addEventListener("change", () => {
    const { value } = byId<HTMLSelectElement>("model-source");
    setShown("model-file-field", value === "file" ? "shown" : "hidden");
    setShown("model-url-field", value === "url" ? "shown" : "hidden");
  });
  byId("take-image").addEventListener("click", takeImage);
  byId("take-psf").addEventListener("click", () =>
    attempt(async () => {
      takenPsf = await host!.takeImage();
      byId("psf-summary").textContent = takenPsf.name;
    }));
}

function wireFiles(): void {
  const open = (file: File | undefined) =>
    attempt(async () => {
      if (file && !restoration) await takeStack(await readFile(file));
    });
  byId("stack-file").addEventListener("change", () => open(fileOf("stack-file")));
  const root = document.documentElement;
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    root.classList.add("dropping");
  });
  document.addEventListener("dragleave", () => root.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    root.classList.remove("dropping");
    open(event.dataTransfer?.files[0]);
  });
  byId("sample").addEventListener("click", () =>
    attempt(async () => {
      const response = await fetch(new URL(SAMPLE_FILE, BASE));
      if (!response.ok) throw new InputError(`${SAMPLE_FILE} is not beside the page`);
      for (const [name, value] of Object.entries(SAMPLE_FIELDS)) setField(form, name, value);
      await takeStack({ bytes: await response.arrayBuffer(), name: SAMPLE_FILE });
    }));
}

wire();
if (new URLSearchParams(location.search).get("host") === "imagej.js") {
  document.documentElement.classList.add("hosted");
  await attempt(async () => {
    host = await connectHost(new URL("imjoy-rpc.js", BASE).href, { takeImage });
  });
} else {
  wireFiles();
  // Without a secure address there is no service worker, and all but working offline still works.
  navigator.serviceWorker?.register("sw.js").catch((error) => console.warn(error));
}
