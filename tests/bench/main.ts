/**
 * Runs the benches: `deno task bench [names...] [--format markdown]`.
 *
 * A bench is a script `NAME_bench.ts` in this folder: it validates, then times, prints its table on
 * stdout and fails (exit code 1) when the validation does. Each runs in a process of its own, one
 * after the other, so that none meets another's memory and threads.
 *
 * @module
 */
const SUFFIX = "_bench.ts";
const folder = new URL("./", import.meta.url);

const known = [...Deno.readDirSync(folder)]
  .filter(({ name }) => name.endsWith(SUFFIX))
  .map(({ name }) => name.slice(0, -SUFFIX.length))
  .sort();

async function main(args: readonly string[]): Promise<number> {
  const options = args.includes("--format") ? args.slice(args.indexOf("--format")) : [];
  const names = args.slice(0, args.length - options.length);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`error: no bench "${unknown}"; there are ${known.join(", ")}`);
    return 2;
  }
  const failed: string[] = [];
  for (const name of names.length > 0 ? names : known) {
    const script = new URL(name + SUFFIX, folder).href;
    const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...options] });
    const { success } = await command.spawn().status;
    if (!success) failed.push(name);
  }
  if (failed.length > 0) console.error(`error: failed: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
