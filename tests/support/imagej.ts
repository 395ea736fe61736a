/**
 * A real ImageJ with the plugin in it, on a screen of its own.
 *
 * @module
 */
import { buildFiji } from "../../plugin/build_fiji.ts";
import { installFiji } from "../../plugin/install_fiji.ts";

/** Where Debian's package "imagej" puts it. */
export const IJ_JAR = Deno.env.get("IJ_JAR") ?? "/usr/share/java/ij.jar";

/** Why the tests cannot run here, or undefined. */
export function whyNoImageJ(programs: readonly string[] = []): string | undefined {
  if (!exists(IJ_JAR)) return "no ImageJ: apt-get install imagej";
  for (const program of ["java", "javac", "Xvfb", ...programs]) {
    if (findProgram(program) === undefined) return `no ${program}`;
  }
  return undefined;
}

/** The path of a program, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.map((folder) => `${folder}/${name}`).find(exists);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A folder with `plugins/` in it: our jar, built from the sources, and the tests' probe. */
export async function createImageJFolder(): Promise<string> {
  const folder = Deno.makeTempDirSync({ prefix: "imagej-" });
  Deno.mkdirSync(`${folder}/plugins`);
  installFiji(await buildFiji({ folder: new URL(`file://${folder}/`) }), folder);
  const probe = new URL("../plugin/fiji/", import.meta.url).pathname;
  const classes = `${folder}/probe`;
  const flags = ["--release", "8", "-Xlint:-options", "-cp", IJ_JAR, "-d", classes];
  await run("javac", [...flags, `${probe}Probe_.java`]);
  // Out of the way of those who look for the plugin in the menu.
  Deno.writeTextFileSync(`${classes}/plugins.config`, 'Help, "Probe ", Probe_\n');
  await run("jar", ["--create", "--file", `${folder}/plugins/Probe_.jar`, "-C", classes, "."]);
  return folder;
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program} failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

/** A screen that nobody sees. */
export interface Screen {
  readonly display: string;
  close(): Promise<void>;
}

/** Starts Xvfb on a free number. */
export async function openScreen(size = "1280x1000x24"): Promise<Screen> {
  const process = new Deno.Command("Xvfb", {
    args: ["-displayfd", "1", "-screen", "0", size, "-nolisten", "tcp"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = process.stdout.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("Xvfb did not start");
    text += new TextDecoder().decode(value);
  }
  return {
    display: `:${text.trim()}`,
    async close() {
      process.kill();
      await reader.cancel();
      await process.status;
    },
  };
}

/** How ImageJ is started. */
export interface ImageJOptions {
  readonly display: string;
  /** Of `createImageJFolder`. */
  readonly folder: string;
  /** @default "1g" */
  readonly heap?: string;
  /** Instead of Debian's. */
  readonly ijJar?: string;
  /** Instead of the tests' own. */
  readonly path?: string;
  /** Where preferences are kept. @default below the folder */
  readonly home?: string;
}

/** What ImageJ said. */
export interface ImageJRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Starts ImageJ with these arguments. */
export function startImageJ(args: readonly string[], options: ImageJOptions): Deno.ChildProcess {
  const { display, folder, heap = "1g", ijJar = IJ_JAR, home = `${folder}/home` } = options;
  Deno.mkdirSync(home, { recursive: true });
  return new Deno.Command(findProgram("java")!, {
    args: [
      ...[`-Xmx${heap}`, `-Duser.home=${home}`, `-Dplugins.dir=${folder}`, "-cp", ijJar],
      ...["ij.ImageJ", ...args],
    ],
    env: { DISPLAY: display, HOME: home, PATH: options.path ?? Deno.env.get("PATH")! },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a macro under -batch. */
export async function runMacro(macro: string, options: ImageJOptions): Promise<ImageJRun> {
  const file = Deno.makeTempFileSync({ dir: options.folder, suffix: ".ijm" });
  Deno.writeTextFileSync(file, macro);
  const process = startImageJ(["-batch", file], options);
  // A dialog that waits for somebody would wait for ever.
  const timer = setTimeout(() => process.kill("SIGKILL"), 120_000);
  const { code, stdout, stderr } = await process.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The lines that the probe printed about an image. */
export function probeLines({ stdout }: ImageJRun, name: string): Record<string, string> {
  const prefix = `probe ${name} `;
  return Object.fromEntries(
    stdout.split("\n").filter((line) => line.startsWith(prefix)).map((line) => {
      const text = line.slice(prefix.length);
      const at = text.indexOf(" ");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Processes below `pid` that run our program. */
export function findPrograms(pid: number): number[] {
  const children = new Map<number, number[]>();
  const programs = new Set<number>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...children.get(parent) ?? [], Number(name)]);
      const line = Deno.readTextFileSync(`/proc/${name}/cmdline`);
      if (line.includes("serve.js") && !stat.includes(") Z ")) programs.add(Number(name));
    } catch {
      // It ended meanwhile.
    }
  }
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid).filter((child) => programs.has(child));
}

/** Waits until `find` finds something. */
export async function waitFor<T>(
  what: string,
  find: () => T | undefined,
  seconds = 15,
): Promise<T> {
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`Waited ${seconds} s in vain for ${what}`);
}
