// The real program, in a process of its own.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** How the program ended. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function createProcess(args: readonly string[], cwd: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", main, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the program with the arguments of a command line in the folder `cwd`. */
export async function runProgram(line: string, cwd: string): Promise<ProgramResult> {
  const { code, stdout, stderr } = await createProcess(splitLine(line), cwd).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs the program and sends it a signal once its messages match. */
export async function interruptProgram(
  line: string,
  { cwd, signal, when }: { cwd: string; signal: Deno.Signal; when: RegExp },
): Promise<ProgramResult> {
  const process = createProcess(splitLine(line), cwd).spawn();
  const stdout = new Response(process.stdout).text();
  let stderr = "";
  let sent: "not yet" | "sent" = "not yet";
  for await (const part of process.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += part;
    if (sent === "not yet" && when.test(stderr)) {
      process.kill(signal);
      sent = "sent";
    }
  }
  const { code } = await process.status;
  assert.equal(sent, "sent", `never saw ${when}:\n${stderr}`);
  return { code, stdout: await stdout, stderr };
}

/** Fails unless the program ended as it should, with the messages in the failure. */
export function assertCode({ code, stdout, stderr }: ProgramResult, expected: number): void {
  assert.equal(code, expected, `exit code ${code}\nstdout: ${stdout}\nstderr: ${stderr}`);
}

/** Fails unless the last line, and no other, is an error, with all `parts` in it. */
export function assertOneError(result: ProgramResult, parts: readonly string[]): void {
  const { stdout, stderr } = result;
  const lines = stderr.trimEnd().split("\n");
  const errors = lines.filter((line) => /^error:|^\s+at |^\(|Usage:/.test(line));
  assert.equal(errors.length, 1, `not one line:\n${stderr}`);
  const line = lines.at(-1)!;
  assert.match(line, /^error: \S/);
  for (const part of parts) assert.ok(line.includes(part), `no "${part}" in: ${line}`);
  assert.equal(stdout, "");
}

/** Words between blanks; none of the tests needs quotes. */
export function splitLine(line: string): string[] {
  return line.trim().split(/\s+/);
}

/** Names in a folder and those below, sorted. */
export function listFiles(folder: string, prefix = ""): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory
      ? [`${prefix}${name}/`, ...listFiles(`${folder}/${name}`, `${prefix}${name}/`)]
      : [prefix + name]
  ).sort();
}
