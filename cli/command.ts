/**
 * Commands made from the option table: parsing, help and errors are the same for all of them.
 *
 * @module
 */
import { Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { longName, type OptionSpec, parseOption } from "../core/options.ts";

/** What a command is made from. `O` is the type of its parsed options. */
export interface CommandSpec<O> {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Positional arguments as commander takes them: "<input>", "[folder]", "[folders...]". */
  readonly arguments: readonly (readonly [name: string, description: string])[];
  /** By the names that `run` sees. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Lines of the help's examples, without the program's name. */
  readonly examples: readonly string[];
  /**
   * `args` are the positional arguments; a variadic one is an array. `given` names the options that
   * were typed, not left at their default.
   */
  run(
    args: readonly (string | string[] | undefined)[],
    options: O,
    given: ReadonlySet<string>,
  ): Promise<void>;
}

/** How the program is started, as the help's examples show it. */
export const PROGRAM = "deno run -A cli/main.ts";

/** The commander command of a specification. */
export function createCommand<O>(spec: CommandSpec<O>): Command {
  const command = new Command(spec.name).summary(spec.summary).description(spec.description);
  for (const [name, description] of spec.arguments) command.argument(name, description);
  const names = new Map<string, string>();
  for (const [name, option] of Object.entries(spec.options)) {
    const made = createOption(option);
    names.set(made.attributeName(), name);
    command.addOption(made);
  }
  command.addHelpText(
    "after",
    ["", spec.examples.length > 1 ? "Examples:" : "Example:"]
      .concat(spec.examples.map((example) => `  ${PROGRAM} ${example}`)).join("\n"),
  );
  command.action(async (...values: unknown[]) => {
    const args = values.slice(0, spec.arguments.length) as (string | string[] | undefined)[];
    const options: Record<string, unknown> = {};
    const given = new Set<string>();
    for (const [attribute, name] of names) {
      options[name] = command.getOptionValue(attribute);
      if (command.getOptionValueSource(attribute) === "cli") given.add(name);
    }
    await spec.run(args, options as O, given);
  });
  return command;
}

function createOption(spec: OptionSpec): Option {
  const range = spec.kind === "choice"
    ? ` (${spec.choices.join(", ")})`
    : "unit" in spec && spec.unit
    ? ` [${spec.unit}]`
    : "";
  const option = new Option(spec.flags, spec.description + range);
  if (spec.kind === "flag") return option;
  option.argParser((text: string, previous: unknown) => {
    const value = parseOption(spec, text);
    if (!spec.repeatable) return value;
    return Array.isArray(previous) && !defaults.has(previous) ? [...previous, value] : [value];
  });
  if (spec.default !== undefined) {
    const value = parseOption(spec, spec.default);
    const initial = spec.repeatable ? [value] : value;
    if (Array.isArray(initial)) defaults.add(initial);
    option.default(initial, spec.default);
  }
  return option;
}

/** Default lists: the first value that a user gives replaces them instead of joining them. */
const defaults = new WeakSet<object>();

/** The value of an option that a command cannot do without. */
export function required<T>(value: T | undefined, spec: OptionSpec): T {
  if (value === undefined) throw new UsageError(`${longName(spec)} is missing; see --help`);
  return value;
}
