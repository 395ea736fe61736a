/**
 * Puts the Fiji plugin into an ImageJ: `deno task fiji:install /path/to/Fiji.app`.
 *
 * @module
 */
import { describeError, InputError } from "../core/errors.ts";
import { buildFiji, JAR_NAME } from "./build_fiji.ts";

/**
 * Copies the jar into the `plugins` folder of an ImageJ or Fiji and returns where it is; a copy from
 * before is replaced, wherever below that folder it lies.
 *
 * @throws {InputError} when the folder is no ImageJ.
 */
export function installFiji(jar: string, folder: string): string {
  const plugins = `${folder.replace(/[\\/]+$/, "")}/plugins`;
  if (!isFolder(plugins)) {
    throw new InputError(
      `${folder} has no folder "plugins", so it is no ImageJ or Fiji; give the folder that holds ` +
        `it, such as /home/me/Fiji.app`,
    );
  }
  const old = findCopies(plugins);
  const target = old[0] ?? `${plugins}/${JAR_NAME}`;
  Deno.copyFileSync(jar, `${target}.part`);
  Deno.renameSync(`${target}.part`, target);
  // ImageJ would complain about a second copy.
  for (const path of old.slice(1)) Deno.removeSync(path);
  return target;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** ImageJ looks two folders deep. */
function findCopies(folder: string, depth = 2): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return depth > 0 ? findCopies(path, depth - 1) : [];
    return name === JAR_NAME ? [path] : [];
  });
}

if (import.meta.main) {
  try {
    if (Deno.args.length !== 1) {
      throw new InputError("Give the folder of ImageJ: deno task fiji:install /path/to/Fiji.app");
    }
    console.log(installFiji(await buildFiji(), Deno.args[0]));
    console.error("Restart ImageJ; the command is Plugins > Trainable Wiener Deconvolve");
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(describeError(error));
    Deno.exit(1);
  }
}
