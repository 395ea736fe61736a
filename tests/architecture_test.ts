// The rules that keep the house in order, read from the sources themselves.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** This file, which shows what it forbids. */
const self = "tests/architecture_test.ts";

/** The data's way: a stage folder imports only what stands before it. */
const STAGES = [
  "io",
  "psf",
  "degrade",
  "dataset",
  "twb",
  "loss",
  "optimizer",
  "model",
  "onnx",
  "baselines",
  "report",
] as const;

/** Parts of the whole paths at core's root (train.ts, experiments), which see everything. */
const PATHS = ["training", "experiment"];

/** Values that every file may import. */
const VALUE_TYPES = ["volume", "errors", "options", "random", "sha256", "version"];

interface Source {
  /** From the project's root: "core/io/stack.ts". */
  readonly path: string;
  readonly text: string;
}

function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(root + folder)) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) {
      if (![".git", "node_modules", "runs", "dist"].includes(name)) yield* walk(path);
    } else {
      yield path;
    }
  }
}

function isCode(path: string): boolean {
  // AssemblyScript is a language of its own.
  return /\.(ts|js)$/.test(path) && !path.includes("/cpu/assembly/");
}

const paths = [...walk("")].sort();
const sources: readonly Source[] = paths.filter(isCode)
  .map((path) => ({ path, text: Deno.readTextFileSync(root + path) }));

/** The code without its comments, whose examples import too. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** Files of the project that a source imports, statically or dynamically, from the root. */
function importsOf({ path, text }: Source): string[] {
  const found: string[] = [];
  const pattern =
    /(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']*)["']|new URL\(\s*["'](\.[^"']*\.[tj]s)["']/g;
  for (const match of withoutComments(text).matchAll(pattern)) {
    const url = new URL(match[1] ?? match[2], `file:///${path}`);
    found.push(url.pathname.slice(1));
  }
  return found;
}

/** "io" of "core/io/stack.ts"; undefined outside core and for files at its root. */
function folderOf(path: string): string | undefined {
  return /^core\/([^/]+)\//.exec(path)?.[1];
}

/** Why a file may not import another, or undefined. */
function breach(from: string, to: string): string | undefined {
  if (!from.startsWith("core/")) return undefined;
  if (!to.startsWith("core/")) return `core imports ${to.split("/")[0]}/`;
  const [here, there] = [folderOf(from), folderOf(to)];
  // The files at core's root that are no values are whole paths: they may see everything.
  if (here === undefined) {
    const isValue = VALUE_TYPES.some((name) => from === `core/${name}.ts`);
    const isFine = !isValue || there === undefined;
    return isFine ? undefined : `the value types import ${there}/`;
  }
  if (PATHS.includes(here) || here === there || there === "compute") return undefined;
  if (there === undefined) {
    const isValue = VALUE_TYPES.some((name) => to === `core/${name}.ts`);
    return isValue ? undefined : `${here}/ imports ${to}, which sees everything`;
  }
  if (here === "compute") return `compute/ imports ${there}/`;
  const [mine, other] = [here, there].map((name) => STAGES.indexOf(name as typeof STAGES[number]));
  if (mine < 0) return `${here}/ is no stage`;
  if (other < 0) return `${here}/ imports ${there}/, which is no stage`;
  return other < mine ? undefined : `${here}/ imports the later stage ${there}/`;
}

Deno.test("the parser of imports finds all kinds, and no comments", () => {
  const text = `
    import { a } from "./a.ts";
    import type { B,
      C } from '../io/b.ts';
    export { d } from "./d.ts";
    import "./e.ts";
    const f = await import("./f.ts");
    new Worker(new URL("./g.js", import.meta.url));
    /** import { h } from "./h.ts"; */
    // import { i } from "./i.ts";
    import assert from "node:assert";
  `;
  assert.deepEqual(importsOf({ path: "core/psf/x.ts", text }), [
    "core/psf/a.ts",
    "core/io/b.ts",
    "core/psf/d.ts",
    "core/psf/e.ts",
    "core/psf/f.ts",
    "core/psf/g.js",
  ]);
});

Deno.test("the rules of imports know right from wrong", () => {
  assert.equal(breach("core/psf/a.ts", "core/io/b.ts"), undefined);
  assert.equal(breach("core/io/a.ts", "core/volume.ts"), undefined);
  assert.equal(breach("core/twb/a.ts", "core/compute/engine.ts"), undefined);
  assert.equal(breach("core/train.ts", "core/report/page.ts"), undefined);
  assert.equal(breach("core/training/a.ts", "core/train.ts"), undefined);
  assert.equal(breach("cli/main.ts", "core/train.ts"), undefined);
  assert.match(breach("core/io/a.ts", "core/psf/b.ts")!, /later stage psf/);
  assert.match(breach("core/io/a.ts", "core/train.ts")!, /sees everything/);
  assert.match(breach("core/compute/a.ts", "core/io/b.ts")!, /compute/);
  assert.match(breach("core/volume.ts", "core/io/b.ts")!, /value types/);
  assert.match(breach("core/train.ts", "cli/main.ts")!, /core imports cli/);
  assert.match(breach("core/new/a.ts", "core/io/b.ts")!, /no stage/);
});

Deno.test("stages import only earlier stages, compute/ and the value types; core no shell", () => {
  const breaches = sources.flatMap((source) =>
    importsOf(source).flatMap((to) => {
      const reason = breach(source.path, to);
      return reason ? [`${source.path} imports ${to}: ${reason}`] : [];
    })
  );
  assert.deepEqual(breaches, []);
});

Deno.test("every import of the project's own files names a file", () => {
  const known = new Set(paths);
  const missing = sources.filter(({ path }) => path !== self).flatMap((source) =>
    importsOf(source).filter((to) => !known.has(to)).map((to) => `${source.path}: ${to}`)
  );
  assert.deepEqual(missing, []);
});

Deno.test("names are exported one by one: no default export, no export *", () => {
  const breaches = sources.filter(({ text }) =>
    /^\s*export\s+(default\b|\*)/m.test(withoutComments(text))
  );
  assert.deepEqual(breaches.map(({ path }) => path), []);
});

Deno.test("files are named after what they hold: snake_case, no utils, helpers, common", () => {
  const drawers = paths.filter((path) =>
    path.split("/").some((part) => /^(utils?|helpers?|common|misc)(\.|$)/i.test(part))
  );
  assert.deepEqual(drawers, []);
  const others = sources.filter(({ path }) => {
    const name = path.split("/").at(-1)!;
    return !/^[a-z0-9]+(_[a-z0-9]+)*\.[tj]s$/.test(name);
  });
  assert.deepEqual(others.map(({ path }) => path), []);
});

Deno.test("randomness enters by argument: no Math.random()", () => {
  const breaches = sources.filter(({ path, text }) =>
    path !== self && /Math\s*\.\s*random\b/.test(withoutComments(text))
  );
  assert.deepEqual(breaches.map(({ path }) => path), []);
});
