// What the README tells a user to type has to work.
import assert from "node:assert/strict";
import { createProgram } from "../cli/main.ts";
import { assertCode, listFiles, runProgram, splitLine } from "./support/run_program.ts";

const PROGRAM = "deno run -A cli/main.ts";

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(new URL(`../${path}`, import.meta.url));
  } catch (cause) {
    throw new Error(`${path} is missing: the project's front page belongs at its root`, { cause });
  }
}

const readme = readText("README.md");
const { tasks } = JSON.parse(readText("deno.json"));

/** Lines of the blocks that are marked as shell, of a section or of the whole README. */
function shellLines(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
    .flatMap((match) => match[1].split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** The text below a heading, up to the next of its level. */
function sectionOf(heading: string): string {
  const [, rest] = readme.split(`\n## ${heading}\n`);
  assert.ok(rest, `the README has no section "${heading}"`);
  return rest.split("\n## ")[0];
}

/** Words between blanks, as a shell takes them: double quotes keep blanks together. */
function splitWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
}

/** The arguments of a line that starts the program, or undefined for another line. */
function argumentsOf(line: string): string[] | undefined {
  const bare = line.replace(/^npx /, "");
  return bare.startsWith(PROGRAM) ? splitWords(bare.slice(PROGRAM.length)) : undefined;
}

/** Parses a command line by the program's own rules, without doing it. */
async function parse(args: readonly string[]): Promise<void> {
  const program = createProgram();
  for (const command of program.commands) command.action(() => {});
  program.configureOutput({ writeErr: () => {} });
  for (const command of program.commands) command.configureOutput({ writeErr: () => {} });
  await program.parseAsync(args as string[], { from: "user" });
}

Deno.test("parsing without doing notices what is wrong", async () => {
  await parse(["train", "cells/", "--noise", "1%"]);
  for (const line of ["train --nose 1%", "train --noise 300%", "restore a.tif", "degrade a.tif"]) {
    await assert.rejects(() => parse(splitLine(line)), line);
  }
});

Deno.test("every command of the README is one that the program takes", async (t) => {
  const lines = shellLines(readme).filter((line) => argumentsOf(line));
  assert.ok(lines.length >= 5, `only ${lines.length} commands in the README`);
  for (const line of lines) await t.step(line, () => parse(argumentsOf(line)!));
});

Deno.test("every example of the help is one that the program takes", async (t) => {
  for (const command of createProgram().commands) {
    let text = "";
    command.configureOutput({ writeOut: (part) => text += part }).outputHelp();
    const lines = text.split("\n").map((line) => line.trim()).filter(argumentsOf);
    assert.ok(lines.length > 0, `${command.name()} has no example`);
    for (const line of lines) {
      assert.equal(argumentsOf(line)![0], command.name());
      await t.step(line, () => parse(argumentsOf(line)!));
    }
  }
});

Deno.test("every task that the README names exists", () => {
  const names = [...readme.matchAll(/\bdeno task ([a-z:_]+)/g)].map((match) => match[1]);
  assert.deepEqual(names.filter((name) => !(name in tasks)), []);
});

Deno.test("every option that the README names exists", () => {
  const known = new Set(["--help", "--version", "--doc"]);
  for (const command of createProgram().commands) {
    for (const { long } of command.options) if (long) known.add(long);
  }
  const code = [...readme.matchAll(/`[^`\n]+`/g)].map((match) => match[0]).join("\n") +
    shellLines(readme).filter(argumentsOf).join("\n");
  const named = [...code.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map((match) => match[0]);
  assert.deepEqual([...new Set(named)].filter((name) => !known.has(name)), []);
});

Deno.test("the quick start's commands run", async (t) => {
  const lines = shellLines(sectionOf("Quick start")).filter((line) => argumentsOf(line));
  assert.ok(lines.length > 0, "the quick start has no command");
  const folder = Deno.makeTempDirSync();
  try {
    for (const line of lines) {
      await t.step(line, async () => {
        const result = await runProgram(argumentsOf(line)!.join(" "), folder);
        assertCode(result, 0);
        assert.notEqual(result.stdout, "", "no result on standard output");
      });
    }
    await t.step("the first one leaves a trained model and its report", () => {
      const files = listFiles(folder);
      for (const name of ["model.json", "model.onnx", "report.html"]) {
        assert.ok(files.includes(`runs/train-1/${name}`), `no runs/train-1/${name}`);
      }
      const { training } = JSON.parse(Deno.readTextFileSync(`${folder}/runs/train-1/model.json`));
      assert.ok(training.validation.isnr > 1, `ISNR ${training.validation.isnr} dB`);
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
