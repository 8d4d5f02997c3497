/** The help texts, made from what commands declare: there is no second place that could disagree. */
import type { Command, OptionSpec, Palette } from "./command.ts";
import type { CommandEntry } from "./commands.ts";
import { HELP_OPTION, NO_COLOR_OPTION } from "./parse-command-line.ts";

type Row = readonly [left: string, right: string];

/** `gtc --help`. */
export function overview(entries: readonly CommandEntry[], paint: Palette): string {
  return [
    "The webhook inbox for digital workers: verify, store durably, answer fast, run flows.",
    `${paint.bold("Usage:")} gtc <command> [options]`,
    section(
      "Commands",
      entries.map(({ name, summary }) => [name, summary] as const),
      paint,
    ),
    section(
      "Options",
      [...optionRows({ help: HELP_OPTION, "no-color": NO_COLOR_OPTION }), ["    --version", "Print the version"]],
      paint,
    ),
    `${paint.dim("gtc <command> --help")} tells more about a command.\n`,
  ].join("\n\n");
}

/** `gtc events --help`: the commands of one group. */
export function groupHelp(group: string, entries: readonly CommandEntry[], paint: Palette): string {
  const rows = entries.map(({ name, summary }) => [name, summary] as const);
  return [`${paint.bold("Usage:")} gtc ${group} <command> [options]`, `${section("Commands", rows, paint)}\n`].join(
    "\n\n",
  );
}

/** `gtc start --help`. */
export function commandHelp(command: Command, paint: Palette): string {
  const parts = [`${command.summary}.`, `${paint.bold("Usage:")} ${usageLine(command)}`];
  if (command.description !== undefined) parts.push(command.description);
  const args = Object.entries(command.args).map(([name, { summary }]) => [name.toUpperCase(), summary] as const);
  if (args.length > 0) parts.push(section("Arguments", args, paint));
  const rows = optionRows({ ...command.options, help: HELP_OPTION, "no-color": NO_COLOR_OPTION });
  parts.push(section("Options", rows, paint));
  if (command.examples !== undefined)
    parts.push(`${paint.bold("Examples:")}\n${command.examples.map((example) => `  ${example}`).join("\n")}`);
  return `${parts.join("\n\n")}\n`;
}

/** `gtc events show ID [BUNDLE] [options]`. */
export function usageLine(command: Command): string {
  const args = Object.entries(command.args).map(([name, { arity }]) => {
    const upper = name.toUpperCase();
    if (arity === "required") return upper;
    return arity === "many" ? `[${upper}…]` : `[${upper}]`;
  });
  return ["gtc", command.name, ...args, "[options]"].join(" ");
}

/** `-e, --expression TEXT`, for the help and for the reference page. */
export function optionHead(name: string, { short, placeholder }: OptionSpec<unknown>): string {
  const letter = short === undefined ? "    " : `-${short}, `;
  return `${letter}--${name}${placeholder === undefined ? "" : ` ${placeholder}`}`;
}

function optionRows(specs: Readonly<Record<string, OptionSpec<unknown>>>): readonly Row[] {
  return Object.entries(specs).map(([name, spec]) => [optionHead(name, spec), spec.summary] as const);
}

function section(title: string, rows: readonly Row[], paint: Palette): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return `${paint.bold(`${title}:`)}\n${rows.map(([left, right]) => `  ${paint.accent(left.padEnd(width))}  ${right}`).join("\n")}`;
}
