/**
 * Chromium and the files that it is shown.
 *
 * @module
 */
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { buildImagejJs, bundle } from "../../../../plugin/imagej_js/build.ts";

/** Undefined where there is none, and the tests are skipped. */
export const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .find((path) => existsSync(path));

/** A test's name, with the reason where it is skipped. */
export function nameOf(name: string): string {
  return CHROMIUM ? name : `${name} (skipped: no Chromium)`;
}

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const MEDIA_TYPES: Record<string, string> = {
  css: "text/css",
  html: "text/html",
  js: "text/javascript",
  tif: "image/tiff",
  wasm: "application/wasm",
};

const BASE_FRAME = `<!doctype html><meta charset="utf-8"><title>plugin</title>
<script src="/stand_in/rpc/imjoy-rpc.min.js"></script>
<script>imjoyRPC.waitForInitialization({ target_origin: "*", enable_service_worker: false })</script>`;

const HOST_PAGE = `<!doctype html><meta charset="utf-8"><title>ImageJ.JS</title>
<style>body { margin: 0; font: 14px sans-serif } .window { width: 480px; height: 860px }</style>
<script src="/stand_in/core/imjoy-core.min.js"></script>
<script type="module" src="/stand_in/stand_in.js"></script>`;

/** A started browser, and the two origins that serve the host and the plugin. */
export interface Stage {
  readonly browser: Browser;
  /** Of ImageJ.JS. */
  readonly hostUrl: string;
  /** Of the built files, another origin as in real life. */
  readonly pluginUrl: string;
  /** Ends the server of the built files. */
  goOffline(): Promise<void>;
  close(): Promise<void>;
}

/** Builds everything into a temporary folder, serves it, and starts Chromium. */
export async function openStage(flags: readonly string[] = []): Promise<Stage> {
  const folder = await Deno.makeTempDir({ prefix: "imagej_js-" });
  const root = new URL(`file://${folder}/`);
  const standIn = new URL("stand_in.js", root);
  await buildImagejJs(root);
  await bundle(new URL("stand_in.ts", import.meta.url).href, { file: standIn, format: "esm" });
  const resolve = createRequire(import.meta.url).resolve;
  const packages: Record<string, string> = {
    core: resolve("imjoy-core/dist/imjoy-core.min.js").replace(/[^/]+$/, ""),
    rpc: resolve("imjoy-rpc/dist/imjoy-rpc.min.js").replace(/[^/]+$/, ""),
  };
  const host = serve(async (path) => {
    if (path === "/index.html") return HOST_PAGE;
    if (path === "/stand_in/base_frame.html") return BASE_FRAME;
    if (path === "/stand_in/stand_in.js") return await Deno.readFile(standIn);
    const [, name, file] = /^\/stand_in\/(core|rpc)\/([\w.-]+)$/.exec(path) ?? [];
    return await Deno.readFile(packages[name] + file);
  });
  const plugin = serve((path) => Deno.readFile(`${folder}${path}`));
  let isOnline = true;
  const goOffline = async () => {
    if (isOnline) await plugin.shutdown();
    isOnline = false;
  };
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags] });
  return {
    browser,
    hostUrl: `http://127.0.0.1:${host.addr.port}/`,
    pluginUrl: `http://localhost:${plugin.addr.port}/`,
    goOffline,
    async close() {
      await browser.close();
      await goOffline();
      await host.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function serve(read: (path: string) => Promise<string | Uint8Array<ArrayBuffer>>) {
  return Deno.serve({ port: 0, onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname.replace(/\/$/, "/index.html");
    const type = MEDIA_TYPES[path.split(".").at(-1)!] ?? "application/octet-stream";
    const headers = { "content-type": type, "access-control-allow-origin": "*" };
    try {
      return new Response(await read(path), { headers });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
}
