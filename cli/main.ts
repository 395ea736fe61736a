/**
 * The command line: `deno run -A cli/main.ts <command>`.
 *
 * @module
 */
import { Command, CommanderError } from "commander";
import { CancelledError, describeError, InputError, UsageError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { createCommand } from "./command.ts";
import { deconvolveCommand } from "./deconvolve.ts";
import { degradeCommand } from "./degrade.ts";
import { doctorCommand } from "./doctor.ts";
import { evaluateCommand } from "./evaluate.ts";
import { experimentCommand } from "./experiment.ts";
import { exportCommand } from "./export.ts";
import { psfCommand } from "./psf.ts";
import { trainCommand } from "./train.ts";

/** The program with all of its commands. */
export function createProgram(): Command {
  const program = new Command("twb")
    .description(
      "Trainable Wiener deconvolution: learns the regularizer from data, restores in one shot.",
    )
    .version(VERSION)
    .enablePositionalOptions();
  program.addCommand(createCommand(trainCommand));
  program.addCommand(createCommand(evaluateCommand));
  program.addCommand(createCommand(deconvolveCommand));
  program.addCommand(createCommand(degradeCommand));
  program.addCommand(createCommand(psfCommand));
  program.addCommand(createCommand(experimentCommand));
  program.addCommand(createCommand(exportCommand));
  program.addCommand(createCommand(doctorCommand));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: writeOneLine });
  }
  return program;
}

/** Runs the program with the arguments after its name and returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args as string[], { from: "user" });
    return 0;
  } catch (error) {
    return exitCodeOf(error);
  }
}

/** commander puts "(Did you mean ...?)" on a line of its own. */
function writeOneLine(text: string, write: (text: string) => void): void {
  write(text.trim().replace(/\s*\n\s*/g, " ") + "\n");
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // commander has already printed its line; asking for help is not an error.
    return error.exitCode === 0 ? 0 : 2;
  }
  if (error instanceof UsageError) {
    console.error(`error: ${describeError(error)}`);
    return 2;
  }
  if (error instanceof CancelledError) {
    console.error(describeError(error));
    return 130;
  }
  console.error(`error: ${describeError(error)}`);
  if (!(error instanceof InputError) && Deno.env.get("TWB_DEBUG")) console.error(error);
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
