/**
 * Builds the Fiji plugin: `deno task fiji:build` makes dist/Trainable_Wiener_Deconvolve.jar.
 *
 * @module
 */
import { describeError, InputError } from "../core/errors.ts";
import { generateOptions, OPTIONS_JAVA } from "./build_options.ts";

const ROOT = new URL("../", import.meta.url);
const SOURCES = new URL("./fiji/src/trainablewiener/", import.meta.url);
/** Name of the jar; ImageJ 1 only looks into jars with an underscore. */
export const JAR_NAME = "Trainable_Wiener_Deconvolve.jar";
/** Where Debian's package "imagej" puts ImageJ. */
const DEBIAN_IJ_JAR = "/usr/share/java/ij.jar";

/** What is built where. */
export interface BuildOptions {
  /** @default dist/ in the project */
  readonly folder?: URL;
  /** ImageJ's ij.jar. @default the variable IJ_JAR, or Debian's */
  readonly ijJar?: string;
}

/**
 * Builds the jar and returns its path.
 *
 * @throws {InputError} when a tool is missing or the sources do not compile.
 */
export async function buildFiji(options: BuildOptions = {}): Promise<string> {
  const { folder = new URL("dist/", ROOT), ijJar = Deno.env.get("IJ_JAR") ?? DEBIAN_IJ_JAR } =
    options;
  if (Deno.readTextFileSync(OPTIONS_JAVA) !== generateOptions()) {
    throw new InputError(
      "Options.java is older than core/options.ts; run: deno run -A plugin/build_options.ts",
    );
  }
  if (!exists(ijJar)) {
    throw new InputError(
      `There is no ${ijJar}; install ImageJ (apt-get install imagej) or give its ij.jar in IJ_JAR`,
    );
  }
  Deno.mkdirSync(folder, { recursive: true });
  const work = Deno.makeTempDirSync({ prefix: "fiji-build-" });
  try {
    const serve = new URL("./serve.ts", import.meta.url).pathname;
    await runTool(Deno.execPath(), ["bundle", "--quiet", "-o", `${work}/serve.js`, serve]);
    Deno.copyFileSync(new URL("./fiji/plugins.config", import.meta.url), `${work}/plugins.config`);
    Deno.copyFileSync(new URL("LICENSE", ROOT), `${work}/LICENSE`);
    const sources = [...Deno.readDirSync(SOURCES)].map(({ name }) => `${SOURCES.pathname}${name}`);
    await runTool("javac", [
      ...["--release", "8", "-encoding", "UTF-8", "-Xlint:all,-options", "-Werror"],
      ...["-cp", ijJar, "-d", work, ...sources.toSorted()],
    ]);
    const jar = new URL(JAR_NAME, folder).pathname;
    const files = ["serve.js", "plugins.config", "LICENSE", "trainablewiener"];
    await runTool(
      "jar",
      ["--create", "--file", `${work}/${JAR_NAME}`, "-C", work, files[0]].concat(
        ...files.slice(1).map((file) => ["-C", work, file]),
      ),
    );
    Deno.copyFileSync(`${work}/${JAR_NAME}`, `${jar}.part`);
    Deno.renameSync(`${jar}.part`, jar);
    return jar;
  } finally {
    Deno.removeSync(work, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

async function runTool(program: string, args: string[]): Promise<void> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(program, { args, stdin: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new InputError(
      `There is no ${program}, which the Java part is built with; install a JDK ` +
        `(apt-get install default-jdk-headless)`,
    );
  }
  if (output.success) return;
  await Deno.stderr.write(output.stdout);
  await Deno.stderr.write(output.stderr);
  throw new InputError(`${program} failed with exit code ${output.code}; see above`);
}

if (import.meta.main) {
  try {
    const jar = await buildFiji();
    console.log(`${jar} (${Math.ceil(Deno.statSync(jar).size / 1e3)} kB)`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(describeError(error));
    Deno.exit(1);
  }
}
