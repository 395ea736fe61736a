// The engine in a browser's worker: another compiler of WGSL, another implementation of WebGPU.
import assert from "node:assert/strict";
import { createReferenceEngine } from "../../../core/compute/reference/reference_engine.ts";
import { assertClose } from "../../support/assert_close.ts";
import { runShrinkCase } from "../../support/shrink_case.ts";

const PROBE = new URL("../../support/webgpu_browser_probe.ts", import.meta.url).pathname;
const PAGE = `<!doctype html><script type="module">
  const worker = new Worker("/probe.js", { type: "module" });
  const send = (body) => fetch("/found", { method: "POST", body: JSON.stringify(body) });
  worker.onmessage = ({ data }) => send(data);
  worker.onerror = ({ message }) => send({ verdict: message });
</script>`;
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  // Chromium brings its own software adapter.
  "--use-webgpu-adapter=swiftshader",
];

const browser = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    return new Deno.Command(name, { args: ["--version"], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
});

interface Found {
  readonly verdict: string;
  readonly error?: number;
  readonly shrunk?: readonly (readonly number[])[];
  readonly description?: string;
  readonly bytes?: number;
}

async function bundle(folder: string): Promise<string> {
  const path = `${folder}/probe.js`;
  const args = ["bundle", "--quiet", "--platform", "browser", "--output", path, PROBE];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return await Deno.readTextFile(path);
}

/** What the probe finds in the browser. */
async function probe(folder: string): Promise<Found> {
  const script = await bundle(folder);
  const { promise, resolve } = Promise.withResolvers<Found>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/found") resolve(await request.json());
    return pathname === "/probe.js"
      ? new Response(script, { headers: { "content-type": "text/javascript" } })
      : new Response(PAGE, { headers: { "content-type": "text/html" } });
  });
  const child = new Deno.Command(browser!, {
    args: [...FLAGS, `--user-data-dir=${folder}`, `http://127.0.0.1:${server.addr.port}/`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const timer = setTimeout(() => resolve({ verdict: "no answer in two minutes" }), 120_000);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await child.status;
    await server.shutdown();
  }
}

Deno.test({
  name: browser
    ? "webgpu: the engine is right in a browser's worker"
    : "webgpu: the engine in a browser's worker (skipped: no chromium)",
  ignore: browser === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const { verdict, error, shrunk, description, bytes } = await probe(folder);
      assert.equal(verdict, "right", `${description}: error ${error}`);
      const expected = await runShrinkCase(createReferenceEngine());
      expected.forEach((values, i) => assertClose(shrunk![i], values, 1e-5, `${i}:`));
      assert.match(description!, /^WebGPU, .*\(software\)$/);
      assert.equal(bytes, 0);
    } finally {
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  },
});
