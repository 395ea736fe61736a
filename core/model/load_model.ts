/**
 * Models by path.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Model } from "./model.ts";
import { decodeModel } from "./model_file.ts";
import { runPath } from "./run_folder.ts";

/**
 * The model of a run folder or of a model.json.
 *
 * @throws {InputError} when there is none, or it cannot be used.
 */
export async function loadModel(path: string): Promise<Model> {
  let file = path;
  try {
    if ((await Deno.stat(path)).isDirectory) file = runPath(path, "model");
    return decodeModel(await Deno.readTextFile(file), file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = error instanceof Deno.errors.NotFound ? "it does not exist" : String(error);
    throw new InputError(
      `Cannot read the model ${file}: ${reason}; give a run folder that train has written`,
      { cause: error },
    );
  }
}
