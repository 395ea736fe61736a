/**
 * Builds the browser's version into dist/: `deno task imagejjs:build`. Any static host can serve it.
 *
 *     dist/index.html, sw.js          the page of its own
 *     dist/imagej_js/*.imjoy.html     the plugin for ImageJ.JS; dialog.html is its window
 *     dist/imagej_js/                 what both use
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { VERSION } from "../../core/version.ts";
import { buildSample } from "./build_sample.ts";
import { formatPlugin } from "./plugin_config.ts";
import { SAMPLE_FILE } from "./sample.ts";

/** Name of the plugin's file. */
export const PLUGIN_FILE = "TrainableWiener.imjoy.html";

const SOURCE = new URL("./", import.meta.url);
const DIST = new URL("../../dist/", import.meta.url);

/** Files of packages that are copied as they are. */
const COPIES = [
  ["onnxruntime-web/ort-wasm-simd-threaded.wasm", "onnxruntime.wasm"],
  ["imjoy-rpc/dist/imjoy-rpc.min.js", "imjoy-rpc.js"],
] as const;

/** Builds everything into `dist`, a folder's URL. */
export async function buildImagejJs(dist: URL = DIST): Promise<void> {
  const assets = new URL("imagej_js/", dist);
  await Deno.mkdir(assets, { recursive: true });
  const page = await readSource("page.html");
  const write = (name: string, text: string) => Deno.writeTextFile(new URL(name, dist), text);
  await Promise.all([
    bundle("page.ts", { file: new URL("page.js", assets), format: "esm" }),
    bundle("worker.ts", { file: new URL("worker.js", assets), format: "esm" }),
    writePlugin(assets),
    write("index.html", page.replaceAll("{{ASSETS}}", "imagej_js/")),
    write("imagej_js/dialog.html", page.replaceAll("{{ASSETS}}", "")),
    write("imagej_js/page.css", await readSource("page.css")),
    Deno.writeFile(new URL(SAMPLE_FILE, assets), await buildSample()),
    ...COPIES.map(([from, to]) =>
      Deno.copyFile(createRequire(import.meta.url).resolve(from), new URL(to, assets))
    ),
  ]);
  await write("sw.js", await createServiceWorker(dist));
}

async function writePlugin(assets: URL): Promise<void> {
  const file = new URL("menu_plugin.js", assets);
  await bundle("menu_plugin.ts", { file, format: "iife" });
  const script = await Deno.readTextFile(file);
  await Deno.remove(file);
  await Deno.writeTextFile(new URL(PLUGIN_FILE, assets), formatPlugin(script, VERSION));
}

/** Runs `deno bundle`. */
export async function bundle(
  source: string,
  { file, format }: { readonly file: URL; readonly format: "esm" | "iife" },
): Promise<void> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify", "--format", format],
      ...[
        "-o",
        decodeURIComponent(file.pathname),
        decodeURIComponent(new URL(source, SOURCE).pathname),
      ],
    ],
    stderr: "piped",
    stdout: "null",
  }).output();
  if (code !== 0) throw new Error(`${source}: ${new TextDecoder().decode(stderr)}`);
}

function readSource(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, SOURCE));
}

/** The list of what the page needs; its version is the contents', so that a new build replaces all. */
async function createServiceWorker(dist: URL): Promise<string> {
  const files = ["index.html"];
  for await (const { name } of Deno.readDir(new URL("imagej_js/", dist))) {
    if (!name.endsWith(".imjoy.html")) files.push(`imagej_js/${name}`);
  }
  files.sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(await Deno.readFile(new URL(file, dist)));
  const built = JSON.stringify({
    version: `twb-${hash.digest("hex").slice(0, 16)}`,
    files: ["./", ...files],
  });
  const file = new URL("sw.js", dist);
  await bundle("service_worker.ts", { file, format: "iife" });
  return `const BUILT = ${built};\n${await Deno.readTextFile(file)}`;
}

if (import.meta.main) {
  await buildImagejJs();
  console.error(`Built into ${decodeURIComponent(DIST.pathname)}`);
}
